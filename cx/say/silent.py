"""What those who did not answer could change, in words."""

from __future__ import annotations

from dataclasses import dataclass

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.trends import period_label
from cx.stats.movement import Verdict
from cx.stats.nps import Estimate
from cx.stats.silent import bounds_of_all, nps_of_all, response_rate, silent_change
from cx.stats.trends import TrendPoint, Trends, reference_points

_GAPS = (0.10, 0.20)


@dataclass(frozen=True)
class Asked:
    """The newest period of one unit of which figure and response rate are known: its answers, and how many were asked.

    before: NPS and response rate of what it is compared with, None where one of them is not known or it did not move.
    """

    name: str
    point: TrendPoint
    estimate: Estimate
    rate: float
    before: tuple[float, float] | None


def newest_asked(trends: Trends) -> Asked | None:
    """The newest such period of the one unit shown; None for several units, or where nothing is known of the silent."""
    main = trends.main
    if main is None:
        return None
    for end in range(len(main.points), 0, -1):
        point = main.points[end - 1]
        if point.estimate is not None and point.response_rate is not None:
            earlier = reference_points(main.points[:end], trends.compared_with == "wave")
            moved = end == len(main.points) and main.movement is not None and main.movement.verdict is Verdict.MOVED
            return Asked(main.name, point, point.estimate, point.response_rate, _together(earlier) if moved else None)
    return None


def _together(points: tuple[TrendPoint, ...]) -> tuple[float, float] | None:
    known = [(point.estimate, point.sent, point.answered) for point in points
             if point.estimate is not None and point.sent and point.answered is not None]
    if not known:
        return None
    n = sum(estimate.n for estimate, _, _ in known)
    return (sum(estimate.n * estimate.nps for estimate, _, _ in known) / n,
            sum(answered for _, _, answered in known) / sum(sent for _, sent, _ in known))


def response_headline(t: Translator, survey: str, asked: Asked) -> str:
    """How many of those asked answered, as one sentence with its interval."""
    write, point = formatter(t.code), asked.point
    rate = response_rate(point.answered or 0, point.sent or 1)
    return t("In {period} {rate} ({interval}) of {sent} questionnaires of {unit} came back; {silent} are silent.",
             unit=asked.name, period=period_label(t, survey, point), rate=write.percent(rate.rate),
             interval=write.percent_interval(rate.low, rate.high), sent=write.count(point.sent),
             silent=write.percent(1 - rate.rate))


def silent_sentences(t: Translator, asked: Asked) -> tuple[str, ...]:
    """What the score of all asked could be, and, of one that moved, which silent customers would undo the change."""
    write, nps = formatter(t.code), asked.estimate.nps
    low, high = bounds_of_all(nps, asked.rate)
    of_all = [nps_of_all(nps, asked.rate, gap) for gap in _GAPS]
    said = [
        t("If the silent score {gap} points lower than those who answered ({nps}), the NPS of all asked is {of_all}; "
          "if {larger} points lower, {then}. Without any assumption it lies within {bounds}.",
          gap=round(100 * _GAPS[0]), larger=round(100 * _GAPS[1]), nps=write.nps(nps), of_all=write.nps(of_all[0]),
          then=write.nps(of_all[1]), bounds=write.interval(low, high))]
    if asked.before is not None:
        said.append(_of_the_change(t, asked, *asked.before))
    return tuple(said)


def _of_the_change(t: Translator, asked: Asked, before: float, rate_before: float) -> str:
    write, found = formatter(t.code), silent_change(before, rate_before, asked.estimate.nps, asked.rate)
    names = {"change": write.change(found.after - found.before), "before": write.percent(rate_before),
             "after": write.percent(asked.rate)}
    if found.later_gap is None:
        return t("No score of the silent would undo the change of {change} "
                 "(response rate {before} before, {after} now).", **names)
    return t("The change of {change} would vanish among all asked if only now the silent scored {gap} "
             "(response rate {before} before, {after} now).",
             gap=_gap_words(t, found.later_gap), **names)


def _gap_words(t: Translator, gap: float) -> str:
    size = formatter(t.code).size_of_change(gap)
    return t("{points} lower than those who answered", points=size) if gap > 0 \
        else t("{points} higher than those who answered", points=size)
