"""What a person has chosen for the columns of a table so far, what is still missing, and the mapping that it makes."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cx.contract.columns import Column, Type
from cx.contract.tables import TABLES
from cx.ingest.known_mappings import file_name
from cx.ingest.mapping import Cell, FileLayout, Melt, parse_mapping
from cx.ingest.mapping import Mapping as MappingFile
from cx.ingest.mapping_text import mapping_text
from cx.ingest.rating_groups import RatingsProposal
from cx.phrase import Phrase, phrase

DATES = frozenset({Type.DATE, Type.TIMESTAMP, Type.MONTH})
_DATED = re.compile(r"[\s_.-]*(19|20)\d\d([\s_.-]?(0?[1-9]|1[0-2])([\s_.-]?\d\d?)?|[\s_.-]?[qQ][1-4])?$")
_COPIED = re.compile(r"\s*\(\d+\)$")


@dataclass
class RatingsDraft:
    """Columns of the file that become ratings: which ones, the scale they were asked on, and codes that are no rating.

    proposed: the group of columns that it began with, whose drivers have names already. values: translation of answers
    in words, such as "Very favorably" → "5".
    """

    columns: tuple[str, ...] = ()
    proposed: RatingsProposal | None = None
    lowest: int = 1
    highest: int = 5
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, proposed: RatingsProposal) -> RatingsDraft:
        """The draft of a proposed group of columns, as it was proposed."""
        return cls(tuple(proposed.drivers), proposed, proposed.lowest, proposed.highest, proposed.blank,
                   proposed.unused, dict(proposed.values))

    def drivers(self) -> dict[str, tuple[str, str]]:
        """For each column the key of its driver and the name that readers see."""
        known = self.proposed.drivers if self.proposed else {}
        names = self.proposed.names if self.proposed else {}
        found: dict[str, tuple[str, str]] = {}
        for column, key in driver_keys(self.columns, known).items():
            found[column] = (key, names[key] if column in known else column.strip()[:300])
        return found


@dataclass
class Draft:
    """The choices for one table. A column of the contract that has no cell is not in the file.

    unread: columns whose dates can be read in several ways, none of them chosen yet. unit_is_new: the unit that stands
    for all records is not among the units that are loaded, so its name is loaded with the file. key_prefix: the source
    whose name is put before the numbers of response_id; empty where they stand alone.
    """

    table: str
    title: str
    scale: str
    time_zone: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    unit_is_new: bool = False
    key_prefix: str = ""
    ratings: RatingsDraft = field(default_factory=RatingsDraft)

    @property
    def source(self) -> str:
        """The short name of the source, made of its title; it is also the name of the mapping file."""
        return source_name(self.title)

    @property
    def melts(self) -> bool:
        """Whether columns of the file become ratings."""
        return bool(self.ratings.columns)


def faults(draft: Draft) -> dict[str, Phrase]:
    """What keeps the draft from being a mapping, by the column of the contract that it concerns; "" for the whole."""
    found: dict[str, Phrase] = {}
    for column in needed_columns(draft):
        cell = draft.cells.get(column.name)
        if cell is None:
            found[column.name] = phrase("Choose a column of the file, or give the value for all records.")
        elif cell.constant == "" and not column.may_be_blank:
            found[column.name] = phrase("Give the value for all records.")
    for name in draft.unread & draft.cells.keys():
        found[name] = phrase("Choose how these dates are written.")
    for name, cell in draft.cells.items():
        if cell == Cell(parts=cell.parts) and len(cell.parts) < 3:
            found[name] = phrase("Give the year, the month and the day.")
    if draft.table == "ratings" and not draft.melts:
        found["rating"] = phrase("Choose the columns that hold ratings.")
    if draft.melts and draft.ratings.lowest >= draft.ratings.highest:
        found["rating"] = phrase("The highest rating must be greater than the lowest.")
    if not draft.source:
        found[""] = phrase("Give the source a name with letters or digits.")
    return found


def needed_columns(draft: Draft) -> tuple[Column, ...]:
    """The columns of the contract that must be said before the file can be checked."""
    table = TABLES[draft.table]
    if draft.table == "ratings":  # driver and rating come from the columns that are chosen for them
        return (table.column("response_id"),)
    return tuple(column for column in table.columns if column.required)


def optional_columns(draft: Draft) -> tuple[Column, ...]:
    """The columns of the contract that may stay without a value."""
    if draft.table == "ratings":
        return ()
    return tuple(column for column in TABLES[draft.table].columns if not column.required)


def mapping_of(draft: Draft, layout: FileLayout) -> MappingFile:
    """The mapping that the choices make, with its text; MappingError when a choice cannot be used."""
    table = TABLES[draft.table]
    cells = {name: draft.cells[name] for name in table.column_names if name in draft.cells}
    if draft.key_prefix and "response_id" in cells and may_have_prefix(cells["response_id"]):
        cells["response_id"] = Cell(template=f"{draft.key_prefix}-{{{cells['response_id'].column}}}")
    rows: dict[str, tuple[dict[str, str], ...]] = {}
    unit = cells.get("unit_id")
    if draft.unit_is_new and unit is not None and unit.constant:
        rows["units"] = ({"unit_id": unit.constant, "name": unit.constant},)
    melt = None
    if draft.melts:
        drivers = draft.ratings.drivers()
        melt = Melt({column: key for column, (key, _) in drivers.items()}, draft.ratings.blank, draft.ratings.unused,
                    dict(draft.ratings.values), cells["response_id"] if draft.table == "ratings" else None)
        rows["drivers"] = tuple(
            {"driver": key, "name": name, "scale_min": str(draft.ratings.lowest),
             "scale_max": str(draft.ratings.highest)} for key, name in drivers.values())
    columns = {} if draft.table == "ratings" else {draft.table: cells}
    mapping = MappingFile(draft.source, draft.title.strip(), "", layout, draft.scale, draft.time_zone, columns, rows,
                          melt)
    text = mapping_text(mapping)
    return parse_mapping(tomllib.loads(text), text, Path(file_name(draft.source)))


def may_have_prefix(cell: Cell) -> bool:
    """Whether a text can be put before the values of a cell: braces in a name, and codes, cannot be written so."""
    return bool(cell.column) and not (cell.blank or cell.unused or cell.values or set(cell.column) & set("{}"))


def driver_keys(columns: tuple[str, ...], known: Mapping[str, str]) -> dict[str, str]:
    """A short key of its own for the driver of each column: the one that is known, else one made of its name.

    >>> driver_keys(("Waiting time?", "waiting time", "Q7"), {"Q7": "friendliness"})
    {'Waiting time?': 'waiting_time', 'waiting time': 'waiting_time_2', 'Q7': 'friendliness'}
    """
    keys = {column: known[column] for column in columns if column in known}
    for column in columns:
        if column in keys:
            continue
        stem = _words(column, "_")[:60].strip("_") or "driver"
        key, number = stem, 2
        while key in keys.values():
            key, number = f"{stem}_{number}", number + 1
        keys[column] = key
    return {column: keys[column] for column in columns}


def source_name(title: str) -> str:
    """The short name of a source, which can also be the name of a file.

    >>> source_name("Branch survey (North)"), source_name("满意度 调查"), source_name("  …")
    ('branch-survey-north', '满意度-调查', '')
    """
    return re.sub("-+", "-", _words(title, "-"))[:60].strip("-")


def title_of(file_name: str) -> str:
    """A title for the source of a file: its name without ending, date and number of the copy.

    >>> title_of("branch_survey_2026-10.csv"), title_of("nps (3).csv"), title_of("2019.csv")
    ('branch survey', 'nps', '2019')
    """
    stem = _COPIED.sub("", file_name.rpartition(".")[0] or file_name)
    return re.sub(r"[\s_]+", " ", _DATED.sub("", stem) or stem).strip() or stem


def _words(text: str, between: str) -> str:
    return re.sub(r"\W+|_+", between, unicodedata.normalize("NFKC", text).casefold()).strip(between)
