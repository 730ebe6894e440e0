"""Targets as bars over their months, competitors as dashed lines; both with names, and only where there is room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cx.charts.series import Shown
from cx.charts.trends import together
from cx.charts.yardsticks import MAX_COMPETITORS, Yardsticks, yardstick_traces
from cx.say.translator import translator
from cx.stats.outlook import Target
from cx.warehouse.benchmarks import Benchmark, Competitor, Market
from tests.made_trends import THRESHOLDS, made, months

FIRST, LAST = date(2024, 1, 1), date(2025, 6, 1)
EN = translator("en")
T2024 = Target("2024", date(2024, 1, 1), date(2024, 12, 1), 0.30)
T2025 = Target("2025", date(2025, 1, 1), date(2025, 12, 1), 0.30)


def competitor(name: str, *months: date, is_own: bool = False, n: int | None = 400) -> Competitor:
    return Competitor(name, is_own, tuple(
        Benchmark(f"{month:%Y-%m}", month, 0.1, n, "panel <b>", "press") for month in months))


def traces(*targets: Target, market: Market | None = None, used: tuple[str, ...] = ()) -> list[dict]:
    return yardstick_traces(EN, Yardsticks(targets, market).within(FIRST, LAST), FIRST, used)


def test_a_target_is_a_bar_over_its_months_with_its_height_and_its_name() -> None:
    (bar,) = traces(replace(T2025, nps=0.325))
    assert bar["x"] == [date(2025, 1, 1), date(2026, 1, 1)]
    assert bar["y"] == [32.5, 32.5]
    assert bar["text"] == ["", "+32.5"]
    assert bar["name"] == "Target 2025: +32.5"


def test_targets_of_one_height_that_follow_each_other_are_one_bar() -> None:
    (bar,) = traces(T2024, T2025)
    assert bar["x"] == [date(2024, 1, 1), date(2026, 1, 1)]
    assert bar["name"] == "Target 2024 and 2025: +30.0"
    assert len(traces(T2024, replace(T2025, nps=0.31))) == 2


def test_what_lies_before_or_far_beyond_the_picture_is_not_drawn() -> None:
    assert traces(Target("2023", date(2023, 1, 1), date(2023, 12, 1), 0.3)) == []
    assert traces(Target("2027", date(2027, 1, 1), date(2027, 12, 1), 0.3)) == []
    (cut,) = traces(Target("2023 on", date(2023, 6, 1), date(2024, 6, 1), 0.3))
    assert cut["x"][0] == FIRST
    market = Market("Car", (competitor("Old", date(2020, 1, 1)), competitor("Rival", date(2020, 1, 1), FIRST)), ())
    (line,) = traces(market=market)
    assert (line["name"], line["x"]) == ("Rival", [FIRST])


def test_competitors_are_dashed_in_colours_of_their_own_and_say_how_they_were_asked() -> None:
    market = Market("Car", (competitor("A<b>", FIRST, LAST), competitor("B", FIRST, n=None),
                            competitor("Us", FIRST, is_own=True)), ())
    found = traces(market=market, used=("#A8574A",))
    assert [line["line"]["dash"] for line in found] == ["dash"] * 3
    assert [line["name"] for line in found] == ["A&lt;b>", "B", "Us (asked like competitors)"]
    colours = [line["line"]["color"] for line in found]
    assert len(set(colours)) == 3
    assert "#A8574A" not in colours
    assert found[0]["hovertext"][0] == "A&lt;b><br>2024-01<br>NPS +10.0<br>n = 400<br>panel &lt;b><br>press"
    assert "n not known" in found[1]["hovertext"][0]


def test_so_many_competitors_are_drawn_and_the_own_scores_always() -> None:
    many = Market("Car", (*(competitor(f"C{k}", FIRST, *([LAST] if k > 2 else [])) for k in range(9)),
                          competitor("Us", FIRST, is_own=True)), ())
    names = [line["name"] for line in traces(market=many)]
    assert len(names) == MAX_COMPETITORS + 1
    assert names[:-1] == [f"C{k}" for k in range(3, 9)]  # those with the newest scores
    assert names[-1].startswith("Us")


def test_together_draws_them_within_its_axis_and_is_the_same_without_them() -> None:
    shown = Shown(made({"A": months("600/250/150", 12)}), EN, THRESHOLDS, False)
    plain = together(shown, [])
    assert together(shown, [], Yardsticks()) == plain
    figure = together(shown, [], Yardsticks((replace(T2024, nps=-0.4),)))
    assert figure.layout.yaxis.range[0] <= -40 < plain.layout.yaxis.range[0]
    assert figure.layout.showlegend
    assert not plain.layout.showlegend
    assert figure.data[-1].name == "Target 2024: −40.0"


@pytest.mark.parametrize("code", ["zh_Hant", "zh_Hans"])
def test_names_are_said_in_the_language_of_the_reader(code: str) -> None:
    (bar,) = yardstick_traces(translator(code), Yardsticks((T2025,)), FIRST, ())
    assert "Target" not in bar["name"]
    assert "+30.0" in bar["name"]
