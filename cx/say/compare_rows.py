"""A comparison as rows: one a unit, for the table, the file and the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cx.stats.comparison import Comparison
from cx.stats.difference import Difference
from cx.stats.nps import Estimate
from cx.stats.outlook import Target
from cx.stats.pooling import PooledUnit
from cx.stats.standardise import Standardised
from cx.warehouse.yardsticks import MarketLead, Yardsticks

Points = tuple[float | None, float | None, float | None]


@dataclass(frozen=True)
class CompareRow:
    """One unit: NPS, differences and ends in points, shares in per cent. parent: the name of the unit above it.

    market: where and how the scores of unit and rival were taken.
    """

    unit_id: str
    unit: str
    parent: str
    n: int
    nps_pts: float | None
    low_pts: float | None
    high_pts: float | None
    pooled_pts: float | None
    pooled_low_pts: float | None
    pooled_high_pts: float | None
    expected_rank: float | None
    rank_low: int | None
    rank_high: int | None
    top_third_pct: float | None
    standing: str | None
    same_mix_pts: float | None
    same_mix_low_pts: float | None
    same_mix_high_pts: float | None
    mix_covered_pct: float | None
    target_pts: float | None
    target_period: str | None
    to_target_pts: float | None
    to_target_low_pts: float | None
    to_target_high_pts: float | None
    rival: str | None
    lead_pts: float | None
    lead_low_pts: float | None
    lead_high_pts: float | None
    market: str | None
    withheld: str | None
    missing_answers: int


def compare_rows(comparison: Comparison, parents: Mapping[str, str], held_against: Yardsticks) -> Iterator[CompareRow]:
    """The rows of a comparison, in the order of the expected rank; `parents` names the unit above each unit."""
    for unit in comparison.units:
        rank, fair = unit.rank, unit.fair
        target, ahead = held_against.targets.get(unit.unit_id), held_against.leads.get(unit.unit_id)
        yield CompareRow(
            unit.unit_id, unit.name, parents.get(unit.unit_id, ""), unit.n, *points(unit.estimate),
            *points(unit.pooled), rank.expected if rank else None, rank.low if rank else None,
            rank.high if rank else None, 100 * rank.p_top_third if rank else None,
            unit.standing.name.lower() if unit.standing else None,
            *points(fair), None if unit.mix_covered is None else 100 * unit.mix_covered,
            100 * target.nps if target else None, target.period if target else None, *_to_target(unit.estimate, target),
            ahead.lead.rival.name if ahead else None, *points(ahead.lead.difference if ahead else None), _market(ahead),
            unit.withheld.value if unit.withheld else None, unit.missing)


def points(score: Estimate | PooledUnit | Standardised | Difference | None) -> Points:
    """A score or a difference with the ends of its interval, in points; None where there is none."""
    return (100 * score.nps, 100 * score.low, 100 * score.high) if score else (None, None, None)


def _to_target(estimate: Estimate | None, target: Target | None) -> Points:
    """How far a unit lies above its target: the target is a number without an interval of its own."""
    if estimate is None or target is None:
        return None, None, None
    return (100 * (estimate.nps - target.nps), 100 * (estimate.low - target.nps), 100 * (estimate.high - target.nps))


def _market(ahead: MarketLead | None) -> str | None:
    return f"{ahead.market} · {ahead.period} · {ahead.method}" if ahead else None
