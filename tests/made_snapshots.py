"""Homes whose snapshots are small databases with a number in them, made without a load."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cx.warehouse.home import Home
from cx.warehouse.layout import FORMAT_VERSION, RECORDS_DDL

ROWS = 20_000


def snapshot_id(number: int) -> str:
    """The id of the snapshot of second `number`."""
    return f"20240101T0000{number:02}-{number:08x}"


def make_snapshot(path: Path, number: int, previous: int | None, version: int = FORMAT_VERSION) -> Path:
    """A snapshot file that holds its number in every row."""
    with duckdb.connect(path) as con:
        con.execute(RECORDS_DDL)
        con.execute(
            "insert into snapshot (snapshot_id, created_at, time_zone, is_demo, format, previous) "
            "values (?, timestamp '2024-01-01', 'UTC', false, ?, ?)",
            [snapshot_id(number), version, None if previous is None else snapshot_id(previous)],
        )
        con.execute(f"create table numbers as select {number} as number, hash(i) as noise from range({ROWS}) as r(i)")
    return path


def home_of_snapshots(folder: Path, count: int) -> Home:
    """A home in which that many snapshots were made current, each after the one before it."""
    home = Home(folder)
    home.snapshots.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        home.make_current(
            make_snapshot(folder / "building", number, number - 1 if number else None), snapshot_id(number)
        )
    return home


def spoil(path: Path, *shares: float) -> None:
    """Turn 64 bytes of a file at shares of its length, if none is given everywhere below the header: a bad disk."""
    size = path.stat().st_size
    places = [int(size * share) for share in shares] or list(range(16_384, size, 8_192))
    with path.open("r+b") as stream:
        for place in places:
            stream.seek(place)
            block = stream.read(64)
            stream.seek(place)
            stream.write(bytes(byte ^ 0xFF for byte in block))
