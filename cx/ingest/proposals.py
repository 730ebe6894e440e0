"""What could fill a column of the contract: cells proposed by the names and the content of a file's columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cx.contract.columns import Column, Table, Type
from cx.ingest.column_names import REASON, RECOMMEND, name_score, speaks_of
from cx.ingest.column_profile import NO_ANSWER_NUMBERS, ColumnProfile
from cx.ingest.date_formats import DateReading
from cx.ingest.mapping_cells import Cell
from cx.phrase import Phrase, phrase, phrase_n

# A proposal with at least this score is taken when nobody chooses another.
TAKEN = 60
MOST_PROPOSALS = 5
# With so many answers a scale whose upper half nobody used is another scale than 0-10.
_ENOUGH_FOR_FIVE, _ENOUGH_FOR_SEVEN = 30, 100
# Ambiguous dates are never taken without a choice.
_AMBIGUOUS = 55
_MOST_UNITS_SHARE = 0.5
# Fewer records may have values of their own by chance.
_ENOUGH_FOR_KEY = 20
# Shorter texts are names and places, not what somebody wrote.
_COMMENT_CHARACTERS = 30
# A unit in numbers is believed when the name says so plainly.
_PLAIN_NAME = 90
_TRUTHS = frozenset({"true", "false"})


@dataclass(frozen=True)
class Proposal:
    """A cell that could fill a column of the contract: how likely it is meant, from 0 to 100, and why.

    dates: the ways to read its dates; the cell has the format of the first. More than one: a person must choose.
    """

    cell: Cell
    score: int
    why: Phrase
    dates: tuple[DateReading, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether its dates can be read in several ways."""
        return len(self.dates) > 1


def proposals(table: Table, column: Column, profiles: Sequence[ColumnProfile]) -> tuple[Proposal, ...]:
    """The proposals for a column of the contract, best first, at most five."""
    special = _SPECIAL.get((table.name, column.name))
    if special is None and table.key == (column.name,):
        special = _key_proposals
    found = special(column, profiles) if special else _by_name(column, profiles)
    return tuple(sorted(found, key=lambda proposal: -proposal.score)[:MOST_PROPOSALS])


def said_by_tool(column: Column, profile: ColumnProfile, tool: str, declared_format: str | None) -> Proposal | None:
    """The proposal for a column that a known export always has; None if its content cannot be meant."""
    cell, dates = _cell(column, profile), profile.dates if column.type is Type.TIMESTAMP else ()
    if column.type is Type.TIMESTAMP and profile.kind == "dates" and declared_format is not None:
        dates = tuple(reading for reading in dates if reading.format == declared_format) or dates
        cell = replace(cell, format=dates[0].format)
    if profile.kind == "empty" or not can_hold(column, profile):
        return None
    score = _AMBIGUOUS if len(dates) > 1 else 100
    return Proposal(cell, score, phrase("{tool} writes it there.", tool=tool), dates)


def _by_name(column: Column, profiles: Sequence[ColumnProfile]) -> list[Proposal]:
    found = []
    for profile in profiles:
        score = name_score(profile.name, column.name)
        if not score or not can_hold(column, profile):
            continue
        if column.name == "unit_id" and score < _PLAIN_NAME and profile.kind in ("integers", "numbers"):
            score = min(score, 50)
        if column.name == "unit_id" and profile.distinct > max(20, _MOST_UNITS_SHARE * profile.filled):
            score = min(score, 40)
        found.append(_named(column, profile, score))
    if column.type in (Type.DATE, Type.TIMESTAMP) and column.required:
        found += _unnamed_dates(column, profiles, {proposal.cell.column for proposal in found})
    return found


def _named(column: Column, profile: ColumnProfile, score: int) -> Proposal:
    dates = profile.dates if column.type in (Type.DATE, Type.TIMESTAMP, Type.MONTH) else ()
    if len(dates) > 1:
        return Proposal(_cell(column, profile), min(score, _AMBIGUOUS), phrase(
            "Its name fits, and {value} can be read as more than one day.", value=dates[0].example), dates)
    if dates and profile.unread:
        why = _partly_read(profile)
    elif score >= 100:
        why = phrase("Its name is one that this column often has.")
    else:
        why = phrase("Its name is like one that this column often has.")
    return Proposal(_cell(column, profile), score, why, dates)


