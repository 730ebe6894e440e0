"""What a unit is held against in a picture: targets as short bars, competitors as dashed lines, each with its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from cx.charts.style import EVENT, TOTAL, UNITS, Trace, literal, scatter, short
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.months import month_after
from cx.stats.outlook import Target
from cx.warehouse.benchmarks import Benchmark, Competitor, Market

MAX_COMPETITORS = 6
_MONTHS_AHEAD = 12
_SYMBOLS = ("square-open", "triangle-up-open", "star-open", "cross-open", "hexagon-open", "bowtie-open")


class Yardsticks(NamedTuple):
    """Targets of the unit that is shown, and the competitors of the chosen market, None without one."""

    targets: tuple[Target, ...] = ()
    market: Market | None = None

    def within(self, first: date, last: date) -> Yardsticks:
        """Those that a picture of these months has room for: up to a year beyond them."""
        end = month_after(last, _MONTHS_AHEAD)
        targets = tuple(target for target in self.targets if first <= target.last_month <= end)
        if self.market is None:
            return Yardsticks(targets)
        cut = [one.between(first, end) for one in self.market.competitors]
        known = [one for one in cut if one.scores]
        kept = sorted((one for one in known if not one.is_own), key=lambda one: one.scores[-1].month, reverse=True)
        names = {one.name for one in kept[:MAX_COMPETITORS]}
        return Yardsticks(targets, Market(self.market.name, tuple(
            one for one in known if one.is_own or one.name in names), self.market.unreadable))

    @property
    def heights(self) -> list[float]:
        """Every height to be drawn, as NPS."""
        scores = [score.nps for one in (self.market.competitors if self.market else ()) for score in one.scores]
        return [*(target.nps for target in self.targets), *scores]


def yardstick_traces(t: Translator, yardsticks: Yardsticks, first: date, used: Collection[str]
                     ) -> list[Trace]:
    """The lines of competitors, then the bars of targets. `first`: the first month drawn; `used`: colours of units."""
    market = yardsticks.market
    others = market.others if market else ()
    free = [colour for colour in reversed(UNITS) if colour not in {*used, EVENT}] or list(reversed(UNITS))
    traces = [_competitor(t, one, free[place % len(free)], _SYMBOLS[place % len(_SYMBOLS)], 1.6)
              for place, one in enumerate(others)]
    if market and market.own:
        traces.append(_competitor(t, market.own, TOTAL, "diamond-open", 2.2))
    return traces + _targets(t, yardsticks.targets, first)


def _competitor(t: Translator, one: Competitor, colour: str, symbol: str, width: float) -> Trace:
    name = literal(short(one.name))
    if one.is_own:
        name = t("{name} (asked like competitors)", name=name)
    return scatter(
        x=[score.month for score in one.scores], y=[100 * score.nps for score in one.scores], name=name,
        mode="lines+markers", line={"color": colour, "width": width, "dash": "dash"},
        marker={"color": colour, "size": 8, "symbol": symbol}, opacity=0.9, hoverinfo="text",
        hovertext=["<br>".join([name, *_of(t, score)]) for score in one.scores])


def _of(t: Translator, score: Benchmark) -> list[str]:
    write = formatter(t.code)
    said = [literal(score.period), f"NPS {write.nps(score.nps)}", t("n not known") if score.n is None
            else write.sample(score.n)]
    return said + [literal(text) for text in (score.method, score.source) if text]


def _targets(t: Translator, targets: Sequence[Target], first: date) -> list[Trace]:
    """A bar over the months of each target, its height at its end, its name in the legend: lines would cross it."""
    write = formatter(t.code)
    found = []
    for one in _alike(targets):
        start, end = max(first, one[0].first_month), month_after(one[-1].last_month, 1)
        height, periods = write.nps(one[0].nps), write.listing(target.period for target in one)
        name = t("Target {period}: {nps}", period=literal(periods), nps=height)
        found.append(scatter(
            x=[start, end], y=[100 * one[0].nps] * 2, name=name, mode="lines+text", text=["", height],
            textposition="top left", textfont={"size": 11, "shadow": "auto"}, cliponaxis=False,
            line={"color": EVENT, "width": 3}, hovertext=name, hoverinfo="text"))
    return found


def _alike(targets: Sequence[Target]) -> list[list[Target]]:
    """Targets of the same height that follow each other stand as one bar."""
    found: list[list[Target]] = []
    for target in targets:
        before = found[-1][-1] if found else None
        if before and before.nps == target.nps and target.first_month == month_after(before.last_month, 1):
            found[-1].append(target)
        else:
            found.append([target])
    return found
