"""What a file is, by its content: anything that is no table of the declared format is refused with its name."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cx.errors import FileError
from cx.ingest.precheck import kind_of, refuse_what_is_no_table
from cx.ingest.sources import file_job
from tests.companies import mapping_of, public_file

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
UNITS = 'source = "s"\n{file}[units]\nunit_id = "id"\nname = "name"\n'
FORMATS = {"csv": "csv-like text", "xlsx": "xlsx", "parquet": "parquet"}


def workbook() -> bytes:
    """An XLSX file with one unit."""
    made, stream = openpyxl.Workbook(), io.BytesIO()
    for row in (["id", "name"], ["A", "North"]):
        made.active.append(row)
    made.save(stream)
    return stream.getvalue()


def zipped(parts: dict[str, bytes], base: bytes = b"") -> bytes:
    """A ZIP file with these parts, and those of another."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        if base:
            with zipfile.ZipFile(io.BytesIO(base)) as other:
                for name in set(other.namelist()) - set(parts):
                    archive.writestr(name, other.read(name))
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parquet() -> bytes:
    """A Parquet file with one unit."""
    stream = io.BytesIO()
    pq.write_table(pa.table({"id": ["A"], "name": ["North"]}), stream)
    return stream.getvalue()


def garbage() -> bytes:
    """Random bytes."""
    return random.Random(3).randbytes(5000)


NO_TABLES: list[tuple[str, bytes, str]] = [
    ("html", b"\xef\xbb\xbf \r\n<!DOCTYPE html><html><head>", "HTML"),
    ("html", b"<!-- sign in -->\n<HTML lang=en>", "HTML"),
    ("html", "<!doctype html>".encode("utf-16"), "HTML"),
    ("xml", b"<?xml version='1.0'?><Workbook/>", "XML"),
    ("json", b'[ {"id": 1}, {"id": 2}]', "JSON"),
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
    ("jpeg", b"\xff\xd8\xff\xe0" + bytes(50), "JPEG"),
    ("pdf", b"%PDF-1.7\n", "PDF"),
    ("gzip", b"\x1f\x8b\x08" + bytes(20), "gzip"),
    ("sqlite", b"SQLite format 3\0" + bytes(90), "SQLITE"),
    ("duckdb", bytes(8) + b"DUCK" + bytes(90), "DUCKDB"),
    ("encrypted parquet", b"PARE" + bytes(50) + b"PARE", "encrypted"),
    ("zip", zipped({"a.csv": b"id\n1\n"}), "ZIP"),
    ("broken zip", workbook()[:-30], "damaged"),
    ("ods", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument"),
    ("xlsb", zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}), "xlsb"),
    ("xlsm", zipped({"xl/vbaProject.bin": b"macro"}, workbook()), "macros"),
    ("xls", OLE + "Workbook".encode("utf-16-le") + bytes(50), "xls"),
    ("encrypted office", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(50), "password"),
    ("old office", OLE + "WordDocument".encode("utf-16-le") + bytes(50), "OLD OFFICE"),
    ("binary", garbage(), "neither text"),
]


@pytest.mark.parametrize(("kind", "content", "word"), NO_TABLES, ids=[kind for kind, _, _ in NO_TABLES])
def test_what_is_no_table_is_refused_with_its_name(tmp_path: Path, kind: str, content: bytes, word: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    assert kind_of(path) == kind
    for layout_format in FORMATS:
        with pytest.raises(FileError) as caught:
            refuse_what_is_no_table(path, layout_format)
        assert word in str(caught.value.message)
        assert "answers.csv" in str(caught.value.title)
        assert str(caught.value.remedy)


@pytest.mark.parametrize("name", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("declared", ["csv", "xlsx", "parquet"])
def test_the_content_says_what_a_file_is_and_not_its_name(tmp_path: Path, name: str, declared: str) -> None:
    path = tmp_path / "units.dat"
    path.write_bytes({"csv": b"id,name\nA,North\n", "xlsx": workbook(), "parquet": parquet()}[name])
    mapping = mapping_of(tmp_path, UNITS.format(file=f'[file]\nformat = "{declared}"\n'))
    assert kind_of(path) == FORMATS[name]
    if name != declared:
        with pytest.raises(FileError, match=f'declare.*{declared}.*file.format = "{name}"'):
            file_job(mapping, (path,))
        return
    (source,) = file_job(mapping, (path,)).sources
    assert (source.header, source.path, source.layout) == (("id", "name"), path, mapping.layout)
    told: list[int] = []
    (batch,) = source.batches(told.append)
    line = 1 if name == "parquet" else 2
    assert batch.records.to_pylist() == [{"c0": "A", "c1": "North", "_line": line}]
    assert told == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "big5", "cp950",
                                      "shift_jis", "iso2022_jp", "cp1252", "euc_jp"])
