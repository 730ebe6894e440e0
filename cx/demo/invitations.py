"""Invitations: so many more than answers that response rates are believable, by unit, month, touchpoint or segment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.answers import SURVEYS, TRANSACTION, Answers
from cx.demo.calendar import MONTH_DAYS, MONTH_TEXT, MONTHS, Ints, day_of, month_of
from cx.demo.customers import SEGMENTS, Customers
from cx.demo.expected import Plan
from cx.demo.tables import as_table, labels, whole

_LOWEST_RATE, _HIGHEST_RATE = 0.09, 0.24


def invitations_table(rng: np.random.Generator, plan: Plan, customers: Customers, answers: Answers) -> pa.Table:
    """The `invitations` table: transaction by touchpoint, the other surveys by segment.

    Invitations without an answer are Poisson around answers a month times (1 / rate - 1); the rate belongs to the
    unit and the touchpoint or segment. The gaming branch sends fewer from its day on.
    """
    truth, parts = plan.truths.gaming, []
    by_touchpoint = answers.survey == TRANSACTION
    group = np.where(by_touchpoint, answers.touchpoint, customers.segment[answers.customer])
    month = month_of(answers.invited)
    for survey in range(len(SURVEYS)):
        groups = len(journey.TOUCHPOINTS) if survey == TRANSACTION else len(SEGMENTS)
        rows = answers.survey == survey
        answered = _counts(answers.leaf[rows], group[rows], month[rows], (len(plan.units.leaves), groups, MONTHS))
        # A wave is asked only in the months in which the unit has answers; transactions are asked always.
        asked_months = (answered.sum(axis=1, keepdims=True) > 0) | (survey == TRANSACTION)
        mean = answered.sum(axis=2, keepdims=True) / np.maximum(1, asked_months.sum(axis=2, keepdims=True))
        rate = rng.uniform(_LOWEST_RATE, _HIGHEST_RATE, answered.shape[:2])[:, :, None]
        silent = rng.poisson(mean * asked_months * (1 / rate - 1)).astype(np.int64)
        if survey == TRANSACTION:
            leaf, gamed = plan.units.leaf(truth.where), MONTH_DAYS[:-1] >= day_of(truth.when)
            silent[leaf] = np.where(gamed, silent[leaf] * truth.invitations_factor, silent[leaf]).astype(np.int64)
        sent = answered + silent
        leaf_code, group_code, month_code = np.nonzero(sent)
        parts.append((np.full(len(leaf_code), survey), leaf_code, group_code, month_code,
                      sent[leaf_code, group_code, month_code]))
    survey_code, leaf_code, group_code, month_code, sent_count = (np.concatenate(column)
                                                                  for column in zip(*parts, strict=True))
    transaction = survey_code == TRANSACTION
    return as_table(
        "invitations", survey=labels(survey_code, SURVEYS), unit_id=labels(leaf_code, plan.units.leaves),
        month=labels(month_code, MONTH_TEXT), sent=whole(sent_count),
        touchpoint_id=labels(np.where(transaction, group_code, -1), journey.TOUCHPOINT_IDS),
        segment=labels(np.where(transaction, -1, group_code), SEGMENTS))


def _counts(leaf: Ints, group: Ints, month: Ints, shape: tuple[int, int, int]) -> Ints:
    flat = np.ravel_multi_index((leaf, group, month), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
