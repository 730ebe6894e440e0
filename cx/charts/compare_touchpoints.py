"""Touchpoints by units as a map: the score and its n in each cell, coloured where it can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.style import EVENT, GRID, PROMOTER, Trace, layout, literal, scatter, short
from cx.say.compare_touchpoints import cell_words
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import MapCell
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint

MAX_TOUCHPOINTS, MAX_UNITS = 30, 12
_SCALE_PTS = 30  # the same in every map; what lies beyond has the last colour
# White numbers can be read on all of them, and the end below is a darker shade of the colour of detractors.
_BELOW, _MIDDLE, _ABOVE = "#B85000", "#6B7280", PROMOTER
_ROW_HEIGHT = 31
_NAME_WIDTH, _UNIT_WIDTH = 150, 46
_NAME_LETTERS = 20


class Mapped(NamedTuple):
    """What the picture draws: a map in a language, with the limits below which it withholds.

    words: what is known of a cell, line by line; None for how it stands to the other units. scale: what the colours
    mean. most: rows to draw at most. headed: whether touchpoints stand under the heads of their stages.
    """

    named: NamedMap
    t: Translator
    thresholds: Thresholds
    words: Callable[[Touchpoint, MapCell], list[str]] | None = None
    scale: str = ""
    most: int = MAX_TOUCHPOINTS
    headed: bool = True

    @property
    def drawn(self) -> tuple[tuple[Touchpoint, ...], tuple[str, ...]]:
        """The touchpoints and units to draw: of many those that stand out most, in their order; without heads, in an
        order of their own, the first.
        """
        touchpoints, units = self.named.map.standing_out(self.most, MAX_UNITS)
        if not self.headed:
            return self.named.touchpoints[:self.most], units
        kept = set(touchpoints)
        return tuple(one for one in self.named.touchpoints if one.id in kept), units

    def lines(self, touchpoint: Touchpoint, cell: MapCell) -> list[str]:
        """What is known of a cell, line by line."""
        if self.words is not None:
            return self.words(touchpoint, cell)
        return cell_words(self.t, self.named, touchpoint, cell, self.thresholds)


class _Place(NamedTuple):
    """A cell in its place: column, row, and the touchpoint that the row is."""

    x: int
    y: int
    touchpoint: Touchpoint
    cell: MapCell


def touchpoint_map(shown: Mapped) -> go.Figure:
    """Rows are touchpoints under the heads of their stages, columns units; plain where nothing can be told apart."""
    touchpoints, units = shown.drawn
    rows = _rows(touchpoints) if shown.headed else list[Touchpoint | str](touchpoints)
    places = [_Place(x, y, row, shown.named.map.cells[row.id, unit_id]) for y, row in enumerate(rows)
              if isinstance(row, Touchpoint) for x, unit_id in enumerate(units)]
    names = shown.named.unit_names
    return go.Figure([_colours(shown, rows, units), _texts(shown, places)], layout(
        170 + _ROW_HEIGHT * len(rows),
        xaxis={"side": "top", "range": [-0.5, len(units) - 0.5], "tickmode": "array", "autotickangles": [0, -90],
               "tickvals": list(range(len(units))),
               "ticktext": [literal(_cut(name)) for name in _told_apart([names[one] for one in units])],
               "fixedrange": True, "showgrid": False, "zeroline": False, "automargin": True, "ticks": ""},
        yaxis={"range": [len(rows) - 0.5, -0.5], "tickmode": "array", "tickvals": list(range(len(rows))),
               "ticktext": [literal(_cut(row.name)) if isinstance(row, Touchpoint) else "" for row in rows],
               "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": ""},
        shapes=[_grid_line(y) for y, row in enumerate(rows) if not isinstance(row, Touchpoint)],
        annotations=[_stage(y, row) for y, row in enumerate(rows) if not isinstance(row, Touchpoint)],
        margin={"l": _NAME_WIDTH, "r": 14, "t": 40, "b": 66}))


def least_width(shown: Mapped) -> int:
    """The width in pixels below which numbers of neighbours would touch."""
    return _NAME_WIDTH + 14 + _UNIT_WIDTH * len(shown.drawn[1])


def _rows(touchpoints: tuple[Touchpoint, ...]) -> list[Touchpoint | str]:
    """The rows from above: touchpoints, and before the first of each stage the name of the stage."""
    rows: list[Touchpoint | str] = []
    before = ("", "")
    for one in touchpoints:
        place = (one.journey, one.stage)
        if place != before and any(place):
            rows.append(" · ".join(dict.fromkeys(part for part in place if part)))
        before = place
        rows.append(one)
    return rows


def _told_apart(names: list[str]) -> list[str]:
    """Names without the words that all of them begin with, where some are too long to be read whole.

    >>> _told_apart(["Harbour Brokers Orchid Garden", "Harbour Brokers Amber Garden"])
    ['…Orchid Garden', '…Amber Garden']
    """
    words = [name.split(" ") for name in names]
    shared = min((len(one) - 1 for one in words), default=0)
    while shared and len({tuple(one[:shared]) for one in words}) > 1:
        shared -= 1
    if len(names) < 2 or not shared or all(_cut(name) == name for name in names):
        return names
    return ["…" + " ".join(one[shared:]) for one in words]


def _stage(y: int, name: str) -> dict[str, Any]:
    """The name of a stage at the left of its row, over names and columns: no cell stands there."""
    return {"text": f"<b>{literal(name)}</b>", "x": 0, "xref": "paper", "xshift": 6 - _NAME_WIDTH, "xanchor": "left",
            "y": y, "yanchor": "middle", "showarrow": False, "font": {"size": 12}}


def _cut(name: str) -> str:
    """A name as the edges of a map carry it."""
    return short(name, _NAME_LETTERS)


def _grid_line(y: int) -> dict[str, Any]:
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y + 0.5, "y1": y + 0.5,
            "line": {"color": GRID, "width": 1}, "layer": "below"}


def _colours(shown: Mapped, rows: list[Touchpoint | str], units: tuple[str, ...]) -> Trace:
    write, cells = formatter(shown.t.code), shown.named.map.cells

    def points(row: Touchpoint | str, unit_id: str) -> float | None:
        cell = cells[row.id, unit_id] if isinstance(row, Touchpoint) else None
        return 100 * cell.gap if cell and cell.apart and cell.gap is not None else None

    ticks = (-_SCALE_PTS, -_SCALE_PTS // 2, 0, _SCALE_PTS // 2, _SCALE_PTS)
    return {"type": "heatmap", "z": [[points(row, unit_id) for unit_id in units] for row in rows],
            "zmin": -_SCALE_PTS, "zmid": 0, "zmax": _SCALE_PTS, "xgap": 2, "ygap": 2, "hoverinfo": "skip",
            "colorscale": [[0, _BELOW], [0.5, _MIDDLE], [1, _ABOVE]],
            "colorbar": {"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom", "x": 0.01,
                         "xref": "container", "xanchor": "left", "len": 220, "lenmode": "pixels", "thickness": 10,
                         "tickvals": list(ticks), "ticktext": [write.nps(tick / 100, 0) for tick in ticks], "ypad": 4,
                         "title": {"text": shown.scale or shown.t("Points against all these units together"),
                                   "side": "top", "font": {"size": 12}}}}


def _texts(shown: Mapped, places: list[_Place]) -> Trace:
    """The score and n in every cell, a cross where it is withheld; under the pointer what is known of it."""
    return scatter(
        x=[place.x for place in places], y=[place.y for place in places], mode="markers+text", showlegend=False,
        marker={"symbol": "square", "size": 30, "color": "rgba(0,0,0,0)", "line": {"width": 0}},
        text=[_text(shown, place.cell) for place in places],
        textfont={"size": 10, "color": ["#FFFFFF" if place.cell.apart else EVENT for place in places]},
        hovertext=["<br>".join(literal(line) for line in shown.lines(place.touchpoint, place.cell))
                   for place in places],
        hoverinfo="text", customdata=[place.touchpoint.id for place in places])


def _text(shown: Mapped, cell: MapCell) -> str:
    if cell.estimate is None:
        return "×" if cell.n else ""
    write = formatter(shown.t.code)
    sign = "" if not cell.apart or cell.gap is None else " ▲" if cell.gap > 0 else " ▼"
    return (f"{write.nps(cell.estimate.nps, 0)}{sign}<br>"
            f"<span style='font-size:9px'>{write.count(cell.n)}</span>")
