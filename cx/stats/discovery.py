"""Which of many tests are discoveries, so that few of those said to differ do so by luck.

Source: methods 2.2; Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289. Valid for independent and for positively
dependent tests: units of one level, cells of one table; never a unit and the unit above it in one list.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import false_discovery_control

FALSE_DISCOVERY_RATE = 0.10
"""Share of the discoveries that may be false, on average."""


def adjusted_p_values(p_values: Sequence[float] | np.ndarray) -> np.ndarray:
    """The smallest false discovery rate at which each test would be a discovery; array of any shape, as given.

    nan stands for what was not tested: it stays nan and does not count as a test. ValueError outside [0, 1].

    >>> [round(float(q), 3) for q in adjusted_p_values([0.001, 0.04, 0.03, float("nan")])]
    [0.003, 0.04, 0.04, nan]
    """
    p = np.asarray(p_values, dtype=float)
    tested = ~np.isnan(p)
    outside = p[tested & ~((p >= 0) & (p <= 1))]
    if outside.size:
        raise ValueError(f"p_value == {outside[0]}, must be >= 0 and <= 1")
    adjusted = np.full(p.shape, np.nan)
    if tested.any():
        adjusted[tested] = false_discovery_control(p[tested], method="bh")
    return adjusted


def are_discoveries(p_values: Sequence[float] | np.ndarray, rate: float = FALSE_DISCOVERY_RATE) -> np.ndarray:
    """Which tests are discoveries (True); on average at most a share `rate` of them are false. nan never is one.

    ValueError for a p-value outside [0, 1] or unless 0 < rate < 1.

    >>> are_discoveries([0.001, 0.04, 0.03, 0.6, float("nan")]).tolist()
    [True, True, True, False, False]
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate == {rate}, must be > 0 and < 1")
    return np.asarray(adjusted_p_values(p_values) <= rate)
