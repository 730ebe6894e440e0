"""A change taken apart: the change and its two parts with intervals, then what each stratum contributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.style import GRID, TOTAL, UNITS, layout, literal, scatter, short
from cx.say.change_parts import part_name
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.change_parts import ChangeParts, Part

MAX_PARTS = 10
_SCORE, _MIX, _INTERVAL = UNITS[3], UNITS[2], "#757575"
_ROW_HEIGHT = 26


class Taken(NamedTuple):
    """A change that is shown by strata, with their names."""

    t: Translator
    found: ChangeParts
    names: Mapping[str, str]

    @property
    def drawn(self) -> tuple[Part, ...]:
        """The strata with the largest parts."""
        return self.found.parts[:MAX_PARTS]


def change_parts(taken: Taken) -> go.Figure:
    """Three rows with intervals (change, by score, by who answers); below, two bars a stratum that add up to these."""
    t, split = taken.t, taken.found.split
    heads = [(t("Change"), split.change), (t("Customers score otherwise"), split.performance),
             (t("Others answer"), split.mix)]
    write = formatter(t.code)
    places = [len(heads) + 0.6 + place for place in range(len(taken.drawn))]
    traces: list[Any] = [
        scatter(x=[100 * part.nps for _, part in heads], y=list(range(len(heads))), mode="markers", showlegend=False,
                marker={"color": [TOTAL, _SCORE, _MIX], "size": 11, "symbol": ["diamond", "square", "square"]},
                error_x={"type": "data", "symmetric": False, "thickness": 1.6, "width": 5, "color": _INTERVAL,
                         "array": [100 * (part.high - part.nps) for _, part in heads],
                         "arrayminus": [100 * (part.nps - part.low) for _, part in heads]},
                hovertext=[f"{literal(name)}<br>{write.change(part.nps)} ({write.interval(part.low, part.high)})"
                           for name, part in heads], hoverinfo="text"),
        _bars(taken, places, t("by its score"), _SCORE, [part.performance for part in taken.drawn], ""),
        _bars(taken, places, t("by its share of the answers"), _MIX, [part.mix for part in taken.drawn], "/"),
    ]
    labels = [name for name, _ in heads] + [short(part_name(t, part, taken.names)) for part in taken.drawn]
    last = len(heads) + len(taken.drawn)
    return go.Figure(traces, layout(
        110 + _ROW_HEIGHT * (last + 1), showlegend=True, barmode="relative", bargap=0.35,
        xaxis={"title": {"text": t("Points of NPS")}, "gridcolor": GRID, "zeroline": True,
               "zerolinecolor": "rgba(128,128,128,0.6)", "fixedrange": True, "automargin": True},
        yaxis={"range": [last + 0.1, -0.6], "tickvals": [0, 1, 2, *places],
               "ticktext": [literal(one) for one in labels], "automargin": True,
               "fixedrange": True, "showgrid": False, "zeroline": False},
        shapes=[{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 2.8, "y1": 2.8,
                 "line": {"color": GRID, "width": 1}}],
        margin={"l": 46, "r": 14, "t": 10, "b": 84}))


def _bars(taken: Taken, places: list[float], name: str, colour: str, values: list[float], pattern: str
          ) -> dict[str, Any]:
    return {"type": "bar", "orientation": "h", "y": places, "x": [100 * value for value in values], "name": name,
            "width": 0.62, "hovertext": [_hover(taken, part) for part in taken.drawn], "hoverinfo": "text",
            "marker": {"color": colour, "line": {"width": 0}, "pattern": {"shape": pattern, "fillmode": "replace",
                                                                          "size": 5}}}


def _hover(taken: Taken, part: Part) -> str:
    t, write = taken.t, formatter(taken.t.code)
    lines = [part_name(t, part, taken.names),
             t("contributes {score} by its score, {mix} by its share", score=write.change(part.performance),
               mix=write.change(part.mix)),
             t("share of the answers {before} → {after}", before=write.percent(part.share_before, 0),
               after=write.percent(part.share_after, 0))]
    if part.rise is not None:
        lines.append(t("own score {change} (95% interval {interval})", change=write.change(part.rise.nps),
                       interval=write.interval(part.rise.low, part.rise.high)))
    return "<br>".join(literal(line) for line in lines)
