"""The NPS trends in words: the finding as a title, what stands under it, and the rows of its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cx.phrase import Phrase, phrase
from cx.say.numbers import formatter
from cx.say.translator import Translator, translator
from cx.say.verdicts import VERDICT_WORDS, Subject, badge, movement_sentence, withheld_reason
from cx.stats.months import month_after
from cx.stats.movement import Movement, Verdict
from cx.stats.nps import Estimate
from cx.stats.suppression import Thresholds
from cx.stats.trends import TrendPoint, Trends, TrendSeries, reference_points

MEASURES = {"relationship": phrase("R-NPS"), "transaction": phrase("T-NPS"), "strategic": phrase("Strategic NPS")}


@dataclass(frozen=True)
class TrendRow:
    """One unit in one period, as tables, downloads and the command line show it; NPS in points, shares in percent.

    Verdict, change and expected range stand in the newest period of each unit that was judged. The verdict is said in
    the vocabulary of the product, in English; `VERDICTS` says it in other languages.
    """

    survey: str
    period: str
    starts_on: date
    unit_id: str
    unit: str
    n: int
    nps_pts: float | None
    low_pts: float | None
    high_pts: float | None
    weighted_nps_pts: float | None
    weighted_low_pts: float | None
    weighted_high_pts: float | None
    promoters_pct: float | None
    passives_pct: float | None
    detractors_pct: float | None
    blanks: int
    sent: int | None
    response_rate_pct: float | None
    verdict: str | None
    change_pts: float | None
    change_low_pts: float | None
    change_high_pts: float | None
    expected_low_pts: float | None
    expected_high_pts: float | None
    weighted_verdict: str | None
    withheld: str | None
    missing_answers: int


VERDICTS: Mapping[str, Phrase] = {str(words): words for words in (
    phrase("moved up"), phrase("moved down"), *VERDICT_WORDS.values())}


def trend_rows(trends: Trends) -> Iterator[TrendRow]:
    """The rows of a trend, unit by unit, oldest first; weighted figures only where answers carry weights."""
    for series in trends.series:
        for point in series.points:
            plain, weighted = point.estimate, point.weighted if trends.is_weighted else None
            is_newest = point is series.points[-1]
            moved = series.movement if is_newest else None
            weighted_moved = series.weighted_movement if is_newest and trends.is_weighted else None
            yield TrendRow(
                trends.survey, point.period, point.starts_on, series.unit_id, series.name, point.n,
                *_interval(plain),
                *_interval(weighted),
                *_shares(plain),
                point.blanks, point.sent, _pts(point.response_rate),
                _verdict(moved), *_change(moved), _verdict(weighted_moved),
                point.withheld.value if point.withheld else None, point.missing)


def _interval(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (_pts(estimate.nps), _pts(estimate.low), _pts(estimate.high)) if estimate else (None, None, None)


def _shares(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    if estimate is None:
        return None, None, None
    return _pts(estimate.promoters), _pts(estimate.passives), _pts(estimate.detractors)


def _verdict(movement: Movement | None) -> str | None:
    return badge(translator("en"), movement) if movement else None


def _change(movement: Movement | None) -> tuple[float | None, float | None, float | None, float | None, float | None]:
    """The change with its interval, and the expected range."""
    if movement is None:
        return None, None, None, None, None
    return (_pts(movement.change), _pts(movement.low), _pts(movement.high), _pts(movement.expected_low),
            _pts(movement.expected_high))


def _pts(value: float | None) -> float | None:
    return None if value is None else 100 * value


def period_label(t: Translator, survey: str, point: TrendPoint) -> str:
    """The name of a period: a month in the reader's language, a wave as it is called."""
    return formatter(t.code).month(point.starts_on) if survey == "transaction" else point.period


def headline(t: Translator, trends: Trends, thresholds: Thresholds, *, weighted: bool = False) -> str:
    """The finding of a trend as one sentence, made by rule from its verdicts."""
    series = trends.main
    if series is None:
        return _units_side_by_side(t, trends, weighted=weighted)
    if not series.points:
        return t("{unit} has no answers in this view.", unit=series.name)
    last, movement = series.points[-1], _movement(series, weighted)
    period, measure = period_label(t, trends.survey, last), _measure(t, trends, weighted)
    if last.withheld is not None:
        return t("{measure} of {unit} in {period}: {reason}.", measure=measure, unit=series.name, period=period,
                 reason=withheld_reason(t, last.withheld, last.n, thresholds))
    if movement is None:
        estimate = last.weighted if weighted and last.weighted else last.estimate
        write = formatter(t.code)
        return t("{measure} of {unit} in {period} is {nps} ({interval}); there is nothing earlier to compare it with.",
                 measure=measure, unit=series.name, period=period, nps=write.nps(estimate.nps if estimate else None),
                 interval=write.interval(estimate.low, estimate.high) if estimate else "")
    if trends.mix_changed and movement.verdict is Verdict.CANNOT_TELL:
        return t("{measure} of {unit} in {period}: cannot tell yet, "
                 "because other units answered than before: {names}.",
                 measure=measure, unit=series.name, period=period,
                 names=formatter(t.code).listing(trends.mix_changed[:6]))
    subject = Subject(measure, series.name, period, _reference(t, trends, series))
    return movement_sentence(t, movement, subject, thresholds)


