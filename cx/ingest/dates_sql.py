"""Dates and times as a mapping declares them, compiled to SQL of a value that is NULL where the text cannot be read.

A date without a time is a day of the report's calendar: midnight in the report's time zone. A time that the clocks of
its zone skip (summer time begins) does not exist and cannot be read; one that they show twice is the later instant.
DuckDB is the one converter of time zones.
"""

from __future__ import annotations

import re

from cx.contract.check import quoted
from cx.contract.columns import Type

_DAY = "[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_LOCAL = rf"{_DAY}[ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?"
_OFFSET_PART = "[+-]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)"
_OFFSET = rf"{_LOCAL}(Z|{_OFFSET_PART})"
# How many digits a part of a date has when it is written whole.
_DIGITS = {**dict.fromkeys("dmyHIMSUW", "2"), **dict.fromkeys("YG", "4"), "j": "3", "f": "1,9", "g": "3"}


def date_sql(kind: Type, declared_format: str, zone: str, report_zone: str) -> str:
    """SQL of the value of a date, time or month with `{x}` for its text; empty: the contract's own reading serves.

    `zone` is that of times without an offset, `report_zone` that of dates without a time, both IANA names.
    """
    if kind is Type.TIMESTAMP:
        declared = declared_format and _declared_time_sql(declared_format, zone, report_zone)
        return declared or _iso_sql(zone, report_zone)
    if kind in (Type.DATE, Type.MONTH) and declared_format:
        day = _plausible_sql(parsed_sql(declared_format))
        return f"case when day({day}) = 1 then {day}::date end" if kind is Type.MONTH else f"{day}::date"
    return ""


def parsed_sql(declared_format: str) -> str:
    """SQL of the time that a text `{x}` states in a strptime format; NULL where it cannot be read.

    Numbers that follow each other without a sign between them must be written whole, for 2026111 may be two days; an
    offset lies within 14 hours.
    """
    parsed = f"try_strptime({{x}}, {quoted(declared_format)})"
    pattern = _pattern(declared_format)
    return f"case when regexp_full_match({{x}}, {quoted(pattern)}, 's') then {parsed} end" if pattern else parsed


def _pattern(declared_format: str) -> str:
    """What a text must look like besides being read by strptime; empty when there is no such rule."""
    parts = re.findall(r"%-?.|[^%]+|%", declared_format, re.DOTALL)
    digits = [_DIGITS.get(part[-1], "") if part.startswith("%") else "" for part in parts]
    pattern, rules = "", False
    for number, part in enumerate(parts):
        beside = digits[max(0, number - 1):number] + digits[number + 1:number + 2]
        if digits[number] and any(beside):
            pattern, rules = pattern + f"[0-9]{{{digits[number]}}}", True
        elif part == "%z":
            pattern, rules = pattern + f"({_OFFSET_PART})", True
        elif digits[number]:
            pattern += f"[0-9]{{1,{digits[number][-1]}}}"
        else:
            pattern += ".+" if part.startswith("%") else r"\s*".join(map(re.escape, re.split(r"\s+", part)))
    return pattern if rules else ""


def _iso_sql(zone: str, report_zone: str) -> str:
    local = "try_cast({x} as timestamp)"
    # Of 19 signs that strptime reads whole, none can be missing; asking this first halves the cost of the usual form.
    usual = "try_strptime({x}, '%Y-%m-%d %H:%M:%S')"
    return f"""case
        when strlen({{x}}) = 19 and {{x}}[11] = ' ' and {{x}} between '1' and '3' then {_utc_sql(usual, zone)}
        when regexp_full_match({{x}}, '{_LOCAL}') then {_utc_sql(local, zone)}
        when regexp_full_match({{x}}, '{_DAY}') then {_midnight_sql(local, report_zone)}
        when regexp_full_match({{x}}, '{_OFFSET}') then timezone('UTC', try_cast({{x}} as timestamptz)) end"""


def _declared_time_sql(declared_format: str, zone: str, report_zone: str) -> str:
    parsed = parsed_sql(declared_format)
    if "%z" in declared_format:
        return _plausible_sql(f"timezone('UTC', {parsed})")
    if re.search(r"%-?[HIcXs]", declared_format):
        return _utc_sql(_plausible_sql(parsed), zone)
    return _midnight_sql(_plausible_sql(parsed), report_zone)


def _plausible_sql(time: str) -> str:
    """The time if its year has four digits and begins with 1 or 2, as the contract wants it."""
    return f"case when year({time}) between 1000 and 2999 then {time} end"


def _midnight_sql(day: str, zone: str) -> str:
    """Midnight of a day, or the first moment after it where the clocks skip midnight."""
    return day if zone == "UTC" else f"timezone('UTC', timezone({quoted(zone)}, {day}))"


def _utc_sql(local: str, zone: str) -> str:
    """UTC of a local time; NULL where the clocks of the zone never show it."""
    if zone == "UTC":
        return local
    instant = f"timezone({quoted(zone)}, {local})"
    return f"case when timezone({quoted(zone)}, {instant}) = {local} then timezone('UTC', {instant}) end"
