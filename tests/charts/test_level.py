"""The picture of the level: gaps where figures are withheld, expected ranges of the rule, marks where it says moved."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest

from cx.charts.level import level
from cx.charts.series import Shown
from cx.charts.yardsticks import Yardsticks
from cx.say.translator import translator
from cx.stats.movement import Verdict
from cx.stats.outlook import Target
from cx.stats.trends import Trends, period_movements
from cx.stats.unit_level import UnitLevel, unit_level_of
from tests.made_trends import THRESHOLDS, made, months

SAME, FALLEN = "600/250/150", "300/250/450"
WITHHELD = {**months(SAME, 16, FALLEN), "2024-05": "2/1/1"}


def drawn(trends: Trends, code: str = "en", yardsticks: Yardsticks | None = None) -> tuple[UnitLevel, go.Figure]:
    (series,) = trends.series
    found = unit_level_of(trends.survey, series.name, series.points,
                          period_movements(trends, 0.0, THRESHOLDS, 0.03), [series.points], 0.0)
    return found, level(Shown(trends, translator(code), THRESHOLDS, False), found, yardsticks or Yardsticks())


def trace(figure: go.Figure, name: str) -> Any:
    return next(one for one in figure.data if one.name == name)


def test_dots_are_the_raw_figures_and_a_withheld_month_is_a_gap_and_no_zero() -> None:
    found, figure = drawn(made({"A": WITHHELD}))
    dots, line = trace(figure, "Months (size: answers)"), trace(figure, "Level (95% band)")
    assert date(2024, 5, 1) not in dots.x
    assert list(dots.y) == pytest.approx([45.0] * 14 + [-15.0])
    assert line.connectgaps is False
    assert [x for x in line.x if x] == [point.starts_on for point in found.shown]
    assert line.x[4] is None
    assert line.y[4] is None
    assert len(line.x) == 16
    assert found.level is not None
    shown = [k for k in range(16) if k != 4]
    assert [y for y in line.y if y is not None] == pytest.approx([100 * found.level.smoothed[k] for k in shown])
    band = next(one for one in figure.data if one.fill == "toself")
    low, high = found.level.band()
    tops = [100 * high[k] for k in range(4)]
    assert list(band.y[:4]) == pytest.approx(tops)
    assert list(band.y[4:8]) == pytest.approx([100 * low[k] for k in (3, 2, 1, 0)])
    assert band.y[8] is None
    assert not [0.0 for one in figure.data for y in one.y if y == 0]


def test_a_month_that_is_missing_is_a_gap_too() -> None:
    missing = {period: counts for period, counts in months(SAME, 10).items() if period != "2024-05"}
    _, figure = drawn(made({"A": missing}))
    line = trace(figure, "Level (95% band)")
    assert list(line.x)[:6] == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1), None,
                                date(2024, 6, 1)]


def test_bars_are_the_expected_ranges_of_the_rule_and_marks_are_what_it_says_moved() -> None:
    found, figure = drawn(made({"A": WITHHELD}))
    bars = trace(figure, "Expected range")
    expected = [(point.starts_on, 100 * movement.expected_low, 100 * movement.expected_high)
                for point, movement in zip(found.points, found.movements, strict=True)
                if movement and movement.expected_low is not None and movement.expected_high is not None]
    assert len(expected) == 14
    assert [(bars.x[3 * k], bars.y[3 * k], bars.y[3 * k + 1]) for k in range(14)] == expected
    assert all(bars.y[3 * k + 2] is None for k in range(14))
    marks = trace(figure, "moved down")
    assert list(marks.x) == [date(2025, 4, 1)]
    assert list(marks.text) == ["moved down"]
    low = {month: low for month, low, _ in expected}
    assert marks.y[0] < low[date(2025, 4, 1)]
    assert not [one for one in figure.data if one.name == "moved up"]


def test_picture_and_verdict_never_contradict_each_other() -> None:
    for last in ("300/250/450", "560/250/190", "20/5/5", "580/260/160"):
        trends = made({"A": {**months(SAME, 14), "2025-03": last}})
        _, figure = drawn(trends)
        movement = trends.series[0].movement
        assert movement is not None
        marked = [x for one in figure.data if str(one.marker.symbol).startswith("triangle") for x in one.x]
        assert (date(2025, 3, 1) in marked) is (movement.verdict is Verdict.MOVED)


def test_words_beside_marks_stand_a_quarter_of_the_picture_apart() -> None:
    falls = {**months(SAME, 24), "2025-02": FALLEN, "2025-03": FALLEN, "2025-12": FALLEN}
    _, figure = drawn(made({"A": falls}))
    marks = trace(figure, "moved down")
    assert dict(zip(marks.x, marks.text, strict=True)) == {
        date(2025, 2, 1): "moved down", date(2025, 3, 1): "", date(2025, 12, 1): "moved down"}


def test_with_too_few_months_there_are_dots_and_no_line() -> None:
    _, figure = drawn(made({"A": months(SAME, 2)}))
    assert {one.name for one in figure.data if one.name} == {"Months (size: answers)", "Expected range"}
    assert not [one for one in figure.data if one.fill == "toself"]


def test_steps_are_bars_at_the_foot_and_withheld_months_crosses() -> None:
    found, figure = drawn(made({"A": {**months(SAME, 12), **{f"2025-{k:02}": FALLEN for k in range(1, 13)},
                                      "2024-05": "2/1/1"}}))
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [
        (step.first_month, step.last_month) for step in found.steps]
    crosses = next(one for one in figure.data if one.marker.symbol == "x-thin")
    assert list(crosses.x) == [date(2024, 5, 1)]


def test_the_hover_says_figure_interval_n_level_range_and_verdict() -> None:
    found, figure = drawn(made({"A": months(SAME, 14, FALLEN)}))
    text = trace(figure, "Months (size: answers)").hovertext[-1]
    for word in ("Feb 2025", "NPS −15.0 (", "n = 1,000", "level ", "expected ", "moved down: −60.0 points"):
        assert word in text
    few = trace(drawn(made({"A": months("10/5/5", 4)}))[1], "Months (size: answers)").hovertext[-1]
    assert "too few answers for a verdict" in few
    assert found.level is not None


@pytest.mark.parametrize("code", ["zh_Hant", "zh_Hans"])
def test_waves_stand_where_they_begin_and_no_english_is_left(code: str) -> None:
    waves = {f"Wave {k}": FALLEN if k == 4 else SAME for k in range(1, 6)}
    _, figure = drawn(made({"A": waves}, survey="relationship"), code, Yardsticks(
        (Target("2025", date(2025, 1, 1), date(2025, 12, 1), 0.3),)))
    assert list(figure.layout.xaxis.ticktext) == [f"Wave {k}" for k in (1, 3, 5)]
    names = [one.name for one in figure.data if one.name]
    assert len(names) == 6
    assert not [name for name in names if any(word in name for word in ("Level", "range", "moved", "Target"))]
