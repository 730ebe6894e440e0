"""What looks wrong though every rule is kept: said before anything changes, so that a person can say it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection
from rapidfuzz import fuzz, process

from cx.contract.check import quoted
from cx.ingest.doubt_codes import (
    HIGH_SCORES,
    LOW_SCORES,
    NO_RECORDS,
    ONE_DAY,
    OTHER_SOURCE,
    OTHER_ZONE,
    REPLACED_CHARACTERS,
    SIMILAR_UNIT,
)
from cx.ingest.mapping import SCALES
from cx.ingest.report import Doubt
from cx.ingest.stage import StagedFile
from cx.phrase import phrase

_FEWEST_ANSWERS = 20
_HALF_OF_SCALE = 5
_MANY_ABOVE_PCT = 10
_ALIKE_PCT = 85


@dataclass(frozen=True)
class _Answers:
    """The answers of a file that keep all rules: how many, with how many scores; the highest; first and last day."""

    count: int
    scores: int
    highest: int
    first_day: str
    last_day: str


def doubts(con: DuckDBPyConnection, files: Sequence[StagedFile], report_zone: str, *, has_previous: bool
           ) -> tuple[Doubt, ...]:
    """What is doubtful about the rows of a load, file by file, before the tables of the contract are merged."""
    answers = _answers(con, report_zone)
    found = [*_about_records(con, files, answers), *_about_answers(files, answers),
             *_about_units(con, files, has_previous)]
    if has_previous:
        found += [*_about_other_sources(con), *_about_zone(con, report_zone)]
    found += [Doubt(REPLACED_CHARACTERS, file.source.name,
                    phrase("{n} NUL characters were replaced by U+FFFD.", n=file.replaced_nuls), blocks=False)
              for file in files if file.replaced_nuls]
    return tuple(found)


def _answers(con: DuckDBPyConnection, report_zone: str) -> dict[tuple[str, str], _Answers]:
    """The answers of each source and file; days are those of the report's time zone."""
    rows = con.execute(f"""
        with counted as (
            select _origin as origin_no, count(*) as n, count(score) as scores, max(score) as top,
                min(responded_at) as earliest, max(responded_at) as newest
            from good_responses group by all
        )
        select source, file, n, scores, top,
            strftime(timezone({quoted(report_zone)}, timezone('UTC', earliest)), '%Y-%m-%d'),
            strftime(timezone({quoted(report_zone)}, timezone('UTC', newest)), '%Y-%m-%d')
        from counted join origins using (origin_no) order by all""").fetchall()
    return {(source, file): _Answers(*found) for source, file, *found in rows}


def _about_records(con: DuckDBPyConnection, files: Sequence[StagedFile],
                   answers: Mapping[tuple[str, str], _Answers]) -> Iterator[Doubt]:
    """Files without records, and files with many scores above the scale, whose others would be counted."""
    faults = {(source, file): (n, above) for source, file, n, above in con.execute("""
        select source, file, count(*), count(*) filter (
            table_name = 'responses' and column_name = 'score' and rule = 'maximum')
        from faults group by all""").fetchall()}
    for file in files:
        found, (rejected, wrong) = answers.get(file.place), faults.get(file.place, (0, 0))
        right = found.scores if found else 0
        if "responses" in file.tables and not found and not rejected and not file.ragged:
            yield Doubt(NO_RECORDS, file.source.name, phrase("There is a header, and no record below it."),
                        blocks=False)
        if right and wrong >= _FEWEST_ANSWERS and wrong * 100 > _MANY_ABOVE_PCT * (wrong + right):
            yield Doubt(HIGH_SCORES, file.source.name, phrase(
                "{wrong} of {n} scores lie above {limit} and are rejected. If the question was asked on another scale, "
                "load it as a rating; if the others are right, confirm.", wrong=wrong, n=wrong + right,
                limit=SCALES[file.mapping.scale][1]), blocks=True)


