"""Dates in declared formats: what is not written whole, and offsets that no place has, are not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.contract.columns import Type
from cx.ingest.date_formats import date_readings
from cx.ingest.dates_sql import date_sql


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    return con


def read(con: duckdb.DuckDBPyConnection, text: str, declared: str = "", kind: Type = Type.TIMESTAMP) -> str | None:
    """The time that a text is read as, as DuckDB writes it."""
    sql = date_sql(kind, declared, "UTC", "UTC").replace("{x}", "x")
    (found,) = con.execute(f"select ({sql})::varchar from (select ? as x)", [text]).fetchone() or (None,)
    return found


@pytest.mark.parametrize(("declared", "text", "expected"), [
    ("%Y%m%d", "20260111", "2026-01-11 00:00:00"),
    ("%Y%m%d", "2026111", None),
    ("%Y%m%d", "202611", None),
    ("%d%m%Y", "1112026", None),
    ("%d%m%y", "11126", None),
    ("%Y%m%d %H:%M", "20260111 9:05", "2026-01-11 09:05:00"),
    ("%Y%m%d %H:%M", "2026111 9:05", None),
    ("%Y%m%d%H%M", "202601110905", "2026-01-11 09:05:00"),
    ("%Y%m%d%H%M", "20260111905", None),
    ("%Y%m%dT%H%M%S", "20260111T090507", "2026-01-11 09:05:07"),
    ("%Y-%-m%-d", "2026-111", None),
    ("%Y年%m月%d日", "2026年1月5日", "2026-01-05 00:00:00"),
    ("%d/%m/%Y", "5/1/2026", "2026-01-05 00:00:00"),
    ("%d %b %Y", "5 Jan 2026", "2026-01-05 00:00:00"),
])
def test_numbers_without_a_sign_between_them_are_written_whole(
    con: duckdb.DuckDBPyConnection, declared: str, text: str, expected: str | None
) -> None:
    assert read(con, text, declared) == expected
    assert read(con, text, declared, Type.DATE) == (expected and expected[:10])


@given(st.datetimes(datetime(1000, 1, 3), datetime(2999, 1, 1)), st.integers(-14 * 60, 14 * 60),
       st.sampled_from(["+HH:MM", "+HHMM", "+HH"]))
def test_an_offset_of_any_place_is_read(moment: datetime, minutes: int, form: str) -> None:
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    minutes = minutes // 60 * 60 if form == "+HH" else minutes
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    offset = {"+HH:MM": offset, "+HHMM": offset.replace(":", ""), "+HH": offset[:3]}[form]
    expected = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes))).astimezone(UTC)
    text = expected.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
    written = f"{moment.isoformat(' ', 'seconds')}{offset}"
    assert read(con, written) == (text if expected.year < 3000 else read(con, written))
    if 1000 <= expected.year < 3000:
        assert read(con, written, "%Y-%m-%d %H:%M:%S%z") == text


@pytest.mark.parametrize("offset", ["+14:01", "-14:30", "+15", "+1500", "-99:00", "+05:60", "+05:99"])
def test_an_offset_that_no_place_has_is_no_time(con: duckdb.DuckDBPyConnection, offset: str) -> None:
    assert read(con, f"2026-01-01 10:00{offset}") is None
    assert read(con, f"2026-01-01 10:00 {offset}", "%Y-%m-%d %H:%M %z") is None
    assert read(con, f"{offset} 2026-01-01 10:00", "%z %Y-%m-%d %H:%M") is None


def test_no_format_is_proposed_that_the_load_would_not_read() -> None:
    assert [(one.format, one.first) for one in date_readings(["20260111", "20260205"])] == [
        ("%Y%m%d", date(2026, 1, 11))]
    assert date_readings(["2026111", "2026112"]) == ()
    assert date_readings(["05/01/2026 10:00 +15:00"]) == ()
    assert [one.format for one in date_readings(["25/01/2026 10:00 +0800"])] == ["%d/%m/%Y %H:%M %z"]
