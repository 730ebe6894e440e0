"""Units of one level: scores with best guesses, the funnel, and ribbons of ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.style import EVENT, FAINT, GRID, TOTAL, UNITS, Trace, dot_size, layout, literal, scatter, short, y_axis
from cx.say.compare import unit_words
from cx.say.translator import Translator
from cx.stats.comparison import ComparedUnit, Comparison
from cx.stats.funnel import INNER, OUTER, Standing
from cx.stats.nps import Estimate

MAX_ROWS = 40
_ROW_HEIGHT, _LEAST_ROWS = 22, 5
_UNIT, _GUESS, _OUT = UNITS[3], UNITS[0], UNITS[1]
_STEPS = 60
_FAIR_BELOW = 0.3  # rows: the interval of the best guess must stay readable


class Compared(NamedTuple):
    """What a picture draws: units of a comparison, in a language.

    units: those to draw, with a figure, by expected rank. heads: by unit the name of the unit above it, under which it
    stands; empty: units stand under no head. total: the figure of all together in [-1, 1].
    """

    comparison: Comparison
    t: Translator
    units: tuple[ComparedUnit, ...]
    heads: Mapping[str, str]
    total: float | None

    @property
    def is_cut(self) -> bool:
        """Whether there are more units than rows: then the first and the last ones are drawn."""
        return len(self.units) > MAX_ROWS

    @property
    def lines(self) -> list[ComparedUnit | str]:
        """The lines from above: units, the highest expected rank first, and before those of one unit above its name."""
        half = MAX_ROWS // 2
        units = (*self.units[:half], *self.units[-half:]) if self.is_cut else self.units
        if not self.heads:
            return list(units)
        below: dict[str, list[ComparedUnit | str]] = {}
        for unit in units:
            below.setdefault(self.heads.get(unit.unit_id, ""), []).append(unit)
        return [line for head, found in below.items() for line in ([head, *found] if head else found)]

    @property
    def rows(self) -> list[tuple[int, ComparedUnit]]:
        """The units to draw, each with the number of its line."""
        return [(place, line) for place, line in enumerate(self.lines) if not isinstance(line, str)]

    def hover(self, unit: ComparedUnit) -> str:
        """What is known of a unit, for the pointer."""
        return "<br>".join(literal(line) for line in unit_words(self.t, unit, self.comparison))


def scores(shown: Compared) -> go.Figure:
    """Raw scores as dots sized by n; best guesses given the size as diamonds with their intervals."""
    placed, t = shown.rows, shown.t
    rows, places = [unit for _, unit in placed], [place for place, _ in placed]
    largest = max((unit.n for unit in rows), default=1)
    traces = [
        _intervals([(place, *((unit.pooled.low, unit.pooled.high) if unit.pooled else _ends(unit.estimate)))
                    for place, unit in placed], _GUESS),
        scatter(x=[100 * unit.estimate.nps if unit.estimate else None for unit in rows], y=places, mode="markers",
                name=t("Raw score"),
                marker={"symbol": "circle-open", "color": _UNIT, "line": {"width": 2},
                        "size": [dot_size(unit.n, largest) for unit in rows],
                        "opacity": [1.0 if unit.firm else FAINT for unit in rows]},
                hovertext=[shown.hover(unit) for unit in rows], hoverinfo="text"),
        scatter(x=[100 * unit.pooled.nps if unit.pooled else None for unit in rows], y=places, mode="markers",
                name=t("Best guess given its size"), marker={"symbol": "diamond", "color": _GUESS, "size": 9},
                hovertext=[shown.hover(unit) for unit in rows], hoverinfo="text")]
    fair = [(place, unit) for place, unit in placed if unit.fair]
    if fair:
        traces.append(_intervals([(place + _FAIR_BELOW, unit.fair.low, unit.fair.high) for place, unit in fair
                                  if unit.fair], _OUT))
        traces.append(scatter(
            x=[100 * unit.fair.nps for _, unit in fair if unit.fair], y=[place + _FAIR_BELOW for place, _ in fair],
            mode="markers", name=t("At the same mix"), hovertext=[shown.hover(unit) for _, unit in fair],
            hoverinfo="text", marker={"symbol": "line-ns-open", "color": _OUT, "size": 9,
                                      "line": {"width": 2.5, "color": _OUT}}))
    return go.Figure(traces, _rows_layout(shown, _nps_axis(rows, shown.total), shapes=_total_line(shown.total)))


def ranks(shown: Compared) -> go.Figure:
    """For each unit with a rank the ranks that it may have, with the one that is expected."""
    shown = shown._replace(units=tuple(unit for unit in shown.units if unit.rank))
    placed, t = shown.rows, shown.t
    rows = [unit for _, unit in placed]
    ends = [(place, unit.rank.low - 0.35, unit.rank.high + 0.35) for place, unit in placed if unit.rank]
    traces = [
        _ribbons(ends),
        scatter(x=[unit.rank.expected if unit.rank else None for unit in rows], y=[place for place, _ in placed],
                mode="markers", name=t("Expected rank"), marker={"color": _GUESS, "size": 9, "symbol": "diamond"},
                hovertext=[shown.hover(unit) for unit in rows], hoverinfo="text")]
    count = len(shown.comparison.ranked)
    axis = {"range": [0.4, count + 0.6], "title": {"text": t("Rank")}, "gridcolor": GRID, "fixedrange": True,
            "tickformat": "d", "nticks": 8, "zeroline": False} | ({"dtick": 1} if count <= 12 else {})
    return go.Figure(traces, _rows_layout(shown, axis, showlegend=False))


def funnel(shown: Compared) -> go.Figure:
    """Scores by the number of answers, with the limits between which units usually lie; none with few units."""
    units, t = shown.units, shown.t
    found, drawn = shown.comparison.funnel, [unit for unit in units if unit.estimate]
    sizes = [unit.estimate.n_effective for unit in drawn if unit.estimate]
    traces: list[Trace] = []
    scored = [100 * unit.estimate.nps for unit in drawn if unit.estimate]
    ends, middle = scored or [0.0], math.sqrt(min(sizes, default=1) * max(sizes, default=1))
    if found is not None and sizes:
        first, last = min(sizes) * 0.9, max(sizes) * 1.1
        ends = [*ends, *(100 * end for end in found.limits(last, OUTER))]
        steps = [first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)]
        for confidence, dash, name in ((INNER, "dot", t("95% of usual units")),
                                       (OUTER, "solid", t("99.8% of usual units"))):
            for side in (0, 1):
                line = [100 * found.limits(size, confidence)[side] for size in steps]
                traces.append(scatter(x=steps, y=line, mode="lines", name=name, showlegend=side == 0, hoverinfo="skip",
                                      line={"color": TOTAL, "width": 1.4, "dash": dash}))
        traces.append(scatter(x=[first, last], y=[100 * found.nps] * 2, mode="lines", name=t("All answers"),
                              line={"color": TOTAL, "width": 2.4}, hoverinfo="skip"))
    out = [unit.standing in (Standing.ABOVE, Standing.BELOW) for unit in drawn]
    traces.append(scatter(
        x=sizes, y=scored, mode="markers+text", showlegend=False, cliponaxis=False,
        textposition=["middle left" if size > middle else "middle right" for size in sizes],
        text=[literal(short(unit.name)) if flag else "" for unit, flag in zip(drawn, out, strict=True)],
        marker={"color": [_OUT if flag else _UNIT for flag in out],
                "symbol": ["diamond" if flag else "circle" for flag in out],
                "size": [10 if flag else 7 for flag in out],
                "opacity": [1.0 if unit.firm else FAINT for unit in drawn]},
        hovertext=[shown.hover(unit) for unit in drawn], hoverinfo="text"))
    return go.Figure(traces, layout(
        430, showlegend=found is not None, yaxis=y_axis(min(ends), max(ends), title={"text": "NPS"}),
        xaxis={"type": "log", "title": {"text": t("Answers (independent ones that they are worth)")}, "gridcolor": GRID,
               "fixedrange": True, "tickformat": ",d", "tickvals": _round_sizes(sizes)},
        margin={"l": 46, "r": 14, "t": 26, "b": 84}))


def _round_sizes(sizes: Sequence[float]) -> list[int]:
    """1, 2 and 5 times powers of ten around the sizes, for a logarithmic axis."""
    steps = [factor * 10**power for power in range(9) for factor in (1, 2, 5)]
    return [step for step in steps if min(sizes, default=1) / 2 <= step <= 2 * max(sizes, default=1)]


def _ends(estimate: Estimate | None) -> tuple[float, float]:
    return (estimate.low, estimate.high) if estimate else (0.0, 0.0)


def _intervals(ends: Sequence[tuple[float, float, float]], colour: str) -> Trace:
    """Lines from low to high, each at its place."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for place, low, high in ends:
        xs += [100 * low, 100 * high, None]
        ys += [place, place, None]
    return scatter(x=xs, y=ys, mode="lines", line={"color": colour, "width": 2}, opacity=0.6, hoverinfo="skip",
                   showlegend=False)


