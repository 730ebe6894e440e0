"""The level of one unit: raw figures as dots, the level as a line with its band, what each month was expected to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.series import Shown, crosses
from cx.charts.style import (
    EVENT,
    FAINT,
    TOTAL,
    UNITS,
    Trace,
    dot_size,
    layout,
    literal,
    scatter,
    translucent,
    y_axis,
)
from cx.charts.trends import x_axis
from cx.charts.yardsticks import Yardsticks, yardstick_traces
from cx.say.numbers import formatter
from cx.say.trends import period_label
from cx.say.verdicts import badge, evidence
from cx.stats.months import months_between
from cx.stats.movement import Movement, Verdict
from cx.stats.nps import Estimate
from cx.stats.trends import TrendPoint
from cx.stats.unit_level import LevelAt, UnitLevel

_MOVED, _STEP = UNITS[1], UNITS[2]
# Words stand beside a triangle where the last ones are this share of the picture away: on a phone they fit just so.
_LABELS_APART = 0.25


class _Dot(NamedTuple):
    """A point with its figure, the level there, and what was expected."""

    point: TrendPoint
    estimate: Estimate
    movement: Movement | None
    level: LevelAt | None


def level(shown: Shown, found: UnitLevel, yardsticks: Yardsticks) -> go.Figure:
    """Dots sized by n, the level with its 95% band, expected ranges, months that moved, lasting steps, yardsticks."""
    first, last = found.points[0].starts_on, found.points[-1].starts_on
    held_against = yardsticks.within(first, last)
    places = _places(found)
    dots = [dot for dot in places if dot is not None]
    axis = y_axis(*_range(dots, held_against), title={"text": "NPS"})
    traces: list[Any] = [_expected(shown, dots), _band(places), _line(shown, places), _raw(shown, dots),
                         *_moved(shown, dots)]
    traces.append(crosses(shown, shown.trends.series[:1], [EVENT], axis["range"]))
    traces += yardstick_traces(shown.t, held_against, first, (_MOVED, _STEP))
    return go.Figure([trace for trace in traces if trace], layout(
        440, showlegend=True, xaxis=x_axis(shown), yaxis=axis,
        shapes=[{"type": "rect", "x0": step.first_month, "x1": step.last_month, "y0": 0.05 * row,
                 "y1": 0.05 * row + 0.04, "yref": "paper", "fillcolor": translucent(_STEP, 0.35),
                 "line": {"color": _STEP, "width": 1}, "layer": "below"} for row, step in enumerate(found.steps)]))


def _places(found: UnitLevel) -> list[_Dot | None]:
    """The points in their order; None for one that is withheld, and for months without one between two."""
    places: list[_Dot | None] = []
    before: date | None = None
    for point, movement in zip(found.points, found.movements, strict=True):
        if not found.by_wave and before is not None and months_between(before, point.starts_on) > 1:
            places.append(None)
        places.append(None if point.estimate is None else
                      _Dot(point, point.estimate, movement, found.at(point.starts_on)))
        before = point.starts_on
    return places


def _range(dots: Sequence[_Dot], yardsticks: Yardsticks) -> tuple[float, float]:
    ends = [dot.estimate.nps for dot in dots] + yardsticks.heights
    ends += [end for dot in dots if dot.level for end in (dot.level.low, dot.level.high)]
    ends += [end for dot in dots if dot.movement for end in (dot.movement.expected_low, dot.movement.expected_high)
             if end is not None]
    return 100 * min(ends, default=-0.2), 100 * max(ends, default=0.2)


def _expected(shown: Shown, dots: Sequence[_Dot]) -> Trace | None:
    """A grey bar a month: the range of normal variation with as many answers as it has."""
    known = [(dot.point.starts_on, dot.movement.expected_low, dot.movement.expected_high) for dot in dots
             if dot.movement and dot.movement.expected_low is not None and dot.movement.expected_high is not None]
    if not known:
        return None
    return scatter(
        x=[x for month, _, _ in known for x in (month, month, None)],
        y=[y for _, low, high in known for y in (100 * low, 100 * high, None)],
        name=shown.t("Expected range"), mode="lines", connectgaps=False, hoverinfo="skip",
        line={"color": translucent(EVENT, 0.35), "width": 5})


def _band(places: Sequence[_Dot | None]) -> Trace | None:
    """The 95% band of the level, with a gap where a month is withheld or missing."""
    xs: list[date | None] = []
    ys: list[float | None] = []
    for run in _runs(places):
        levels = [(dot.point.starts_on, dot.level) for dot in run if dot.level]
        if levels:
            xs += [month for month, _ in levels] + [month for month, _ in reversed(levels)] + [None]
            ys += [100 * one.high for _, one in levels] + [100 * one.low for _, one in reversed(levels)] + [None]
    return scatter(x=xs, y=ys, fill="toself", mode="lines", line={"width": 1, "color": translucent(TOTAL, 0.25)},
                   fillcolor=translucent(TOTAL, 0.16), hoverinfo="skip", showlegend=False) if xs else None


def _line(shown: Shown, places: Sequence[_Dot | None]) -> Trace | None:
    """The level, with the same gaps."""
    if not any(dot and dot.level for dot in places):
        return None
    return scatter(
        x=[dot and dot.point.starts_on for dot in places],
        y=[100 * dot.level.nps if dot and dot.level else None for dot in places], name=shown.t("Level (95% band)"),
        mode="lines+markers", connectgaps=False, line={"color": TOTAL, "width": 3}, hoverinfo="skip",
        marker={"symbol": "line-ew", "size": 8, "line": {"color": TOTAL, "width": 3}})


def _runs(places: Sequence[_Dot | None]) -> list[list[_Dot]]:
    runs: list[list[_Dot]] = [[]]
    for dot in places:
        if dot is None:
            runs.append([])
        else:
            runs[-1].append(dot)
    return [run for run in runs if run]


def _raw(shown: Shown, dots: Sequence[_Dot]) -> Trace:
    """The raw figures, sized by n, those of few answers faint; all that is known of one stands in its hover."""
    largest = max((dot.point.n for dot in dots), default=1)
    name = shown.t("Waves (size: answers)") if shown.trends.compared_with == "wave" else \
        shown.t("Months (size: answers)")
    return scatter(
        x=[dot.point.starts_on for dot in dots], y=[100 * dot.estimate.nps for dot in dots], name=name, mode="markers",
        marker={"color": TOTAL, "size": [dot_size(dot.point.n, largest) * 0.8 for dot in dots],
                "opacity": [1.0 if dot.point.firm else FAINT for dot in dots]},
        hovertext=[_hover(shown, dot) for dot in dots], hoverinfo="text")


def _hover(shown: Shown, dot: _Dot) -> str:
    write, t, movement = formatter(shown.t.code), shown.t, dot.movement
    lines = [literal(period_label(t, shown.trends.survey, dot.point)), f"NPS {write.nps(dot.estimate.nps)} "
             f"({write.interval(dot.estimate.low, dot.estimate.high)})", write.sample(dot.point.n)]
    if dot.level:
        lines.append(t("level {nps} ({interval})", nps=write.nps(dot.level.nps),
                       interval=write.interval(dot.level.low, dot.level.high)))
    if movement and movement.expected_low is not None:
        lines.append(t("expected {interval}", interval=write.interval(movement.expected_low, movement.expected_high)))
    if movement:
        lines.append(evidence(t, movement, shown.thresholds))
    return "<br>".join(lines)


def _moved(shown: Shown, dots: Sequence[_Dot]) -> list[Trace]:
    """A triangle around each figure that moved, named in the legend; beside some of them it stands in words too."""
    marked = [(dot, dot.movement) for dot in dots if dot.movement and dot.movement.verdict is Verdict.MOVED]
    risen = [(dot, movement) for dot, movement in marked if (movement.change or 0.0) > 0]
    fallen = [(dot, movement) for dot, movement in marked if (movement.change or 0.0) < 0]
    apart = (dots[-1].point.starts_on - dots[0].point.starts_on) * _LABELS_APART if marked else timedelta()
    return [_marks(shown, found, apart, *how) for found, how in (
        (risen, ("triangle-up-open", "top center")), (fallen, ("triangle-down-open", "bottom center"))) if found]


def _marks(shown: Shown, found: Sequence[tuple[_Dot, Movement]], apart: timedelta, symbol: str, place: str) -> Trace:
    name, texts = badge(shown.t, found[0][1]), []
    labelled: date | None = None
    for dot, _ in found:
        has_room = labelled is None or dot.point.starts_on - labelled >= apart
        labelled = dot.point.starts_on if has_room else labelled
        texts.append(name if has_room else "")
    return scatter(
        x=[dot.point.starts_on for dot, _ in found], y=[100 * dot.estimate.nps for dot, _ in found], name=name,
        mode="markers+text", text=texts, textposition=place, textfont={"size": 11, "shadow": "auto"}, hoverinfo="skip",
        cliponaxis=False,
        marker={"symbol": symbol, "size": 17, "color": _MOVED, "line": {"width": 2, "color": _MOVED}})
