"""Panels of what systems measured: one time axis, heights as measured, panels only for what is known."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from cx.charts.measured import measured
from cx.charts.series import Shown
from cx.say.translator import translator
from cx.stats.measured import Measured, measured_months
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds
from cx.stats.trends import PeriodCounts, trends

MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]


def shown() -> Shown:
    cells = [PeriodCounts("A", f"{day:%Y-%m}", day, 0, Counts(50, 30, 20), Counts(50, 30, 20), 1, 1) for day in MONTHS]
    return Shown(trends("transaction", cells, {"A": "Unit A"}, None, Thresholds(), 0.03), translator("en"),
                 Thresholds(), weighted=False)


def drawn(**known: float):
    rows = [Measured(**{name: None for name in Measured._fields} | known | {"unit_id": "A", "month": day})  # type: ignore[arg-type]
            for day in MONTHS]
    one = shown()
    return measured(one, one.trends.series[0], measured_months(rows, {}))


def test_each_measure_has_a_panel_of_its_own_on_one_time_axis():
    figure = drawn(entered=200, completed=150, median_s=90_000, p90_s=260_000, contacts=70)
    titles = [one.text for one in figure.layout.annotations]
    assert titles == ["<b>T-NPS</b>", "<b>Lost: entered and did not complete</b>",
                      "<b>Days to an answer (dashed: 90%)</b>", "<b>Contacts in the month</b>"]
    assert {trace.xaxis or "x" for trace in figure.data} == {"x"}
    domains = [figure.layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    assert all(above[0] > below[1] for above, below in itertools.pairwise(domains))
    by_axis = {trace.yaxis: trace for trace in figure.data}
    assert list(by_axis["y2"].y) == pytest.approx([25, 25, 25])
    assert list(by_axis["y3"].y) == pytest.approx([260_000 / 86_400] * 3)
    assert list(by_axis["y4"].y) == [70, 70, 70]
    assert "of 200 who entered" in by_axis["y2"].hovertext[0]


def test_what_was_not_measured_has_no_panel():
    figure = drawn(median_s=50)
    assert [one.text for one in figure.layout.annotations] == ["<b>T-NPS</b>",
                                                               "<b>Seconds to an answer (dashed: 90%)</b>"]
    assert "90% within —" in next(trace for trace in figure.data if trace.yaxis == "y2").hovertext[0]