def _about_other_sources(con: DuckDBPyConnection) -> Iterator[Doubt]:
    """Answers that another source brought and this load would replace: two surveys may count from 1 both."""
    for source, file, earlier, n in con.execute("""
            select place.source, place.file, min(earlier_place.source), count(*)
            from good_responses as good join prev.responses as earlier using (response_id)
                join origins as place on place.origin_no = good._origin
                join prev.origins as earlier_place on earlier_place.origin_no = earlier._origin
            where earlier_place.source <> place.source group by all order by all""").fetchall():
        yield Doubt(OTHER_SOURCE, file, phrase(
            "{n} answers have the key of an answer of the source {earlier}, and would replace it. Give the keys of "
            "{source} a beginning of their own: response_id = {{ template = \"{source}-{{…}}\" }}.", n=n,
            earlier=earlier, source=source), blocks=True)


def _about_zone(con: DuckDBPyConnection, report_zone: str) -> Iterator[Doubt]:
    (zone,) = con.execute("select time_zone from prev.snapshot").fetchone() or (report_zone,)
    if zone != report_zone:
        yield Doubt(OTHER_ZONE, "", phrase(
            "Months were months in {zone} and are now months in {new}. Days without a time that were loaded before "
            "began at midnight in {zone}, so that some may now count in the month beside: load their files again.",
            zone=zone, new=report_zone), blocks=False)


def _about_answers(files: Sequence[StagedFile], answers: Mapping[tuple[str, str], _Answers]) -> Iterator[Doubt]:
    """Scores that fill half of the scale only, and answers of one day."""
    limits = {file.place: SCALES[file.mapping.scale][1] for file in files}
    for place, found in answers.items():
        limit, file = limits.get(place, 0), place[1]
        if found.scores >= _FEWEST_ANSWERS and found.highest <= _HALF_OF_SCALE < limit:
            yield Doubt(LOW_SCORES, file, phrase(
                "The highest of {n} scores is {top}, on a scale that goes to {limit}. If the question was asked on "
                "another scale, load it as a rating; if the scores are right, confirm.", n=found.scores,
                top=found.highest, limit=limit), blocks=True)
        if found.count >= _FEWEST_ANSWERS and found.first_day == found.last_day:
            yield Doubt(ONE_DAY, file, phrase("All {n} answers were given on {day}.", n=found.count,
                                              day=found.first_day), blocks=False)


def _about_units(con: DuckDBPyConnection, files: Sequence[StagedFile], has_previous: bool) -> Iterator[Doubt]:
    """Units that come with this load and are spelled almost as one that is known or more frequent."""
    earlier = _known_units(con) if has_previous else set()
    for file in files:
        name = file.source.name
        counted = dict(con.execute(
            "select unit_id, count(*) from good_responses where _origin = (select origin_no from origins semi join "
            "snapshot on load_id = snapshot_id where source = ? and file = ?) "
            "group by all order by count(*) desc, unit_id limit 5000", [*file.place]).fetchall())
        known = sorted(earlier | set(counted))
        for unit in sorted(set(counted) - earlier):
            others = [other for other in known if other != unit
                      and (other in earlier or counted[other] > 5 * counted[unit])]
            alike = process.extractOne(unit, others, scorer=_likeness, score_cutoff=_ALIKE_PCT)
            if alike:
                yield Doubt(SIMILAR_UNIT, name, phrase(
                    "The unit {unit} is new and looks like {known}. If they are the same, translate it in the mapping "
                    "file: values = {{ \"{unit}\" = \"{known}\" }}.", unit=unit, known=alike[0]), blocks=False)


def _likeness(one: str, other: str, **_: object) -> float:
    """How alike two names are, 0 to 100; names that differ in digits alone are different names."""
    letters = [character for character in one.casefold() if not character.isdigit()]
    if letters == [character for character in other.casefold() if not character.isdigit()] and one != other \
            and one.casefold() != other.casefold() and any(map(str.isdigit, one + other)):
        return 0.0
    return fuzz.ratio(one.casefold(), other.casefold())


def _known_units(con: DuckDBPyConnection) -> set[str]:
    return {unit for (unit,) in con.execute(
        "select distinct unit_id from prev.responses union select unit_id from prev.units").fetchall()}
