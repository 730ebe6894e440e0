"""One standard error for every statistic that is a function of sums: delete-a-group jackknife on hashed customers.

Source: methods 0.2; Kott 2001, Journal of Official Statistics 17:521.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from cx.stats.nps import normal_quantile


class JackknifeInterval(NamedTuple):
    """Standard error and interval, in the unit of the statistic."""

    se: float
    low: float
    high: float


def jackknife_interval(
    total_statistic: float, leave_one_out: Sequence[float], confidence: float = 0.95
) -> JackknifeInterval:
    """Standard error and interval of a statistic, from its value without each of K buckets of customers in turn.

    Robust to repeat customers, since a customer is in one bucket. The quantile is that of Student's t with K - 1
    degrees of freedom. ValueError with fewer than 2 buckets or a value that is not finite.

    >>> [round(x, 3) for x in jackknife_interval(2.0, [1.5, 2.0, 2.5])]
    [0.577, -0.484, 4.484]
    """
    values = np.asarray(leave_one_out, dtype=float)
    buckets = len(values)
    if buckets < 2:
        raise ValueError(f"number of buckets == {buckets}, must be >= 2")
    if not np.isfinite(values).all() or not np.isfinite(total_statistic):
        raise ValueError("the statistic must be finite, in total and without each bucket")
    normal_quantile(confidence)
    se = float(np.sqrt((buckets - 1) / buckets * np.sum((values - values.mean()) ** 2)))
    half_width = float(stdtrit(buckets - 1, 0.5 + confidence / 2)) * se
    return JackknifeInterval(se, total_statistic - half_width, total_statistic + half_width)
