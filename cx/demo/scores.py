"""From an expected NPS to a score: a latent attitude, standard normal, shifted so that NPS is exact in expectation."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from cx.demo.calendar import Floats, Ints

# A latent attitude above the k-th cut is a score of at least k + 1. Detractor to passive at -0.5, to promoter at 0.5.
CUTS = np.array([-3.1, -2.6, -2.2, -1.75, -1.35, -0.85, -0.5, 0.05, 0.5, 1.05])
_DETRACTOR, _PROMOTER = CUTS[6], CUTS[8]
_SHIFTS = np.linspace(-4, 4, 4001)
_NPS = ndtr(_SHIFTS - _PROMOTER) - ndtr(_DETRACTOR - _SHIFTS)


def shift_for(nps: Floats) -> Floats:
    """The shift of the latent attitude at which the expected NPS is `nps` (in [-1, 1]).

    >>> round(float(shift_for(np.array([0.0]))[0]), 6)
    0.0
    """
    return np.interp(nps, _NPS, _SHIFTS)


def scores(nps: Floats, attitude: Floats) -> Ints:
    """Scores 0 to 10 of standard normal attitudes, each with its expected NPS in [-1, 1]."""
    found: Ints = np.searchsorted(CUTS, attitude + shift_for(nps), side="right")
    return found


def score_class(score: Ints) -> Ints:
    """0 detractor, 1 passive, 2 promoter."""
    return (score >= 7).astype(np.int64) + (score >= 9)


def class_probabilities(nps: Floats) -> Floats:
    """Probability of detractor, passive, promoter (columns) at an expected NPS in [-1, 1]."""
    shift = shift_for(nps)
    detractor, promoter = ndtr(_DETRACTOR - shift), ndtr(shift - _PROMOTER)
    return np.column_stack([detractor, 1 - detractor - promoter, promoter])


def honest_given_not_detractor(rng: np.random.Generator, nps: Floats) -> Ints:
    """Scores 7 to 10 of answers known not to come from detractors."""
    shift = shift_for(nps)
    low = ndtr(_DETRACTOR - shift)
    place = low + (1 - low) * rng.random(len(nps))
    cuts = ndtr(CUTS[None, 7:] - shift[:, None])
    found: Ints = 7 + (place[:, None] > cuts).sum(axis=1)
    return found
