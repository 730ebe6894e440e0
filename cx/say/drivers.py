"""What goes with the score, in words: how sure the order of the drivers is, what they cost and earn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cx.phrase import Phrase, phrase
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.asymmetry import Effect, Kind
from cx.stats.drivers import MIN_ANSWERS
from cx.stats.rating_difference import RatingDifference
from cx.warehouse.drivers import UnitDrivers, Unknown

KINDS: Mapping[Kind, Phrase] = {
    Kind.MUST_BE: phrase("must-be: a bad rating costs more than a good one earns"),
    Kind.LINEAR: phrase("linear: bad and good ratings count alike"),
    Kind.DELIGHTER: phrase("delighter: a good rating earns more than a bad one costs"),
    Kind.CANNOT_TELL: phrase("cannot tell yet"),
}
_SURELY_FIRST = 0.9
_SURELY_ONE_OF = 0.95
_NAMED = 4


@dataclass(frozen=True)
class DriverRow:
    """One driver as a row: shares in percent, effects in points of NPS."""

    driver: str
    share_pct: float
    share_low_pct: float
    share_high_pct: float
    first_pct: float
    rated_low_pct: float | None
    lost_pts: float | None
    lost_low_pts: float | None
    lost_high_pts: float | None
    penalty_pts: float | None
    reward_pts: float | None
    kind: str


def driver_rows(found: UnitDrivers) -> Iterator[DriverRow]:
    """The drivers of a unit, the most important first."""
    for place in ordered(found):
        driver = found.importance.drivers[place]
        one = found.asymmetries[place] if found.asymmetries else None
        yield DriverRow(
            found.names[place], 100 * driver.share, 100 * driver.low, 100 * driver.high, 100 * driver.first,
            100 * one.share_low if one else None, 100 * one.lost.nps if one else None,
            100 * one.lost.low if one else None, 100 * one.lost.high if one else None,
            100 * one.penalty.nps if one else None, 100 * one.reward.nps if one else None,
            one.kind.value if one else "")


def ordered(found: UnitDrivers) -> list[int]:
    """Places of the drivers, the most important first."""
    return sorted(range(len(found.names)), key=lambda place: -found.importance.drivers[place].share)


def drivers_headline(t: Translator, found: UnitDrivers, measure: Phrase, unit: str) -> str:
    """Which driver goes with the score most, if that can be told, as one sentence."""
    write, drivers = formatter(t.code), found.importance.drivers
    first, *_ = ordered(found)
    if drivers[first].first >= _SURELY_FIRST:
        return t("“{driver}” goes with {measure} of {unit} most: {share} of what ratings explain (95% interval "
                 "{interval}).", driver=found.names[first], measure=measure, unit=unit,
                 share=write.percent(drivers[first].share, 0),
                 interval=write.percent_interval(drivers[first].low, drivers[first].high, 0))
    likely = sorted(range(len(drivers)), key=lambda place: -drivers[place].first)
    told = next(number for number in range(2, len(likely) + 1)
                if sum(drivers[place].first for place in likely[:number]) >= _SURELY_ONE_OF or number == len(likely))
    possible = [found.names[place] for place in likely[:told]]
    return t("Which rating goes with {measure} of {unit} most cannot be told yet: it may be {drivers}.",
             measure=measure, unit=unit, drivers=write.listing(_quoted(t, name) for name in possible))


def rests_on(t: Translator, found: UnitDrivers) -> str:
    """What the page rests on: answers, months, and how much ratings explain."""
    write = formatter(t.code)
    first, last = found.span
    return t("From {n} answers of {months} that rate all of {drivers} drivers; together the ratings explain {r2} "
             "of the differences between answers.", n=write.count(found.importance.n),
             months=write.month(first) if first == last else write.months(first, last), drivers=len(found.names),
             r2=write.percent(found.importance.r2, 0))


def halo(t: Translator) -> str:
    """The caution that belongs to every importance."""
    return t("Ratings of one form share the mood of the day, so all of them look important and alike. Read "
             "“goes with”, not “causes”.")


def lost_sentence(t: Translator, found: UnitDrivers) -> str:
    """Where most is lost today, as far as it can be told; empty text where effects are not known."""
    if found.asymmetries is None:
        return ""
    lost = sorted(((one.lost, name) for one, name in zip(found.asymmetries, found.names, strict=True)
                   if one.lost.high < 0), key=lambda pair: pair[0].nps)
    if not lost:
        return t("No bad rating surely costs anything, the other ratings held.")
    return t("Bad ratings cost today, the other ratings held: {drivers}.", drivers=formatter(t.code).listing(
        t("“{driver}” {points}", driver=name, points=effect_words(t, effect)) for effect, name in lost[:_NAMED]))


def lost_headline(t: Translator, found: UnitDrivers) -> str:
    """Which bad ratings cost most today, as one sentence; empty text where effects are not known."""
    if found.asymmetries is None:
        return ""
    lost, name = min(((one.lost, name) for one, name in zip(found.asymmetries, found.names, strict=True)),
                     key=lambda pair: pair[0].nps)
    if lost.high >= 0:
        return t("No bad rating surely costs anything, the other ratings held.")
    return t("Bad ratings of “{driver}” go with most NPS lost today: {points} points.", driver=name,
             points=effect_words(t, lost))


def kinds_sentences(t: Translator, found: UnitDrivers) -> tuple[str, ...]:
    """The drivers by their kind, for those of which it can be told."""
    by_kind: dict[Kind, list[str]] = {}
    for one, name in zip(found.asymmetries or (), found.names, strict=False):
        by_kind.setdefault(one.kind, []).append(_quoted(t, name))
    write = formatter(t.code)
    return tuple(t("{kind}: {drivers}.", kind=KINDS[kind], drivers=write.listing(by_kind[kind]))
                 for kind in KINDS if kind in by_kind)


def unknown_sentence(t: Translator, reason: Unknown, unit: str) -> str:
    """Why nothing is said of drivers, and what to do."""
    match reason:
        case Unknown.NO_RATINGS:
            return t("No driver is rated by most answers. Bring the tables ratings and drivers, or map the columns of "
                     "ratings in the wizard.")
        case Unknown.FILTERS:
            return t("Ratings are counted by unit and period. Take the filters of product, segment, "
                     "channel and touchpoint away to see it.")
        case Unknown.TOO_FEW:
            return t("{unit} has fewer than {n} answers that rate every driver, so no order of drivers is spoken of. "
                     "Below is the simple difference instead.", unit=unit, n=MIN_ANSWERS)


def difference_words(t: Translator, found: RatingDifference) -> str:
    """Scores with and without a low rating, with their numbers of answers."""
    write = formatter(t.code)
    return t("rated low: {low} ({n_low}), otherwise {others} ({n_others}); difference {difference} "
             "(95% interval {interval})", low=write.nps(found.low.nps), n_low=write.sample(found.low.n),
             others=write.nps(found.others.nps), n_others=write.sample(found.others.n),
             difference=write.change(found.difference.nps),
             interval=write.interval(found.difference.low, found.difference.high))


def effect_words(t: Translator, effect: Effect) -> str:
    """An effect in points with its interval."""
    write = formatter(t.code)
    return t("{points} ({interval})", points=write.nps(effect.nps), interval=write.interval(effect.low, effect.high))


def _quoted(t: Translator, name: str) -> str:
    return t("“{driver}”", driver=name)


def changed_most(t: Translator, differences: Sequence[tuple[str, RatingDifference]]) -> str:
    """The driver whose low ratings go with the largest surely lower score; or that none does."""
    sure = [(name, one) for name, one in differences if one.difference.high < 0]
    if not sure:
        return t("No low rating surely goes with a lower score.")
    name, one = min(sure, key=lambda pair: pair[1].difference.nps)
    return t("Those who rate “{driver}” low score {difference} against the others.", driver=name,
             difference=formatter(t.code).change(one.difference.nps))
