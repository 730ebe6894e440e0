"""The expected NPS of an answer, in points: level + touchpoint + customer mix + planted effects. No chance in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cx.demo import journey
from cx.demo.calendar import DAY_S, MONTHS, Flags, Floats, Ints, day_of, month_of
from cx.demo.customers import Customers, Groups
from cx.demo.truths import QuickWin, Truths
from cx.demo.units import BANK, BROKERS, LIFE, SUBSIDIARIES, Units


@dataclass(frozen=True)
class Plan:
    """What the expectation depends on: the truths, the units, the groups of customers."""

    truths: Truths
    units: Units
    groups: Groups


def mix_pts(plan: Plan, customers: Customers, customer: Ints, long_against_short_pts: float) -> Floats:
    """Points of segment, product and tenure; zero on average at the standard mix."""
    groups = plan.groups
    long = customers.is_long[customer] - plan.truths.mix.long_tenure_share
    pts: Floats = (groups.segment_pts[customers.segment[customer]] + groups.product_pts[customers.product[customer]]
                   + long_against_short_pts * long)
    return pts


def touchpoint_pts(subsidiary: int, shares: Floats) -> Floats:
    """Points of each touchpoint, centred on the shares with which the subsidiary's answers come."""
    centred: Floats = journey.LIKED_PTS - shares @ journey.LIKED_PTS
    return centred


def improvement_pts(truths: Truths, at: Ints, touchpoint: Ints) -> Floats:
    """Points gained at the bank's improved touchpoints: over all touchpoints they make the planted rise."""
    improved = np.array([journey.number_of(name) for name in truths.divergence.improved_touchpoints])
    at_touchpoint = truths.divergence.value / journey.use_shares(BANK)[improved].sum()
    pts: Floats = np.isin(touchpoint, improved) * at_touchpoint * month_of(at) / (MONTHS - 1)
    return pts


def _pilot_pts(plan: Plan, truth: QuickWin, leaf: Ints, touchpoint: Ints, at: Ints) -> Floats:
    treated = np.isin(leaf, plan.units.leaf_numbers(truth.treated))
    here = treated & (touchpoint == journey.number_of(truth.touchpoint))
    pts: Floats = truth.value * (here & (at >= day_of(truth.when) * DAY_S))
    return pts


def handoffs(rng: np.random.Generator, plan: Plan, leaf: Ints, touchpoint: Ints) -> tuple[Flags, Floats]:
    """Which answers follow a hand-over, and the points of it, centred so that the touchpoint keeps its level."""
    handed, pts = np.zeros(len(leaf), dtype=bool), np.zeros(len(leaf))
    for truth in (plan.truths.handoff, plan.truths.handoff_decoy):
        here = (touchpoint == journey.number_of(truth.touchpoint)) & (
            plan.units.leaf_subsidiary[leaf] == SUBSIDIARIES.index(truth.where))
        now = here & (rng.random(len(leaf)) < truth.share)
        handed |= now
        pts += truth.value * (now - truth.share * here)
    return handed, pts


def transaction_pts(plan: Plan, leaf: Ints, touchpoint: Ints, at: Ints) -> Floats:
    """Level, touchpoint and planted effects of branch answers, without customer mix, hand-offs and month noise."""
    truths, subsidiary = plan.truths, plan.units.leaf_subsidiary[leaf]
    pts = plan.units.leaf_level_pts[leaf].astype(float)
    for row in (LIFE, BANK, BROKERS):
        pts += touchpoint_pts(row, journey.use_shares(row))[touchpoint] * (subsidiary == row)
    pts += improvement_pts(truths, at, touchpoint) * (subsidiary == BANK)
    fallen = (touchpoint == journey.number_of(truths.payout_fall.touchpoint)) & (subsidiary == LIFE)
    pts += truths.payout_fall.value * (fallen & (at >= day_of(truths.payout_fall.when) * DAY_S))
    for pilot in (truths.quick_win_works, truths.quick_win_fails):
        pts += _pilot_pts(plan, pilot, leaf, touchpoint, at)
    return pts


def relationship_pts(plan: Plan, customers: Customers, leaf: Ints, customer: Ints, at: Ints,
                     move_from_s: int) -> Floats:
    """Level of the relationship survey, customer mix and the brokers' move."""
    truths, subsidiary = plan.truths, plan.units.leaf_subsidiary[leaf]
    offset = np.array([truths.survey.relationship_offset_pts[name] for name in SUBSIDIARIES])
    pts: Floats = (plan.units.leaf_level_pts[leaf] + offset[subsidiary]
                   + mix_pts(plan, customers, customer, truths.mix.long_tenure_relationship_pts)
                   + truths.relationship_move.value * ((subsidiary == BROKERS) & (at >= move_from_s))
                   + truths.divergence.relationship_change_pts
                   * (month_of(at).clip(0, MONTHS - 1) / (MONTHS - 1)) * (subsidiary == BANK))
    return pts
