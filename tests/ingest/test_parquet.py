"""Parquet: every type as the text that the contract reads, and a clear error for what is no text."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cx.errors import FileError
from cx.ingest import batches
from cx.ingest.mapping import FileLayout
from cx.ingest.parquet import columns_without_text, read_batches, read_header
from cx.ingest.sources import file_job
from tests.companies import mapping_of, public_file

LAYOUT = FileLayout(format="parquet")
D = decimal.Decimal


def written(folder: Path, **columns: pa.Array) -> Path:
    """A Parquet file with these columns."""
    path = folder / "file.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def read(path: Path) -> dict[str, list[str | None]]:
    """The columns c0, c1, … and _line."""
    tables = [batch.records for batch in read_batches(path, LAYOUT)]
    found: dict[str, list[str | None]] = pa.concat_tables(tables).to_pydict()
    return found


def texts_of(folder: Path, column: pa.Array) -> list[str | None]:
    """What a column is read as."""
    return read(written(folder, x=column))["c0"]


def message_of(path: Path) -> str:
    """The message of the error that reading the file raises."""
    with pytest.raises(FileError) as caught:
        read(path)
    assert path.name in str(caught.value.title)
    return str(caught.value.message)


EARLY = dt.datetime(2024, 1, 31, 23, 30)
CASES: list[tuple[pa.Array, list[str | None]]] = [
    (pa.array([9, -1, None], pa.int8()), ["9", "-1", None]),
    (pa.array([2**63 - 1], pa.int64()), ["9223372036854775807"]),
    (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
    (pa.array([9.0, 9.5, float("nan"), 1e20, 1e-7, -0.0, None]),
     ["9", "9.5", None, "100000000000000000000", "0.0000001", "0", None]),
    (pa.array([0.1, 10.0, 16777216.0], pa.float32()), ["0.1", "10", "16777216"]),
    (pa.array([2.5, 3.0], pa.float32()).cast(pa.float16()), ["2.5", "3"]),
    (pa.array([float("inf"), float("-inf")]), ["inf", "-inf"]),
    (pa.array([D("9.00"), D("9.50"), D("100.00"), None], pa.decimal128(9, 2)), ["9", "9.5", "100", None]),
    (pa.array([True, False, None]), ["true", "false", None]),
    (pa.array([dt.date(2024, 2, 29), None]), ["2024-02-29", None]),
    (pa.array([dt.date(2024, 2, 29)], pa.date64()), ["2024-02-29"]),
    (pa.array([EARLY], pa.timestamp("s")), ["2024-01-31 23:30:00"]),
    (pa.array([EARLY, EARLY.replace(microsecond=120000)], pa.timestamp("us")),
     ["2024-01-31 23:30:00", "2024-01-31 23:30:00.12"]),
    (pa.array([EARLY], pa.timestamp("ms", "Asia/Taipei")), ["2024-01-31 23:30:00+00:00"]),
    (pa.array([EARLY, None], pa.timestamp("us", "-05:00")), ["2024-01-31 23:30:00+00:00", None]),
    (pa.array([1706743800_123456000, 1706743800_123456789], pa.timestamp("ns")),
     ["2024-01-31 23:30:00.123456", "2024-01-31 23:30:00.123456789"]),
    (pa.array([dt.time(8, 5)]), ["08:05:00.000000"]),
    (pa.array(["007", "", None, "滿意 👍", " x\r\n"]), ["007", "", None, "滿意 👍", " x\r\n"]),
    (pa.array(["a", None], pa.large_string()), ["a", None]),
    (pa.array(["a", "b", "a", None]).dictionary_encode(), ["a", "b", "a", None]),
    (pa.array([None, None], pa.null()), [None, None]),
]


@pytest.mark.parametrize(("column", "expected"), CASES, ids=lambda case: str(getattr(case, "type", "")))
def test_a_type_becomes_its_text(tmp_path: Path, column: pa.Array, expected: list[str | None]) -> None:
    assert texts_of(tmp_path, column) == expected


def test_a_time_with_a_zone_is_the_instant_that_another_reader_sees(tmp_path: Path) -> None:
    stamps = pa.array([dt.datetime(2024, 3, 10, 7, 30), dt.datetime(2024, 11, 3, 5, 30)], pa.timestamp("us", "UTC"))
    path = written(tmp_path, x=stamps.cast(pa.timestamp("us", "America/New_York")))
    found = [dt.datetime.fromisoformat(str(text)) for text in read(path)["c0"]]
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    assert [moment.timestamp() for moment in found] == [
        row[0] for row in connection.execute("select epoch(x) from read_parquet(?)", [str(path)]).fetchall()]


def test_the_line_is_the_number_of_the_record_in_every_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, x=pa.array(range(25)))
    monkeypatch.setattr(batches, "BATCH_RECORDS", 4)
    told: list[int] = []
    assert len(list(read_batches(path, LAYOUT, told.append))) == 7
    assert read(path) == {"c0": [str(n) for n in range(25)], "_line": list(range(1, 26))}
    assert sum(told) == 25


def test_a_file_without_records_has_its_columns(tmp_path: Path) -> None:
    assert read(written(tmp_path, x=pa.array([], pa.int64()), y=pa.array([], pa.string()))) == {
        "c0": [], "c1": [], "_line": []}


def test_columns_that_hold_no_text_are_blank_and_cannot_be_mapped(tmp_path: Path) -> None:
    path = written(tmp_path, id=pa.array(["1"]), tags=pa.array([["a"]]), audio=pa.array([b"\x00\xff"]),
                   who=pa.array([{"x": 1}]), key=pa.array([uuid.uuid4().bytes], pa.uuid()),
                   **{"a.b": pa.array([3])})
    assert read_header(path, LAYOUT) == ("id", "tags", "audio", "who", "key", "a.b")
    assert set(columns_without_text(path)) == {"tags", "audio", "who", "key"}
    blank = {f"c{number}": [None] for number in range(1, 5)}
    assert read(path) == {"c0": ["1"], **blank, "c5": ["3"], "_line": [1]}
    text = 'source = "s"\n[file]\nformat = "parquet"\n[units]\nunit_id = "id"\nname = '
    assert file_job(mapping_of(tmp_path, text + '"a.b"'), (path,)).sources[0].header[0] == "id"
    for column, kind in (("Tags", "list"), ("audio", "binary"), ("who", "struct")):
        with pytest.raises(FileError) as caught:
            file_job(mapping_of(tmp_path, f'{text}"{column}"'), (path,))
        assert column.lower() in str(caught.value.message)
        assert kind in str(caught.value.message)


def test_a_column_that_stands_there_twice_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]), path)
    assert "x stands in it more than once" in message_of(path)


def test_a_nul_becomes_the_replacement_character_and_is_counted(tmp_path: Path) -> None:
    (batch,) = read_batches(written(tmp_path, x=pa.array(["a\0b\0", None])), LAYOUT)
    assert (batch.records.to_pydict()["c0"], batch.replaced_nuls) == (["a\ufffdb\ufffd", None], 2)


def test_bytes_that_are_no_text_in_a_column_of_text_are_an_error(tmp_path: Path) -> None:
    bad = pa.array([b"ok", b"\xff\xfe"]).view(pa.string())
    assert "damaged" in message_of(written(tmp_path, x=bad))


@pytest.mark.parametrize(
    ("damage", "words"), [("cut", "footer"), ("magic", "PAR1"), ("page", "damaged"), ("missing", "no such file")])
def test_a_damaged_file_is_an_error_that_says_how(tmp_path: Path, damage: str, words: str) -> None:
    path = tmp_path / "file.parquet"
    pq.write_table(pa.table({"x": [f"value {n}" for n in range(2000)]}), path, compression="gzip", use_dictionary=False)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    if damage == "magic":
        content[:4] = b"id,x"
        content[-4:] = b"1,2\n"
    if damage == "page":
        content[100:400] = bytes(300)
    path.write_bytes(content)
    if damage == "missing":
        path.unlink()
    assert words in message_of(path)


def test_the_complaints_of_connecticut_are_read_as_duckdb_reads_them() -> None:
    path = public_file("complaints/connecticut.parquet")
    columns = read(path)
    header = read_header(path, LAYOUT)
    assert columns["_line"] == list(range(1, 75_046))
    relation = duckdb.connect().read_parquet(str(path))
    for number, name in enumerate(header):
        if name != "recovery":
            expected = relation.project(f'"{name}"::varchar').fetchall()
            assert columns[f"c{number}"] == [row[0] for row in expected], name
    recovered = relation.project("recovery").fetchall()
    assert [None if text is None else float(text) for text in columns[f"c{header.index('recovery')}"]] == [
        row[0] for row in recovered]
