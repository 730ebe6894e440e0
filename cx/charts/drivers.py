"""Drivers: importance with its uncertainty, what bad ratings cost, penalty and reward, importance over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from cx.charts.style import EVENT, GRID, TOTAL, UNITS, Trace, layout, literal, scatter, short
from cx.say.drivers import KINDS, difference_words, effect_words, ordered
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.asymmetry import Asymmetry, Effect
from cx.stats.rating_difference import RatingDifference
from cx.warehouse.drivers import UnitDrivers

_OWN, _GROUP, _PENALTY, _REWARD = UNITS[3], TOTAL, UNITS[2], UNITS[0]
_ROW_HEIGHT = 34
_PANEL_HEIGHT = 150


class Rated(NamedTuple):
    """The drivers of one unit, in a language."""

    t: Translator
    found: UnitDrivers

    @property
    def places(self) -> list[int]:
        """Places of the drivers from above: the most important first."""
        return ordered(self.found)

    @property
    def names(self) -> list[str]:
        """Their names, as the axis carries them."""
        return [literal(short(self.found.names[place])) for place in self.places]

    @property
    def asymmetries(self) -> list[Asymmetry]:
        """Penalties and rewards in this order; empty where they are not known."""
        return [self.found.asymmetries[place] for place in self.places] if self.found.asymmetries else []


def importance(rated: Rated, group: UnitDrivers | None = None, names: tuple[str, str] = ("", "")) -> go.Figure:
    """The share of each driver with its interval and the chance to be first; beside it the unit above, if given.

    `names`: of the unit and of the one above.
    """
    t, write, drivers = rated.t, formatter(rated.t.code), rated.found.importance.drivers
    own = [drivers[place] for place in rated.places]
    rows = list(range(len(own)))
    hover = [f"{literal(rated.found.names[place])}<br>{write.percent(one.share, 0)} "
             f"({write.percent_interval(one.low, one.high, 0)})<br>"
             f"{t('first in {chance} of draws', chance=write.percent(one.first, 0))}"
             for place, one in zip(rated.places, own, strict=True)]
    traces = [_dots([100 * one.share for one in own], rows, [(100 * one.low, 100 * one.high) for one in own], _OWN,
                    "circle", hover, names[0])]
    if group is not None:
        above = [group.importance.drivers[group.names.index(rated.found.names[place])] for place in rated.places
                 if rated.found.names[place] in group.names]
        traces.append(_dots(
            [100 * one.share for one in above], [row + 0.28 for row in rows[:len(above)]],
            [(100 * one.low, 100 * one.high) for one in above], _GROUP, "diamond",
            [f"{literal(names[1])}<br>{write.percent(one.share, 0)} ({write.percent_interval(one.low, one.high, 0)})"
             for one in above], names[1]))
    chances = [] if group is not None else [
        {"x": 1, "xref": "paper", "y": row, "text": t("first: {chance}", chance=write.percent(one.first, 0)),
         "showarrow": False, "xanchor": "right", "font": {"size": 11}} for row, one in zip(rows, own, strict=True)
        if one.first >= 0.01]
    farthest = 100 * max(one.high for one in (*own, *(group.importance.drivers if group else ())))
    return _rows(rated.names, traces, t("Share of what ratings explain"), suffix="%", ends=[0, 1.22 * farthest],
                 annotations=chances, showlegend=group is not None)


def lost(rated: Rated) -> go.Figure:
    """What bad ratings cost today against how many rate badly: far down is much lost, the line is nothing lost."""
    t, write = rated.t, formatter(rated.t.code)
    points = list(zip(rated.names, rated.asymmetries, strict=True))
    trace = scatter(
        x=[100 * one.share_low for _, one in points], y=[100 * one.lost.nps for _, one in points],
        mode="markers+text", text=[f" {name} " for name, _ in points], cliponaxis=False,
        textposition=[_free_side(one, rated.asymmetries) for _, one in points],
        textfont={"size": 11}, marker={"size": 11, "color": _PENALTY},
        error_y={"type": "data", "symmetric": False, "color": _PENALTY, "width": 4, "thickness": 1.3,
                 "array": [100 * (one.lost.high - one.lost.nps) for _, one in points],
                 "arrayminus": [100 * (one.lost.nps - one.lost.low) for _, one in points]},
        hovertext=[f"{name}<br>{t('rated low by {share}', share=write.percent(one.share_low, 0))}<br>"
                   f"{t('lost today {points}', points=effect_words(t, one.lost))}" for name, one in points],
        hoverinfo="text")
    return go.Figure([trace], layout(
        420, xaxis={"title": {"text": t("Rated low, % of the answers")}, "gridcolor": GRID, "fixedrange": True,
                    "ticksuffix": "%", "zeroline": False, "automargin": True},
        yaxis={"title": {"text": t("Points of NPS lost today")}, "gridcolor": GRID, "zeroline": True,
               "zerolinecolor": EVENT, "fixedrange": True}))


def _free_side(one: Asymmetry, every: Sequence[Asymmetry]) -> str:
    """Where the name of a point stands: away from the nearest one of about its height, else towards the middle."""
    losses, shares = [other.lost.nps for other in every], [other.share_low for other in every]
    beside = [other.share_low - one.share_low for other in every
              if other is not one and abs(other.lost.nps - one.lost.nps) < 0.08 * (max(losses) - min(losses))]
    to_the_right = min(beside, key=abs, default=one.share_low - (min(shares) + max(shares)) / 2) > 0
    return "middle left" if to_the_right else "middle right"


def effects(rated: Rated) -> go.Figure:
    """Penalty to the left and reward to the right of nothing, with intervals; hover and table say the kind."""
    t = rated.t
    rows = list(range(len(rated.asymmetries)))

    def trace(which: str, colour: str, symbol: str, name: str) -> Trace:
        found: list[Effect] = [getattr(one, which) for one in rated.asymmetries]
        return _dots([100 * one.nps for one in found], rows, [(100 * one.low, 100 * one.high) for one in found], colour,
                     symbol, [f"{driver}<br>{name}: {effect_words(t, one)}<br>{literal(t(KINDS[kind.kind]))}"
                              for driver, one, kind in zip(rated.names, found, rated.asymmetries, strict=True)], name)

    return _rows(rated.names, [trace("penalty", _PENALTY, "triangle-left", t("rated low")),
                               trace("reward", _REWARD, "triangle-right", t("rated high"))],
                 t("Points of NPS"), showlegend=True)


def differences(t: Translator, found: Sequence[tuple[str, RatingDifference]]) -> go.Figure:
    """The difference of those who rate low to the others, driver by driver."""
    ordered_ = sorted(found, key=lambda pair: pair[1].difference.nps)
    traces = [_dots([100 * one.difference.nps for _, one in ordered_], list(range(len(ordered_))),
                    [(100 * one.difference.low, 100 * one.difference.high) for _, one in ordered_], _PENALTY, "circle",
                    [f"{literal(name)}<br>{literal(difference_words(t, one))}" for name, one in ordered_], "")]
    return _rows([literal(short(name)) for name, _ in ordered_], traces,
                 t("Points of NPS"))


def over_time(rated: Rated) -> tuple[go.Figure, ...]:
    """One small picture a driver, all on one scale: its share period by period with intervals."""
    write, periods = formatter(rated.t.code), rated.found.periods
    highest = max((one.high for period in periods for one in period.importance.drivers), default=0.4)
    pictures = []
    for place, name in zip(rated.places, rated.names, strict=True):
        points = [period.importance.drivers[place] for period in periods]
        trace = scatter(
            x=[period.starts_on for period in periods], y=[100 * one.share for one in points], mode="lines+markers",
            line={"color": _OWN, "width": 1.6}, marker={"size": 6},
            error_y={"type": "data", "symmetric": False, "color": _OWN, "width": 2, "thickness": 1,
                     "array": [100 * (one.high - one.share) for one in points],
                     "arrayminus": [100 * (one.share - one.low) for one in points]},
            hovertext=[f"{name}<br>{literal(period.period)}<br>{write.percent(one.share, 0)} "
                       f"({write.percent_interval(one.low, one.high, 0)})<br>{write.sample(period.importance.n)}"
                       for period, one in zip(periods, points, strict=True)], hoverinfo="text")
        title = {"text": name, "x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left",
                 "yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
        pictures.append(go.Figure([trace], layout(
            _PANEL_HEIGHT, annotations=[title], margin={"l": 38, "r": 8, "t": 24, "b": 30},
            xaxis={"type": "date", "showgrid": False, "fixedrange": True, "nticks": 4, "tickformat": "%Y"},
            yaxis={"range": [0, 100 * min(1.0, highest) * 1.05], "gridcolor": GRID, "ticksuffix": "%",
                   "fixedrange": True, "nticks": 4})))
    return tuple(pictures)


def _dots(x: list[float], y: Sequence[float], ends: list[tuple[float, float]], colour: str, symbol: str,
          hover: list[str], name: str) -> Trace:
    return scatter(
        x=x, y=list(y), mode="markers", name=literal(name), marker={"color": colour, "size": 10, "symbol": symbol},
        error_x={"type": "data", "symmetric": False, "color": colour, "width": 4, "thickness": 1.5,
                 "array": [high - at for at, (_, high) in zip(x, ends, strict=True)],
                 "arrayminus": [at - low for at, (low, _) in zip(x, ends, strict=True)]},
        hovertext=hover, hoverinfo="text")


def _rows(names: list[str], traces: list[Trace], title: str, *, suffix: str = "", ends: list[float] | None = None,
          showlegend: bool = False, **more: Any) -> go.Figure:
    x_axis: Mapping[str, Any] = {
        "title": {"text": title}, "gridcolor": GRID, "zeroline": True, "zerolinecolor": EVENT, "fixedrange": True,
        "ticksuffix": suffix, "automargin": True, **({"range": ends} if ends else {})}
    return go.Figure(traces, layout(
        100 + _ROW_HEIGHT * len(names) + 30 * showlegend, xaxis=dict(x_axis), showlegend=showlegend,
        yaxis={"range": [len(names) - 0.4, -0.6], "tickvals": list(range(len(names))), "ticktext": names,
               "automargin": True, "fixedrange": True, "showgrid": False, "zeroline": False},
        margin={"l": 46, "r": 14, "t": 10, "b": 84 if showlegend else 54}, **more))