def test_text_in_any_encoding_is_no_garbage(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file.csv"
    character = "é" if encoding == "cp1252" else "日本中文大小上下"
    path.write_bytes(("id,name\n" + f"1,{character}\n" * 300).encode(encoding))
    assert kind_of(path) == "csv-like text"


def test_every_public_file_is_what_it_is() -> None:
    for name, kind in (("npsgame/nps.csv", "csv-like text"), ("exports/surveymonkey.csv", "csv-like text"),
                       ("exports/qualtrics.csv", "csv-like text"), ("r_survey_2019/combined.tsv", "csv-like text"),
                       ("complaints/connecticut.parquet", "parquet"), ("audio/jfk.ogg", "ogg")):
        assert kind_of(public_file(name)) == kind


def test_nothing_a_folder_a_pipe_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, words in (("empty.csv", "empty"), ("folder.csv", "cannot be opened"), ("pipe.csv", "cannot be opened"),
                        ("nothing.csv", "no such file")):
        with pytest.raises(FileError, match=words):
            refuse_what_is_no_table(tmp_path / name, "csv")


def test_a_file_above_the_limit_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"id,name\n")
    refuse_what_is_no_table(path, "csv", 8)
    with pytest.raises(FileError, match="8 bytes; at most 7"):
        refuse_what_is_no_table(path, "csv", 7)


def test_a_workbook_that_would_unpack_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(zipped({"xl/worksheets/sheet2.xml": bytes(6_000_000)}, workbook()))
    assert path.stat().st_size < 50_000
    with pytest.raises(FileError, match="would unpack"):
        refuse_what_is_no_table(path, "xlsx")
    mixed = random.Random(1).randbytes(300_000).hex().encode()
    path.write_bytes(zipped({"xl/worksheets/sheet2.xml": mixed}, workbook()))
    refuse_what_is_no_table(path, "xlsx", max_unpacked_bytes=700_000)
    with pytest.raises(FileError, match="at most 600000"):
        refuse_what_is_no_table(path, "xlsx", max_unpacked_bytes=600_000)
    path.write_bytes(zipped({f"xl/media/{n}": b"" for n in range(10_001)}, workbook()))
    with pytest.raises(FileError, match="would unpack"):
        refuse_what_is_no_table(path, "xlsx")


def test_a_header_that_was_not_divided_names_the_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    mapping = mapping_of(tmp_path, UNITS.format(file=""))
    for text, delimiter in (("id;name\nA;North\n", ";"), ("id\tname\nA\tNorth\n", r"\\t"), ("id|name, long\n", r"\|")):
        path.write_text(text)
        if delimiter == r"\|":
            continue
        with pytest.raises(FileError, match=f'1 column.*file.delimiter = "{delimiter}"'):
            file_job(mapping, (path,))


def test_a_header_without_a_known_name_says_what_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("A,North\nB,South\n")
    with pytest.raises(FileError, match=r"line 1, .*such as id.*A · North"):
        file_job(mapping_of(tmp_path, UNITS.format(file="")), (path,))


def test_a_broken_end_is_taken_where_the_mapping_or_the_person_confirms_it(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("id,name\nA,North\nB")
    plain = mapping_of(tmp_path, UNITS.format(file=""))
    confirmed = mapping_of(tmp_path, "confirmed = ['truncated']\n" + UNITS.format(file=""))
    for job in (file_job(confirmed, (path,)), file_job(plain, (path,), ("truncated",))):
        (batch,) = job.sources[0].batches(lambda _: None)
        assert [record.line for record in batch.ragged] == [3]
    with pytest.raises(FileError, match="cut off in line 3"):
        list(file_job(plain, (path,)).sources[0].batches(lambda _: None))
