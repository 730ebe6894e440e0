"""Customers: unit, product, segment, tenure and a lasting attitude, in blocks by unit; and their table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cx.demo.calendar import DAY_S, END_DAY, Flags, Floats, Ints, day_text
from cx.demo.tables import as_table, keys, labels
from cx.demo.truths import MixOnly, Truths
from cx.demo.units import REGIONS, SUBSIDIARIES, Units

SEGMENTS = ("Young", "Family", "Affluent", "Senior")
# Tenure has two groups with a gap between, so that "more than 5 years" means the same on every day of the 36 months.
_LONG_FROM, _LONG_TO = np.datetime64("2001-01-01", "D").astype(int), np.datetime64("2018-06-30", "D").astype(int)
_SHORT_FROM = np.datetime64("2021-12-01", "D").astype(int)
_QUIET_DAYS = 12  # days between joining and the first answer or contact, at least


@dataclass(frozen=True)
class Customers:
    """Customers as arrays; `slot_first` and `slot_count` give each leaf's block of customers (motor: none)."""

    leaf: Ints
    segment: Ints
    product: Ints
    is_long: Flags
    attitude: Floats
    slot_first: Ints
    slot_count: Ints
    segment_edge: Floats

    def __len__(self) -> int:
        """Count the customers."""
        return len(self.leaf)


@dataclass(frozen=True)
class Groups:
    """Standard shares and centred effects of segments and products, and the mix of each leaf."""

    products: tuple[str, ...]
    segment_pts: Floats
    product_pts: Floats
    leaf_segment_share: Floats
    leaf_product_share: Floats


def _tilted(standard: Floats, pts: Floats, group: int, truth: MixOnly) -> Floats:
    """The mix with so much more of one group that the crude NPS differs by the planted points."""
    tilt = truth.value / pts[group]
    if not 0 <= tilt <= 1:
        raise ValueError(f"tilt of {truth.where} == {tilt:.2f}, must lie in 0 to 1")
    mix: Floats = (1 - tilt) * standard
    mix[group] += tilt
    return mix


def build_groups(truths: Truths, units: Units) -> Groups:
    """Shares and effects; an effect is centred, so that a unit with the standard mix has its level as expected NPS."""
    mix = truths.mix
    share = np.array([mix.segment_share[name] for name in SEGMENTS])
    pts = np.array([mix.segment_pts[name] for name in SEGMENTS])
    pts = pts - share @ pts
    products = tuple(name for sub in SUBSIDIARIES for name in mix.products[sub])
    product_share = np.zeros((len(SUBSIDIARIES), len(products)))
    product_pts = np.zeros(len(products))
    for row, sub in enumerate(SUBSIDIARIES):
        members = [products.index(name) for name in mix.products[sub]]
        product_share[row, members] = [product.share for product in mix.products[sub].values()]
        raw = np.array([product.pts for product in mix.products[sub].values()])
        product_pts[members] = raw - product_share[row, members] @ raw
    leaf_segment, leaf_product = np.tile(share, (len(units.leaves), 1)), product_share[units.leaf_subsidiary]
    for truth in truths.mix_only:
        leaf = units.leaf(truth.where)
        if truth.dimension == "segment":
            leaf_segment[leaf] = _tilted(share, pts, SEGMENTS.index(truth.group), truth)
        else:
            leaf_product[leaf] = _tilted(leaf_product[leaf], product_pts, products.index(truth.group), truth)
    return Groups(products, pts, product_pts, leaf_segment, leaf_product)


def _quota(share_by_leaf: Floats, leaf: Ints, place: Floats) -> Ints:
    """The group of each customer at a place in [0, 1) of its leaf, so that shares are met without chance."""
    edges = np.cumsum(share_by_leaf, axis=1)[leaf]
    found: Ints = (place[:, None] >= edges[:, :-1]).sum(axis=1)
    return found


def build_branch_customers(rng: np.random.Generator, truths: Truths, units: Units, groups: Groups,
                           leaf_counts: Ints) -> Customers:
    """Customers of all leaves with branches: `leaf_counts` a leaf, sorted by segment within it."""
    leaf = np.repeat(np.arange(len(leaf_counts)), leaf_counts)
    first = np.cumsum(leaf_counts) - leaf_counts
    size = leaf_counts[leaf]
    rank = np.arange(len(leaf)) - first[leaf]
    shuffled = [np.lexsort((rng.random(len(leaf)), leaf)) - first[leaf] for _ in range(2)]
    return Customers(
        leaf, _quota(groups.leaf_segment_share, leaf, (rank + 0.5) / size),
        _quota(groups.leaf_product_share, leaf, (shuffled[0] + 0.5) / size),
        (shuffled[1] + 0.5) / size < truths.mix.long_tenure_share, rng.standard_normal(len(leaf)),
        first, leaf_counts, np.cumsum(groups.leaf_segment_share, axis=1))


def pick(rng: np.random.Generator, customers: Customers, leaf: Ints, sampling: Floats | None = None) -> Ints:
    """A random customer of each leaf; with `sampling` (relative chance by segment) some segments come more often."""
    place = rng.random(len(leaf))
    if sampling is not None:
        edge = customers.segment_edge
        share = np.diff(edge, axis=1, prepend=0.0)
        drawn = np.cumsum(share * sampling / (share @ sampling)[:, None], axis=1)
        segment = np.minimum((place[:, None] >= drawn[leaf]).sum(axis=1), len(SEGMENTS) - 1)
        low = edge[leaf, segment] - share[leaf, segment]
        place = low + rng.random(len(leaf)) * share[leaf, segment]
    offset = np.minimum((place * customers.slot_count[leaf]).astype(np.int64), customers.slot_count[leaf] - 1)
    return customers.slot_first[leaf] + offset


def customers_table(rng: np.random.Generator, units: Units, groups: Groups, customers: Customers, first_seen_s: Ints,
                    left_day: Ints) -> pa.Table:
    """The `customers` table; `first_seen_s` is the first answer or contact, `left_day` is -1 for those still there."""
    n = len(customers)
    last = np.minimum(first_seen_s // DAY_S, END_DAY) - _QUIET_DAYS
    short = _SHORT_FROM + (rng.random(n) * (last - _SHORT_FROM)).astype(np.int64)
    long = rng.integers(_LONG_FROM, _LONG_TO, n)
    home = np.array([list(REGIONS).index(leaf[3]) for leaf in units.leaves], dtype=np.int64)[customers.leaf]
    moved = rng.random(n) < 0.05
    home = np.where(moved, rng.integers(0, len(REGIONS), n), home)
    return as_table(
        "customers", customer_id=keys("C", np.arange(n)), unit_id=labels(customers.leaf, units.leaves),
        product=labels(customers.product, groups.products), segment=labels(customers.segment, SEGMENTS),
        region=labels(home, tuple(REGIONS.values())), joined_on=day_text(np.where(customers.is_long, long, short)),
        left_on=day_text(left_day, left_day >= 0))
