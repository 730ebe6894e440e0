"""A mapping suggested for a file: for every column of a table what could fill it, how likely, and why.

Nothing is taken silently: each proposal carries its score and its reason, and what a file cannot say is listed as
needing a value from a person.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cx.contract.columns import Column, Table
from cx.contract.tables import TABLES
from cx.ingest.column_profile import ColumnProfile, profile_of
from cx.ingest.file_layout import FileLayout
from cx.ingest.first_records import FirstRecords, first_records
from cx.ingest.known_mappings import file_name
from cx.ingest.layouts import KnownLayout, column_keys, recognised
from cx.ingest.mapping import Mapping, parse_mapping
from cx.ingest.mapping_cells import Cell, Melt
from cx.ingest.mapping_sql import normalised
from cx.ingest.mapping_text import mapping_text
from cx.ingest.proposals import TAKEN, Proposal, asks_to_recommend, is_other_scale, proposals, said_by_tool, score_cell
from cx.ingest.rating_groups import RatingsProposal, rating_groups
from cx.phrase import Phrase, phrase

# With so many answers from 1 up and no 0, the question was probably asked on 1-10.
_ENOUGH_FOR_NO_ZERO = 100
_ENDS = re.compile(r"(?<![0-9])([01])\s?(?:to|a|al|bis|à|-|–|—|~|到|至|から)\s?10(?![0-9])")


@dataclass(frozen=True)
class ColumnSuggestion:
    """What could fill a column of the contract: proposals, best first. allowed: the values that a constant may have.

    needs_constant: it is required, and no proposal is good enough to be taken: a person must say.
    """

    column: str
    required: bool
    proposals: tuple[Proposal, ...]
    needs_constant: bool
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """What a file could mean as a table of the contract.

    tool: the survey tool whose export it is; empty if unknown. records: read to make it; complete: the file has no
    more. scale, scale_why: of the proposed score. time_zone: empty when the file does not say. notes: what a person
    should know. profiles: of every column of the file that can be named, in its order.
    """

    table: str
    layout: FileLayout
    tool: str
    records: int
    complete: bool
    columns: tuple[ColumnSuggestion, ...]
    profiles: tuple[ColumnProfile, ...]
    ratings: tuple[RatingsProposal, ...]
    scale: str
    scale_why: Phrase
    time_zone: str
    time_zone_why: Phrase
    notes: tuple[Phrase, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The required columns that need a value from a person."""
        return tuple(column.column for column in self.columns if column.needs_constant)

    def of(self, column: str) -> ColumnSuggestion:
        """What is suggested for a column of the contract; KeyError if the table has none of that name."""
        for suggestion in self.columns:
            if suggestion.column == column:
                return suggestion
        raise KeyError(column)


def suggest(path: Path, layout: FileLayout, table: str) -> Suggestion:
    """What the columns of a file could mean in a table of the contract; FileError if it cannot be read so."""
    found, declared = first_records(path, layout), TABLES[table]
    tool = recognised(found.header_cells)
    names = Counter(normalised(name) for name in found.header)
    profiles = tuple(profile_of(name, found.column(number)) for number, name in enumerate(found.header)
                     if name.strip() and names[normalised(name)] == 1)
    answers = _answers(profiles, tool, found)
    columns = tuple(_column(declared, column, answers, _said(declared, column, profiles, tool, found))
                    for column in declared.columns)
    scale, scale_why = _scale(columns, profiles)
    zone, zone_why = _time_zone(columns, tool)
    taken = {proposal.cell.column for suggestion in columns if suggestion.column == "score"
             for proposal in suggestion.proposals[:1]}
    groups = rating_groups([profile for profile in answers if profile.name not in taken
                            and not asks_to_recommend(profile)]) if table in ("responses", "ratings") else ()
    return Suggestion(table, layout, tool.name if tool else "", found.records.num_rows, found.complete, columns,
                      profiles, groups, scale, scale_why, zone, zone_why, _notes(table, found, profiles))


