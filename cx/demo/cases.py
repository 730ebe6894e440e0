"""Cases: one follow-up for some of the low scores, with first contact, end, and a few opened again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo.answers import TRANSACTION, Answers
from cx.demo.calendar import END_S, time_text
from cx.demo.expected import Plan
from cx.demo.responses import response_keys
from cx.demo.tables import as_table, keys, labels
from cx.demo.units import SUBSIDIARY_NAMES

_OPENED_SHARE = 0.30
_REOPENED_SHARE = 0.04
_OUTCOMES = ("solved", "explained", "compensated", "not_reached")
_OUTCOME_SHARE = (0.52, 0.26, 0.10, 0.12)
_HOUR_S = 3600


def cases_table(rng: np.random.Generator, plan: Plan, answers: Answers, has_score: pa.Array) -> pa.Table:
    """The `cases` table: what has not happened by the end of the last month is blank."""
    low = (answers.survey == TRANSACTION) & (answers.score <= 6) & has_score.to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(low & (rng.random(len(answers)) < _OPENED_SHARE))
    n = len(rows)
    opened = answers.at[rows] + rng.integers(60, 2 * _HOUR_S, n)
    reached = opened + (20 * _HOUR_S * np.exp(0.9 * rng.standard_normal(n))).astype(np.int64)
    closed = reached + (5 * 24 * _HOUR_S * np.exp(1.0 * rng.standard_normal(n))).astype(np.int64)
    again = closed + rng.integers(3 * 24 * _HOUR_S, 50 * 24 * _HOUR_S, n)
    outcome = rng.choice(len(_OUTCOMES), n, p=_OUTCOME_SHARE)
    never = outcome == _OUTCOMES.index("not_reached")
    reopened = (again < END_S) & (rng.random(n) < _REOPENED_SHARE)
    teams = tuple(f"Care team {name}" for name in SUBSIDIARY_NAMES)
    return as_table(
        "cases", case_id=keys("S", np.arange(n)), response_id=response_keys(rows),
        unit_id=labels(answers.leaf[rows], plan.units.leaves), opened_at=time_text(opened),
        first_contact_at=time_text(reached, (reached < END_S) & ~never), closed_at=time_text(closed, closed < END_S),
        outcome=labels(np.where(closed < END_S, outcome, -1), _OUTCOMES), reopened_at=time_text(again, reopened),
        owner=labels(plan.units.leaf_subsidiary[answers.leaf[rows]], teams))
