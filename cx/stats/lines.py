"""A straight line through measured months, each with a known variance.

Source: methods 7; DerSimonian and Laird 1986, Controlled Clinical Trials 7:177, extended to a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """A line fitted with weights 1 / variance."""

    centre: float
    """Weighted mean of the times."""
    level: float
    """Height of the line there."""
    slope: float
    """Rise in one unit of time."""
    level_variance: float
    """Sampling variance of `level`; independent of the slope."""
    slope_variance: float
    """Sampling variance of `slope`."""
    q: float
    """Weighted sum of the squared residuals: about points - 2 if only sampling moves the points off the line."""
    c: float
    """By how much each unit of variance of real noise raises the expected value of `q`."""
    points: int
    """Number of points."""

    def height(self, at: float) -> float:
        """Height of the line at a time."""
        return self.level + self.slope * (at - self.centre)

    def height_variance(self, at: float) -> float:
        """Sampling variance of that height."""
        return self.level_variance + self.slope_variance * (at - self.centre) ** 2


def weighted_line(
    times: Sequence[float] | np.ndarray, scores: Sequence[float] | np.ndarray, variances: Sequence[float] | np.ndarray
) -> Line:
    """The line through points [T] with these variances; ValueError unless there are two different times.

    >>> line = weighted_line([0, 1, 2], [0.10, 0.25, 0.30], [0.001, 0.001, 0.001])
    >>> round(line.slope, 3), round(line.height(3), 3), round(line.slope_variance**0.5, 3)
    (0.1, 0.417, 0.022)
    """
    x, y = np.asarray(times, dtype=float), np.asarray(scores, dtype=float)
    weight = 1 / np.asarray(variances, dtype=float)
    if len(set(x.tolist())) < 2:
        raise ValueError(f"number of different times == {len(set(x.tolist()))}, must be >= 2")
    centre = float(weight @ x / weight.sum())
    away = x - centre
    spread = float(weight @ away**2)
    level, slope = float(weight @ y / weight.sum()), float(weight @ (away * y) / spread)
    q = float(weight @ (y - level - slope * away) ** 2)
    explained = float(weight @ weight / weight.sum() + (weight * away) @ (weight * away) / spread)
    return Line(centre, level, slope, float(1 / weight.sum()), 1 / spread, q, float(weight.sum()) - explained, len(x))


def noise_around_lines(lines: Sequence[Line]) -> float:
    """Real variance around the lines, tau², pooled over them; 0 if sampling explains all of it."""
    excess = sum(line.q - (line.points - 2) for line in lines)
    scale = sum(line.c for line in lines)
    return max(0.0, excess / scale) if scale > 1e-12 else 0.0
