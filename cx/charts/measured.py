"""What the systems measured at a touchpoint, in panels under its T-NPS: one time axis for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from cx.charts.series import Shown, band, crosses, line
from cx.charts.style import EVENT, GRID, TOTAL, UNITS, Trace, layout, literal, scatter, translucent, y_axis
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.measured import MeasuredMonth
from cx.stats.months import month_after
from cx.stats.trends import TrendSeries

_PANEL, _GAP = 150, 44
_TOP, _FOOT = 30, 44
_LOST, _TIME, _VOLUME = UNITS[1], UNITS[0], UNITS[3]


def measured(shown: Shown, series: TrendSeries, months: Sequence[MeasuredMonth]) -> go.Figure:
    """T-NPS, and below it loss, time to an answer and contacts, as far as they were measured."""
    t = shown.t
    estimates = [estimate for point in series.points if (estimate := shown.estimate(point)) is not None]
    axis = y_axis(100 * min((one.low for one in estimates), default=0),
                  100 * max((one.high for one in estimates), default=0))
    panels: list[tuple[str, list[Trace], dict[str, Any]]] = [
        (t("T-NPS"), [band(shown, series, TOTAL), line(shown, series, TOTAL, width=1.6, largest_dot=7),
                      crosses(shown, [series], [EVENT], axis["range"])], axis)]
    panels += [panel for panel in (_losses(t, months), _times(t, months), _contacts(t, months)) if panel]
    height = _TOP + _FOOT + _PANEL * len(panels) + _GAP * (len(panels) - 1)
    inner = height - _TOP - _FOOT
    traces, axes, titles = [], {}, []
    for place, (title, drawn, y) in enumerate(panels):
        top = 1 - place * (_PANEL + _GAP) / inner
        number = "" if place == 0 else str(place + 1)
        axes[f"yaxis{number}"] = {**y, "domain": [max(0.0, top - _PANEL / inner), top]}
        traces += [{**trace, "yaxis": f"y{number}"} for trace in drawn]
        titles.append({"text": f"<b>{literal(title)}</b>", "x": 0, "y": top, "xref": "paper", "yref": "paper",
                       "xanchor": "left", "yanchor": "bottom", "showarrow": False, "font": {"size": 12}})
    return go.Figure(traces, layout(height, annotations=titles, xaxis=_time_axis(t, series, months, len(panels)),
                                    margin={"l": 52, "r": 14, "t": _TOP, "b": _FOOT}, **axes))


def _time_axis(t: Translator, series: TrendSeries, months: Sequence[MeasuredMonth], panels: int) -> dict[str, Any]:
    days = sorted({*(point.starts_on for point in series.points), *(month.month for month in months)})
    few = {"tickmode": "array", "tickvals": days} if len(days) <= 7 else {"nticks": 7}
    return {"type": "date", "showgrid": True, "gridcolor": GRID, "fixedrange": True, "tickangle": 0, **few,
            "tickformat": "%-m月<br>%Y" if t.code.startswith("zh") else "%b<br>%Y",
            "range": [month_after(days[0], -1), month_after(days[-1], 1)],
            "anchor": "y" if panels == 1 else f"y{panels}"}


def _losses(t: Translator, months: Sequence[MeasuredMonth]) -> tuple[str, list[Trace], dict[str, Any]] | None:
    write, known = formatter(t.code), [(month, month.lost) for month in months if month.lost]
    if not known:
        return None
    days = [month.month for month, _ in known]
    bars = [max(1e-9, 100 * (lost.high - lost.rate)) for _, lost in known]
    return t("Lost: entered and did not complete"), [scatter(
        x=days, y=[100 * lost.rate for _, lost in known], mode="lines+markers", showlegend=False,
        line={"color": _LOST, "width": 1.6}, marker={"size": 4},
        error_y={"type": "data", "symmetric": False, "array": bars, "width": 0, "thickness": 1,
                 "arrayminus": [100 * (lost.rate - lost.low) for _, lost in known]},
        hovertext=[f"{write.month(month.month)}<br>{write.percent(lost.rate)} "
                   f"({write.percent_interval(lost.low, lost.high)})<br>"
                   + t("of {n} who entered", n=write.count(month.entered)) for month, lost in known],
        hoverinfo="text")], {**_PLAIN, "ticksuffix": "%"}


def _times(t: Translator, months: Sequence[MeasuredMonth]) -> tuple[str, list[Trace], dict[str, Any]] | None:
    write = formatter(t.code)
    known = [month for month in months if month.median_s is not None or month.p90_s is not None]
    if not known:
        return None
    largest = max(max(month.median_s or 0, month.p90_s or 0) for month in known)
    seconds, words = next((size, words) for size, words in (
        (86_400, t("Days to an answer (dashed: 90%)")),
        (3_600, t("Hours to an answer (dashed: 90%)")),
        (60, t("Minutes to an answer (dashed: 90%)")),
        (1, t("Seconds to an answer (dashed: 90%)"))) if largest >= 2 * size or size == 1)

    def said(month: MeasuredMonth) -> str:
        lines = [write.month(month.month),
                 t("median {median}, 90% within {p90}", median=_number(write.number, month.median_s, seconds),
                   p90=_number(write.number, month.p90_s, seconds))]
        if month.timed_units > 1:
            lines.append(t("the middle one of {n} units", n=write.count(month.timed_units)))
        return "<br>".join(lines)

    hover = [said(month) for month in known]
    days: list[date] = [month.month for month in known]
    return words, [
        scatter(x=days, y=[None if one is None else one / seconds for one in (
            getattr(month, name) for month in known)], mode="lines", showlegend=False,
            line={"color": _TIME, "width": width, "dash": dash}, hovertext=hover, hoverinfo="text")
        for name, width, dash in (("median_s", 2.2, "solid"), ("p90_s", 1.4, "dash"))], _PLAIN


def _number(write: Any, seconds: float | None, size: int) -> str:
    return str(write(None if seconds is None else seconds / size, 1))


def _contacts(t: Translator, months: Sequence[MeasuredMonth]) -> tuple[str, list[Trace], dict[str, Any]] | None:
    write = formatter(t.code)
    known = [(month.month, month.contacts) for month in months if month.contacts is not None]
    if not known:
        return None
    return t("Contacts in the month"), [{
        "type": "bar", "x": [day for day, _ in known], "y": [n for _, n in known], "showlegend": False,
        "marker": {"color": translucent(_VOLUME, 0.8)}, "hoverinfo": "text",
        "hovertext": [f"{write.month(day)}<br>{write.count(n)}" for day, n in known]}], _PLAIN


_PLAIN: dict[str, Any] = {"rangemode": "tozero", "gridcolor": GRID, "fixedrange": True, "nticks": 4,
                          "separatethousands": True, "zerolinecolor": "rgba(128,128,128,0.5)"}
