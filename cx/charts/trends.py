"""NPS over time: units together, as small multiples on one scale, shares of the classes, and the response rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.series import MAX_LINES as MAX_LINES
from cx.charts.series import Shown as Shown
from cx.charts.series import band, crosses, line, with_gaps
from cx.charts.style import (
    DETRACTOR,
    EVENT,
    GRID,
    PASSIVE,
    PROMOTER,
    TOTAL,
    UNITS,
    Trace,
    layout,
    literal,
    scatter,
    short,
    y_axis,
)
from cx.charts.yardsticks import Yardsticks, yardstick_traces
from cx.say.numbers import formatter
from cx.say.trends import period_label
from cx.say.verdicts import badge, evidence, withheld_reason
from cx.stats.movement import Movement, Verdict
from cx.stats.trends import TrendSeries

MAX_PANELS = 12
_PANEL_HEIGHT = 170
_MAX_WAVE_LABELS = 4  # beside each other on a phone, with names such as 2026 Q3
# Rows of numbers at the head of a picture, and the height of each as a share of the axis.
_EVENT_ROWS = 3
_EVENT_ROW = 0.06


class EventMark(NamedTuple):
    """A note on the time axis: its number in the list below the picture, its day, what happened."""

    number: int
    on_date: date
    title: str


def together(shown: Shown, events: Sequence[EventMark], yardsticks: Yardsticks | None = None) -> go.Figure:
    """All units on one axis: the total with its interval as a band, dots sized by the number of answers.

    `yardsticks`: the targets and competitors of the one unit that is shown.
    """
    drawn, colours = shown.with_total(MAX_LINES), shown.colours
    days = [point.starts_on for series in drawn for point in series.points]
    held_against = (yardsticks or Yardsticks()).within(min(days), max(days)) if days else Yardsticks()
    low, high = _range(shown, drawn, drawn[:1], held_against.heights)
    traces: list[Any] = []
    if shown.total or len(drawn) == 1:
        traces.append(band(shown, drawn[0], colours[drawn[0].unit_id]))
    parts = [series for series in drawn if series is not shown.total]
    traces += [line(shown, series, colours[series.unit_id], width=1.6) for series in parts]
    if shown.total:
        traces.append(line(shown, shown.total, TOTAL, width=3))
    axis = y_axis(low, high, title={"text": "NPS"})
    foot, head = axis["range"]
    if events:
        axis["range"] = [foot, head + _EVENT_ROWS * _EVENT_ROW * (head - foot)]
    traces.append(crosses(shown, drawn, [colours[series.unit_id] for series in drawn], (foot, head)))
    if held_against != Yardsticks():
        traces += yardstick_traces(shown.t, held_against, min(days), set(colours.values()))
    traces += _event_marks(events, axis["range"][1], _EVENT_ROW * (head - foot))
    return go.Figure(traces, layout(
        400, xaxis=x_axis(shown), yaxis=axis, shapes=_event_lines(events),
        showlegend=len(drawn) > 1 or held_against != Yardsticks()))


def small_multiples(shown: Shown) -> tuple[go.Figure, ...]:
    """One small picture a unit, all on one scale, each with its interval band, its name and its newest figure.

    They are pictures of their own, so that a page can set as many beside each other as fit; in the order of
    `shown.with_total(MAX_PANELS)`.
    """
    drawn = shown.with_total(MAX_PANELS)
    axis = y_axis(*_range(shown, drawn, drawn))
    return tuple(_panel(shown, series, axis) for series in drawn)


def panel_alt(shown: Shown, series: TrendSeries) -> str:
    """What the small picture of a unit shows, for readers who do not see it: newest figure, n and verdict in words."""
    if not series.points:
        return shown.t("{unit} has no answers in this view.", unit=series.name)
    write, last = formatter(shown.t.code), series.points[-1]
    estimate, movement = shown.estimate(last), _movement(shown, series)
    said = [series.name, period_label(shown.t, shown.trends.survey, last)]
    if estimate is not None:
        said += [f"NPS {write.nps(estimate.nps)} ({write.interval(estimate.low, estimate.high)})", write.sample(last.n)]
        said += [evidence(shown.t, movement, shown.thresholds)] if movement else []
    elif last.withheld is not None:
        said.append(withheld_reason(shown.t, last.withheld, last.n, shown.thresholds))
    return " · ".join(said)


def _panel(shown: Shown, series: TrendSeries, axis: dict[str, Any]) -> go.Figure:
    colour = TOTAL if series is shown.total else UNITS[0]
    traces = [band(shown, series, colour), line(shown, series, colour, width=1.6, largest_dot=7),
              crosses(shown, [series], [EVENT], axis["range"])]
    title = {"text": _panel_title(shown, series), "x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left",
             "yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
    return go.Figure(traces, layout(_PANEL_HEIGHT, annotations=[title], xaxis=x_axis(shown, few=True), yaxis=axis,
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
        420, barmode="stack", bargap=0.15, showlegend=True, xaxis=x_axis(shown),
        yaxis={"range": [0, 100], "ticksuffix": "%", "gridcolor": GRID, "fixedrange": True}))


def response_rates(shown: Shown) -> go.Figure:
    """The share of the questionnaires sent that came back with an answer, for the total and the units drawn."""
    write, t = formatter(shown.t.code), shown.t
    traces = []
    for one in shown.with_total(MAX_LINES):
        known = [point for point in one.points if point.response_rate is not None]
        if not known:
            continue
        points = with_gaps(shown, known)
        traces.append(scatter(
            x=[point and point.starts_on for point in points],
            y=[point and 100 * (point.response_rate or 0) for point in points],
            name=literal(short(one.name)), mode="lines+markers", connectgaps=False,
            line={"color": shown.colours[one.unit_id], "width": 3 if one is shown.total else 1.6},
            hovertext=[f"{literal(one.name)}<br>{literal(period_label(t, shown.trends.survey, point))}<br>"
                       f"{write.percent(point.response_rate)} "
                       f"({write.count(point.answered)} / {write.count(point.sent)})" if point else ""
                       for point in points],
            hoverinfo="text"))
    return go.Figure(traces, layout(
        420, showlegend=len(traces) > 1, xaxis=x_axis(shown),
        yaxis={"rangemode": "tozero", "ticksuffix": "%", "gridcolor": GRID, "fixedrange": True}))


def _range(shown: Shown, drawn: Sequence[TrendSeries], bands_of: Sequence[TrendSeries], more: Sequence[float] = ()
           ) -> tuple[float, float]:
    """Lowest and highest point to be drawn, in points, with the bands of some of the series, and `more` heights."""
    known = [estimate for series in drawn for point in series.points
             if (estimate := shown.estimate(point)) is not None]
    if not known:
        return -20.0, 20.0
    bands = [estimate for series in bands_of for point in series.points
             if (estimate := shown.estimate(point)) is not None] or known
    heights = [estimate.nps for estimate in known] + list(more)
    return (100 * min(heights + [estimate.low for estimate in bands]),
            100 * max(heights + [estimate.high for estimate in bands]))


def x_axis(shown: Shown, *, few: bool = False) -> dict[str, Any]:
    """The time axis: months by their date, waves by their name where they began, at most so many of them."""
    axis: dict[str, Any] = {"showgrid": False, "fixedrange": True, "type": "date", "automargin": True}
    if shown.trends.compared_with == "months":
        months = sorted({point.starts_on for series in shown.trends.series for point in series.points})
        most = 3 if few else 7
        # With fewer months than labels Plotly would write a month twice, at its middle too.
        ticks = {"tickmode": "array", "tickvals": months} if len(months) <= most else {"nticks": most}
        # Two lines, so that the labels also fit on a phone.
        text = "%-m月<br>%Y" if shown.t.code.startswith("zh") else "%b<br>%Y"
        return {**axis, **ticks, "tickformat": text, "tickangle": 0}
    starts = {point.period: point.starts_on for series in shown.trends.series for point in series.points}
    waves = sorted(starts, key=lambda period: (starts[period], period))
    if few and len(waves) > 2:
        waves = [waves[0], waves[-1]]
    # Level labels fit on a phone when they are few; the newest wave always has one.
    waves = waves[::-1][::math.ceil(len(waves) / _MAX_WAVE_LABELS) or 1][::-1]
    return {**axis, "tickmode": "array", "tickangle": 0, "tickvals": [starts[wave] for wave in waves],
            "ticktext": [literal(wave) for wave in waves]}


def _panel_title(shown: Shown, series: TrendSeries) -> str:
    movement = _movement(shown, series)
    estimate = shown.estimate(series.points[-1]) if series.points else None
    moved = f" · {badge(shown.t, movement)}" if movement and movement.verdict is Verdict.MOVED else ""
    figure = formatter(shown.t.code).nps(estimate.nps if estimate else None)
    return f"<b>{literal(short(series.name))}</b> {figure}{moved}"


def _movement(shown: Shown, series: TrendSeries) -> Movement | None:
    return series.weighted_movement if shown.weighted and shown.trends.is_weighted else series.movement


def _event_lines(events: Sequence[EventMark]) -> list[dict[str, Any]]:
    return [{"type": "line", "x0": event.on_date, "x1": event.on_date, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": EVENT, "width": 1, "dash": "dot"}, "opacity": 0.5, "layer": "below"} for event in events]


def _event_marks(events: Sequence[EventMark], top: float, row_height: float) -> list[Trace]:
    """The numbers of the notes at the head of the picture, in rows by turns, so that close ones do not overlap."""
    if not events:
        return []
    heights = [top - row_height * (0.5 + number % _EVENT_ROWS) for number in range(len(events))]
    return [scatter(
        x=[event.on_date for event in events], y=heights, mode="markers+text", showlegend=False,
        marker={"size": 16, "color": EVENT}, text=[str(event.number) for event in events],
        textfont={"color": "#FFFFFF", "size": 10}, cliponaxis=False,
        hovertext=[f"{event.on_date:%Y-%m-%d}<br>{literal(event.title)}" for event in events], hoverinfo="text")]
