"""The values that can be filtered by: products, segments, channels and touchpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered


@dataclass(frozen=True)
class Dimensions:
    """Products, segments and channels with the most answers first; touchpoints in the order of their journeys."""

    products: tuple[str, ...]
    segments: tuple[str, ...]
    channels: tuple[str, ...]
    touchpoint_names: Mapping[str, str]


@remembered(16)
def dimensions(snapshot: Snapshot, scope: Scope) -> Dimensions:
    """The values that occur in answers."""
    values: dict[str, list[str]] = {"product": [], "segment": [], "channel": [], "touchpoint": []}
    for field, value, _ in snapshot.query(scope, "filter_values"):
        values[field].append(value)
    named = {touchpoint_id: f"{journey} · {name}"
             for touchpoint_id, name, journey, _ in snapshot.query(scope, "touchpoints")}
    answered = set(values["touchpoint"])
    in_order = {touchpoint: name for touchpoint, name in named.items() if touchpoint in answered}
    unnamed = {touchpoint: touchpoint for touchpoint in values["touchpoint"] if touchpoint not in named}
    return Dimensions(tuple(values["product"]), tuple(values["segment"]), tuple(values["channel"]),
                      MappingProxyType(in_order | unnamed))