def _unnamed_dates(column: Column, profiles: Sequence[ColumnProfile], named: set[str]) -> list[Proposal]:
    dated = [profile for profile in profiles if profile.kind == "dates"]
    score = TAKEN + 2 if len(dated) == 1 else 40
    return [Proposal(_cell(column, profile), min(score, _AMBIGUOUS) if len(profile.dates) > 1 else score,
                     _partly_read(profile) if profile.unread else phrase("It holds dates."), profile.dates)
            for profile in dated if profile.name not in named]


def _partly_read(profile: ColumnProfile) -> Phrase:
    return phrase("{n} of {all} can be read; the others would be rejected.", n=f"{profile.filled - profile.unread:,}",
                  all=f"{profile.filled:,}")


def can_hold(column: Column, profile: ColumnProfile) -> bool:
    """Whether the content can be meant for a column; a few wrong values are no hindrance, they would be rejected."""
    if profile.kind == "empty":
        return False
    if column.allowed:
        return any(value.casefold() in column.allowed for value, _ in profile.values)
    if column.type is Type.BOOLEAN:
        return {value.casefold() for value, _ in profile.values} <= _TRUTHS and bool(profile.values)
    if column.type is Type.NUMBER and column.minimum is not None and (profile.lowest or 0) < column.minimum:
        return False
    kinds = {Type.INTEGER: {"integers"}, Type.NUMBER: {"integers", "numbers"}, Type.DATE: {"dates"},
             Type.TIMESTAMP: {"dates"}, Type.MONTH: {"dates"}, Type.TEXT: {"text", "labels"}}.get(column.type)
    return profile.kind in kinds if kinds else profile.mean_characters <= 300


def _cell(column: Column, profile: ColumnProfile) -> Cell:
    is_date = column.type in (Type.DATE, Type.TIMESTAMP, Type.MONTH) and profile.dates
    return Cell(column=profile.name, format=profile.dates[0].format if is_date else "", blank=profile.codes)


def _key_proposals(column: Column, profiles: Sequence[ColumnProfile]) -> list[Proposal]:
    found = [Proposal(Cell(from_record=True), TAKEN, phrase(
        "A key is made from the content of each record: the same record loaded again replaces itself, a corrected "
        "one does not."))]
    for profile in profiles:
        score = name_score(profile.name, column.name)
        if profile.kind in ("empty", "dates") or profile.mean_characters > 100:
            continue
        if profile.is_unique and score:
            found.append(Proposal(Cell(column=profile.name), max(TAKEN + 5, score), phrase(
                "Its name fits, and every record has a value of its own.")))
        elif profile.is_unique and profile.distinct >= _ENOUGH_FOR_KEY and profile.kind != "numbers":
            found.append(Proposal(Cell(column=profile.name), 45, phrase("Every record has a value of its own.")))
        elif score:
            found.append(Proposal(Cell(column=profile.name), 30, phrase(
                "Its name fits, but of {records} records only {distinct} have a value of their own.",
                records=f"{profile.filled + profile.blanks:,}", distinct=f"{profile.distinct:,}")))
    return found


def _score_proposals(column: Column, profiles: Sequence[ColumnProfile]) -> list[Proposal]:
    found = [proposal for profile in profiles if (proposal := _score_proposal(profile))]
    score = TAKEN - 1 if not found or max(proposal.score for proposal in found) < TAKEN else 0
    found.append(Proposal(Cell(constant=""), score + 1, phrase(
        "The file has no recommend question: its answers are loaded as not answered, with their ratings.")))
    return found


