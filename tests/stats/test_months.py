"""Names of periods: years, quarters and months as people write them, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from cx.stats.months import named_months


@pytest.mark.parametrize(("name", "first", "last"), [
    ("2026", (2026, 1), (2026, 12)), (" 2026 ", (2026, 1), (2026, 12)), ("2026 Q1", (2026, 1), (2026, 3)),
    ("2026Q4", (2026, 10), (2026, 12)), ("2026-q2", (2026, 4), (2026, 6)), ("2026-02", (2026, 2), (2026, 2)),
    ("2024-12", (2024, 12), (2024, 12))])
def test_years_quarters_and_months_are_read(name: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    assert named_months(name) == (date(*first, 1), date(*last, 1))


@pytest.mark.parametrize("name", ["", "Wave 3", "2026 Q5", "2026-13", "2026-00", "26", "2026-1", "20266", "0000",
                                  "2026-02-01", "２０２６", "Q1 2026"])
def test_other_names_are_not(name: str) -> None:
    assert named_months(name) is None