def _answers(profiles: Sequence[ColumnProfile], tool: KnownLayout | None, found: FirstRecords) -> list[ColumnProfile]:
    """The columns but those of which the tool says that they are no answers."""
    if tool is None:
        return list(profiles)
    keys = _keys(tool, found)
    no_answers = {key.casefold() for key in tool.sets_aside}
    return [profile for profile in profiles if keys[profile.name] not in no_answers]


def _keys(tool: KnownLayout, found: FirstRecords) -> dict[str, str]:
    return dict(zip(found.header, column_keys(tool, found.header_cells[0], found.header_cells), strict=False))


def _said(table: Table, column: Column, profiles: Sequence[ColumnProfile], tool: KnownLayout | None,
          found: FirstRecords) -> list[Proposal]:
    """What the tool itself says about a column of responses."""
    if tool is None or table.name != "responses":
        return []
    keys = _keys(tool, found)
    said = []
    for known in tool.columns:
        if known.column != column.name:
            continue
        wanted = [key.casefold() for key in known.keys]
        for profile in sorted(profiles, key=lambda profile: _rank(keys[profile.name], wanted)):
            if keys[profile.name] in wanted and (proposal := said_by_tool(column, profile, tool.name, known.format)):
                said.append(proposal)
    return said[:1]


def _rank(key: str, wanted: list[str]) -> int:
    return wanted.index(key) if key in wanted else len(wanted)


def _column(table: Table, column: Column, profiles: Sequence[ColumnProfile], said: list[Proposal]) -> ColumnSuggestion:
    known = {proposal.cell.column for proposal in said}
    found = (*said, *(proposal for proposal in proposals(table, column, profiles)
                      if not proposal.cell.column or proposal.cell.column not in known))
    found = tuple(sorted(found, key=lambda proposal: -proposal.score))  # stable: what the tool says stays first
    good = bool(found) and found[0].score >= TAKEN
    return ColumnSuggestion(column.name, column.required, found, column.required and not good, column.allowed)


def _scale(columns: Sequence[ColumnSuggestion], profiles: Sequence[ColumnProfile]) -> tuple[str, Phrase]:
    """The scale of the best proposed score, and why."""
    best = next((suggestion.proposals[0] for suggestion in columns
                 if suggestion.column == "score" and suggestion.proposals), None)
    profile = next((profile for profile in profiles if best and profile.name == best.cell.column), None)
    cell, answers = score_cell(profile) if profile else (None, 0)
    if profile is None or cell is None:
        return "0-10", phrase("It is the scale of the recommend question.")
    said = _ENDS.search(profile.name.casefold())
    if said:
        return f"{said.group(1)}-10", phrase("The question says so: {words}.", words=said.group())
    seen = {cell.values.get(value, value) for value, _ in profile.values} - set(cell.blank)
    if "0" in seen:
        return "0-10", phrase("A 0 was answered.")
    if "1" in seen and answers >= _ENOUGH_FOR_NO_ZERO:
        return "1-10", phrase("Among {n} answers there are 1s and no 0. Choose 0-10 if 0 could be answered.",
                              n=f"{answers:,}")
    return "0-10", phrase(
        "It is the scale of the recommend question; no 0 was answered. Choose 1-10 if it could not be.")


def _time_zone(columns: Sequence[ColumnSuggestion], tool: KnownLayout | None) -> tuple[str, Phrase]:
    dates = [reading for suggestion in columns for proposal in suggestion.proposals[:1] for reading in proposal.dates]
    named = next((reading.zone_name for reading in dates if reading.zone_name), "")
    if tool and tool.time_zone:
        return tool.time_zone, phrase("{tool} writes its times in this zone.", tool=tool.name)
    if named in ("GMT", "UTC", "Z"):
        return "UTC", phrase("Each time names its zone: {zone}.", zone=named)
    if named:
        return "", phrase("Each time ends with {zone}: name a place with this time.", zone=named)
    if dates and all(reading.has_offset for reading in dates):
        return "", phrase("Each time states its offset; no zone is needed.")
    return "", phrase("The file does not say. Without a zone the times are read in the time zone of the report.")


