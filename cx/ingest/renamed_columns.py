"""A file that lacks some columns of last time: which ones, what they may be called now, the mapping with new names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz

from cx.contract.columns import Column, Table
from cx.contract.tables import TABLES
from cx.ingest.column_names import words_of
from cx.ingest.column_profile import ColumnProfile, profile_of
from cx.ingest.known_mappings import file_name
from cx.ingest.mapping import Mapping, parse_mapping
from cx.ingest.mapping_cells import Cell
from cx.ingest.mapping_sql import normalised, source_columns, used_columns
from cx.ingest.mapping_text import mapping_text
from cx.ingest.proposals import can_hold, proposals

# Names less alike than this, whose content says nothing either, are not proposed.
_LEAST_ALIKE = 35


def missing_columns(mapping: Mapping, header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a mapping that do not stand in a header exactly once."""
    names = [normalised(name) for name in header]
    return tuple(name for name in used_columns(mapping) if names.count(normalised(name)) != 1)


def free_columns(mapping: Mapping, header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header that can be named and that the mapping does not use, in their order."""
    used, names = set(map(normalised, used_columns(mapping))), [normalised(name) for name in header]
    return tuple(name for name in header if name.strip() and normalised(name) not in used
                 and names.count(normalised(name)) == 1)


def uses_of(mapping: Mapping, name: str) -> tuple[tuple[Table, Column], ...]:
    """What a column of the file fills: columns of the contract."""
    found = [(table, column) for table, cells in mapping.columns.items() for column, cell in cells.items()
             if name in source_columns(cell)]
    melt = mapping.ratings
    if melt and melt.response_id and name in source_columns(melt.response_id):
        found.append(("ratings", "response_id"))
    if melt and name in melt.drivers:
        found.append(("ratings", "rating"))
    return tuple((TABLES[table], TABLES[table].column(column)) for table, column in found)


def can_be_dropped(mapping: Mapping, name: str) -> bool:
    """Whether a file can be loaded without this column: nothing that is required is made of it."""
    ratings = mapping.ratings.drivers if mapping.ratings else {}
    return all((table.name == "ratings" and name in ratings and len(ratings) > 1) or not column.required
               for table, column in uses_of(mapping, name))


def nearest_columns(mapping: Mapping, header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """For each missing column the one of the file that is most like it by name or content, where one is; none twice."""
    free, wide = free_columns(mapping, header), [(*row, *[""] * len(header)) for row in rows]
    profiles = [profile_of(name, [row[number] for row in wide]) for number, name in enumerate(header) if name in free]
    pairs = [(_likeness(mapping, old, new, profiles), old, new.name)
             for old in missing_columns(mapping, header) for new in profiles]
    found: dict[str, str] = {}
    for likeness, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= _LEAST_ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _likeness(mapping: Mapping, old: str, new: ColumnProfile, profiles: Sequence[ColumnProfile]) -> float:
    """How likely a column of the file is a missing one under a new name, from 0 to 100."""
    whole = [(table, column) for table, column in uses_of(mapping, old)
             if (cell := mapping.columns.get(table.name, {}).get(column.name)) and cell.column == old
             and not cell.values]
    if not all(can_hold(column, new) for _, column in whole):
        return 0
    proposed = [proposal.score for table, column in whole for proposal in proposals(table, column, profiles)
                if proposal.cell.column == new.name]
    return max([fuzz.ratio(words_of(old), words_of(new.name)), *proposed])


def with_renamed(mapping: Mapping, names: MappingType[str, str]) -> Mapping:
    """The mapping with new names of columns, without those whose new name is empty; MappingError if one is needed."""
    gone = {name for name, new in names.items() if not new}
    new_names = {name: new for name, new in names.items() if new}
    columns = {table: {column: _renamed(cell, new_names) for column, cell in cells.items()
                       if not gone & set(source_columns(cell))} for table, cells in mapping.columns.items()}
    melt = mapping.ratings
    if melt:
        melt = replace(melt, drivers={new_names.get(name, name): driver for name, driver in melt.drivers.items()
                                      if name not in gone},
                       response_id=_renamed(melt.response_id, new_names) if melt.response_id else None)
    changed = replace(mapping, columns=columns, ratings=melt)
    text = mapping_text(changed)
    return parse_mapping(tomllib.loads(text), text, Path(file_name(mapping.source)))


def _renamed(cell: Cell, names: MappingType[str, str]) -> Cell:
    template = re.sub(r"\{([^{}]+)\}", lambda found: f"{{{names.get(found[1], found[1])}}}", cell.template)
    parts = {part: names.get(value, value) if isinstance(value, str) else value for part, value in cell.parts.items()}
    return replace(cell, column=names.get(cell.column, cell.column), template=template, parts=parts)
