"""The demo company: all tables of the contract, made from a seed and from the planted truths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cx.contract.tables import TABLES
from cx.demo import answers as answering
from cx.demo import (
    cases,
    contacts,
    customers,
    initiatives,
    invitations,
    journey,
    market,
    motor,
    operations,
    pain_points,
    recordings,
    relationship,
    renewals,
    responses,
    transactions,
)
from cx.demo.calendar import DAY_S, END_S, Floats, Ints
from cx.demo.customers import Customers, build_branch_customers, build_groups
from cx.demo.expected import Plan
from cx.demo.truths import read_truths
from cx.demo.units import BANK, BROKERS, LIFE, SUBSIDIARIES, build_units

DEMO_SEED = 20260101
FEWEST_ANSWERS = 2_000

# Shares of all answers; the rest of the transactional answers goes to life and bank.
_RELATIONSHIP_SHARE = {LIFE: 0.085, BANK: 0.085, BROKERS: 0.045}
_MOTOR_RELATIONSHIP_SHARE = 0.07
_STRATEGIC_SHARE = {LIFE: 0.0105, BANK: 0.0105, BROKERS: 0.003}
_MOTOR_STRATEGIC_SHARE = 0.006
_BROKERS_TRANSACTION_SHARE = 0.07
_LIFE_OF_REST = 0.52
_MOTOR_SLOTS_SHARE = 0.13      # motor contracts, against all answers
_MORE_CONTACTS_SHARE = 0.30    # contacts that nobody was asked about, against all answers
_ANSWERS_A_CUSTOMER = 2.0      # of all customers of a branch, also those who never answer
_FEWEST_CUSTOMERS = 10


@dataclass(frozen=True)
class _Voices:
    """All answers by time, and the latent driver ratings of those (by place) that rate drivers."""

    answers: answering.Answers
    rated: Ints
    latents: Floats


def company_tables(seed: int = DEMO_SEED, answers: int = 200_000) -> dict[str, pa.Table]:
    """All tables of the contract for `answers` answers (at least 2,000), every column as text, in a fixed row order.

    The same seed gives the same tables; the planted truths hold for every seed. ValueError for too few answers.
    """
    if answers < FEWEST_ANSWERS:
        raise ValueError(f"answers == {answers}, must be >= {FEWEST_ANSWERS}")
    rng = np.random.default_rng(seed)
    truths = read_truths()
    units = build_units(truths)
    plan = Plan(truths, units, build_groups(truths, units))

    branch = _branch_customers(rng, plan, answers)
    cars = motor.build_motor(rng, plan, round(_MOTOR_SLOTS_SHARE * answers), len(branch))
    everyone = _joined(branch, cars.customers)
    voices = _voices(rng, plan, branch, cars, answers)
    last_seen = np.zeros(len(everyone), dtype=np.int64)
    np.maximum.at(last_seen, voices.answers.customer, voices.answers.at)
    contracts = _renewals(rng, plan, everyone, voices.answers, last_seen, cars)
    left_day = renewals.left_days(contracts, len(everyone))
    n_more = round(_MORE_CONTACTS_SHARE * answers)
    met = contacts.build_contacts(rng, plan, branch, voices.answers, cars, left_day, n_more)
    first_seen = np.full(len(everyone), END_S)
    for customer, at in ((voices.answers.customer, voices.answers.invited), (met.customer, met.at),
                         (contracts.customer, (contracts.due_day - motor.YEAR) * DAY_S)):
        np.minimum.at(first_seen, customer, at)

    answered = responses.responses_table(rng, plan, everyone, voices.answers)
    made = {
        "units": units.table(),
        "touchpoints": journey.touchpoints_table(),
        "customers": customers.customers_table(rng, units, plan.groups, everyone, first_seen, left_day),
        "responses": answered,
        "drivers": relationship.drivers_table(),
        "ratings": relationship.ratings_table(rng, plan, units, voices.answers.rows(voices.rated), voices.latents,
                                              responses.response_keys(voices.rated)),
        "invitations": invitations.invitations_table(rng, plan, everyone, voices.answers),
        "renewals": renewals.renewals_table(rng, units, plan.groups, everyone, contracts, contacts.count_in_terms(
            met, contracts.customer, contracts.due_day)),
        "business": operations.business_table(rng, plan),
        "contacts": contacts.contacts_table(rng, units, met),
        "touchpoint_metrics": operations.touchpoint_metrics_table(rng, plan),
        "pain_points": pain_points.pain_points_table(rng, plan),
        "cases": cases.cases_table(rng, plan, voices.answers, answered["score"].is_valid().combine_chunks()),
        "initiatives": initiatives.initiatives_table(truths),
        "initiative_units": initiatives.initiative_units_table(truths),
        "benchmarks": market.benchmarks_table(rng, plan, seed),
        "targets": market.targets_table(),
        "events": market.events_table(truths),
        "visits": market.visits_table(rng, plan),
        "excerpts": recordings.excerpts_table(),
        "masks": recordings.masks_table(),
        "commitments": initiatives.commitments_table(),
    }
    return {name: made[name] for name in TABLES}


def _branch_customers(rng: np.random.Generator, plan: Plan, answers: int) -> Customers:
    """Customers of life, bank and brokers, in proportion to the answers that are to come from each leaf."""
    share = np.zeros(len(SUBSIDIARIES))
    for subsidiary in (LIFE, BANK, BROKERS):
        share[subsidiary] = _RELATIONSHIP_SHARE[subsidiary] + _STRATEGIC_SHARE[subsidiary]
    rest = 1 - share.sum() - _MOTOR_RELATIONSHIP_SHARE - _MOTOR_STRATEGIC_SHARE - _BROKERS_TRANSACTION_SHARE
    share += np.array([_LIFE_OF_REST * rest, 0, (1 - _LIFE_OF_REST) * rest, _BROKERS_TRANSACTION_SHARE])
    units = plan.units
    wanted = answers * share[units.leaf_subsidiary] * units.leaf_share / _ANSWERS_A_CUSTOMER
    counts = np.where(share[units.leaf_subsidiary] > 0, np.maximum(np.rint(wanted), _FEWEST_CUSTOMERS), 0)
    return build_branch_customers(rng, plan.truths, units, plan.groups, counts.astype(np.int64))


def _joined(branch: Customers, cars: Customers) -> Customers:
    """Customers of the branches, then of the motor insurer."""
    def both(name: str) -> np.ndarray:
        return np.concatenate([getattr(branch, name), getattr(cars, name)])

    return Customers(both("leaf"), both("segment"), both("product"), both("is_long"), both("attitude"),
                     branch.slot_first, branch.slot_count, branch.segment_edge)


def _voices(rng: np.random.Generator, plan: Plan, branch: Customers, cars: motor.Motor, answers: int) -> _Voices:
    rated: list[tuple[answering.Answers, Floats]] = []
    for subsidiary, share in _RELATIONSHIP_SHARE.items():
        rated.append(relationship.draw_relationship(rng, plan, branch, subsidiary, round(share * answers)))
    for subsidiary, share in _STRATEGIC_SHARE.items():
        rated.append(relationship.draw_strategic(rng, plan, branch, subsidiary, round(share * answers)))
    rated.append(motor.motor_relationship(rng, plan, cars, round(_MOTOR_RELATIONSHIP_SHARE * answers)))
    rated.append(motor.motor_strategic(rng, plan, cars, round(_MOTOR_STRATEGIC_SHARE * answers)))

    plain = [motor.motor_transactions(rng, plan, cars)]
    brokers = round(_BROKERS_TRANSACTION_SHARE * answers)
    rest = answers - brokers - len(plain[0]) - sum(len(part) for part, _ in rated)
    life = round(_LIFE_OF_REST * rest)
    for subsidiary, n in ((LIFE, life), (BANK, rest - life), (BROKERS, brokers)):
        plain.append(transactions.draw_transactions(rng, plan, branch, subsidiary, n))

    joined = answering.join([part for part, _ in rated] + plain)
    order = np.argsort(joined.at, kind="stable")
    n_rated = sum(len(part) for part, _ in rated)
    places = np.flatnonzero(order < n_rated)
    latents = np.concatenate([latent for _, latent in rated], axis=1)
    return _Voices(joined.rows(order), places, latents[:, order[places]])


def _renewals(rng: np.random.Generator, plan: Plan, everyone: Customers, voices: answering.Answers, last_seen: Ints,
              cars: motor.Motor) -> renewals.Renewals:
    listed = cars.is_listed()
    motor_part = renewals.Renewals(cars.customer[listed], cars.leaf[listed], cars.due_day[listed],
                                   renewals.outcome_of(cars.renewed, cars.due_day)[listed])
    move_s = relationship.move_from_s(plan)
    return renewals.join_renewals((motor_part, *(
        renewals.branch_renewals(rng, plan, everyone, voices, subsidiary, last_seen, move_s)
        for subsidiary in ("HL", "HB"))))
