"""The formats in which every value of a column is a date, found with the function that the load reads dates with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from cx.ingest.dates_sql import parsed_sql

MOST_VALUES = 5_000
# Survey answers lie within these years; what lies outside was read in a wrong format.
_YEARS = (1990, 2100)
_ISO = re.compile(r"[12]\d{3}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?")
# A zone written behind each value stays in the format as plain text; it is declared as the time zone.
_ZONE_NAME = re.compile(r" ?\(?((?:GMT|UTC)(?:[+-]\d{1,2}(?::?\d\d)?)?|Z)\)?$")

_NUMBERED = tuple(form.replace("/", sign) for sign in "/.-"
                  for form in ("%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y"))
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %B %Y")
_OTHER = ("%Y%m%d", "%Y年%m月%d日")
DAYS = (*_NUMBERED, *_NAMED, *_OTHER)
TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", ", %H:%M:%S", ", %H:%M", " %H:%M:%S.%f",
         "T%H:%M:%S.%f", " %H:%M:%S %z", " %H:%M %z", "T%H:%M:%S%z", " %H:%M:%S%z", "T%H:%M:%S.%f%z")
# What each part of a format looks like, to try only the formats that a value can have.
_PARTS = {"%d": r"\d{1,2}", "%m": r"\d{1,2}", "%Y": r"\d{4}", "%y": r"\d{2}", "%H": r"\d{1,2}", "%I": r"\d{1,2}",
          "%M": r"\d{1,2}", "%S": r"\d{1,2}", "%f": r"\d{1,9}", "%p": r"[AaPp][Mm]", "%b": r"\w+", "%B": r"\w+",
          "%z": r"(Z|[+-]\d\d(:?\d\d)?)"}


@dataclass(frozen=True)
class DateReading:
    """One way to read the dates of a column: the strptime format (empty for ISO), the days that it gives.

    first, last: the earliest and latest day; example: a value of the file, and the day that it is read as.
    zone_name: the name of a zone that each value ends with, such as GMT+8. has_offset: each value states its offset.
    """

    format: str
    first: date
    last: date
    example: str
    example_day: date
    has_time: bool
    has_offset: bool = False
    zone_name: str = ""


def date_readings(values: Sequence[str]) -> tuple[DateReading, ...]:
    """Every way to read all these values as dates, the one with the shortest span first; none if there is no way.

    Two readings mean that the values are ambiguous, such as 03/04/2026.
    """
    tried = tuple(dict.fromkeys(value for value in values if value))[:MOST_VALUES]
    if not tried or not all(re.search(r"\d", value) and len(value) <= 60 for value in tried):
        return ()
    if all(_ISO.fullmatch(value) for value in tried):
        return _iso_reading(tried)
    zone = _common_zone(tried)
    return tuple(sorted(_strptime_readings(tried, zone), key=lambda reading: (reading.last - reading.first).days))


def _iso_reading(values: tuple[str, ...]) -> tuple[DateReading, ...]:
    try:
        days = [date.fromisoformat(value[:10]) for value in values]
    except ValueError:
        return ()
    offset = all(re.search(r"[Z+]|:\d\d-", value[10:]) for value in values)
    return (DateReading("", min(days), max(days), values[0], days[0], len(values[0]) > 10, offset),)


def _common_zone(values: tuple[str, ...]) -> str:
    """The zone that all values end with, with what stands around it; empty if they do not."""
    found = _ZONE_NAME.search(values[0])
    return found.group() if found and all(value.endswith(found.group()) for value in values) else ""


def _strptime_readings(values: tuple[str, ...], zone: str) -> list[DateReading]:
    formats = [day + time + zone for day in DAYS for time in TIMES if not (zone and "%z" in time)]
    con = duckdb.connect()
    try:
        con.execute("set TimeZone = 'UTC'")
        formats = [text for text in formats if _looks_like(values[0], text) and _span(con, values[:20], text)]
        found = [(text, _span(con, values, text)) for text in formats]
    finally:
        con.close()
    name = _ZONE_NAME.search(zone)
    readings = []
    for text, span in found:
        if span is not None and _YEARS[0] <= span[0].year and span[1].year <= _YEARS[1]:
            readings.append(DateReading(text, span[0], span[1], values[0], span[2], bool(re.search("%[HI]", text)),
                                        "%z" in text, name.group(1) if name else ""))
    return readings


def _looks_like(value: str, text: str) -> bool:
    pattern = "".join(_PARTS.get(part, re.escape(part)) for part in re.split(r"(%\w)", text))
    return re.fullmatch(pattern, value) is not None


def _span(con: duckdb.DuckDBPyConnection, values: tuple[str, ...], text: str) -> tuple[date, date, date] | None:
    """The first and last day of values read in a format, and the day of the first value; None if one does not fit."""
    unread, first, last, example = con.execute(f"""
        with parsed as (select value, ({parsed_sql(text).replace("{x}", "value")})::timestamp::date as day
                        from (select unnest($values) as value))
        select count(*) filter (day is null), min(day), max(day), any_value(day) filter (value = $example) from parsed
    """, {"values": list(values), "example": values[0]}).fetchone() or (1, None, None, None)
    return None if unread else (first, last, example)
