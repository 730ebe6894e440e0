"""The map of journeys in words: the finding follows from the cells, in every case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cx.say.journey import compared_spans, journey_headline, journey_rows, moved_sentence, past_words
from cx.say.translator import translator
from cx.stats.comparison import SpanCounts
from cx.stats.journey_map import against_past, span_movements
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import map_cell
from cx.warehouse.compare import Span
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint
from cx.warehouse.journey import JourneyMap

LIMITS, ENGLISH = Thresholds(), translator("en")
NOW, BEFORE = Span(date(2025, 11, 1), date(2026, 10, 1)), Span(date(2024, 11, 1), date(2025, 10, 1))
QUIET, LOW, HIGH, FEW = (250, 150, 100), (100, 150, 250), (320, 150, 30), (3, 2, 1)


def made(across: str, **now: tuple[int, int, int]) -> JourneyMap:
    """One touchpoint over columns that all scored +30.0 before."""
    def cells(classes: dict[str, tuple[int, int, int]]):
        return {("t", name): map_cell(("t", name), SpanCounts(Counts(*one), sum(one), 0), False, LIMITS)
                for name, one in classes.items()}
    found = cells(now)
    movements = span_movements(found, cells(dict.fromkeys(now, QUIET)), 0.0, LIMITS, 0.03)
    named = NamedMap(against_past(["t"], list(now), found, movements), (Touchpoint("t", "Pay-out", "Claim", "End"),),
                     {name: name for name in now})
    return JourneyMap(named, across, None if across == "unit" else "A", NOW, BEFORE)


@pytest.mark.parametrize(("across", "words"), [
    ("unit", "“Pay-out” at X fell by 60.0 points"), ("month", "“Pay-out” fell by 60.0 points in X"),
    ("segment", "“Pay-out” fell by 60.0 points in the segment X"),
    ("channel", "“Pay-out” fell by 60.0 points in the channel X")])
def test_the_title_names_the_cell_that_moved_most(across: str, words: str):
    found = made(across, Q=QUIET, H=HIGH, X=LOW)
    assert journey_headline(ENGLISH, found, found.named) == words
    said = moved_sentence(ENGLISH, found, found.named)
    assert said.startswith("Of 3 cells with a verdict 1 moved down and 1 moved up. The other way: “Pay-out”")
    assert "rose by 28.0 points" in said


def test_a_quiet_map_and_one_without_answers_say_so():
    quiet, few = made("unit", A=QUIET, B=QUIET), made("unit", A=FEW)
    assert journey_headline(ENGLISH, quiet, quiet.named) == "No touchpoint moved beyond normal variation"
    assert moved_sentence(ENGLISH, quiet, quiet.named) == ""
    assert journey_headline(ENGLISH, few, few.named) == (
        "No touchpoint has enough answers, now and before, for a verdict")


def test_what_is_compared_is_named():
    assert compared_spans(ENGLISH, made("unit", A=QUIET), "").replace("\u2009", " ") == (
        "T-NPS, Nov 2025 – Oct 2026, each cell against its own past, Nov 2024 – Oct 2025.")
    months = replace(made("month", A=QUIET), before=None)
    assert compared_spans(ENGLISH, months, "Life") == "T-NPS of Life by month, each against the 12 months before it."


def test_a_cell_says_its_figure_its_past_and_its_verdict_or_why_it_is_withheld():
    found = made("unit", X=LOW, F=FEW)
    (touchpoint,) = found.named.touchpoints
    words = {name: past_words(ENGLISH, found.named, touchpoint, found.named.map.cells["t", name], LIMITS)
             for name in "XF"}
    assert words["X"][:3] == ["X", "Pay-out", "Claim · End"]
    assert "n = 500" in words["X"][3]
    assert words["X"][4] == "Before: +30.0 (n = 500)"
    assert words["X"][5].startswith("moved down: −60.0 points")
    assert words["F"][3:] == ["too few answers: 6 of the 10 needed"]


def test_rows_carry_what_the_map_shows():
    rows = list(journey_rows(made("unit", X=LOW, F=FEW).named, "unit"))
    assert [(row.column, row.n, row.nps_pts, row.change_pts, row.before_n, row.verdict, row.withheld) for row in rows
            ] == [("X", 500, pytest.approx(-30), pytest.approx(-60), 500, "moved down", None),
                  ("F", 6, None, None, None, None, "too_few")]
