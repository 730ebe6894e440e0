"""Renewals: the chance of renewal by loyalty class, tenure and segment; policies and deposits; the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cx.demo.answers import RELATIONSHIP, Answers
from cx.demo.calendar import DAY_S, END_DAY, MONTH_DAYS, Flags, Floats, Ints, day_text
from cx.demo.customers import SEGMENTS, Customers, Groups
from cx.demo.expected import Plan, relationship_pts
from cx.demo.scores import score_class, scores
from cx.demo.tables import as_table, decimal, keys, labels, whole
from cx.demo.truths import RenewalGap, Truths
from cx.demo.units import SUBSIDIARIES, Units

OUTCOMES = ("renewed", "lapsed", "pending")
RENEWED, LAPSED, PENDING = range(3)
_SILENT_LISTED_SHARE = 0.5   # of the customers without a relationship answer, how many have a contract that expires
_EXPIRES_AFTER = (75, 105)   # days from the relationship answer to expiry
_PENDING_DAYS = 92
_PRICE = {"HL": (1200, 0.4), "HM": (520, 0.3), "HB": (900, 0.6)}  # median yearly price, log standard deviation
_RENEWING_PRODUCTS = {"HL": ("Protection", "Savings plan"), "HB": ("Time deposit",)}


@dataclass(frozen=True)
class Renewals:
    """Contracts that came up for renewal."""

    customer: Ints
    leaf: Ints
    due_day: Ints
    outcome: Ints


def renewal_truth(truths: Truths, subsidiary: str) -> RenewalGap:
    """The planted renewal gap of a subsidiary; StopIteration if there is none."""
    return next(truth for truth in truths.renewal if truth.where == subsidiary)


def chance_of_renewal(truth: RenewalGap, loyalty: Ints, is_long: Flags, is_affluent: Flags) -> Floats:
    """Probability of renewal by class (0 detractor, 1 passive, 2 promoter), tenure and segment."""
    by_class = np.array([0.0, truth.passive_plus, truth.value])
    chance: Floats = (truth.detractor + by_class[loyalty] + truth.long_tenure_plus * is_long
                      + truth.affluent_plus * is_affluent)
    return chance


def outcome_of(renewed: Flags, due_day: Ints) -> Ints:
    """Outcome codes; pending when the contract expires after the last month."""
    return np.where(due_day >= END_DAY, PENDING, np.where(renewed, RENEWED, LAPSED))


def branch_renewals(rng: np.random.Generator, plan: Plan, customers: Customers, answers: Answers, subsidiary: str,
                    last_seen_s: Ints, move_s: int) -> Renewals:
    """Policies or deposits of a subsidiary with branches: one a customer, after everything else the customer did."""
    row = SUBSIDIARIES.index(subsidiary)
    products = [plan.groups.products.index(name) for name in _RENEWING_PRODUCTS[subsidiary]]
    eligible = (plan.units.leaf_subsidiary[customers.leaf] == row) & np.isin(customers.product, products)
    is_last = answers.at == last_seen_s[answers.customer]
    asked = (answers.survey == RELATIONSHIP) & is_last & eligible[answers.customer]
    customer, first = np.unique(answers.customer[asked], return_index=True)
    due = answers.at[asked][first] // DAY_S + rng.integers(*_EXPIRES_AFTER, len(customer))
    loyalty = score_class(answers.score[asked][first])

    silent = eligible & (rng.random(len(customers)) < _SILENT_LISTED_SHARE)
    silent[answers.customer[answers.survey == RELATIONSHIP]] = False
    others = np.flatnonzero(silent)
    earliest = np.maximum(last_seen_s[others] // DAY_S + 30, MONTH_DAYS[0])
    others_due = earliest + (rng.random(len(others)) * (END_DAY + _PENDING_DAYS - earliest)).astype(np.int64)
    nps = relationship_pts(plan, customers, customers.leaf[others], others, others_due * DAY_S, move_s) / 100
    shared = plan.truths.survey.transaction_customer_correlation
    attitude = np.sqrt(shared) * customers.attitude[others] + np.sqrt(1 - shared) * rng.standard_normal(len(others))

    customer, due = np.concatenate([customer, others]), np.concatenate([due, others_due])
    loyalty = np.concatenate([loyalty, score_class(scores(nps, attitude))])
    chance = chance_of_renewal(renewal_truth(plan.truths, subsidiary), loyalty, customers.is_long[customer],
                               customers.segment[customer] == SEGMENTS.index("Affluent"))
    renewed = rng.random(len(customer)) < chance
    return Renewals(customer, customers.leaf[customer], due, outcome_of(renewed, due))


def join_renewals(parts: tuple[Renewals, ...]) -> Renewals:
    """All renewals of the parts, by day of expiry."""
    due = np.concatenate([part.due_day for part in parts])
    order = np.argsort(due, kind="stable")
    return Renewals(np.concatenate([part.customer for part in parts])[order],
                    np.concatenate([part.leaf for part in parts])[order], due[order],
                    np.concatenate([part.outcome for part in parts])[order])


def left_days(renewals: Renewals, n_customers: int) -> Ints:
    """The day on which each customer left by lapsing; -1 for those still there."""
    left = np.full(n_customers, -1)
    gone = renewals.outcome == LAPSED
    left[renewals.customer[gone]] = renewals.due_day[gone]
    return left


def renewals_table(rng: np.random.Generator, units: Units, groups: Groups, customers: Customers, renewals: Renewals,
                   contacts_in_term: Ints) -> pa.Table:
    """The `renewals` table; prices carry no planted effect."""
    n, decided = len(renewals.customer), renewals.outcome != PENDING
    price = np.zeros(n)
    for sub, (median, spread) in _PRICE.items():
        here = units.leaf_subsidiary[renewals.leaf] == SUBSIDIARIES.index(sub)
        price += here * median * np.exp(spread * rng.standard_normal(n))
    offered = price * (1 + 0.03 + 0.05 * rng.standard_normal(n))
    return as_table(
        "renewals", renewal_id=keys("N", np.arange(n)), customer_id=keys("C", renewals.customer),
        unit_id=labels(renewals.leaf, units.leaves), due_on=day_text(renewals.due_day),
        outcome=labels(renewals.outcome, OUTCOMES),
        product=labels(customers.product[renewals.customer], groups.products), premium_before=decimal(price, 2),
        premium_after=decimal(offered, 2), contacts_in_term=whole(contacts_in_term),
        decided_on=day_text(renewals.due_day - rng.integers(1, 25, n), decided))
