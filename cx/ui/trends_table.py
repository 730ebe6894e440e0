"""The figures of the NPS trends page as a table and as a file."""

from __future__ import annotations

from dataclasses import astuple, fields

import pandas as pd
import streamlit as st

from cx.phrase import Phrase, phrase
from cx.say.trends import VERDICTS, TrendRow, headline, trend_rows
from cx.say.verdicts import withheld_reason
from cx.stats.suppression import Withheld
from cx.stats.trends import Trends
from cx.ui.downloads import download
from cx.ui.frame import View, freshness
from cx.ui.text import plain

_COLUMN_NAMES: dict[str, Phrase] = {
    "unit": phrase("Business unit"), "period": phrase("Period"), "n": phrase("Answers (n)"), "nps_pts": phrase("NPS"),
    "low_pts": phrase("from"), "high_pts": phrase("to"), "weighted_nps_pts": phrase("NPS weighted"),
    "weighted_low_pts": phrase("weighted from"), "weighted_high_pts": phrase("weighted to"),
    "promoters_pct": phrase("Promoters %"), "passives_pct": phrase("Passives %"),
    "detractors_pct": phrase("Detractors %"), "blanks": phrase("Blank answers"), "sent": phrase("Sent"),
    "response_rate_pct": phrase("Response rate %"), "verdict": phrase("Verdict"), "change_pts": phrase("Change"),
    "change_low_pts": phrase("change from"), "change_high_pts": phrase("change to"),
    "expected_low_pts": phrase("expected from"), "expected_high_pts": phrase("expected to"),
    "weighted_verdict": phrase("Verdict, weighted"), "withheld": phrase("Not shown because"),
    "missing_answers": phrase("Answers missing"),
}


def table(view: View, trends: Trends) -> None:
    """The same figures as a table, and as a file."""
    t = view.t
    rows = list(trend_rows(trends))
    names = [name for name in _COLUMN_NAMES if trends.is_weighted or not name.startswith("weighted")]
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table")
        download(t("Download"), f"nps-trends-{trends.survey}.csv",
                 [*(field.name for field in fields(TrendRow)), "filters"],
                 lambda: ((*astuple(row), view.words) for row in rows))
        st.caption(plain(freshness(view)))
    if as_table:
        shown = {t(_COLUMN_NAMES[name]): [_cell(view, row, name) for row in rows] for name in names}
        number = st.column_config.NumberColumn(format="%.1f")
        st.dataframe(pd.DataFrame(shown), hide_index=True, placeholder="—", alt=headline(t, trends, view.thresholds),
                     column_config={t(_COLUMN_NAMES[name]): number for name in names
                                    if name.endswith(("_pts", "_pct"))})


def _cell(view: View, row: TrendRow, name: str) -> object:
    if name == "period":
        return view.write.month(row.starts_on) if row.survey == "transaction" else row.period
    if name in ("verdict", "weighted_verdict"):
        verdict = getattr(row, name)
        return view.t(VERDICTS[verdict]) if verdict else ""
    if name == "withheld":
        return withheld_reason(view.t, Withheld(row.withheld), row.n, view.thresholds) if row.withheld else ""
    return getattr(row, name)
