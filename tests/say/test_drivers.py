"""Drivers in words: each rule of importance, cost and kind has its sentence, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cx.phrase import phrase
from cx.say.drivers import (
    changed_most,
    driver_rows,
    drivers_headline,
    kinds_sentences,
    lost_headline,
    unknown_sentence,
)
from cx.say.translator import LANGUAGES, translator
from cx.stats.asymmetry import Asymmetry, Effect, Kind
from cx.stats.drivers import Driver, Importance
from cx.stats.nps import Counts
from cx.stats.rating_difference import rating_difference
from cx.stats.suppression import Thresholds
from cx.warehouse.drivers import UnitDrivers, Unknown

EN = translator("en")
COSTS, NOTHING = Effect(-0.10, -0.14, -0.06), Effect(-0.01, -0.04, 0.02)


def found_with(*first: float, lost: Effect = COSTS, kind: Kind = Kind.MUST_BE) -> UnitDrivers:
    drivers = tuple(Driver(0.5 - 0.1 * place, 0.3, 0.6, 0.05, 0.1, 0.02, chance) for place, chance in enumerate(first))
    one = Asymmetry(Effect(-0.3, -0.4, -0.2), Effect(0.0, -0.1, 0.1), lost, NOTHING, 0.3, 0.4, kind)
    return UnitDrivers("u", tuple("ABCDE"[:len(first)]), Importance(drivers, 0.4, 900), (one,) * len(first), (),
                       (date(2026, 1, 1), date(2026, 12, 1)))


@pytest.mark.parametrize(("first", "words"), [
    ((0.95, 0.05), "“A” goes with R-NPS of U most: 50% of what ratings explain"),
    ((0.86, 0.10, 0.04), "cannot be told yet: it may be “A” and “B”."),
    ((0.40, 0.35, 0.25), "cannot be told yet: it may be “A”, “B”, and “C”."),
    ((0.89, 0.03, 0.08), "cannot be told yet: it may be “A” and “C”."),
])
def test_who_is_first_is_said_only_where_it_is_sure(first: tuple[float, ...], words: str) -> None:
    assert words in drivers_headline(EN, found_with(*first), phrase("R-NPS"), "U")
    for code in LANGUAGES:
        said = drivers_headline(translator(code), found_with(*first), phrase("R-NPS"), "U")
        assert ("「" in said) is (code == "zh_Hant") or code == "zh_Hans"


def test_the_cost_is_said_only_where_it_is_sure() -> None:
    assert lost_headline(EN, found_with(1.0, 0.0)) == (
        "Bad ratings of “A” go with most NPS lost today: −10.0 (−14.0 to −6.0) points.")
    assert lost_headline(EN, found_with(1.0, 0.0, lost=NOTHING)).startswith("No bad rating surely costs anything")
    assert lost_headline(EN, replace(found_with(1.0, 0.0), asymmetries=None)) == ""


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_words(kind: Kind) -> None:
    for code in LANGUAGES:
        (said,) = kinds_sentences(translator(code), found_with(1.0, 0.0, kind=kind))
        assert "A" in said
        assert "B" in said
    assert next(driver_rows(found_with(1.0, 0.0, kind=kind))).kind == kind.value


def test_every_reason_says_what_to_do() -> None:
    for code in LANGUAGES:
        assert len({unknown_sentence(translator(code), reason, "U") for reason in Unknown}) == len(Unknown)
    assert "fewer than 300 answers" in unknown_sentence(EN, Unknown.TOO_FEW, "U")


def test_the_simple_difference_names_the_largest_sure_one() -> None:
    limits = Thresholds()
    large = rating_difference((Counts(20, 30, 50), Counts(60, 30, 10)), [], limits)
    none = rating_difference((Counts(20, 30, 50), Counts(20, 30, 50)), [], limits)
    assert large is not None
    assert none is not None
    assert changed_most(EN, [("A", none), ("B", large)]) == (
        "Those who rate “B” low score −80.0 points against the others.")
    assert changed_most(EN, [("A", none)]) == "No low rating surely goes with a lower score."
