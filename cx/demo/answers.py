"""Answers as arrays: what every survey of the demo company yields, before it becomes the `responses` table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from cx.demo.calendar import DAY_S, FIRST_S, Flags, Floats, Ints

SURVEYS = ("transaction", "relationship", "strategic")
TRANSACTION, RELATIONSHIP, STRATEGIC = range(3)
_MEDIAN_LAG_DAYS = 0.8
_LONGEST_LAG_DAYS = 12.0


@dataclass(frozen=True)
class Answers:
    """Answers: `touchpoint` and `wave` are -1 where there is none, `weight` is nan, `invited` and `at` in seconds."""

    survey: Ints
    leaf: Ints
    customer: Ints
    touchpoint: Ints
    at: Ints
    invited: Ints
    score: Ints
    weight: Floats
    wave: Ints
    handed_over: Flags

    def __len__(self) -> int:
        """Count the answers."""
        return len(self.at)

    def rows(self, chosen: Ints | Flags) -> Answers:
        """The chosen answers."""
        return Answers(*(getattr(self, field.name)[chosen] for field in fields(self)))


def join(parts: Sequence[Answers]) -> Answers:
    """All answers of the parts, one after the other."""
    return Answers(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Answers)))


def transactional(leaf: Ints, customer: Ints, touchpoint: Ints, at: Ints, invited: Ints, score: Ints,
                  handed_over: Flags | None = None) -> Answers:
    """Transactional answers: without weight and wave."""
    n = len(leaf)
    return Answers(np.full(n, TRANSACTION), leaf, customer, touchpoint, at, invited, score, np.full(n, np.nan),
                   np.full(n, -1), np.zeros(n, dtype=bool) if handed_over is None else handed_over)


def by_wave(survey: int, leaf: Ints, customer: Ints, at: Ints, invited: Ints, score: Ints, weight: Floats,
            wave: Ints) -> Answers:
    """Relationship or strategic answers: without touchpoint."""
    n = len(leaf)
    return Answers(np.full(n, survey), leaf, customer, np.full(n, -1), at, invited, score, weight, wave,
                   np.zeros(n, dtype=bool))


def lags_s(rng: np.random.Generator, n: int) -> Ints:
    """Seconds from the invitation to the answer: log-normal, from a minute to twelve days."""
    days = np.clip(_MEDIAN_LAG_DAYS * np.exp(1.2 * rng.standard_normal(n)), 0.0007, _LONGEST_LAG_DAYS)
    seconds: Ints = (days * DAY_S).astype(np.int64)
    return seconds


def invited_before(rng: np.random.Generator, at: Ints) -> Ints:
    """When the questionnaire of each answer was sent; never before the first month."""
    invited: Ints = np.maximum(at - lags_s(rng, len(at)), FIRST_S)
    return invited
