"""Weights that give the answers the known make-up of all customers: raking to margins, on cells instead of rows.

Source: methods 4; Deming and Stephan 1940, Ann. Math. Stat. 11:427; Deville, Särndal and Sautory 1993, J. Am. Stat.
Assoc. 88:1013 (variance from the residuals on the margins).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cx.stats.nps import Counts, Estimate, nps_estimate

TRIMMED_AT = 5.0
"""No answer counts more than this many times the median one."""
LOUD_DESIGN_EFFECT = 2.5
"""Weights that cost more than this are a warning: collapse margins."""
_ITERATIONS = 1000
_CONVERGED = 1e-12


@dataclass(frozen=True)
class Raked:
    """Weights of the answers by cell, and what they cost."""

    weights: tuple[float, ...]
    """How many customers an answer of each cell stands for, in the order of the cells; 0 for a cell without answers."""
    n_effective: float
    """(sum of weights)² / sum of squares: how many equal answers would be worth as much."""
    design_effect: float
    """n / n_effective, >= 1 (Kish)."""
    trimmed: int
    """Number of answers whose weight was cut."""
    largest_miss: float
    """Largest difference of a weighted margin from its target, as a share of all customers: 0 unless trimmed."""

    @property
    def is_loud(self) -> bool:
        """Whether the weights cost so much that margins should be collapsed."""
        return self.design_effect > LOUD_DESIGN_EFFECT


def raked(
    answers: Sequence[float],
    categories: Sequence[Sequence[str]],
    margins: Sequence[Mapping[str, float]],
    trimmed_at: float = TRIMMED_AT,
) -> Raked:
    """Weights with which the answers have the margins of all customers.

    `answers` holds the number of answers of each cell, `categories` for each cell its category on each margin, and
    `margins` for each margin the number of customers by category. Margins after the first are scaled to its total.
    Weights above `trimmed_at` times that of the median answer are cut and the total restored; inf cuts nothing.
    ValueError if a category with customers has no answers or one with answers no customers (collapse it), if shapes
    differ, or if no weights fit all margins.

    >>> found = raked([60, 40, 20, 80], [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")],
    ...               [{"a": 300, "b": 700}, {"x": 500, "y": 500}])
    >>> [round(weight, 1) for weight in found.weights], round(found.design_effect, 2)
    ([3.9, 1.6, 13.2, 5.4], 1.38)
    """
    n = np.asarray(answers, dtype=float)
    if not (len(categories) == len(n) and all(len(row) == len(margins) for row in categories)):
        raise ValueError(f"categories == {len(categories)} cells, must be {len(n)} with one category for each margin")
    if not (n >= 0).all() or not n.sum() > 0:
        raise ValueError("answers must be >= 0 and at least one")
    indicators, targets = _margins(n, categories, margins)
    weights = _iterated(n, indicators, targets)
    limit = trimmed_at * _median(weights, n)
    cut = weights > limit * (1 + 1e-9)
    trimmed = np.minimum(weights, limit)
    if cut.any():
        trimmed *= targets[0].sum() / (n @ trimmed)
    misses = [np.abs(member @ (n * trimmed) - target).max() for member, target in zip(indicators, targets, strict=True)]
    n_effective = float((n @ trimmed) ** 2 / (n @ trimmed**2))
    return Raked(
        weights=tuple(map(float, np.where(n > 0, trimmed, 0.0))),
        n_effective=n_effective,
        design_effect=float(n.sum()) / n_effective,
        trimmed=round(float(n[cut].sum())),
        largest_miss=float(max(misses) / targets[0].sum()),
    )


def raked_estimate(
    cells: Sequence[Estimate], weights: Sequence[float], categories: Sequence[Sequence[str]] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """The weighted NPS of cells with answers, with its interval.

    With `categories` (those the weights were raked on) only what the margins do not explain counts as variance: the
    known margins make the NPS surer. Design effects of the cells (repeat customers) are kept. ValueError without cells
    or for weights that are not above 0.

    >>> from cx.stats.nps import Counts
    >>> cells = [nps_estimate(Counts(30, 20, 10)), nps_estimate(Counts(20, 40, 40))]
    >>> weighted = raked_estimate(cells, [2, 1])
    >>> round(100 * weighted.nps, 1), round(weighted.design_effect, 2)
    (9.1, 1.12)
    """
    weight = np.asarray(weights, dtype=float)
    if not cells or len(weight) != len(cells):
        raise ValueError(f"number of cells == {len(cells)}, must be >= 1 and that of weights == {len(weight)}")
    if not (weight > 0).all():
        raise ValueError(f"smallest weight == {weight.min()}, must be > 0")
    n = np.array([cell.n for cell in cells])
    total = n * weight
    shares = np.array([(cell.promoters, cell.passives, cell.detractors) for cell in cells])
    counts = _counts(shares.T @ total)
    scores = np.array([cell.nps for cell in cells])
    fitted = np.full(len(cells), counts.nps) if categories is None else _fitted(scores, total, categories)
    # Sum of squared residuals of the answers of each cell, as if each answer stood for itself; repeat customers add.
    spread = n * (shares[:, 0] + shares[:, 2] - 2 * fitted * scores + fitted**2)
    repeated = np.array([cell.design_effect for cell in cells])
    answers = int(n.sum())
    variance = answers / max(1, answers - 1) * float((weight**2 * repeated) @ spread) / float(total.sum()) ** 2
    plain = counts.variance / answers
    kish = answers * float((n * weight**2 * repeated).sum()) / float(total.sum()) ** 2
    return nps_estimate(counts, n=answers, design_effect=max(1.0, variance / plain if plain > 0 else kish),
                        confidence=confidence)


def _margins(
    n: np.ndarray, categories: Sequence[Sequence[str]], margins: Sequence[Mapping[str, float]]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For each margin which cell is in which category [categories, cells], and the customers of each category."""
    if not margins:
        raise ValueError("number of margins == 0, must be >= 1")
    total = sum(margins[0].values())
    indicators, targets = [], []
    for index, margin in enumerate(margins):
        of_cell = [row[index] for row in categories]
        answered = {name for name, count in zip(of_cell, n, strict=True) if count > 0}
        known = {name for name, customers in margin.items() if customers > 0}
        if known != answered:
            raise ValueError(f"margin {index + 1}: {', '.join(sorted(known ^ answered))} must have both customers and "
                             "answers, or be collapsed")
        names = sorted(known)
        indicators.append(np.array([[name == one for one in of_cell] for name in names], dtype=float))
        targets.append(np.array([margin[name] for name in names]) * total / sum(margin[name] for name in names))
    return indicators, targets


def _iterated(n: np.ndarray, indicators: list[np.ndarray], targets: list[np.ndarray]) -> np.ndarray:
    weights = np.ones(len(n))
    for _ in range(_ITERATIONS):
        largest = 0.0
        for member, target in zip(indicators, targets, strict=True):
            factor = target / (member @ (n * weights))
            weights = weights * np.where(n > 0, member.T @ factor, 1.0)
            largest = max(largest, float(np.abs(factor - 1).max()))
        if largest < _CONVERGED:
            return weights
    if largest < 1e-6:
        return weights
    raise ValueError("no weights fit all margins: collapse categories")


def _median(weights: np.ndarray, n: np.ndarray) -> float:
    """Weight of the median answer."""
    order = np.argsort(weights)
    return float(weights[order][np.searchsorted(np.cumsum(n[order]), n.sum() / 2)])


def _counts(sums: np.ndarray) -> Counts:
    return Counts(*map(float, sums))


def _fitted(scores: np.ndarray, total: np.ndarray, categories: Sequence[Sequence[str]]) -> np.ndarray:
    """What the margins explain of the scores of the cells: weighted least squares on their categories."""
    columns = [np.ones(len(scores))]
    for index in range(len(categories[0])):
        of_cell = [row[index] for row in categories]
        columns += [np.array([one == name for one in of_cell], dtype=float) for name in sorted(set(of_cell))]
    design, root = np.column_stack(columns), np.sqrt(total)
    beta = np.linalg.lstsq(design * root[:, None], scores * root, rcond=None)[0]
    return np.asarray(design @ beta)
