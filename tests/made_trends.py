"""Trends made by hand for tests of pictures and words: one text a unit, such as "2025-01: 60/25/15"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds
from cx.stats.trends import PeriodCounts, Trends, trends

THRESHOLDS = Thresholds(privacy=5, figure=10, firm=30)


def made(
    units: Mapping[str, Mapping[str, str]],
    survey: str = "transaction",
    total: str | None = None,
    weights: Mapping[tuple[str, str], str] | None = None,
    sent: Mapping[str, int] | None = None,
) -> Trends:
    """Trends of units whose periods hold "promoters/passives/detractors"; a wave begins in the month of its number."""
    cells = []
    for unit_id, periods in units.items():
        for period, text in periods.items():
            counts = Counts(*(int(part) for part in text.split("/")))
            weighted = (weights or {}).get((unit_id, period), text)
            starts = date.fromisoformat(f"{period}-01") if survey == "transaction" else date(2025, int(period[-1]), 1)
            cells.append(
                PeriodCounts(
                    unit_id,
                    period,
                    starts,
                    2,
                    counts,
                    Counts(*(float(part) for part in weighted.split("/"))),
                    1.0,
                    1.0,
                    sent=(sent or {}).get(unit_id),
                    answered=round(counts.total) if sent and unit_id in sent else None,
                )
            )
    return trends(survey, cells, {unit_id: f"Unit {unit_id}" for unit_id in units}, total, THRESHOLDS, 0.03)


def months(counts: str, how_many: int, last: str | None = None) -> dict[str, str]:
    """The same counts in each month from January 2024 on, but for the last one if it is given."""
    found = {f"{2024 + month // 12}-{month % 12 + 1:02}": counts for month in range(how_many)}
    return {**found, list(found)[-1]: last or counts}
