"""Scores of competitors, published or bought, by market; and the unit's own score in the same table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from cx.stats.months import month_after, months_between, named_months
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered


@dataclass(frozen=True)
class Benchmark:
    """One score of a competitor: NPS in [-1, 1]; n, method and source as far as they are known."""

    period: str
    month: date
    nps: float
    n: int | None
    method: str
    source: str


@dataclass(frozen=True)
class Competitor:
    """A competitor with its scores, oldest first. is_own: whether it is the unit that is shown, by name or id."""

    name: str
    is_own: bool
    scores: tuple[Benchmark, ...]

    def between(self, first: date, last: date) -> Competitor:
        """The competitor with its scores of these months alone."""
        return replace(self, scores=tuple(score for score in self.scores if first <= score.month <= last))


@dataclass(frozen=True)
class Market:
    """The competitors of a market, the unit's own scores last; `unreadable`: periods that are none."""

    name: str
    competitors: tuple[Competitor, ...]
    unreadable: tuple[str, ...]

    @property
    def own(self) -> Competitor | None:
        """The unit's own scores, asked in the same way; None where the table has none."""
        return next((one for one in self.competitors if one.is_own), None)

    @property
    def others(self) -> tuple[Competitor, ...]:
        """The competitors without the unit itself."""
        return tuple(one for one in self.competitors if not one.is_own)

    @property
    def methods(self) -> tuple[str, ...]:
        """How the scores were asked, without repetition; without those of which it is not known."""
        found = (score.method for one in self.competitors for score in one.scores if score.method)
        return tuple(dict.fromkeys(found))


def markets(snapshot: Snapshot, scope: Scope) -> tuple[str, ...]:
    """The markets of which scores are known."""
    return tuple(dict.fromkeys(row[0] for row in every_score(snapshot, scope)))


def market(snapshot: Snapshot, scope: Scope, name: str, own_names: Collection[str],
           waves: Mapping[str, date]) -> Market:
    """The scores of a market. `own_names`: name and id of the unit shown; `waves`: where a wave of that name begins.

    A score whose period is not a wave stands in the middle of its year, quarter or month.
    """
    found: dict[str, list[Benchmark]] = {}
    unreadable = []
    for of_market, competitor, period, nps, n, method, source in every_score(snapshot, scope):
        if of_market != name:
            continue
        month = waves.get(period) or _middle(period)
        if month is None:
            unreadable.append(period)
            continue
        found.setdefault(competitor, []).append(
            Benchmark(period, month, nps / 100, n, method or "", source or ""))
    competitors = [
        Competitor(one, one in own_names, tuple(sorted(scores, key=lambda score: (score.month, score.period))))
        for one, scores in found.items()]
    return Market(name, tuple(sorted(competitors, key=lambda one: one.is_own)), tuple(dict.fromkeys(unreadable)))


def _middle(period: str) -> date | None:
    months = named_months(period)
    return month_after(months[0], (months_between(*months) + 1) // 2) if months else None


@remembered(16)
def every_score(snapshot: Snapshot, scope: Scope) -> tuple[tuple[str, str, str, float, int | None, str, str], ...]:
    """Market, competitor, period, NPS times 100, n, method and source of every score."""
    return tuple(snapshot.query(scope, "benchmarks"))
