"""No view, and no two views together, give away a figure that is withheld for privacy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds, family_of
from cx.stats.trends import PeriodCounts, Protection, trends

MONTH = "2024-01"
PARENTS = {"G": None, "N": "G", "S": "G", "N1": "N", "N2": "N", "N3": "N", "S1": "S", "S2": "S"}
EVERY_FIGURE = Thresholds(5, 5, 5)


def below(unit: str) -> list[str]:
    """The unit and everything below it."""
    return [unit, *(lower for child, parent in PARENTS.items() if parent == unit for lower in below(child))]


def shown_units(own: Mapping[str, int]) -> tuple[dict[str, int], set[str]]:
    """Answers of each unit with those below it, and the units whose figure is shown."""
    totals = {unit: sum(own[lower] for lower in below(unit)) for unit in PARENTS}
    families = {}
    for unit in PARENTS:
        parts = [totals[child] for child, parent in PARENTS.items() if parent == unit]
        if parts:
            family = family_of([*parts, totals[unit] - sum(parts)], EVERY_FIGURE)
            families[unit, MONTH] = (family, family_of([0], EVERY_FIGURE))
    cells = [PeriodCounts(unit, MONTH, date(2024, 1, 1), 0, Counts(n, 0, 0), Counts(n, 0, 0), 1.0, 1.0)
             for unit, n in totals.items()]
    found = trends("transaction", cells, dict.fromkeys(PARENTS, "name"), None, EVERY_FIGURE, 0.03,
                   Protection(PARENTS, families))
    return totals, {series.unit_id for series in found.series if series.points[0].estimate is not None}


def revealed(own: Mapping[str, int], shown: set[str], unit: str) -> bool:
    """Whether the figures that are shown determine that of a unit: its row lies in the space that theirs span.

    A reader knows of empty cells, because numbers of answers are shown; only cells with answers are unknown.
    """
    unknown = [cell for cell, n in own.items() if n > 0]

    def row(of: str) -> list[int]:
        return [int(cell in below(of)) for cell in unknown]

    known = np.array([row(of) for of in sorted(shown)] or [[0] * len(unknown)])
    return bool(np.linalg.matrix_rank(np.vstack([known, row(unit)])) == np.linalg.matrix_rank(known))


@settings(max_examples=600, deadline=None)
@given(st.fixed_dictionaries({unit: st.sampled_from((0, 0, 1, 2, 4, 5, 7, 30)) for unit in PARENTS}))
def test_no_small_unit_can_be_had_from_all_figures_of_the_hierarchy_together(own: dict[str, int]) -> None:
    totals, shown = shown_units(own)
    for unit, n in totals.items():
        if 1 <= n < 5:
            assert unit not in shown
            assert not revealed(own, shown, unit), (totals, shown)


def test_a_hidden_region_is_not_the_sum_of_its_branches() -> None:
    own = {"G": 0, "N": 3, "S": 0, "N1": 0, "N2": 0, "N3": 0, "S1": 20, "S2": 30}
    totals, shown = shown_units(own)
    assert totals["N"] == 3
    assert "S" not in shown
    assert "S1" not in shown
    assert {"G", "S2"} <= shown