def _notes(table: str, found: FirstRecords, profiles: Sequence[ColumnProfile]) -> tuple[Phrase, ...]:
    notes = []
    counts = Counter(normalised(name) for name in found.header if name.strip())
    twice = [name for name in found.header if counts[normalised(name)] > 1]
    if twice:
        notes.append(phrase("The column {column} stands in it more than once and cannot be used.", column=twice[0]))
    filled = sum(any(found.column(number)) for number, name in enumerate(found.header) if not name.strip())
    if filled:
        notes.append(phrase("Columns without a name ({columns}) hold values and cannot be used.", columns=filled))
    if table == "responses":
        notes += left_out(profiles)
    if not found.complete:
        notes.append(phrase("The suggestions are made from the first {records} records; the check reads all of them.",
                            records=f"{found.records.num_rows:,}"))
    return tuple(notes)


def left_out(profiles: Sequence[ColumnProfile]) -> tuple[Phrase, ...]:
    """Why columns that are named like the recommend question are not proposed as its answers."""
    return tuple(phrase("{column} speaks of recommending, but nobody answered above {highest}: it was asked on "
                        "another scale, which is loaded as ratings and never turned into an NPS.",
                        column=profile.name, highest=int(profile.highest or 0))
                 for profile in profiles
                 if asks_to_recommend(profile) and score_cell(profile)[0] and is_other_scale(profile))


def taken_cells(suggestion: Suggestion) -> dict[str, Cell]:
    """The best proposal for each column where one is good enough; no column of the file is taken twice."""
    best = [(suggested.proposals[0], suggested) for suggested in suggestion.columns if suggested.proposals]
    used: set[str] = set()
    cells = {}
    for _, suggested in sorted(best, key=lambda pair: (-pair[0].score, not pair[1].required)):
        for proposal in suggested.proposals:
            if proposal.score >= TAKEN and proposal.cell.column not in used:
                cells[suggested.column] = proposal.cell
                used |= {proposal.cell.column} - {""}
                break
            if not suggested.required:
                break
    return {column.name: cells[column.name] for column in TABLES[suggestion.table].columns if column.name in cells}


def draft(
    suggestion: Suggestion, source: str, title: str, cells: MappingType[str, Cell], *, scale: str = "",
    time_zone: str | None = None, ratings: Sequence[RatingsProposal] = (), confirmed: Sequence[str] = (),
) -> Mapping:
    """The mapping of the chosen cells, with its text; MappingError where they cannot be used, such as one that lacks.

    scale, time_zone: those of the suggestion if they are not chosen. ratings: groups of columns to melt, on one scale.
    """
    melt = _melt(suggestion, cells, ratings)
    columns = {} if suggestion.table == "ratings" and melt else {suggestion.table: dict(cells)}
    rows = {"drivers": tuple(row for group in ratings for row in _driver_rows(group))} if ratings else {}
    mapping = Mapping(source.strip(), title, "", suggestion.layout, scale or suggestion.scale,
                      suggestion.time_zone if time_zone is None else time_zone, columns, rows, melt, tuple(confirmed))
    text = mapping_text(mapping)
    return parse_mapping(tomllib.loads(text), text, Path(file_name(source)))


def _melt(suggestion: Suggestion, cells: MappingType[str, Cell], ratings: Sequence[RatingsProposal]) -> Melt | None:
    if not ratings:
        return None
    values = {label: place for group in ratings for label, place in group.values.items()}
    blank = tuple(dict.fromkeys(code for group in ratings for code in group.blank))
    unused = tuple(dict.fromkeys(code for group in ratings for code in group.unused if code not in blank))
    drivers = {column: driver for group in ratings for column, driver in group.drivers.items()}
    key = cells.get("response_id") if suggestion.table == "ratings" else None
    return Melt(drivers, blank, unused, values, key)


def _driver_rows(group: RatingsProposal) -> list[dict[str, str]]:
    return [{"driver": driver, "name": group.names[driver], "scale_min": str(group.lowest),
             "scale_max": str(group.highest)} for driver in group.drivers.values()]
