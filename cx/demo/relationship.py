"""Relationship and strategic answers: attitudes made of drivers, waves, design weights, and the driver ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cx.demo.answers import RELATIONSHIP, STRATEGIC, Answers, by_wave, invited_before
from cx.demo.calendar import DAY_S, MONTH_DAYS, MONTHS, WAVE_MONTHS, Floats, Ints, moments_in, month_of, quarter_names
from cx.demo.customers import SEGMENTS, Customers, pick
from cx.demo.expected import Plan, relationship_pts
from cx.demo.scores import scores
from cx.demo.tables import as_table, labels
from cx.demo.units import BANK, MOTOR, Units

WAVES = tuple(dict.fromkeys(quarter_names()))
STRATEGIC_WAVE = "2026 strategic"
STRATEGIC_MONTH = 29  # 2026-04
DRIVERS = {  # key: name, touchpoint, latent rating level in standard deviations
    "staff_helpful": ("Staff are helpful", "counter_visit", 0.3),
    "app_easy": ("The app is easy", "app_banking", -0.1),
    "price_fair": ("The price is fair", None, -0.4),
    "information_clear": ("Information is clear", None, 0.0),
    "claim_fast": ("Claims are settled fast", "claim_review", -0.2),
    "phone_wait": ("Short wait on the phone", "hotline", -0.5),
    "problem_solved": ("My problem was solved", "complaint_answer", -0.1),
    "trust": ("I trust the company", None, 0.4),
    "branch_close": ("A branch is near", None, 0.5),
}
_RATING_CUTS = np.array([-1.7, -0.9, 0.0, 1.0])
_RATED_SHARE = 0.95


@dataclass(frozen=True)
class Attitudes:
    """Attitudes to the company, standard normal, and the latent driver ratings (drivers by rows) that make them."""

    attitude: Floats
    drivers: Floats


def importances(plan: Plan, leaf: Ints, at: Ints) -> Floats:
    """True weight of each driver (rows) for each answer: the same for all, but drifting in the bank."""
    truths, drift = plan.truths, plan.truths.importance_drift
    weights = np.repeat(np.array([[truths.importance[driver]] for driver in DRIVERS]), len(leaf), axis=1)
    bank = plan.units.leaf_subsidiary[leaf] == BANK
    passed = month_of(at).clip(0, MONTHS - 1) / (MONTHS - 1)
    names = list(DRIVERS)
    for driver, start, end in ((drift.fading_driver, drift.strong, drift.weak),
                               (drift.growing_driver, drift.weak, drift.strong)):
        row = names.index(driver)
        weights[row] = np.where(bank, start + (end - start) * passed, weights[row])
    return weights


def draw_attitudes(rng: np.random.Generator, plan: Plan, leaf: Ints, at: Ints, lasting: Floats) -> Attitudes:
    """Attitudes: weighted driver ratings, which share a halo that comes mostly from the customer, and chance."""
    survey, n = plan.truths.survey, len(leaf)
    mood = (np.sqrt(survey.halo_from_customer_share) * lasting
            + np.sqrt(1 - survey.halo_from_customer_share) * rng.standard_normal(n))
    own = rng.standard_normal((len(DRIVERS), n))
    drivers = np.sqrt(survey.halo_share) * mood + np.sqrt(1 - survey.halo_share) * own
    weights = importances(plan, leaf, at)
    explained = (1 - survey.halo_share) * (weights**2).sum(axis=0) + survey.halo_share * weights.sum(axis=0) ** 2
    if n and explained.max() >= 1:
        raise ValueError(f"variance explained by the drivers == {explained.max():.2f}, must be < 1")
    attitude = (weights * drivers).sum(axis=0) + np.sqrt(1 - explained) * rng.standard_normal(n)
    return Attitudes(attitude, drivers)


def move_from_s(plan: Plan) -> int:
    """The first moment of the quarter in which the planted move of the relationship score begins."""
    return int(MONTH_DAYS[quarter_names().index(plan.truths.relationship_move.when)]) * DAY_S


def segment_weights(plan: Plan, customers: Customers, leaf: Ints, customer: Ints) -> Floats:
    """Survey weights that undo the sampling by segment; the mean over a unit's answers is 1 in expectation."""
    sampling = np.array([plan.truths.mix.segment_sampling[name] for name in SEGMENTS])
    mean = plan.groups.leaf_segment_share @ sampling
    weight: Floats = mean[leaf] / sampling[customers.segment[customer]]
    return weight


