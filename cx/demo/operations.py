"""What systems and ledgers show: touchpoint measures by subsidiary and month, business figures by leaf and month."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.calendar import DAY_S, MONTH_DAYS, MONTH_TEXT, MONTHS, Floats, Ints, day_of
from cx.demo.expected import Plan
from cx.demo.tables import as_table, decimal, labels, whole
from cx.demo.units import LIFE, SUBSIDIARIES

_MEDIAN_S = {"branch": 600.0, "app": 20.0, "web": 40.0, "phone": 90.0, "agent": 7200.0}
_CLAIM_REVIEW_DAYS = (7.0, 0.91)      # median of the life insurer, first and last month
_PAYOUT_DAYS = (1.2, 3.5)             # median before and after the planted fall
_CENTRAL, _EXPERT_OF_REST = 0.90, 0.44
_EXPERTS_FROM = 18                    # month in which the expert team starts
_CUSTOMERS = (420_000, 260_000, 510_000, 60_000)
_REVENUE_EACH = (110.0, 45.0, 30.0, 80.0)  # a customer and month, in the company's currency
_WON_SHARE, _LOST_SHARE = 0.012, 0.011  # of customers a month
_CONTACTS_EACH, _COST_OF_CONTACT = 0.08, 6.5
_MARKET_SHARE_PCT = (14.0, 9.0, 6.5, 11.0)
_METRICS = ("customers_start", "customers_won", "customers_lost", "revenue", "service_cost", "contacts")


def _medians(rng: np.random.Generator, plan: Plan, subsidiary: Ints, touchpoint: Ints, month: Ints) -> Floats:
    base = np.array([_MEDIAN_S[t.channel] for t in journey.TOUCHPOINTS])[touchpoint]
    life, passed = subsidiary == LIFE, month / (MONTHS - 1)
    review = _CLAIM_REVIEW_DAYS[0] * (_CLAIM_REVIEW_DAYS[1] / _CLAIM_REVIEW_DAYS[0]) ** passed
    fallen = MONTH_DAYS[month] >= day_of(plan.truths.payout_fall.when)
    base = np.where(life & (touchpoint == journey.number_of("claim_review")), review * DAY_S, base)
    slow = np.where(fallen, _PAYOUT_DAYS[1], _PAYOUT_DAYS[0]) * DAY_S
    base = np.where(life & (touchpoint == journey.number_of(plan.truths.payout_fall.touchpoint)), slow, base)
    medians: Floats = base * np.exp(0.05 * rng.standard_normal(len(base)))
    return medians


def touchpoint_metrics_table(rng: np.random.Generator, plan: Plan) -> pa.Table:
    """The `touchpoint_metrics` table, by subsidiary."""
    subsidiary, touchpoint, month = (axis.ravel() for axis in np.meshgrid(
        np.arange(len(SUBSIDIARIES)), np.arange(len(journey.TOUCHPOINTS)), np.arange(MONTHS), indexing="ij"))
    used = journey.USE[subsidiary, touchpoint] > 0
    subsidiary, touchpoint, month = subsidiary[used], touchpoint[used], month[used]
    share = np.stack([journey.use_shares(row) for row in range(len(SUBSIDIARIES))])[subsidiary, touchpoint]
    entered = rng.poisson(np.array(_CUSTOMERS)[subsidiary] * 0.25 * share)
    stay = np.clip(0.86 + journey.LIKED_PTS[touchpoint] * 0.006, 0.5, 0.98)
    completed = rng.binomial(entered, stay)
    contacts = rng.binomial(entered, 0.3)
    central = rng.binomial(contacts, _CENTRAL)
    expert = rng.binomial(contacts - central, np.where(month >= _EXPERTS_FROM, _EXPERT_OF_REST, 0.0))
    median = _medians(rng, plan, subsidiary, touchpoint, month)
    return as_table(
        "touchpoint_metrics", touchpoint_id=labels(touchpoint, journey.TOUCHPOINT_IDS),
        unit_id=labels(subsidiary, SUBSIDIARIES), month=labels(month, MONTH_TEXT), entered=whole(entered),
        completed=whole(completed), response_seconds_median=decimal(median, 1),
        response_seconds_p90=decimal(median * rng.uniform(2.2, 3.2, len(median)), 1), contacts=whole(contacts),
        solved_centrally=whole(central), sent_to_branch=whole(contacts - central - expert),
        solved_by_expert=whole(expert), repeat_contacts=whole(rng.binomial(contacts, 0.12)))


def business_table(rng: np.random.Generator, plan: Plan) -> pa.Table:
    """The `business` table: flows by leaf and month, market share by subsidiary and month."""
    units = plan.units
    start: Floats = np.rint(np.array(_CUSTOMERS)[units.leaf_subsidiary] * units.leaf_share)
    figures = np.zeros((len(_METRICS), len(units.leaves), MONTHS))
    each = np.array(_REVENUE_EACH)[units.leaf_subsidiary]
    for month in range(MONTHS):
        won, lost = rng.poisson(start * _WON_SHARE), rng.poisson(start * _LOST_SHARE)
        contacts = rng.poisson(start * _CONTACTS_EACH)
        figures[:, :, month] = (start, won, lost, start * each * rng.normal(1, 0.02, len(start)),
                                contacts * _COST_OF_CONTACT * rng.normal(1, 0.03, len(start)), contacts)
        start = start + won - lost
    metric, leaf, month_code = (axis.ravel() for axis in np.indices(figures.shape))
    share_sub, share_month = (axis.ravel() for axis in np.indices((len(SUBSIDIARIES), MONTHS)))
    share = np.array(_MARKET_SHARE_PCT)[share_sub] * (1 + 0.01 * rng.standard_normal(len(share_sub)))
    flows = as_table("business", unit_id=labels(leaf, units.leaves), month=labels(month_code, MONTH_TEXT),
                     metric=labels(metric, _METRICS), value=decimal(figures.ravel(), 2))
    shares = as_table("business", unit_id=labels(share_sub, SUBSIDIARIES), month=labels(share_month, MONTH_TEXT),
                      metric=["market_share"] * len(share), value=decimal(share, 2))
    return pa.concat_tables([flows, shares])
