"""The numbers of a load as tables: what became of the records, which values change, which records are rejected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cx.contract.reasons import remedy
from cx.ingest.report import LoadReport, Reject, RejectCount
from cx.say.numbers import MISSING
from cx.say.table_names import column_words, table_words
from cx.say.translator import Translator
from cx.ui.frame import Reader
from cx.ui.text import plain


def show_records(reader: Reader, report: LoadReport, *, done: bool) -> None:
    """What became of the records of each file for each table, and the sum that adds up."""
    t, write = reader.t, reader.write
    names = [t("Table"), t("Read"), t("Loaded") if done else t("Would load"), t("of which blank"), t("No value"),
             t("Rejected") if done else t("Would reject"), t("Replaced") if done else t("Would replace")]
    st.dataframe(pd.DataFrame(
        [(table_words(t, one.table), *map(write.count, (one.read, one.loaded, one.blank, one.without_value,
                                                        one.rejected, one.replaced))) for one in report.tables],
        columns=names),
        hide_index=True, alt=t("What becomes of the records"),
        column_config=dict.fromkeys(names[1:], st.column_config.TextColumn(alignment="right")))
    without_value = report.read - report.loaded - report.rejected
    st.caption(t("Read {read} = loaded {loaded} + rejected {rejected} + cells without a value {without_value}.",
                 read=write.count(report.read), loaded=write.count(report.loaded),
                 rejected=write.count(report.rejected), without_value=write.count(without_value)))
    if report.ignored_columns:
        with st.expander(t.plural("{n} column is not used", "{n} columns are not used", len(report.ignored_columns))):
            st.text("\n".join(report.ignored_columns))


def show_changes(reader: Reader, report: LoadReport) -> None:
    """The values that corrected records replace."""
    if not report.changes_total:
        return
    t = reader.t
    label = t.plural("{n} value changes in records that were loaded before",
                     "{n} values change in records that were loaded before", report.changes_total)
    with st.expander(label, expanded=report.changes_total <= 10):
        st.dataframe(pd.DataFrame(
            [(table_words(t, one.table), one.key, column_words(t, one.table, one.column), one.before or MISSING,
              one.after or MISSING, one.line)
             for one in report.changes],
            columns=[t("Table"), t("Key"), t("Column"), t("Before"), t("After"), t("Line")]),
            hide_index=True, alt=label)
        _say_first(reader, len(report.changes), report.changes_total)


def show_rejects(reader: Reader, report: LoadReport, key: str) -> None:
    """The rejected records by rule, with examples and how to mend them."""
    if not report.reject_counts:
        return
    t, write = reader.t, reader.write
    st.header(t("Rejected records"), anchor=False)
    counts = sorted(report.reject_counts, key=lambda count: -count.n)
    chosen = st.selectbox(t("Rule"), [None, *range(len(counts))], key=key,
                          format_func=lambda place: t("all rules") if place is None else
                          _rule_name(t, counts[place], report.rejects, write.count(counts[place].n)))
    only = None if chosen is None else counts[chosen]
    examples = [reject for reject in report.rejects if only is None or _is_of(reject, only)]
    if examples:
        st.dataframe(pd.DataFrame(
            [(one.line, one.file_column or column_words(t, one.table, one.column), one.value or "",
              t(remedy(one.table, one.column, one.rule)))
             for one in examples], columns=[t("Line"), t("Column"), t("Value"), t("How to mend it")]),
            hide_index=True, alt=t("Rejected records"))
    elif only:
        st.text(_remedy(t, only, report.rejects))
    _say_first(reader, len(examples), only.n if only else sum(count.n for count in counts))


def _rule_name(t: Translator, count: RejectCount, rejects: Sequence[Reject], n: str) -> str:
    return f"{count.column} · {_remedy(t, count, rejects)} ({n})"


def _remedy(t: Translator, count: RejectCount, rejects: Sequence[Reject]) -> str:
    """How to mend what a rule found; its name where no example tells the column of the contract."""
    column = next((reject.column for reject in rejects if _is_of(reject, count)), count.column)
    try:
        return t(remedy(count.table, column, count.rule))
    except KeyError:
        return count.rule


def _is_of(reject: Reject, count: RejectCount) -> bool:
    return (reject.table, reject.file, reject.rule) == (count.table, count.file, count.rule) \
        and count.column in (reject.file_column, reject.column)


def _say_first(reader: Reader, shown: int, total: int) -> None:
    if total > shown:
        st.caption(plain(reader.t("The first {shown} of {all}.", shown=reader.write.count(shown),
                                  all=reader.write.count(total))))
