"""One unit as lines, dots, bands and crosses: what every picture of trends is put together from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from cx.charts.style import FAINT, TOTAL, UNITS, Trace, dot_size, literal, scatter, short, translucent
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.trends import period_label
from cx.say.verdicts import withheld_reason
from cx.stats.nps import Estimate
from cx.stats.suppression import Thresholds
from cx.stats.trends import TrendPoint, Trends, TrendSeries

MAX_LINES = len(UNITS)
# Crosses of one period stand above each other: the lowest this far from the foot, each at this distance, as shares of
# the height of the axis.
_FIRST_CROSS, _CROSS_ROW = 0.05, 0.026


class Shown(NamedTuple):
    """What a picture draws: trends, in a language, plain or weighted, with the limits below which it withholds."""

    trends: Trends
    t: Translator
    thresholds: Thresholds
    weighted: bool

    def estimate(self, point: TrendPoint) -> Estimate | None:
        """The figure of a point, as chosen."""
        return point.weighted if self.weighted and self.trends.is_weighted else point.estimate

    @property
    def total(self) -> TrendSeries | None:
        """The unit that the others are the parts of, where there is one."""
        return next((series for series in self.trends.series if series.unit_id == self.trends.total_id), None)

    def drawn(self, at_most: int) -> tuple[TrendSeries, ...]:
        """The units to draw beside the total: those with the most answers, in their order."""
        parts = [series for series in self.trends.series if series.unit_id != self.trends.total_id]
        largest = {series.unit_id for series in sorted(parts, key=lambda series: -series.n)[:at_most]}
        return tuple(series for series in parts if series.unit_id in largest)

    def with_total(self, at_most: int) -> tuple[TrendSeries, ...]:
        """The total where there is one, and the units to draw beside it."""
        return (*([self.total] if self.total else []), *self.drawn(at_most))

    @property
    def colours(self) -> dict[str, str]:
        """The colour of each unit that is drawn as a line, by its id: the same in every picture of lines."""
        parts = {series.unit_id: colour for series, colour in zip(self.drawn(MAX_LINES), UNITS, strict=False)}
        return parts if self.total is None else {self.total.unit_id: TOTAL, **parts}


def with_gaps(shown: Shown, points: Sequence[TrendPoint]) -> list[TrendPoint | None]:
    """The points in their order, with None where months without a point lie between two; waves follow each other."""
    found: list[TrendPoint | None] = list(points[:1])
    for before, point in pairwise(points):
        months = (point.starts_on.year - before.starts_on.year) * 12 + point.starts_on.month - before.starts_on.month
        found += [None, point] if shown.trends.compared_with == "months" and months > 1 else [point]
    return found


def line(shown: Shown, series: TrendSeries, colour: str, *, width: float, largest_dot: float = 13.0) -> Trace:
    """Raw figures as dots sized by n and joined where periods follow each other; fewer than firm answers are faint."""
    largest = max((point.n for one in shown.trends.series for point in one.points), default=1)
    points = with_gaps(shown, series.points)
    estimates = [shown.estimate(point) if point else None for point in points]
    return scatter(
        x=[point and point.starts_on for point in points],
        y=[None if estimate is None else 100 * estimate.nps for estimate in estimates],
        name=literal(short(series.name)), mode="lines+markers", connectgaps=False,
        line={"color": colour, "width": width},
        marker={"color": colour,
                "size": [max(3.5, dot_size(point.n, largest) * largest_dot / 13) if point else 0 for point in points],
                "opacity": [1.0 if point and point.firm else FAINT for point in points]},
        hovertext=[_hover(shown, series, point, estimate) if point and estimate else ""
                   for point, estimate in zip(points, estimates, strict=True)],
        hoverinfo="text")


def _hover(shown: Shown, series: TrendSeries, point: TrendPoint, estimate: Estimate) -> str:
    write, t = formatter(shown.t.code), shown.t
    lines = [literal(series.name), literal(period_label(t, shown.trends.survey, point)),
             f"NPS {write.nps(estimate.nps)} ({write.interval(estimate.low, estimate.high)})", write.sample(point.n)]
    if not point.firm:
        lines.append(t("few answers: no verdict"))
    return "<br>".join(lines)


def band(shown: Shown, series: TrendSeries, colour: str) -> Trace:
    """The 95% interval as a band, with a gap where a figure is withheld or a month is missing."""
    xs: list[date | None] = []
    ys: list[float | None] = []
    for run in _runs(shown, series):
        xs += [point.starts_on for point, _ in run] + [point.starts_on for point, _ in reversed(run)] + [None]
        ys += [100 * estimate.high for _, estimate in run] + [100 * estimate.low for _, estimate in reversed(run)]
        ys.append(None)
    return scatter(x=xs, y=ys, fill="toself", mode="lines", line={"width": 1, "color": translucent(colour, 0.25)},
                      fillcolor=translucent(colour, 0.16), hoverinfo="skip", showlegend=False)


def _runs(shown: Shown, series: TrendSeries) -> list[list[tuple[TrendPoint, Estimate]]]:
    runs: list[list[tuple[TrendPoint, Estimate]]] = [[]]
    for point in with_gaps(shown, series.points):
        estimate = shown.estimate(point) if point else None
        if point is None or estimate is None:
            runs.append([])
        else:
            runs[-1].append((point, estimate))
    return [run for run in runs if run]


def crosses(shown: Shown, drawn: Sequence[TrendSeries], colours: Sequence[str], axis: tuple[float, float]
            ) -> Trace:
    """A cross at the foot of the picture for every withheld figure, in the colour of its unit, saying why.

    `axis`: lowest and highest point of the picture. Crosses of one period stand above each other.
    """
    foot, head = axis
    found = [(series, colour, point, point.withheld) for series, colour in zip(drawn, colours, strict=True)
             for point in series.points if point.withheld is not None and point.n > 0]
    days = [point.starts_on for _, _, point, _ in found]
    rows = [days[:place].count(day) for place, day in enumerate(days)]
    heights = [foot + (_FIRST_CROSS + row * _CROSS_ROW) * (head - foot) for row in rows]
    return scatter(
        x=days, y=heights, mode="markers", showlegend=False,
        marker={"symbol": "x-thin", "size": 7, "line": {"width": 1.5, "color": [colour for _, colour, _, _ in found]}},
        hovertext=[f"{literal(series.name)}<br>{literal(period_label(shown.t, shown.trends.survey, point))}<br>"
                   + withheld_reason(shown.t, reason, point.n, shown.thresholds)
                   for series, _, point, reason in found],
        hoverinfo="text")
