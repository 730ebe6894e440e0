"""Transactional answers of life, bank and brokers: who was asked, what the customer answered, and the gamed branch."""

from __future__ import annotations

import numpy as np

from cx.demo import journey
from cx.demo.answers import Answers, invited_before, transactional
from cx.demo.calendar import DAY_S, MONTHS, Floats, Ints, day_of, moments_in
from cx.demo.customers import Customers, pick
from cx.demo.expected import Plan, handoffs, mix_pts, transaction_pts
from cx.demo.scores import honest_given_not_detractor, scores
from cx.demo.units import BANK, LIFE


def draw_transactions(rng: np.random.Generator, plan: Plan, customers: Customers, subsidiary: int, n: int) -> Answers:
    """`n` transactional answers of a subsidiary with branches, over all its leaves, touchpoints and months."""
    members = plan.units.of(subsidiary)
    leaf = rng.choice(members, n, p=plan.units.leaf_share[members])
    touchpoint = rng.choice(len(journey.TOUCHPOINTS), n, p=journey.use_shares(subsidiary))
    month = rng.integers(0, MONTHS, n)
    at = moments_in(rng, month)
    customer = pick(rng, customers, leaf)
    handed_over, handoff_pts = handoffs(rng, plan, leaf, touchpoint)
    pts = (transaction_pts(plan, leaf, touchpoint, at) + handoff_pts
           + mix_pts(plan, customers, customer, plan.truths.mix.long_tenure_transaction_pts))
    if subsidiary in (LIFE, BANK):
        noise = plan.truths.survey.month_noise_pts * rng.standard_normal((len(plan.units.leaves), MONTHS))
        pts += noise[leaf, month]
    nps = pts / 100
    score = scores(nps, transaction_attitude(rng, plan, customers.attitude[customer]))
    score = _gamed(rng, plan, leaf, at, nps, score)
    return transactional(leaf, customer, touchpoint, at, invited_before(rng, at), score, handed_over)


def transaction_attitude(rng: np.random.Generator, plan: Plan, lasting: Floats) -> Floats:
    """Standard normal attitudes that share the customer's lasting attitude to the planted degree."""
    shared = plan.truths.survey.transaction_customer_correlation
    attitude: Floats = np.sqrt(shared) * lasting + np.sqrt(1 - shared) * rng.standard_normal(len(lasting))
    return attitude


def _gamed(rng: np.random.Generator, plan: Plan, leaf: Ints, at: Ints, nps: Floats, score: Ints) -> Ints:
    """The scores as the gaming branch enters them: some unhappy customers not asked, some scores turned to 10."""
    truth = plan.truths.gaming
    here = np.flatnonzero((leaf == plan.units.leaf(truth.where)) & (at >= day_of(truth.when) * DAY_S))
    entered = score[here].copy()
    honest_detractor = entered <= 6
    replaced = honest_detractor & (rng.random(len(here)) < truth.detractors_not_asked_share)
    entered[replaced] = honest_given_not_detractor(rng, nps[here[replaced]])
    # A kept detractor stays: who is asked and unhappy is not turned, only lukewarm scores are.
    entered[(entered > 6) & (rng.random(len(here)) < truth.scores_turned_to_ten_share)] = 10
    result = score.copy()
    result[here] = entered
    return result
