"""Units: the hierarchy as somebody may see it, what stands below a unit, and how a unit is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, remembered

_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Unit:
    """A unit: its place in the hierarchy and its name with the names above it."""

    id: str
    name: str
    parent_id: str | None
    kind: str
    depth: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Hierarchy:
    """All units that somebody may see, every parent before its children."""

    units: tuple[Unit, ...]

    @cached_property
    def by_id(self) -> dict[str, Unit]:
        """The units by their id."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def parents(self) -> dict[str, str | None]:
        """The unit above each unit; None for those whose parent is not visible."""
        return {unit.id: unit.parent_id if unit.parent_id in self.by_id else None for unit in self.units}

    @cached_property
    def top(self) -> tuple[Unit, ...]:
        """The units whose parent is not visible: usually one, the whole company."""
        return tuple(unit for unit in self.units if self.parents[unit.id] is None)

    @cached_property
    def _children(self) -> dict[str | None, tuple[Unit, ...]]:
        children: dict[str | None, list[Unit]] = {}
        for unit in self.units:
            children.setdefault(unit.parent_id, []).append(unit)
        return {parent: tuple(below) for parent, below in children.items()}

    def children(self, unit_id: str) -> tuple[Unit, ...]:
        """The units directly below a unit."""
        return self._children.get(unit_id, ())

    def above(self, unit_id: str) -> tuple[str, ...]:
        """The ids of the units above a unit, from its parent to the top."""
        found: list[str] = []
        parent = self.parents.get(unit_id)
        while parent is not None:
            found.append(parent)
            parent = self.parents[parent]
        return tuple(found)

    def parent_names(self, unit_ids: Iterable[str]) -> dict[str, str]:
        """By unit the name of the unit above it, for those that have one that may be seen."""
        return {unit_id: self.by_id[parent].name for unit_id in unit_ids if (parent := self.parents.get(unit_id))}

    def levels(self, chosen: tuple[str, ...]) -> tuple[tuple[Unit, ...], ...]:
        """The units that a choice lets compare, level by level: those below one unit, several by themselves."""
        found = tuple(self.by_id[unit_id] for unit_id in chosen if unit_id in self.by_id) or self.top
        levels = [found] if len(found) > 1 else []
        below = found if len(found) == 1 or not chosen else ()
        while below := tuple(child for unit in below for child in self.children(unit.id)):
            levels.append(below)
        return tuple(levels)

    def shown(self, chosen: tuple[str, ...]) -> tuple[tuple[Unit, ...], str | None]:
        """The units that a choice shows, and the id of the one that is the total of the others, if there is one.

        Nothing chosen means the top. One unit is shown with the units below it; several are shown as they are.
        """
        found = tuple(self.by_id[unit_id] for unit_id in chosen if unit_id in self.by_id) or self.top
        if len(found) > 1:
            return found, None
        below = self.children(found[0].id) if found else ()
        return (*found, *below), (found[0].id if found and below else None)


def _isolated(name: str) -> str:
    """The name, fenced in where it turns the direction of writing: it must not turn the sentence that it stands in."""
    return f"\u2068{name}\u2069" if _TURNS.search(name) else name


@remembered(16)
def hierarchy(snapshot: Snapshot, scope: Scope) -> Hierarchy:
    """The hierarchy of units as the scope sees it."""
    return Hierarchy(tuple(
        Unit(unit_id, _isolated(name), parent_id, kind or "", depth, tuple(path))
        for unit_id, name, parent_id, kind, depth, path in snapshot.query(scope, "unit_tree")
    ))