def _asked(rng: np.random.Generator, plan: Plan, customers: Customers, survey: int, leaf: Ints, customer: Ints,
           at: Ints) -> tuple[Answers, Floats]:
    made = draw_attitudes(rng, plan, leaf, at, customers.attitude[customer])
    score = scores(relationship_pts(plan, customers, leaf, customer, at, move_from_s(plan)) / 100, made.attitude)
    quarter = np.array([WAVES.index(name) for name in quarter_names()])[month_of(at)]
    wave = quarter if survey == RELATIONSHIP else np.full(len(leaf), len(WAVES))
    answers = by_wave(survey, leaf, customer, at, invited_before(rng, at), score,
                      segment_weights(plan, customers, leaf, customer), wave)
    return answers, made.drivers


def draw_relationship(rng: np.random.Generator, plan: Plan, customers: Customers, subsidiary: int,
                      n: int) -> tuple[Answers, Floats]:
    """`n` relationship answers of a subsidiary with branches, spread over the quarterly waves; and driver latents."""
    return _sampled(rng, plan, customers, RELATIONSHIP, subsidiary, WAVE_MONTHS[rng.integers(0, len(WAVE_MONTHS), n)])


def draw_strategic(rng: np.random.Generator, plan: Plan, customers: Customers, subsidiary: int,
                   n: int) -> tuple[Answers, Floats]:
    """`n` answers of the one strategic survey in a subsidiary with branches; and driver latents."""
    return _sampled(rng, plan, customers, STRATEGIC, subsidiary, np.full(n, STRATEGIC_MONTH))


def _sampled(rng: np.random.Generator, plan: Plan, customers: Customers, survey: int, subsidiary: int,
             month: Ints) -> tuple[Answers, Floats]:
    members = plan.units.of(subsidiary)
    leaf = rng.choice(members, len(month), p=plan.units.leaf_share[members])
    sampling = np.array([plan.truths.mix.segment_sampling[name] for name in SEGMENTS])
    customer = pick(rng, customers, leaf, sampling)
    return _asked(rng, plan, customers, survey, leaf, customer, moments_in(rng, month))


def drivers_table() -> pa.Table:
    """The `drivers` table: all on a scale of 1 to 5."""
    n = len(DRIVERS)
    return as_table("drivers", driver=list(DRIVERS), name=[name for name, _, _ in DRIVERS.values()],
                    scale_min=["1"] * n, scale_max=["5"] * n, touchpoint_id=[t for _, t, _ in DRIVERS.values()])


def ratings_table(rng: np.random.Generator, plan: Plan, units: Units, answers: Answers, latent: Floats,
                  response_ids: pa.Array) -> pa.Table:
    """The `ratings` table of these answers; latent ratings of the fading driver rise in the bank as planted."""
    drift, subsidiary = plan.truths.importance_drift, units.leaf_subsidiary[answers.leaf]
    passed = month_of(answers.at).clip(0, MONTHS - 1) / (MONTHS - 1)
    names, rated = list(DRIVERS), rng.random(latent.shape) < _RATED_SHARE
    shifted = latent + np.array([[level] for _, _, level in DRIVERS.values()])
    shifted[names.index(drift.fading_driver)] += drift.fading_rating_rise_sd * passed * (subsidiary == BANK)
    rated[names.index("branch_close")] &= subsidiary != MOTOR
    answer, driver = np.nonzero(rated.T)
    rating = 1 + np.searchsorted(_RATING_CUTS, shifted.T[answer, driver], side="right")
    return as_table("ratings", response_id=response_ids.take(pa.array(answer)), driver=labels(driver, names),
                    rating=labels(rating, ("", "1", "2", "3", "4", "5")))
