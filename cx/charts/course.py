"""The course of one unit: T-NPS by month beside R-NPS by wave on one axis, and the months of lasting steps."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from cx.charts.style import FAINT, TOTAL, UNITS, Trace, dot_size, layout, literal, scatter, translucent, y_axis
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.nps import Estimate
from cx.stats.trends import TrendPoint, TrendSeries
from cx.warehouse.course import UnitCourse

_MONTHS, _WAVES, _STEP = TOTAL, UNITS[0], UNITS[2]


def course(t: Translator, found: UnitCourse) -> go.Figure:
    """T-NPS as dots, R-NPS as diamonds with intervals; a bar at the foot spans the months of each lasting step."""
    series = [found.transactional, *([found.relationship] if found.relationship else [])]
    ends = [estimate.nps for one in series for _, estimate in _shown(one)]
    traces = [_dots(t, found.transactional, t("T-NPS by month"))]
    if found.relationship:
        traces += [_waves(t, found.relationship, t("R-NPS by wave"))]
        ends += [end for _, estimate in _shown(found.relationship) for end in (estimate.low, estimate.high)]
    text = "%-m月<br>%Y" if t.code.startswith("zh") else "%b<br>%Y"
    return go.Figure(traces, layout(
        400, showlegend=True, yaxis=y_axis(100 * min(ends, default=-0.2), 100 * max(ends, default=0.2),
                                           title={"text": "NPS"}),
        xaxis={"type": "date", "showgrid": False, "fixedrange": True, "automargin": True, "nticks": 7,
               "tickformat": text, "tickangle": 0},
        shapes=[{"type": "rect", "x0": step.first_month, "x1": step.last_month, "y0": 0.05 * row,
                 "y1": 0.05 * row + 0.04, "yref": "paper", "fillcolor": translucent(_STEP, 0.35),
                 "line": {"color": _STEP, "width": 1}, "layer": "below"} for row, step in enumerate(found.steps)]))


def _dots(t: Translator, series: TrendSeries, name: str) -> Trace:
    points = _shown(series)
    largest = max((point.n for point, _ in points), default=1)
    return scatter(
        x=[point.starts_on for point, _ in points], y=[100 * estimate.nps for _, estimate in points],
        name=name, mode="markers",
        marker={"color": _MONTHS, "size": [dot_size(point.n, largest) * 0.75 for point, _ in points],
                "opacity": [1.0 if point.firm else FAINT for point, _ in points]},
        hovertext=[_hover(t, name, formatter(t.code).month(point.starts_on), point, estimate)
                   for point, estimate in points], hoverinfo="text")


def _waves(t: Translator, series: TrendSeries, name: str) -> Trace:
    points = _shown(series)
    return scatter(
        x=[point.starts_on for point, _ in points], y=[100 * estimate.nps for _, estimate in points],
        name=name, mode="lines+markers", line={"color": _WAVES, "width": 1.4, "dash": "dot"},
        marker={"color": _WAVES, "size": 11, "symbol": "diamond",
                "opacity": [1.0 if point.firm else FAINT for point, _ in points]},
        error_y={"type": "data", "symmetric": False, "thickness": 1.4, "width": 4, "color": _WAVES,
                 "array": [100 * (estimate.high - estimate.nps) for _, estimate in points],
                 "arrayminus": [100 * (estimate.nps - estimate.low) for _, estimate in points]},
        hovertext=[_hover(t, name, point.period, point, estimate) for point, estimate in points], hoverinfo="text")


def _shown(series: TrendSeries) -> Sequence[tuple[TrendPoint, Estimate]]:
    return [(point, point.estimate) for point in series.points if point.estimate is not None]


def _hover(t: Translator, name: str, period: str, point: TrendPoint, estimate: Estimate) -> str:
    write = formatter(t.code)
    return "<br>".join([name, literal(period), f"NPS {write.nps(estimate.nps)} "
                        f"({write.interval(estimate.low, estimate.high)})", write.sample(point.n)])
