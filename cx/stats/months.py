"""Months, each named by its first day."""

from __future__ import annotations

import re
from datetime import date

_PERIOD = re.compile(r"(?P<year>[12]\d{3})(?:[ -]?[Qq](?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


def months_between(earlier: date, later: date) -> int:
    """Number of months from one to the other; negative when the second lies before the first.

    >>> months_between(date(2025, 11, 1), date(2026, 2, 1))
    3
    """
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def month_after(month: date, months: int) -> date:
    """The month so many months later, or earlier when negative.

    >>> month_after(date(2025, 11, 1), 3), month_after(date(2025, 1, 1), -1)
    (datetime.date(2026, 2, 1), datetime.date(2024, 12, 1))
    """
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_through(first: date, last: date) -> tuple[date, ...]:
    """Every month from the first to the last, both included.

    >>> [month.month for month in months_through(date(2025, 11, 1), date(2026, 1, 1))]
    [11, 12, 1]
    """
    return tuple(month_after(first, number) for number in range(months_between(first, last) + 1))


def named_months(name: str) -> tuple[date, date] | None:
    """First and last month of a year, quarter or month as people write it; None for anything else.

    >>> named_months("2026 Q4"), named_months("2026-02")[0], named_months("spring")
    ((datetime.date(2026, 10, 1), datetime.date(2026, 12, 1)), datetime.date(2026, 2, 1), None)
    """
    found = _PERIOD.fullmatch(name.strip())
    if found is None:
        return None
    year = int(found["year"])
    if found["quarter"]:
        first = date(year, 3 * int(found["quarter"]) - 2, 1)
        return first, month_after(first, 2)
    if found["month"]:
        return date(year, int(found["month"]), 1), date(year, int(found["month"]), 1)
    return date(year, 1, 1), date(year, 12, 1)
