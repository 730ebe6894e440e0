"""The NPS of all who were asked, by how much lower the silent would score than those who answered."""

from __future__ import annotations

import plotly.graph_objects as go

from cx.charts.style import GRID, TOTAL, UNITS, layout, scatter, y_axis
from cx.say.numbers import formatter
from cx.say.silent import Asked
from cx.say.translator import Translator
from cx.stats.silent import nps_of_all

_GAPS = [gap / 100 for gap in range(31)]


def tipping_line(t: Translator, asked: Asked) -> go.Figure:
    """A line from the score of those who answered downwards; the dot on its left is what was measured."""
    write, nps = formatter(t.code), asked.estimate.nps
    of_all = [nps_of_all(nps, asked.rate, gap) for gap in _GAPS]
    line = scatter(
        x=[100 * gap for gap in _GAPS], y=[100 * score for score in of_all], mode="lines",
        line={"color": UNITS[0], "width": 2}, hoverinfo="text",
        hovertext=[t("silent {gap} points lower: NPS of all asked {nps}", gap=round(100 * gap), nps=write.nps(score))
                   for gap, score in zip(_GAPS, of_all, strict=True)])
    measured = scatter(
        x=[0], y=[100 * nps], mode="markers", marker={"color": TOTAL, "size": 11},
        error_y={"type": "data", "symmetric": False, "color": TOTAL, "width": 5,
                 "array": [100 * (asked.estimate.high - nps)], "arrayminus": [100 * (nps - asked.estimate.low)]},
        hovertext=[t("of those who answered {nps} ({interval}), {n}", nps=write.nps(nps),
                     interval=write.interval(asked.estimate.low, asked.estimate.high),
                     n=write.sample(asked.estimate.n))], hoverinfo="text")
    return go.Figure([line, measured], layout(
        260, yaxis=y_axis(100 * min(of_all), 100 * nps, title={"text": t("NPS of all asked")}),
        xaxis={"title": {"text": t("Points that the silent would score lower")}, "gridcolor": GRID, "fixedrange": True,
               "range": [-1, 31], "automargin": True}))