def _ribbons(ends: Sequence[tuple[int, float, float]]) -> Trace:
    return {"type": "bar", "orientation": "h", "y": [place for place, _, _ in ends],
            "base": [low for _, low, _ in ends], "x": [high - low for _, low, high in ends],
            "marker": {"color": _UNIT, "line": {"width": 0}}, "opacity": 0.35, "hoverinfo": "skip",
            "showlegend": False, "width": 0.5}


def _nps_axis(rows: Sequence[ComparedUnit], total: float | None) -> dict[str, Any]:
    known = [unit.estimate.nps for unit in rows if unit.estimate] + ([] if total is None else [total])
    ends = [end for unit in rows if unit.pooled for end in (unit.pooled.low, unit.pooled.high)]
    ends += [end for unit in rows if unit.fair for end in (unit.fair.low, unit.fair.high)]
    return y_axis(100 * min([*known, *ends], default=-0.2), 100 * max([*known, *ends], default=0.2),
                  title={"text": "NPS"})


def _total_line(total: float | None) -> list[dict[str, Any]]:
    if total is None:
        return []
    return [{"type": "line", "x0": 100 * total, "x1": 100 * total, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": TOTAL, "width": 1.6, "dash": "dash"}, "layer": "below"}]


def _rows_layout(shown: Compared, x_axis: dict[str, Any], *, showlegend: bool = True,
                 shapes: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    lines = shown.lines
    heads = [place for place, line in enumerate(lines) if isinstance(line, str)]
    between = [MAX_ROWS / 2 - 0.5] if shown.is_cut and not shown.heads else []
    dividers = [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "layer": "below",
                 "line": {"color": EVENT, "width": 1, "dash": "dot"}}
                for y in [*between, *(place - 0.5 for place in heads if place)]]
    return layout(
        110 + _ROW_HEIGHT * max(_LEAST_ROWS, len(lines)), xaxis=x_axis, showlegend=showlegend,
        yaxis={"range": [len(lines) - 0.4, -0.6], "tickmode": "array", "tickvals": list(range(len(lines))),
               "ticktext": [f"<b>{literal(short(line))}</b>" if isinstance(line, str) else literal(short(line.name))
                            for line in lines],
               "automargin": True, "fixedrange": True, "showgrid": False, "zeroline": False},
        margin={"l": 46, "r": 14, "t": 10, "b": 84}, shapes=[*shapes, *dividers])


def alt(shown: Compared, headline: str) -> str:
    """What the picture shows, for readers who do not see it: the finding, then the first units in words."""
    lines = [" · ".join(unit_words(shown.t, unit, shown.comparison)) for _, unit in shown.rows[:8]]
    return f"{headline} " + "; ".join(lines)
