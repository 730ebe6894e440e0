"""NPS over time: units together, as small multiples on one scale, shares of the classes, and the response rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.style import (
    DETRACTOR,
    EVENT,
    FAINT,
    GRID,
    PASSIVE,
    PROMOTER,
    TOTAL,
    UNITS,
    dot_size,
    layout,
    literal,
    translucent,
    y_axis,
)
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.trends import period_label
from cx.say.verdicts import badge, withheld_reason
from cx.stats.movement import Verdict
from cx.stats.nps import Estimate
from cx.stats.suppression import Thresholds
from cx.stats.trends import TrendPoint, Trends, TrendSeries

MAX_LINES = len(UNITS)
MAX_PANELS = 12
_PANEL_HEIGHT = 170
# Rows of numbers at the head of a picture, and the height of each as a share of the axis.
_EVENT_ROWS = 3
_EVENT_ROW = 0.06


class EventMark(NamedTuple):
    """A note on the time axis: its number in the list below the picture, its day, what happened."""

    number: int
    on_date: date
    title: str


class Shown(NamedTuple):
    """What a picture draws: trends, in a language, plain or weighted, with the limits below which it withholds."""

    trends: Trends
    t: Translator
    thresholds: Thresholds
    weighted: bool

    def estimate(self, point: TrendPoint) -> Estimate | None:
        """The figure of a point, as chosen."""
        return point.weighted if self.weighted and self.trends.is_weighted else point.estimate

    def drawn(self, at_most: int) -> tuple[TrendSeries, ...]:
        """The units to draw beside the total: those with the most answers, in their order."""
        parts = [series for series in self.trends.series if series.unit_id != self.trends.total_id]
        largest = sorted(parts, key=lambda series: -series.n)[:at_most]
        return tuple(series for series in parts if series in largest)


def together(shown: Shown, events: Sequence[EventMark]) -> go.Figure:
    """All units on one axis: the total with its interval as a band, dots sized by the number of answers."""
    total = next((series for series in shown.trends.series if series.unit_id == shown.trends.total_id), None)
    parts = shown.drawn(MAX_LINES)
    drawn = [*([total] if total else []), *parts]
    low, high = _range(shown, drawn, bands_of=drawn[:1])
    traces: list[Any] = []
    if total or len(parts) == 1:
        traces.append(_band(shown, total or parts[0], TOTAL if total else UNITS[0]))
    traces += [_line(shown, series, colour, width=1.6) for series, colour in zip(parts, UNITS, strict=False)]
    if total:
        traces.append(_line(shown, total, TOTAL, width=3))
    axis = y_axis(low, high, title={"text": "NPS"})
    foot, head = axis["range"]
    if events:
        axis["range"] = [foot, head + _EVENT_ROWS * _EVENT_ROW * (head - foot)]
    traces.append(_withheld(shown, total or parts[0], foot) if total or parts else go.Scatter())
    traces += _event_marks(events, axis["range"][1], _EVENT_ROW * (head - foot))
    return go.Figure(traces, layout(
        420, xaxis=_x_axis(shown), yaxis=axis, shapes=_event_lines(events), showlegend=len(drawn) > 1))


def small_multiples(shown: Shown) -> tuple[go.Figure, ...]:
    """One small picture a unit, all on one scale, each with its interval band, its name and its newest figure.

    They are pictures of their own, so that a page can set as many beside each other as fit.
    """
    drawn = [*(series for series in shown.trends.series if series.unit_id == shown.trends.total_id),
             *shown.drawn(MAX_PANELS)]
    axis = y_axis(*_range(shown, drawn, bands_of=drawn))
    return tuple(_panel(shown, series, axis) for series in drawn)


def _panel(shown: Shown, series: TrendSeries, axis: dict[str, Any]) -> go.Figure:
    colour = TOTAL if series.unit_id == shown.trends.total_id else UNITS[0]
    traces = [_band(shown, series, colour), _line(shown, series, colour, width=1.6, largest_dot=7),
              _withheld(shown, series, axis["range"][0])]
    title = {"text": _panel_title(shown, series), "x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left",
             "yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
    return go.Figure(traces, layout(_PANEL_HEIGHT, annotations=[title], xaxis=_x_axis(shown, few=True), yaxis=axis,
                                    margin={"l": 34, "r": 8, "t": 24, "b": 34}))


def shares(shown: Shown, series: TrendSeries) -> go.Figure:
    """The shares of promoters, passives and detractors of one unit, period by period."""
    points = [(point, estimate) for point in series.points if (estimate := shown.estimate(point)) is not None]
    write, t = formatter(shown.t.code), shown.t
    labelled = len(points) <= 16
    bars = [
        go.Bar(
            x=[point.starts_on for point, _ in points], y=[100 * getattr(estimate, kind) for _, estimate in points],
            name=name, marker={"color": colour, "line": {"width": 0}},
            text=[write.percent(getattr(estimate, kind), 0) for _, estimate in points] if labelled else None,
            textposition="inside", insidetextanchor="middle", textfont={"color": "#FFFFFF"}, textangle=0,
            hovertext=[f"{literal(period_label(t, shown.trends.survey, point))}<br>{name}: "
                       f"{write.percent(getattr(estimate, kind))}<br>{write.sample(point.n)}"
                       for point, estimate in points],
            hoverinfo="text")
        for kind, name, colour in (("detractors", t("Detractors (0–6)"), DETRACTOR),
                                   ("passives", t("Passives (7–8)"), PASSIVE),
                                   ("promoters", t("Promoters (9–10)"), PROMOTER))
    ]
    return go.Figure(bars, layout(
        420, barmode="stack", bargap=0.15, showlegend=True, xaxis=_x_axis(shown),
        yaxis={"range": [0, 100], "ticksuffix": "%", "gridcolor": GRID, "fixedrange": True}))


def response_rates(shown: Shown, series: Sequence[TrendSeries]) -> go.Figure:
    """The share of the questionnaires sent that came back with an answer, for each unit."""
    write, t = formatter(shown.t.code), shown.t
    traces = []
    for number, one in enumerate(series[:MAX_LINES + 1]):
        points = [point for point in one.points if point.response_rate is not None]
        is_total = one.unit_id == shown.trends.total_id
        traces.append(go.Scatter(
            x=[point.starts_on for point in points], y=[100 * (point.response_rate or 0) for point in points],
            name=literal(one.name), mode="lines+markers",
            line={"color": TOTAL if is_total else UNITS[(number - 1) % MAX_LINES], "width": 3 if is_total else 1.6},
            hovertext=[f"{literal(one.name)}<br>{literal(period_label(t, shown.trends.survey, point))}<br>"
                       f"{write.percent(point.response_rate)} "
                       f"({write.count(point.answered)} / {write.count(point.sent)})" for point in points],
            hoverinfo="text"))
    return go.Figure(traces, layout(
        420, showlegend=len(traces) > 1, xaxis=_x_axis(shown),
        yaxis={"rangemode": "tozero", "ticksuffix": "%", "gridcolor": GRID, "fixedrange": True}))


def _range(shown: Shown, drawn: Sequence[TrendSeries], bands_of: Sequence[TrendSeries]) -> tuple[float, float]:
    """Lowest and highest point to be drawn, in points, with the bands of some of the series."""
    known = [estimate for series in drawn for point in series.points
             if (estimate := shown.estimate(point)) is not None]
    if not known:
        return -20.0, 20.0
    bands = [estimate for series in bands_of for point in series.points
             if (estimate := shown.estimate(point)) is not None] or known
    return (100 * min([estimate.nps for estimate in known] + [estimate.low for estimate in bands]),
            100 * max([estimate.nps for estimate in known] + [estimate.high for estimate in bands]))


def _x_axis(shown: Shown, *, few: bool = False) -> dict[str, Any]:
    """The time axis: months by their date, waves by their name where they began."""
    axis: dict[str, Any] = {"showgrid": False, "fixedrange": True, "type": "date", "automargin": True}
    if shown.trends.compared_with == "months":
        months = sorted({point.starts_on for series in shown.trends.series for point in series.points})
        most = 3 if few else 7
        # With fewer months than labels Plotly would write a month twice, at its middle too.
        ticks = {"tickmode": "array", "tickvals": months} if len(months) <= most else {"nticks": most}
        # Two lines, so that the labels also fit on a phone.
        text = "%-m月<br>%Y年" if shown.t.code.startswith("zh") else "%b<br>%Y"
        return {**axis, **ticks, "tickformat": text, "tickangle": 0}
    starts = {point.period: point.starts_on for series in shown.trends.series for point in series.points}
    waves = sorted(starts, key=lambda period: (starts[period], period))
    if few and len(waves) > 2:
        waves = [waves[0], waves[-1]]
    return {**axis, "tickmode": "array", "tickvals": [starts[wave] for wave in waves],
            "ticktext": [literal(wave) for wave in waves]}


def _line(shown: Shown, series: TrendSeries, colour: str, *, width: float, largest_dot: float = 13.0,
          **at: str) -> go.Scatter:
    """Raw figures as dots sized by n and joined where periods follow each other; fewer than firm answers are faint."""
    largest = max((point.n for one in shown.trends.series for point in one.points), default=1)
    estimates = [shown.estimate(point) for point in series.points]
    return go.Scatter(
        x=[point.starts_on for point in series.points],
        y=[None if estimate is None else 100 * estimate.nps for estimate in estimates],
        name=literal(series.name), mode="lines+markers", connectgaps=False, line={"color": colour, "width": width},
        marker={"color": colour,
                "size": [max(3.5, dot_size(point.n, largest) * largest_dot / 13) for point in series.points],
                "opacity": [1.0 if point.firm else FAINT for point in series.points]},
        hovertext=[_hover(shown, series, point, estimate)
                   for point, estimate in zip(series.points, estimates, strict=True)],
        hoverinfo="text", **at)


def _hover(shown: Shown, series: TrendSeries, point: TrendPoint, estimate: Estimate | None) -> str:
    write, t = formatter(shown.t.code), shown.t
    if estimate is None:
        return ""
    lines = [literal(series.name), literal(period_label(t, shown.trends.survey, point)),
             f"NPS {write.nps(estimate.nps)} ({write.interval(estimate.low, estimate.high)})", write.sample(point.n)]
    if not point.firm:
        lines.append(t("few answers: no verdict"))
    return "<br>".join(lines)


def _band(shown: Shown, series: TrendSeries, colour: str, **at: str) -> go.Scatter:
    """The 95% interval as a band, with a gap where a figure is withheld."""
    xs: list[date | None] = []
    ys: list[float | None] = []
    for run in _runs(shown, series):
        xs += [point.starts_on for point, _ in run] + [point.starts_on for point, _ in reversed(run)] + [None]
        ys += [100 * estimate.high for _, estimate in run] + [100 * estimate.low for _, estimate in reversed(run)]
        ys.append(None)
    return go.Scatter(x=xs, y=ys, fill="toself", mode="lines", line={"width": 1, "color": translucent(colour, 0.25)},
                      fillcolor=translucent(colour, 0.16), hoverinfo="skip", showlegend=False, **at)


def _runs(shown: Shown, series: TrendSeries) -> list[list[tuple[TrendPoint, Estimate]]]:
    runs: list[list[tuple[TrendPoint, Estimate]]] = [[]]
    for point in series.points:
        estimate = shown.estimate(point)
        if estimate is None:
            runs.append([])
        else:
            runs[-1].append((point, estimate))
    return [run for run in runs if run]


def _withheld(shown: Shown, series: TrendSeries, y: float, **at: str) -> go.Scatter:
    """A cross at the foot of the picture for every period whose figure is withheld, saying why."""
    points = [point for point in series.points if point.withheld is not None and point.n > 0]
    return go.Scatter(
        x=[point.starts_on for point in points], y=[y + 2] * len(points), mode="markers", showlegend=False,
        marker={"symbol": "x-thin", "size": 7, "line": {"width": 1.5, "color": EVENT}},
        hovertext=[f"{literal(series.name)}<br>{literal(period_label(shown.t, shown.trends.survey, point))}<br>"
                   + withheld_reason(shown.t, point.withheld, point.n, shown.thresholds)
                   for point in points if point.withheld is not None],
        hoverinfo="text", **at)


def _panel_title(shown: Shown, series: TrendSeries) -> str:
    movement = series.weighted_movement if shown.weighted and shown.trends.is_weighted else series.movement
    estimate = shown.estimate(series.points[-1]) if series.points else None
    name = series.name if len(series.name) <= 24 else series.name[:23] + "…"
    moved = f" · {badge(shown.t, movement)}" if movement and movement.verdict is Verdict.MOVED else ""
    return f"<b>{literal(name)}</b> {formatter(shown.t.code).nps(estimate.nps if estimate else None)}{moved}"


def _event_lines(events: Sequence[EventMark]) -> list[dict[str, Any]]:
    return [{"type": "line", "x0": event.on_date, "x1": event.on_date, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": EVENT, "width": 1, "dash": "dot"}, "opacity": 0.5, "layer": "below"} for event in events]


def _event_marks(events: Sequence[EventMark], top: float, row_height: float) -> list[go.Scatter]:
    """The numbers of the notes at the head of the picture, in rows by turns, so that close ones do not overlap."""
    if not events:
        return []
    heights = [top - row_height * (0.5 + number % _EVENT_ROWS) for number in range(len(events))]
    return [go.Scatter(
        x=[event.on_date for event in events], y=heights, mode="markers+text", showlegend=False,
        marker={"size": 16, "color": EVENT}, text=[str(event.number) for event in events],
        textfont={"color": "#FFFFFF", "size": 10}, cliponaxis=False,
        hovertext=[f"{event.on_date:%Y-%m-%d}<br>{literal(event.title)}" for event in events], hoverinfo="text")]
