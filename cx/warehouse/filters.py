"""Filters: one row with three faces. The SQL clause, the bound value and the words come from the same object, so that
what a page says can never differ from what it queried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from cx.phrase import Phrase, phrase

SURVEYS: Mapping[str, Phrase] = {
    "relationship": phrase("Relationship (R-NPS)"),
    "transaction": phrase("Transaction (T-NPS)"),
    "strategic": phrase("Strategic"),
}


@dataclass(frozen=True)
class Filters:
    """What a reader asked for. Empty means everything.

    units: one unit is shown with the units below it, several are shown beside each other. first_month, last_month:
    first days of months. product, segment, channel, touchpoint: one value of each.
    """

    units: tuple[str, ...] = ()
    first_month: date | None = None
    last_month: date | None = None
    product: str = ""
    segment: str = ""
    channel: str = ""
    touchpoint: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """A value that is equal exactly for equal filters, for cache keys."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def clauses(self, touchpoint_names: Mapping[str, str] = MappingProxyType({})) -> tuple[Clause, ...]:
        """The filters in use, but for the choice of units, which says what is shown and not what is counted."""
        found = []
        if self.first_month:
            found.append(Clause("starts_on", "starts_on >= $first_month", {"first_month": self.first_month},
                                phrase("from {month}", month=self.first_month)))
        if self.last_month:
            found.append(Clause("starts_on", "starts_on <= $last_month", {"last_month": self.last_month},
                                phrase("to {month}", month=self.last_month)))
        if self.product:
            found.append(Clause("product", "product = $product", {"product": self.product},
                                phrase("product {name}", name=self.product)))
        if self.segment:
            found.append(Clause("segment", "segment = $segment", {"segment": self.segment},
                                phrase("segment {name}", name=self.segment)))
        if self.channel:
            found.append(Clause("channel", "channel = $channel", {"channel": self.channel},
                                phrase("channel {name}", name=self.channel)))
        if self.touchpoint:
            found.append(Clause("touchpoint_id", "touchpoint_id = $touchpoint", {"touchpoint": self.touchpoint},
                                phrase("touchpoint {name}",
                                       name=touchpoint_names.get(self.touchpoint, self.touchpoint))))
        return tuple(found)

    @property
    def narrows_answers(self) -> bool:
        """Whether answers of a unit and period are left out (by product, segment, channel or touchpoint)."""
        return bool(self.product or self.segment or self.channel or self.touchpoint)

    @property
    def counts_table(self) -> str:
        """The smallest rollup that has the dimensions asked for."""
        if self.touchpoint and (self.product or self.segment or self.channel):
            return "counts_all"
        if self.touchpoint:
            return "counts_touchpoint"
        if self.product or self.segment or self.channel:
            return "counts_mix"
        return "counts_unit"


@dataclass(frozen=True)
class Clause:
    """One filter in use: the column it needs, its SQL, its bound values, its words."""

    column: str
    sql: str
    values: Mapping[str, Any]
    words: Phrase