def parts_sentence(t: Translator, trends: Trends, *, weighted: bool = False) -> str:
    """What the units below the total did, as one sentence; empty text where there are none."""
    if trends.total_id is None or len(trends.series) < 2:
        return ""
    return _units_side_by_side(t, trends, weighted=weighted)


def weighted_sentence(t: Translator, trends: Trends) -> str:
    """What the weighted figures say beside the plain ones; empty text where nothing is weighted or known."""
    series = trends.main
    if not trends.is_weighted or series is None or not series.points:
        return ""
    estimate, movement, write = series.points[-1].weighted, series.weighted_movement, formatter(t.code)
    if estimate is None:
        return ""
    if movement is None or movement.change is None:
        return t("Weighted: {nps} ({interval}).", nps=write.nps(estimate.nps),
                 interval=write.interval(estimate.low, estimate.high))
    return t("Weighted: {nps} ({interval}), change {change}: {verdict}.", nps=write.nps(estimate.nps),
             interval=write.interval(estimate.low, estimate.high), change=write.change(movement.change),
             verdict=badge(t, movement))


def withheld_sentence(t: Translator, trends: Trends, thresholds: Thresholds) -> str:
    """How many figures are not shown and why; empty text when all are."""
    if not trends.withheld:
        return ""
    return t.plural(
        "{n} figure is not shown: fewer than {figure} answers, or it would give away one from fewer than {privacy}.",
        "{n} figures are not shown: fewer than {figure} answers, "
        "or they would give away one from fewer than {privacy}.",
        trends.withheld, figure=thresholds.figure, privacy=thresholds.privacy)


def provisional_sentence(t: Translator, trends: Trends, loaded_on: date) -> str:
    """That the newest month was not over when the data were loaded; empty text where it was. Of waves it is not known.

    `loaded_on`: the day of the load in the time zone of the report.
    """
    newest = max((point.starts_on for series in trends.series for point in series.points), default=None)
    if trends.survey != "transaction" or newest is None or loaded_on >= month_after(newest, 1):
        return ""
    write = formatter(t.code)
    return t("{month} was not over when the data were loaded on {day}: its figures are provisional.",
             month=write.month(newest), day=write.day(loaded_on))


def _units_side_by_side(t: Translator, trends: Trends, *, weighted: bool) -> str:
    parts = [series for series in trends.series if series.unit_id != trends.total_id]
    judged = [(series, movement) for series in parts if (movement := _movement(series, weighted)) is not None
              and movement.verdict is not Verdict.TOO_FEW]
    if not judged:
        return t.plural("For the {n} unit shown it cannot be told whether it moved.",
                        "For none of the {n} units shown can it be told whether it moved.", len(parts))
    moved = [(series, movement) for series, movement in judged if movement.verdict is Verdict.MOVED]
    if not moved:
        return t.plural("The {n} unit that can be judged did not move beyond normal variation.",
                        "None of the {n} units that can be judged moved beyond normal variation.", len(judged))
    names = formatter(t.code).listing(
        t("{unit} {change}", unit=series.name, change=formatter(t.code).nps(movement.change))
        for series, movement in sorted(moved, key=lambda pair: pair[1].change or 0.0)[:6])
    return t.plural("{n} of {total} units moved: {names}.", "{n} of {total} units moved: {names}.", len(moved),
                    total=len(judged), names=names)


def _movement(series: TrendSeries, weighted: bool) -> Movement | None:
    return series.weighted_movement if weighted else series.movement


def _measure(t: Translator, trends: Trends, weighted: bool) -> str:
    measure: Phrase = MEASURES[trends.survey]
    return t("Weighted {measure}", measure=measure) if weighted and trends.is_weighted else t(measure)


def _reference(t: Translator, trends: Trends, series: TrendSeries) -> str:
    earlier = reference_points(series.points, trends.compared_with == "wave")
    if trends.compared_with == "wave":
        return earlier[-1].period
    return t.plural("the month before", "the {n} months before", len(earlier))