def _score_proposal(profile: ColumnProfile) -> Proposal | None:
    cell, on_scale = score_cell(profile)
    if cell is None or not on_scale or is_other_scale(profile):
        return None
    records = profile.filled + profile.blanks
    share = profile.filled / records
    named = asks_to_recommend(profile)
    if named:
        return Proposal(cell, round(0.85 * named + 15 * share), phrase_n(
            "Its name speaks of recommending; it holds {n} answer on the scale among {records} records.",
            "Its name speaks of recommending; it holds {n} answers on the scale among {records} records.",
            on_scale, records=f"{records:,}"))
    if (profile.highest or 0) < 8 or profile.distinct < 5:
        return None
    return Proposal(cell, round(30 + 10 * share), phrase("It holds whole numbers up to 10; its name says nothing."))


def asks_to_recommend(profile: ColumnProfile) -> int:
    """How much the name of a column speaks of the recommend question, from 0 to 100."""
    if speaks_of(profile.name, REASON):
        return 0
    score = name_score(profile.name, "score")
    return max(score, 90) if speaks_of(profile.name, RECOMMEND) else score if score >= TAKEN else 0


def is_other_scale(profile: ColumnProfile) -> bool:
    """Whether so many answers without a high one mean that the question was asked on another scale than to 10."""
    most = max((float(text) for value, _ in profile.values if (text := _leading_number(value))
                and float(text) <= 10), default=0)
    return (most <= 5 and profile.filled >= _ENOUGH_FOR_FIVE) or (most <= 7 and profile.filled >= _ENOUGH_FOR_SEVEN)


def score_cell(profile: ColumnProfile) -> tuple[Cell | None, int]:
    """The cell that reads a column as scores up to 10, and how many answers it has; None if it cannot be read so.

    Labels such as "10 - Extremely likely" are translated; numbers that tools write for no answer become blanks.
    """
    if not profile.values or profile.kind not in ("integers", "labels", "numbers"):
        return None, 0
    numbers = {value: _leading_number(value) for value, _ in profile.values}
    on_scale = {value: int(number) for value, number in numbers.items() if number and 0 <= int(number) <= 10}
    answers = sum(n for value, n in profile.values if value in on_scale)
    codes = [value for value, number in numbers.items() if number and int(number) in NO_ANSWER_NUMBERS]
    known = answers + sum(n for value, n in profile.values if value in codes)
    if not answers or known < 0.9 * profile.filled or answers < 0.5 * profile.filled:
        return None, 0
    values = {value: str(number) for value, number in on_scale.items() if value != str(number)}
    if len(set(values.values())) < len(values):
        return None, 0
    return Cell(column=profile.name, values=values, blank=(*profile.codes, *sorted(codes))), answers


def _leading_number(value: str) -> str:
    """The whole number that a score is, or that its label begins with; empty if there is none."""
    found = re.fullmatch(r"(-?[0-9]{1,4})(?![.,/:0-9])(\W.*)?", value)
    return found.group(1) if found else ""


def _comment_proposals(column: Column, profiles: Sequence[ColumnProfile]) -> list[Proposal]:
    found = []
    texts = [profile for profile in profiles if profile.kind == "text"]
    longest = max(texts, key=lambda profile: profile.mean_characters * profile.distinct, default=None)
    for profile in profiles:
        if profile.kind not in ("text", "labels"):
            continue
        score = name_score(profile.name, "comment")
        if profile.kind == "text" and profile.distinct > profile.filled / 2 and speaks_of(profile.name, REASON):
            score = max(score, 75)
        if score:
            found.append(_named(column, profile, score if profile.kind == "text" else min(score, 65)))
        elif profile is longest and profile.mean_characters >= _COMMENT_CHARACTERS:
            found.append(Proposal(_cell(column, profile), 50, phrase("It holds the longest texts of the file.")))
    return found


_Special = Callable[[Column, Sequence[ColumnProfile]], list[Proposal]]
_SPECIAL: dict[tuple[str, str], _Special] = {
    ("responses", "response_id"): _key_proposals,
    ("responses", "score"): _score_proposals,
    ("responses", "comment"): _comment_proposals,
}
