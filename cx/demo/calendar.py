"""The 36 months of the demo company: moments as whole seconds, days as whole days, and both as ISO text."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAY_S = 86_400
MONTHS = 36
_MONTH_STARTS = np.arange("2023-11", "2026-12", dtype="datetime64[M]")
MONTH_TEXT = tuple(str(month) for month in _MONTH_STARTS[:MONTHS])
MONTH_DAYS: Ints = _MONTH_STARTS.astype("datetime64[D]").astype(np.int64)
"""First day of each month as days since 1970, with the end of the last month as a 37th value."""
FIRST_S = int(MONTH_DAYS[0]) * DAY_S
END_S = int(MONTH_DAYS[-1]) * DAY_S
END_DAY = int(MONTH_DAYS[-1])

# Relationship waves are asked in the middle month of each quarter.
WAVE_MONTHS: Ints = np.arange(0, MONTHS, 3)
# The quarter of the last month has just begun: its wave is still in the field and has not been delivered.
WAVES_END_DAY = int(MONTH_DAYS[MONTHS - 1])


def day_of(moment: date) -> int:
    """Days since 1970."""
    return int(np.datetime64(moment, "D").astype(np.int64))


def quarter_names() -> tuple[str, ...]:
    """The quarter of each of the 36 months, such as `2024 Q1`."""
    return tuple(f"{text[:4]} Q{(int(text[5:]) + 2) // 3}" for text in MONTH_TEXT)


def month_of(seconds: Ints) -> Ints:
    """The month, 0 to 35, of moments in seconds; -1 before the first month, 36 after the last."""
    found: Ints = np.searchsorted(MONTH_DAYS * DAY_S, seconds, side="right") - 1
    return found


def moments_in(rng: np.random.Generator, months: Ints, first_hour: int = 8, last_hour: int = 22) -> Ints:
    """A random moment in each of the given months, in seconds, between two hours of the day."""
    days = MONTH_DAYS[months] + (rng.random(len(months)) * np.diff(MONTH_DAYS)[months]).astype(np.int64)
    return days * DAY_S + rng.integers(first_hour * 3600, last_hour * 3600, len(months))


def day_text(days: Ints, known: Flags | None = None) -> pa.Array:
    """Days as `YYYY-MM-DD`, null where not known."""
    return pa.array(days.astype(np.int32), pa.date32(), mask=None if known is None else ~known).cast(pa.string())


def time_text(seconds: Ints, known: Flags | None = None) -> pa.Array:
    """Moments as `YYYY-MM-DD HH:MM:SS`, null where not known."""
    return pa.array(seconds, pa.timestamp("s"), mask=None if known is None else ~known).cast(pa.string())
