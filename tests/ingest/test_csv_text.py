"""CSV as declared: every record comes back with its line, or an error says where the file cannot be read."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.errors import FileError
from cx.ingest import csv_text
from cx.ingest.csv_text import RaggedRecord, read_batches, read_header
from cx.ingest.mapping import FileLayout

Record = tuple[int, tuple[str, ...]]


def written(folder: Path, content: bytes | str) -> Path:
    """A file with that content."""
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(path: Path, layout: FileLayout | None = None) -> tuple[tuple[str, ...], list[Record], list[RaggedRecord]]:
    """Header, records with their line, and ragged records."""
    layout = layout or FileLayout()
    header = read_header(path, layout)
    records: list[Record] = []
    ragged: list[RaggedRecord] = []
    for batch in read_batches(path, layout):
        columns = batch.records.to_pydict()
        lines = columns.pop("_line")
        records += zip(lines, zip(*columns.values(), strict=True), strict=True)
        ragged += batch.ragged
    return header, records, ragged


def message_of(path: Path, layout: FileLayout | None = None) -> str:
    """The message of the error that reading the file raises."""
    with pytest.raises(FileError) as caught:
        read(path, layout)
    assert path.name in str(caught.value.title)
    assert str(caught.value.remedy)
    return str(caught.value.message)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("at_end", [True, False])
def test_every_newline_gives_the_same_records_and_lines(tmp_path: Path, newline: str, at_end: bool) -> None:
    text = newline.join(["a,b", "1,x", "2,y"]) + (newline if at_end else "")
    assert read(written(tmp_path, text)) == (("a", "b"), [(2, ("1", "x")), (3, ("2", "y"))], [])


def test_newlines_may_be_mixed_and_empty_lines_are_no_records(tmp_path: Path) -> None:
    text = "a,b\r\n1,x\r2,y\n\n\r\n3,z"
    assert read(written(tmp_path, text))[1] == [(2, ("1", "x")), (3, ("2", "y")), (6, ("3", "z"))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_record_is_named_by_the_line_on_which_it_starts(tmp_path: Path, newline: str) -> None:
    text = newline.join(["a,b", f'1,"one{newline}two{newline}{newline}four"', "2,y", f'"3{newline}",z'])
    assert read(written(tmp_path, text))[1] == [
        (2, ("1", f"one{newline}two{newline}{newline}four")),
        (6, ("2", "y")),
        (7, (f"3{newline}", "z")),
    ]


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path: Path) -> None:
    for encoding in ("utf-8", "UTF8", "utf_8", "U8"):
        assert read_header(written(tmp_path, b"\xef\xbb\xbfid,x\n"), FileLayout(encoding=encoding)) == ("id", "x")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        content = ("\ufeff" if encoding != "utf-16" else "") + "id,x\n1,語\n"
        layout = FileLayout(encoding=encoding)
        assert read(written(tmp_path, content.encode(encoding)), layout)[:2] == (("id", "x"), [(2, ("1", "語"))])


@pytest.mark.parametrize(
    ("encoding", "text"), [("gb18030", "滿意"), ("big5", "滿意"), ("shift_jis", "満足"), ("cp1252", "café €")]
)
def test_a_declared_encoding_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    path = written(tmp_path, f"a,b\n1,{text}\n".encode(encoding))
    assert read(path, FileLayout(encoding=encoding))[1] == [(2, ("1", text))]


def test_another_encoding_than_declared_names_line_and_byte(tmp_path: Path) -> None:
    content = b"a,b\n1,fine\n2,caf" + b"\xe9,\n3,x\n"
    message = message_of(written(tmp_path, content))
    assert "utf-8" in message
    assert "line 3" in message
    assert f"byte {content.index(0xE9) + 1} " in message


def test_a_wrong_byte_far_into_the_file_is_found_too(tmp_path: Path) -> None:
    content = b"a\n" + b"1\n" * 50_000 + b"\xff\n"
    assert f"line 50002, byte {len(content) - 1} " in message_of(written(tmp_path, content))


def test_utf_16_without_its_mark_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    assert "utf-16" in message_of(written(tmp_path, b"id,x\n1,2\n"), FileLayout(encoding="utf-16"))


def test_an_unclosed_quote_names_the_line_on_which_its_record_starts(tmp_path: Path) -> None:
    message = message_of(written(tmp_path, 'a,b\n1,"x\ny"\n2,"never\n3,z\n4,w\n'))
    assert "line 4 " in message
    assert "never closed" in message


def test_text_behind_a_closing_quote_is_an_error_with_its_line(tmp_path: Path) -> None:
    assert "line 3 " in message_of(written(tmp_path, 'a,b\n1,x\n2,"y"z\n'))


def test_a_cell_beyond_the_limit_is_an_error_and_one_below_is_kept(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a,b\n1," + "語" * 1_000_000))[1][0][1][1] == "語" * 1_000_000
    message = message_of(written(tmp_path, "a,b\n1," + "x" * (csv_text.MAX_CELL_CHARACTERS + 1)))
    assert "line 2 " in message


def test_ragged_records_are_set_aside_with_line_cells_and_text(tmp_path: Path) -> None:
    _, records, ragged = read(written(tmp_path, 'a,b\n1,x\n2\n3,y,z\n"4,\n",w\n5,,\n  \n'))
    assert records == [(2, ("1", "x")), (5, ("4,\n", "w"))]
    assert ragged == [
        RaggedRecord(3, 1, "2"),
        RaggedRecord(4, 3, "3,y,z"),
        RaggedRecord(7, 3, "5,,"),
        RaggedRecord(8, 1, "  "),
    ]


def test_a_nul_becomes_the_replacement_character(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"a,b\n1,x\0y\n"))[1] == [(2, ("1", "x\ufffdy"))]


def test_rows_that_look_like_comments_are_rows(tmp_path: Path) -> None:
    assert [cells for _, cells in read(written(tmp_path, "a,b\n#1,x\n# 2,y\n//3,z\n"))[1]] == [
        ("#1", "x"),
        ("# 2", "y"),
        ("//3", "z"),
    ]


@pytest.mark.parametrize("content", ["", "\n\n\r\n", "\ufeff"])
def test_an_empty_file_says_so(tmp_path: Path, content: str) -> None:
    assert message_of(written(tmp_path, content)) == "The file is empty."


@pytest.mark.parametrize("content", ["a,b", "a,b\n", "a,b\r\n\r\n"])
def test_a_header_without_records_gives_none(tmp_path: Path, content: str) -> None:
    assert read(written(tmp_path, content)) == (("a", "b"), [], [])


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    assert "no such file" in message_of(tmp_path / "nothing.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be opened" in message_of(tmp_path / "folder.csv")


def test_further_header_rows_are_no_records_and_lines_still_count_them(tmp_path: Path) -> None:
    path = written(tmp_path, 'Q1,Q2\n"How\nlikely?",Why?\n"{""ImportId"":1}",x\n9,good\n')
    assert read(path, FileLayout(header_rows=3))[:2] == (("Q1", "Q2"), [(5, ("9", "good"))])


@pytest.mark.parametrize("name", ["qualtrics.csv", "qualtrics_legacy.csv"])
def test_a_qualtrics_export_has_three_header_rows(name: str) -> None:
    from tests.companies import public_file

    path = public_file(f"exports/{name}")
    text = path.read_text("utf-8-sig")
    expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if row]
    header, records, ragged = read(path, FileLayout(header_rows=3))
    assert header == expected[0]
    assert [cells for _, cells in records] == expected[3:]
    assert ragged == []


def test_batches_hold_all_records_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{n},x\n" if n % 3 else f"{n}\n" for n in range(25)))
    whole = read(path)
    monkeypatch.setattr(csv_text, "BATCH_RECORDS", 4)
    told: list[int] = []
    assert len(list(read_batches(path, FileLayout(), told.append))) == 7
    assert read(path) == whole
    assert sum(told) == 25


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["", '"', ",", ";", "\n", "\r", "\r\n", "#", "=1+1", "\ufeff", "\u2028", "\x85", "\x1c", "'", '""', "\t", " "]
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6)
)


@settings(max_examples=150, deadline=None)
@given(
    tables,
    st.sampled_from(",;\t|^"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "utf-32", "gb18030"]),
)
def test_what_a_writer_wrote_is_read_back_equal(
    table: list[list[str]], delimiter: str, newline: str, encoding: str
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(
        [["h"] * len(table[0]), *table]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), stream.getvalue().encode(encoding))
        _, records, ragged = read(path, FileLayout(encoding=encoding, delimiter=delimiter))
    assert [list(found) for _, found in records] == table
    assert ragged == []
    newlines_before = [
        1 + sum(text.count("\n") + text.count("\r") - text.count("\r\n") for text in row) for row in table
    ]
    assert [line for line, _ in records] == [2 + sum(newlines_before[:number]) for number in range(len(table))]
