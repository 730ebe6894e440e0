"""How the NPS of the unit that the filters choose goes over time: lasting steps, and R-NPS against T-NPS."""

from __future__ import annotations

from dataclasses import dataclass

from cx.settings import Settings
from cx.stats.course import Step, level_steps, part_ways
from cx.stats.divergence import Divergence
from cx.stats.trends import TrendSeries
from cx.warehouse.filters import Filters
from cx.warehouse.nps import month_noise_of, nps_trends, surveys
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered


@dataclass(frozen=True)
class UnitCourse:
    """T-NPS by month with its lasting steps, R-NPS by wave, and whether they part.

    relationship: None where there are no waves. divergence: None with too few periods in one of them.
    """

    transactional: TrendSeries
    relationship: TrendSeries | None
    steps: tuple[Step, ...]
    divergence: Divergence | None


@remembered(64)
def unit_course(snapshot: Snapshot, scope: Scope, filters: Filters, settings: Settings) -> UnitCourse | None:
    """The course of the one unit that the filters choose; None for several side by side, or without T-NPS."""
    kinds = {survey.kind for survey in surveys(snapshot, scope)}
    monthly, waves = (nps_trends(snapshot, scope, kind, filters, settings).main if kind in kinds else None
                      for kind in ("transaction", "relationship"))
    if monthly is None or not monthly.points:
        return None
    waves = waves if waves and waves.points else None
    return UnitCourse(monthly, waves, level_steps(monthly.points, month_noise_of(snapshot, scope, "transaction")),
                      part_ways(monthly.points, waves.points) if waves else None)
