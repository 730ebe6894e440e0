"""The register of pain points: how many are closed, delivered and verified is exact, as planted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.calendar import DAY_S, END_DAY, FIRST_S, Flags, Ints, day_text
from cx.demo.expected import Plan
from cx.demo.tables import as_table, keys, labels, whole
from cx.demo.truths import Resolution
from cx.demo.units import SUBSIDIARIES

_SOURCES = ("survey", "agent", "mystery_visit", "system", "complaint")
_SEVERITIES = ("high", "medium", "low")
_HORIZONS = ("quick", "long_term")
_YEAR_FROM = int(np.datetime64("2025-11-01", "D").astype(int))
_OLDER_TOUCHED = 60_000
_PROBLEMS = (  # title, cause, solution
    ("Customers wait too long at: {}", "Staff plan follows last year's volume", "Plan staff by forecast of the week"),
    ("Information comes too late at: {}", "Notice is sent after the step, not before", "Notify before the step"),
    ("Same data asked twice at: {}", "Systems do not share the customer's record", "Fill in what is known"),
    ("Nobody feels responsible at: {}", "Two lines own one step", "One owner, hand-over with a name"),
    ("Letter hard to understand at: {}", "Text written by lawyers for lawyers", "One page in plain words"),
    ("Step fails on older phones at: {}", "Only new versions are tested", "Test on the ten most used phones"),
    ("Notice goes to the wrong person at: {}", "Policies of 20 years ago hold no mobile number of the payer",
     "Notify the payer and the insured, search for missing numbers"),
)


def _nested(rng: np.random.Generator, n: int, closed: int, delivered: int, verified: int) -> tuple[Flags, Flags, Flags]:
    """Which of n are closed, delivered, verified: verified within delivered within closed."""
    rank = rng.permutation(n)
    return rank < closed, rank < delivered, rank < verified


def _severity(rng: np.random.Generator, closed: Flags, truth: Resolution) -> Ints:
    severity = rng.integers(1, 3, len(closed))
    for group, severe in ((closed, truth.severe_closed), (~closed, truth.severe - truth.severe_closed)):
        severity[rng.permutation(np.flatnonzero(group))[:severe]] = 0
    return severity


def _touched(rng: np.random.Generator, closed: Flags, total: int, by_closed: int) -> Ints:
    touched = np.zeros(len(closed), dtype=np.int64)
    for group, customers in ((closed, by_closed), (~closed, total - by_closed)):
        weight = np.exp(0.7 * rng.standard_normal(int(group.sum())))
        touched[group] = rng.multinomial(customers, weight / weight.sum())
    return touched


def pain_points_table(rng: np.random.Generator, plan: Plan) -> pa.Table:
    """The `pain_points` table: those opened before the last year, then those opened in it."""
    truth = plan.truths.pain_points
    old = _nested(rng, truth.older_opened, truth.older_closed, truth.older_delivered, truth.older_verified)
    new = _nested(rng, truth.opened, truth.closed, truth.delivered, truth.verified)
    closed, delivered, verified = (np.concatenate(pair) for pair in zip(old, new, strict=True))
    n = len(closed)
    severity = np.concatenate([rng.integers(0, 3, truth.older_opened), _severity(rng, new[0], truth)])
    old_touched = rng.multinomial(_OLDER_TOUCHED, np.full(truth.older_opened, 1 / truth.older_opened))
    touched = np.concatenate([old_touched, _touched(rng, new[0], truth.customers_touched,
                                                    truth.customers_touched_by_closed)])
    opened = np.concatenate([np.sort(rng.integers(FIRST_S // DAY_S, _YEAR_FROM, truth.older_opened)),
                             np.sort(rng.integers(_YEAR_FROM, END_DAY - 5, truth.opened))])
    # Every step ends before the last month does.
    delivered_on = opened + 1 + (rng.beta(1.2, 3, n) * (END_DAY - 3 - opened)).astype(np.int64)
    closed_on = delivered_on + (rng.beta(1.2, 3, n) * (END_DAY - 1 - delivered_on)).astype(np.int64)
    verified_on = delivered_on + (rng.beta(1.2, 2, n) * (END_DAY - 1 - delivered_on)).astype(np.int64)
    subsidiary = rng.integers(0, len(SUBSIDIARIES), n)
    touchpoint = np.array([rng.choice(len(journey.TOUCHPOINTS), p=journey.use_shares(int(row))) for row in subsidiary])
    problem = np.arange(n) % len(_PROBLEMS)
    long_term = rng.random(n) < np.where(closed, 0.15, 0.7)
    return as_table(
        "pain_points", pain_point_id=keys("PP-", np.arange(1, n + 1), 4),
        title=[_PROBLEMS[p][0].format(journey.TOUCHPOINTS[t].name) for p, t in zip(problem, touchpoint, strict=True)],
        unit_id=labels(subsidiary, SUBSIDIARIES), touchpoint_id=labels(touchpoint, journey.TOUCHPOINT_IDS),
        source=labels(rng.integers(0, len(_SOURCES), n), _SOURCES), severity=labels(severity, _SEVERITIES),
        owner=[journey.TOUCHPOINTS[t].owner for t in touchpoint], opened_on=day_text(opened),
        due_on=day_text(opened + np.where(long_term, 365, 90)), delivered_on=day_text(delivered_on, delivered),
        verified_on=day_text(verified_on, verified), closed_on=day_text(closed_on, closed),
        horizon=labels(long_term.astype(np.int64), _HORIZONS), customers_touched=whole(touched),
        cause=[_PROBLEMS[p][1] for p in problem],
        solution=[_PROBLEMS[p][2] if done else None for p, done in zip(problem, delivered, strict=True)])
