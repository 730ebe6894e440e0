"""The units of Harbour Group: the group, four subsidiaries, their regions, sixty branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from cx.demo.calendar import Floats, Ints
from cx.demo.tables import as_table
from cx.demo.truths import Truths

GROUP = "HG"
SUBSIDIARIES = ("HL", "HM", "HB", "HK")
SUBSIDIARY_NAMES = ("Harbour Life", "Harbour Motor", "Harbour Bank", "Harbour Brokers")
LIFE, MOTOR, BANK, BROKERS = range(4)
REGIONS: Mapping[str, str] = {"N": "North", "C": "Central", "S": "South", "E": "East"}
SMALL_BRANCHES = ("HL-N7", "HL-C7", "HL-S6", "HL-E6", "HB-N7", "HB-C7", "HB-S7", "HB-E7", "HK-N3")
"""Branches with so few answers that a dashboard must withhold some of their figures."""
_SMALL = 0.12
_SPREAD = 0.5

_FIRST = ("Lantern", "Pine", "Jade", "Cedar", "Willow", "Amber", "Coral", "Maple", "Orchid", "Heron")
_SECOND = ("Quay", "Bridge", "Market", "Hill", "Bay", "Garden")


@dataclass(frozen=True)
class Units:
    """All units, and the leaves: the lowest units, where answers sit (branches, and regions of the motor insurer)."""

    unit_ids: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str | None, ...]
    kinds: tuple[str, ...]
    leaves: tuple[str, ...]
    leaf_subsidiary: Ints
    leaf_share: Floats
    leaf_level_pts: Floats

    def leaf(self, unit_id: str) -> int:
        """The number of a leaf."""
        return self.leaves.index(unit_id)

    def leaf_numbers(self, unit_ids: tuple[str, ...]) -> Ints:
        """The numbers of leaves."""
        return np.array([self.leaf(unit_id) for unit_id in unit_ids], dtype=np.int64)

    def of(self, subsidiary: int) -> Ints:
        """The numbers of the leaves of a subsidiary."""
        return np.flatnonzero(self.leaf_subsidiary == subsidiary)

    def table(self) -> pa.Table:
        """The `units` table."""
        return as_table("units", unit_id=self.unit_ids, name=self.names, parent_id=self.parents, kind=self.kinds)


def build_units(truths: Truths) -> Units:
    """The units, in the order group, subsidiary, region, branch; leaves are those with a level in the truths."""
    rows: list[tuple[str, str, str | None, str]] = [(GROUP, "Harbour Group", None, "group")]
    places = [f"{first} {second}" for second in _SECOND for first in _FIRST]
    for subsidiary, name in zip(SUBSIDIARIES, SUBSIDIARY_NAMES, strict=True):
        rows.append((subsidiary, name, GROUP, "subsidiary"))
        leaves = [unit for unit in truths.levels_pts if unit.startswith(f"{subsidiary}-")]
        for region in dict.fromkeys(unit[:4] for unit in leaves):
            rows.append((region, f"{name} {REGIONS[region[3]]}", subsidiary, "region"))
            rows += [(unit, f"{name} {places.pop(0)}", region, "branch") for unit in leaves
                     if unit != region and unit.startswith(region)]
    leaves = list(truths.levels_pts)
    leaf_subsidiary = np.array([SUBSIDIARIES.index(leaf[:2]) for leaf in leaves], dtype=np.int64)
    unit_ids, names, parents, kinds = zip(*rows, strict=True)
    return Units(unit_ids, names, parents, kinds, tuple(leaves), leaf_subsidiary,
                 _shares(tuple(leaves), leaf_subsidiary), np.array([truths.levels_pts[leaf] for leaf in leaves]))


def _shares(leaves: tuple[str, ...], leaf_subsidiary: Ints) -> Floats:
    """Share of each leaf in its subsidiary: log-normal sizes in a fixed, mixed order, and the small branches."""
    size = np.ones(len(leaves))
    for subsidiary in range(len(SUBSIDIARIES)):
        members = np.flatnonzero(leaf_subsidiary == subsidiary)
        place = (np.arange(len(members)) * 7 % len(members) + 0.5) / len(members)
        size[members] = np.exp(_SPREAD * ndtri(place))
    size[[leaves.index(leaf) for leaf in SMALL_BRANCHES]] = _SMALL
    return size / np.bincount(leaf_subsidiary, weights=size)[leaf_subsidiary]
