"""The planted truths as typed values, read from `truths.toml`: used by the generator and by the tests."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

TRUTHS_FILE = Path(__file__).with_name("truths.toml")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What every truth says: its kind, the unit, the time, the true value with its unit, a plain sentence."""

    kind: str
    where: str
    when: str | date
    value: float
    unit: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Divergence(Planted):
    """Transactional NPS rises by `value` points, relationship NPS by `relationship_change_pts`."""

    relationship_change_pts: float
    improved_touchpoints: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImportanceDrift(Planted):
    """The weight of one driver goes from `strong` to `weak`, of another from `weak` to `strong`."""

    fading_driver: str
    growing_driver: str
    strong: float
    weak: float
    fading_rating_rise_sd: float


@dataclass(frozen=True, kw_only=True)
class TouchpointFall(Planted):
    """A touchpoint changes by `value` points from a day on, with the event that caused it."""

    when: date
    touchpoint: str
    event: str


@dataclass(frozen=True, kw_only=True)
class QuickWin(Planted):
    """A touchpoint changes by `value` points in the treated units from a day on."""

    when: date
    initiative_id: str
    touchpoint: str
    treated: tuple[str, ...]
    control: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MixOnly(Planted):
    """A unit whose crude gap of `value` points comes from its customer mix alone."""

    dimension: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Gaming(Planted):
    """A unit that games its score from a day on; its service changes by `value` points."""

    when: date
    detractors_not_asked_share: float
    scores_turned_to_ten_share: float
    invitations_factor: float


@dataclass(frozen=True, kw_only=True)
class Handoff(Planted):
    """A handed-over contact scores `value` points more (less if negative) than one that is not."""

    touchpoint: str
    share: float
    from_owner: str
    to_owner: str


@dataclass(frozen=True, kw_only=True)
class RenewalGap(Planted):
    """Promoters renew with a probability higher by `value` than detractors of the same tenure and segment."""

    detractor: float
    passive_plus: float
    long_tenure_plus: float
    affluent_plus: float


@dataclass(frozen=True, kw_only=True)
class Resolution(Planted):
    """Counts of the pain point register, of the last year and (`older_`) of the time before."""

    opened: int
    closed: int
    delivered: int
    verified: int
    severe: int
    severe_closed: int
    customers_touched: int
    customers_touched_by_closed: int
    older_opened: int
    older_closed: int
    older_delivered: int
    older_verified: int


@dataclass(frozen=True, kw_only=True)
class RelationshipMove(Planted):
    """Relationship NPS changes by `value` points with a wave and stays there."""

    when: str
    event: str


@dataclass(frozen=True, kw_only=True)
class NoChange(Planted):
    """Units without any real change, by survey."""

    transaction: tuple[str, ...]
    relationship: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """How answers scatter around their expected NPS, and how much of them is blank or carries a comment."""

    transaction_customer_correlation: float
    halo_share: float
    halo_from_customer_share: float
    month_noise_pts: float
    blank_score_share: float
    comment_share: float
    relationship_offset_pts: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product: its share of the subsidiary's customers and its effect in points before centring."""

    share: float
    pts: float


@dataclass(frozen=True, kw_only=True)
class Mix:
    """The standard customer mix and what each group is worth in points before centring."""

    segment_share: Mapping[str, float]
    segment_pts: Mapping[str, float]
    segment_sampling: Mapping[str, float]
    long_tenure_share: float
    long_tenure_transaction_pts: float
    long_tenure_relationship_pts: float
    products: Mapping[str, Mapping[str, Product]]


@dataclass(frozen=True, kw_only=True)
class Truths:
    """Everything that is planted in the demo company."""

    survey: Survey
    mix: Mix
    levels_pts: Mapping[str, float]
    importance: Mapping[str, float]
    divergence: Divergence
    importance_drift: ImportanceDrift
    inert_renewers: Planted
    contact_gap: Planted
    payout_fall: TouchpointFall
    quick_win_works: QuickWin
    quick_win_fails: QuickWin
    mix_only: tuple[MixOnly, ...]
    gaming: Gaming
    handoff: Handoff
    handoff_decoy: Handoff
    renewal: tuple[RenewalGap, ...]
    pain_points: Resolution
    relationship_move: RelationshipMove
    no_change: NoChange

    def planted(self) -> Mapping[str, Planted]:
        """Every truth that has a sentence, by its id in the file; truths in a list get a number."""
        found: dict[str, Planted] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Planted):
                found[field.name] = value
            elif isinstance(value, tuple):
                found.update({f"{field.name}_{i}": truth for i, truth in enumerate(value, 1)})
        return MappingProxyType(found)


_CLASSES: Mapping[str, type[Any]] = MappingProxyType({
    "survey": Survey, "divergence": Divergence, "importance_drift": ImportanceDrift, "inert_renewers": Planted,
    "contact_gap": Planted, "payout_fall": TouchpointFall, "quick_win_works": QuickWin, "quick_win_fails": QuickWin,
    "mix_only": MixOnly, "gaming": Gaming, "handoff": Handoff, "handoff_decoy": Handoff, "renewal": RenewalGap,
    "pain_points": Resolution, "relationship_move": RelationshipMove, "no_change": NoChange,
})


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _mix(table: Mapping[str, Any]) -> Mix:
    products = {subsidiary: MappingProxyType({name: Product(**product) for name, product in group.items()})
                for subsidiary, group in table["products"].items()}
    return Mix(**{**table, "products": MappingProxyType(products)})


@cache
def read_truths(path: Path = TRUTHS_FILE) -> Truths:
    """The truths of a file; TypeError when the file has a name too many or too few."""
    tables = _frozen(tomllib.loads(path.read_text(encoding="utf-8")))
    values: dict[str, Any] = {}
    for name, table in tables.items():
        if name == "mix":
            values[name] = _mix(table)
        elif name not in _CLASSES:
            values[name] = table
        elif isinstance(table, tuple):
            values[name] = tuple(_CLASSES[name](**item) for item in table)
        else:
            values[name] = _CLASSES[name](**table)
    return Truths(**values)
