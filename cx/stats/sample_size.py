"""How many answers are needed, and what a given number of answers can show. Source: methods 1.4 and 1.6.

`variance` is that of the score of one answer, p + d - NPS²: .61 at 50 % promoters and 20 % detractors, at worst 1.
"""

from __future__ import annotations

import math

from scipy.special import ndtri

from cx.stats.nps import PSEUDO_ANSWERS, normal_quantile


def answers_for_half_width(
    half_width: float, variance: float = 1.0, *, design_effect: float = 1.0, confidence: float = 0.95
) -> int:
    """Answers after which the interval of the NPS reaches `half_width` to each side; ValueError outside (0, 1].

    >>> answers_for_half_width(0.05, 0.61)
    938
    """
    _check_size("half_width", half_width, 1)
    _check_variance(variance, design_effect)
    return _whole(design_effect * variance * (normal_quantile(confidence) / half_width) ** 2)


def answers_to_detect(
    change: float,
    variance: float = 1.0,
    *,
    power: float = 0.8,
    design_effect: float = 1.0,
    confidence: float = 0.95,
) -> int:
    """Answers in *each* of two groups so that a true `change` is found with probability `power`; change in (0, 2].

    >>> answers_to_detect(0.10, 0.61)
    958
    """
    _check_size("change", change, 2)
    _check_variance(variance, design_effect)
    if not 0.5 <= power < 1:
        raise ValueError(f"power == {power}, must be >= 0.5 and < 1")
    quantiles = normal_quantile(confidence) + float(ndtri(power))
    return _whole(2 * design_effect * variance * (quantiles / change) ** 2)


def invitations_for(answers: int, response_rate: float) -> int:
    """Customers to invite so that `answers` of them can be expected to answer; response_rate in (0, 1].

    >>> invitations_for(938, 0.12)
    7817
    """
    _check_size("response_rate", response_rate, 1)
    return _whole(answers / response_rate)


def expected_half_width(
    n: float, variance: float = 1.0, *, design_effect: float = 1.0, confidence: float = 0.95
) -> float:
    """Half-width of the interval of an NPS from `n` answers, pseudo-answers included, at most 1.

    >>> round(100 * expected_half_width(200, 0.61), 1)
    10.7
    """
    if not n >= 1:
        raise ValueError(f"n == {n}, must be >= 1")
    _check_variance(variance, design_effect)
    return min(1.0, normal_quantile(confidence) * math.sqrt(variance / (n / design_effect + PSEUDO_ANSWERS)))


def finite_population_se(se: float, n: int, population: int) -> float:
    """Standard error of the NPS of exactly these `population` customers, of whom `n` answered.

    Not for trends, comparisons or pilots: their target is the process, and a census of it still has noise.
    ValueError unless 0 <= n <= population and se >= 0.
    """
    if not se >= 0:
        raise ValueError(f"se == {se}, must be >= 0")
    if not 0 <= n <= population or population < 1:
        raise ValueError(f"n == {n}, must be >= 0 and <= population == {population}")
    return se * math.sqrt(1 - n / population)


def _whole(answers: float) -> int:
    """Rounded up; a whole number that floating point left a hair too large stays itself."""
    return max(1, math.ceil(answers * (1 - 1e-12)))


def _check_size(name: str, value: float, largest: float) -> None:
    if not 0 < value <= largest:
        raise ValueError(f"{name} == {value}, must be > 0 and <= {largest}")


def _check_variance(variance: float, design_effect: float) -> None:
    if not 0 < variance <= 1:
        raise ValueError(f"variance == {variance}, must be > 0 and <= 1")
    if not 1 <= design_effect < math.inf:
        raise ValueError(f"design_effect == {design_effect}, must be >= 1 and finite")
