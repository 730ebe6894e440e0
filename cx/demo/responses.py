"""The `responses` table: answers by time, with the customer's product and segment, language and comment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.answers import SURVEYS, TRANSACTION, Answers
from cx.demo.calendar import Ints, time_text
from cx.demo.comments import LANGUAGES, comment_texts
from cx.demo.customers import SEGMENTS, Customers
from cx.demo.expected import Plan
from cx.demo.relationship import STRATEGIC_WAVE, WAVES
from cx.demo.tables import as_table, decimal, keys, labels, whole

_OWN_CHANNEL_SHARE = 0.85
_RELATIONSHIP_CHANNELS = np.array([0.1, 0.4, 0.3, 0.1, 0.1])  # by CHANNELS
# Share of English, Traditional and Simplified Chinese by region letter.
_LANGUAGE_SHARE = {"N": (0.50, 0.35, 0.15), "C": (0.15, 0.70, 0.15), "S": (0.10, 0.40, 0.50), "E": (0.20, 0.25, 0.55)}


def response_keys(rows: Ints) -> pa.Array:
    """Keys of answers by their place in the order of time."""
    return keys("A", rows)


def _channels(rng: np.random.Generator, answers: Answers) -> Ints:
    any_channel = rng.choice(len(journey.CHANNELS), len(answers), p=_RELATIONSHIP_CHANNELS)
    own = (answers.survey == TRANSACTION) & (rng.random(len(answers)) < _OWN_CHANNEL_SHARE)
    return np.where(own, journey.CHANNEL_OF[answers.touchpoint.clip(0)], any_channel)


def _languages(rng: np.random.Generator, plan: Plan, answers: Answers) -> Ints:
    share = np.cumsum([_LANGUAGE_SHARE[leaf[3]] for leaf in plan.units.leaves], axis=1)
    # A customer keeps the language: the place is drawn once a customer.
    place = rng.random(int(answers.customer.max(initial=0)) + 1)[answers.customer]
    found: Ints = (place[:, None] >= share[answers.leaf][:, :-1]).sum(axis=1)
    return found


def responses_table(rng: np.random.Generator, plan: Plan, customers: Customers, answers: Answers) -> pa.Table:
    """The `responses` table of answers that are already in the order of time; some scores are blank."""
    language = _languages(rng, plan, answers)
    comments = comment_texts(rng, plan, answers, language)
    blank = rng.random(len(answers)) < plan.truths.survey.blank_score_share
    return as_table(
        "responses", response_id=response_keys(np.arange(len(answers))), survey=labels(answers.survey, SURVEYS),
        score=whole(answers.score, ~blank), responded_at=time_text(answers.at),
        unit_id=labels(answers.leaf, plan.units.leaves), customer_id=keys("C", answers.customer),
        touchpoint_id=labels(answers.touchpoint, journey.TOUCHPOINT_IDS),
        product=labels(customers.product[answers.customer], plan.groups.products),
        segment=labels(customers.segment[answers.customer], SEGMENTS),
        channel=labels(_channels(rng, answers), journey.CHANNELS), language=labels(language, LANGUAGES),
        weight=decimal(np.nan_to_num(answers.weight), 4, ~np.isnan(answers.weight)), comment=comments,
        wave=labels(answers.wave, (*WAVES, STRATEGIC_WAVE)), invited_at=time_text(answers.invited))
