"""The motor insurer: contracts that come up every year, contacts within the term, and the answers tied to them.

A contract is a slot. When a customer lapses, the slot goes to a new customer of the same region, segment, tenure and
lasting attitude. So the mix of customers stands still and the expected scores with it, although customers leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cx.demo import journey
from cx.demo.answers import RELATIONSHIP, STRATEGIC, Answers, by_wave, invited_before, lags_s, transactional
from cx.demo.calendar import (
    DAY_S,
    END_DAY,
    END_S,
    FIRST_S,
    MONTH_DAYS,
    WAVES_END_DAY,
    Flags,
    Floats,
    Ints,
    moments_in,
    month_of,
    quarter_names,
)
from cx.demo.customers import SEGMENTS, Customers
from cx.demo.expected import Plan, mix_pts, relationship_pts, touchpoint_pts
from cx.demo.relationship import STRATEGIC_MONTH, WAVES, draw_attitudes, move_from_s, segment_weights
from cx.demo.renewals import chance_of_renewal, renewal_truth
from cx.demo.scores import class_probabilities, score_class, scores
from cx.demo.transactions import transaction_attitude
from cx.demo.units import MOTOR

TERMS = 4
YEAR = 365
_ASKED_BEFORE = (75, 105)  # days before expiry on which the relationship survey is answered: three months
_QUIET_END = 15            # no contact in the last days of a term
_PENDING_DAYS = 106        # contracts that expire so soon after the last month are on the list as pending
_INVITED_AFTER_S = 7200
_ANSWERED = {"purchase": 0.28, "contact": 0.25, "renewal": 0.06}
_KINDS = {"purchase": ("Buy",), "contact": ("Service", "Claim and pay-out"), "renewal": ("Renew",)}


@dataclass(frozen=True)
class Motor:
    """Terms of contracts as arrays, slots times terms in order; `customer` counts from 0 within the motor insurer."""

    customers: Customers
    customer: Ints
    leaf: Ints
    due_day: Ints
    attitude: Floats
    driver_latents: Floats
    relationship_nps: Floats
    contacted: Flags
    renewed: Flags
    starts_new: Flags
    contact_customer: Ints
    contact_leaf: Ints
    contact_at: Ints
    contact_touchpoint: Ints

    def is_listed(self) -> Flags:
        """Terms that belong in the `renewals` table."""
        return self.due_day < END_DAY + _PENDING_DAYS


def _quota(rng: np.random.Generator, share: Floats, n: int) -> Ints:
    place = (rng.permutation(n) + 0.5) / n
    found: Ints = np.searchsorted(np.cumsum(share)[:-1], place, side="right")
    return found


def share_without_contact(plan: Plan, nps: Floats, is_long: Flags, is_affluent: Flags) -> float:
    """The share of terms without contact at which the planted share of renewed contracts is inert, in expectation."""
    truth, target = renewal_truth(plan.truths, "HM"), plan.truths.inert_renewers.value
    probability = class_probabilities(nps)
    chances = [np.stack([chance_of_renewal(truth, np.full(len(nps), k), is_long, is_affluent)
                         + plan.truths.contact_gap.value * contact for k in range(3)], axis=1) for contact in (0, 1)]
    inert = (probability * chances[0])[:, :2].sum()
    silent, met = ((probability * chance).sum() for chance in chances)
    share = float(target * met / (inert - target * silent + target * met))
    if not 0 < share < 1:
        raise ValueError(f"share of terms without contact == {share:.2f}, must lie in 0 to 1")
    return share


def build_motor(rng: np.random.Generator, plan: Plan, slots: int, first_customer: int) -> Motor:
    """All terms of `slots` contracts; customers of the motor insurer are numbered from `first_customer`."""
    members = plan.units.of(MOTOR)
    share = np.array([plan.truths.mix.segment_share[name] for name in SEGMENTS])
    leaf = members[_quota(rng, plan.units.leaf_share[members], slots)]
    segment = _quota(rng, share, slots)
    long_share = plan.truths.mix.long_tenure_share
    is_long = _quota(rng, np.array([1 - long_share, long_share]), slots) == 1
    lasting = rng.standard_normal(slots)
    first_due = rng.integers(MONTH_DAYS[0], MONTH_DAYS[12], slots)
    due = (first_due[:, None] + YEAR * np.arange(TERMS)).ravel()

    slot = np.repeat(np.arange(slots), TERMS)
    by_slot = Customers(leaf, segment, np.full(slots, plan.groups.products.index("Motor cover")), is_long, lasting,
                        np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 0)))
    asked_s = (due - 90) * DAY_S
    made = draw_attitudes(rng, plan, leaf[slot], asked_s, lasting[slot])
    nps = relationship_pts(plan, by_slot, leaf[slot], slot, asked_s, move_from_s(plan)) / 100
    affluent = segment == SEGMENTS.index("Affluent")
    contacted = rng.random(len(slot)) >= share_without_contact(plan, nps, is_long[slot], affluent[slot])
    loyalty = score_class(scores(nps, made.attitude))
    chance = (chance_of_renewal(renewal_truth(plan.truths, "HM"), loyalty, is_long[slot], affluent[slot])
              + plan.truths.contact_gap.value * contacted)
    renewed = rng.random(len(slot)) < chance

    starts_new = np.ones((slots, TERMS), dtype=bool)
    starts_new[:, 1:] = ~renewed.reshape(slots, TERMS)[:, :-1]
    # A customer who would come after the last month never appears.
    starts_new[:, 1:] &= due.reshape(slots, TERMS)[:, :-1] + _QUIET_END < END_DAY
    customer = np.cumsum(starts_new.ravel()) - 1
    owner = slot[np.flatnonzero(starts_new.ravel())]
    customers = Customers(leaf[owner], segment[owner], by_slot.product[owner], is_long[owner], lasting[owner],
                          by_slot.slot_first, by_slot.slot_count, by_slot.segment_edge)
    contact_term, contact_at, touchpoint = _contacts(rng, contacted, due)
    return Motor(customers, first_customer + customer, leaf[slot], due, made.attitude, made.drivers, nps, contacted,
                 renewed, starts_new.ravel(), first_customer + customer[contact_term], leaf[slot][contact_term],
                 contact_at, touchpoint)


def _contacts(rng: np.random.Generator, contacted: Flags, due: Ints) -> tuple[Ints, Ints, Ints]:
    term = np.repeat(np.flatnonzero(contacted), rng.choice([1, 2, 3], int(contacted.sum()), p=[0.7, 0.2, 0.1]))
    days = due[term] - rng.integers(_QUIET_END, YEAR - 10, len(term))
    at = days * DAY_S + rng.integers(8 * 3600, 20 * 3600, len(term))
    happened = at < END_S
    return term[happened], at[happened], _drawn_touchpoints(rng, "contact", int(happened.sum()))


def _shares(kind: str) -> Floats:
    use = np.where([t.journey in _KINDS[kind] for t in journey.TOUCHPOINTS], journey.USE[MOTOR], 0)
    scaled: Floats = use / use.sum()
    return scaled


def _drawn_touchpoints(rng: np.random.Generator, kind: str, n: int) -> Ints:
    return rng.choice(len(journey.TOUCHPOINTS), n, p=_shares(kind))


def motor_transactions(rng: np.random.Generator, plan: Plan, motor: Motor) -> Answers:
    """Answers after a purchase, a contact of the `contacts` table, or a renewal.

    Who buys or renews is not a fair sample of attitudes, so those answers carry neither mix nor lasting attitude.
    """
    start = motor.due_day - YEAR
    later = np.arange(len(start)) % TERMS > 0
    bought = np.flatnonzero(motor.starts_new & later & (rng.random(len(start)) < _ANSWERED["purchase"]))
    stayed = np.flatnonzero(motor.renewed & (rng.random(len(start)) < _ANSWERED["renewal"]))
    met = np.flatnonzero((motor.contact_at >= FIRST_S) & (rng.random(len(motor.contact_at)) < _ANSWERED["contact"]))
    days = np.concatenate([start[bought], motor.due_day[stayed]]) + rng.integers(1, 12, len(bought) + len(stayed))
    moment = days * DAY_S + rng.integers(8 * 3600, 20 * 3600, len(days))
    invited = np.concatenate([moment, motor.contact_at[met] + _INVITED_AFTER_S])
    touchpoint = np.concatenate([_drawn_touchpoints(rng, "purchase", len(bought)),
                                 _drawn_touchpoints(rng, "renewal", len(stayed)), motor.contact_touchpoint[met]])
    customer = np.concatenate([motor.customer[bought], motor.customer[stayed], motor.contact_customer[met]])
    leaf = np.concatenate([motor.leaf[bought], motor.leaf[stayed], motor.contact_leaf[met]])
    after_contact = np.arange(len(leaf)) >= len(bought) + len(stayed)

    kinds = np.array([len(bought), len(stayed), len(met)]) / max(1, len(leaf))
    shares = kinds @ np.stack([_shares("purchase"), _shares("renewal"), _shares("contact")])
    local = customer - motor.customer[0]
    pts = (plan.units.leaf_level_pts[leaf] + touchpoint_pts(MOTOR, shares)[touchpoint] + after_contact
           * mix_pts(plan, motor.customers, local, plan.truths.mix.long_tenure_transaction_pts))
    lasting = np.where(after_contact, motor.customers.attitude[local], rng.standard_normal(len(leaf)))
    score = scores(pts / 100, transaction_attitude(rng, plan, lasting))
    at = invited + lags_s(rng, len(invited))
    kept = at < END_S
    return transactional(leaf, customer, touchpoint, at, invited, score).rows(kept)


def motor_relationship(rng: np.random.Generator, plan: Plan, motor: Motor, n: int) -> tuple[Answers, Floats]:
    """About `n` answers given three months before expiry; and driver latents."""
    day = motor.due_day - rng.integers(*_ASKED_BEFORE, len(motor.due_day))
    in_time = (day >= MONTH_DAYS[0]) & (day < WAVES_END_DAY)
    local = motor.customer - motor.customer[0]
    weight = segment_weights(plan, motor.customers, motor.leaf, local)
    term = np.flatnonzero(in_time & (rng.random(len(day)) < n / max(1, in_time.sum()) / weight))
    at = day[term] * DAY_S + rng.integers(8 * 3600, 22 * 3600, len(term))
    score = scores(motor.relationship_nps[term], motor.attitude[term])
    wave = np.array([WAVES.index(name) for name in quarter_names()])[month_of(at)]
    answers = by_wave(RELATIONSHIP, motor.leaf[term], motor.customer[term], at, invited_before(rng, at), score,
                      weight[term], wave)
    return answers, motor.driver_latents[:, term]


def motor_strategic(rng: np.random.Generator, plan: Plan, motor: Motor, n: int) -> tuple[Answers, Floats]:
    """About `n` answers of the strategic survey, from customers whose term runs in its month; and driver latents."""
    middle = int(MONTH_DAYS[STRATEGIC_MONTH]) + 15
    local = motor.customer - motor.customer[0]
    weight = segment_weights(plan, motor.customers, motor.leaf, local)
    runs = (motor.due_day - YEAR <= middle - 20) & (motor.due_day > middle + 20)
    term = np.flatnonzero(runs & (rng.random(len(runs)) < n / max(1, runs.sum()) / weight))
    leaf, customer = motor.leaf[term], motor.customer[term]
    at = moments_in(rng, np.full(len(term), STRATEGIC_MONTH))
    made = draw_attitudes(rng, plan, leaf, at, motor.customers.attitude[local[term]])
    nps = relationship_pts(plan, motor.customers, leaf, local[term], at, move_from_s(plan)) / 100
    answers = by_wave(STRATEGIC, leaf, customer, at, invited_before(rng, at), scores(nps, made.attitude), weight[term],
                      np.full(len(term), len(WAVES)))
    return answers, made.drivers
