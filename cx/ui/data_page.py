"""Parts of the Data page: what is loaded, load reports with their rejects, definitions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from cx.contract.documentation import column_rows, template_csv
from cx.contract.reasons import remedy
from cx.contract.tables import TABLES
from cx.say.glossary import counting_rules, glossary
from cx.say.numbers import MISSING
from cx.say.table_names import column_words, table_words
from cx.ui.downloads import download
from cx.ui.frame import View, freshness
from cx.ui.import_mended import mending_controls
from cx.ui.import_undo import UNDO_IN_HISTORY, load_name, undo_control
from cx.ui.text import plain
from cx.warehouse.loads import (
    RejectedRecord,
    RuleCount,
    about,
    change_counts,
    changed_values,
    load_history,
    loaded_files,
    reject_counts,
    rejected_records,
)

SHOWN_ROWS = 500


def title(view: View) -> None:
    """What is loaded and how fresh it is, as a sentence."""
    facts = about(view.snapshot, view.scope)
    t = view.t
    loaded = t.plural("{n} answer is loaded", "{n} answers are loaded", facts.answers)
    rejected = t.plural("{n} record was rejected", "{n} records were rejected", facts.rejected) if facts.rejected \
        else t("no record was rejected")
    st.title(t("{loaded}; {rejected}", loaded=loaded, rejected=rejected), anchor=False)
    st.markdown(plain(freshness(view)))
    st.caption(plain(t("Snapshot {snapshot}, built {moment}; months are months in {zone}.", snapshot=view.snapshot.id,
                       moment=view.write.moment(facts.created_at, ZoneInfo(facts.time_zone)), zone=facts.time_zone)))


def sections(view: View) -> None:
    """The parts of the page, each behind a tab; the tab of the rejected records says how many there are."""
    t, facts = view.t, about(view.snapshot, view.scope)
    rejected = t("Rejected records ({n})", n=view.write.count(facts.rejected)) if facts.rejected \
        else t("Rejected records")
    parts = {t("What is loaded"): (files,), rejected: (rejects,), t("History of loads"): (history, changes),
             t("How figures are counted"): (definitions,), t("What you can bring"): (contract,)}
    if facts.is_demo:  # generated at once: it has no history
        del parts[t("History of loads")]
    for tab, shown in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            for part in shown:
                part(view)


def files(view: View) -> None:
    """Every file with what became of its records: read = loaded + rejected + codes without a value."""
    t, write = view.t, view.write
    order = list(TABLES)
    loaded = sorted(loaded_files(view.snapshot, view.scope), key=lambda file: order.index(file.table))
    zone = ZoneInfo(about(view.snapshot, view.scope).time_zone)
    st.dataframe(pd.DataFrame({
        t("Source"): [file.title for file in loaded],
        t("File"): [file.file for file in loaded],
        t("Table"): [table_words(t, file.table) for file in loaded],
        t("Read"): [file.read for file in loaded],
        t("Loaded"): [file.loaded for file in loaded],
        t("of which blank"): [file.blank for file in loaded],
        t("No value"): [file.without_value for file in loaded],
        t("Rejected"): [file.rejected for file in loaded],
        t("Replaced"): [file.replaced for file in loaded],
        t("Scale"): [file.scale if file.table == "responses" else "" for file in loaded],
        t("Loaded at"): [write.moment(file.loaded_at, zone) for file in loaded],
        t("Size"): [write.file_size(file.size_bytes) for file in loaded],
        t("Columns not used"): [file.ignored_columns for file in loaded],
    }), hide_index=True, alt=t("What is loaded"), column_config=dict.fromkeys(
        (t("Read"), t("Loaded"), t("of which blank"), t("No value"), t("Rejected"), t("Replaced")),
        st.column_config.NumberColumn(format="localized")))
    st.caption(t("Read = loaded + rejected + cells with a code for blank or not used. "
                 "Blank answers are loaded and counted apart."))
    missing = [table_words(t, name) for name in TABLES if name not in {file.table for file in loaded}]
    if missing:
        st.caption(plain(t("Not loaded: {tables}. Each switches on what it feeds; only answers are required.",
                           tables=write.listing(missing))))


def rejects(view: View) -> None:
    """Rejected records by rule, each with its place, its value and how to mend it."""
    t = view.t
    counts = reject_counts(view.snapshot, view.scope)
    if not counts:
        st.markdown(t("Every record that was read is loaded."))
        return
    chosen = st.selectbox(t("File and rule"), [None, *counts], key="reject_rule",
                          format_func=lambda count: _rule_name(view, count) if count else t("all files and rules"))
    records = rejected_records(view.snapshot, view.scope, SHOWN_ROWS, chosen)
    header = [t("File"), t("Line"), t("Column"), t("Value"), t("Rule"), t("How to mend it")]
    st.dataframe(pd.DataFrame([_reject_row(view, record) for record in records], columns=header), hide_index=True,
                 alt=t("Rejected records"))
    total = chosen.n if chosen else sum(count.n for count in counts)
    _say_first(view, len(records), total)
    download(t("Download"), "rejects.csv", header, lambda: (
        _reject_row(view, record) for record in rejected_records(view.snapshot, view.scope, total, chosen)))
    mending_controls(view)


def _say_first(view: View, shown: int, total: int) -> None:
    if total > shown:
        st.caption(view.t("The first {shown} of {all}; the download has all of them.", shown=view.write.count(shown),
                          all=view.write.count(total)))


def _rule_name(view: View, count: RuleCount) -> str:
    """What tells a row of the counts from every other: Streamlit finds the chosen option by its text."""
    place = " · ".join((count.file, count.rule, count.column, table_words(view.t, count.table), count.source))
    return f"{place} ({view.write.count(count.n)})"


def _reject_row(view: View, record: RejectedRecord) -> tuple[object, ...]:
    column = record.file_column or column_words(view.t, record.table, record.column)
    return (record.file, record.line, column, record.value or "", record.rule,
            view.t(remedy(record.table, record.column, record.rule)))


def history(view: View) -> None:
    """The loads that stand in the snapshot, with the way back from the newest."""
    t, write = view.t, view.write
    loads, facts = load_history(view.snapshot, view.scope), about(view.snapshot, view.scope)
    changed, zone = change_counts(view.snapshot, view.scope), ZoneInfo(facts.time_zone)
    numbers = (t("Read"), t("Loaded"), t("Rejected"), t("Replaced"), t("Values changed"))
    st.dataframe(pd.DataFrame(
        [(write.moment(load.at, zone), write.listing(load.files), load.read, load.loaded, load.rejected, load.replaced,
          changed.get(load.id, 0)) for load in loads], columns=[t("Loaded at"), t("File"), *numbers]),
        hide_index=True, alt=t("History of loads"),
        column_config=dict.fromkeys(numbers, st.column_config.NumberColumn(format="localized")))
    undo_control(view, view.snapshot.id, UNDO_IN_HISTORY, load_name(view))


def changes(view: View) -> None:
    """The values that corrected records have replaced, load by load."""
    t, write = view.t, view.write
    counts = change_counts(view.snapshot, view.scope)
    if not counts:
        return
    st.header(t("Changed values"), anchor=False)
    loads = {load.id: load for load in load_history(view.snapshot, view.scope)}
    zone = ZoneInfo(about(view.snapshot, view.scope).time_zone)

    names = {load_id: f"{write.moment(loads[load_id].at, zone)} · {write.listing(loads[load_id].files)} "
                      f"({write.count(n)})" for load_id, n in counts.items()}
    # Streamlit finds the chosen option by its text, so that two loads must never have the same.
    chosen = st.selectbox(t("Load"), list(counts), key=f"changes_load_{view.snapshot.id}", format_func=lambda load_id:
                          names[load_id] if list(names.values()).count(names[load_id]) == 1
                          else f"{names[load_id]} · {load_id}")
    header = [t("Table"), t("Key"), t("Column"), t("Before"), t("After"), t("File"), t("Line")]

    def rows(limit: int) -> list[tuple[object, ...]]:
        return [(table_words(t, one.table), one.key, column_words(t, one.table, one.column), one.before, one.after,
                 one.file, one.line)
                for one in changed_values(view.snapshot, view.scope, limit, chosen)]

    shown = [tuple(MISSING if cell is None else cell for cell in row) for row in rows(SHOWN_ROWS)]
    st.dataframe(pd.DataFrame(shown, columns=header), hide_index=True, alt=t("Changed values"))
    _say_first(view, len(shown), counts[chosen])
    download(t("Download"), f"changes-{chosen}.csv", header, lambda: rows(counts[chosen]))


def contract(view: View) -> None:
    """What each table must look like, with an empty file to fill in."""
    t = view.t
    name = st.selectbox(t("Table"), list(TABLES), key="contract_table", index=list(TABLES).index("responses"),
                        format_func=lambda name: f"{name}: {t(TABLES[name].grain)}")
    st.dataframe(pd.DataFrame(
        [(row.column, t(row.type), t(row.required), view.write.listing(t(words) for words in row.holds), t(row.meaning))
         for row in column_rows(TABLES[name])],
        columns=[t("Column"), t("Type"), t("Required"), t("Holds"), t("Meaning")]),
        hide_index=True, alt=t("What you can bring"))
    st.download_button(t("Empty file"), template_csv(TABLES[name]), file_name=f"{name}.csv", mime="text/csv",
                       on_click="ignore", icon=":material/download:", key="template")


def definitions(view: View) -> None:
    """The rules of counting, and every term."""
    t, set_ = view.t, view.settings
    st.markdown("\n".join(f"- {plain(t(rule))}" for rule in counting_rules(
        privacy_min_answers=set_.privacy_min_answers, figure_min_answers=set_.figure_min_answers,
        time_zone=about(view.snapshot, view.scope).time_zone)))
    with st.expander(t("Definitions of all terms")):
        st.dataframe(pd.DataFrame({
            t("Term"): [t(term.name) for term in glossary().values()],
            t("Meaning"): [t(term.meaning) for term in glossary().values()],
            t("Formula"): [t(term.formula) if term.formula else "" for term in glossary().values()],
        }), hide_index=True, alt=t("Definitions of all terms"))
