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
from cx.ingest import batches
from cx.ingest.batches import RaggedRecord, column_names
from cx.ingest.csv_text import read_batches, read_header
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


def test_a_cell_beyond_the_limit_costs_its_record_and_one_below_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(written(tmp_path, "a,b\n1," + "語" * 1_000_000))[1][0][1][1] == "語" * 1_000_000
    monkeypatch.setattr(batches, "MAX_CELL_CHARACTERS", 2_000)
    long, quoted = "x" * 2_001, '"' + "y\n" * 1_001 + '"'
    text = f"a,b\n1,{'x' * 2_000}\n2,{long}\n3,z\n4,{quoted}\n5,{'x' * 1_999},\n6,{'x' * 1_500}\n7,{'x' * 1_500}\n"
    _, records, ragged = read(written(tmp_path, text))
    assert [(line, cells[0]) for line, cells in records] == [(2, "1"), (4, "3"), (1008, "6"), (1009, "7")]
    assert [(record.line, record.cells, record.rule) for record in ragged] == [
        (3, 2, "cell_too_long"), (5, 2, "cell_too_long"), (1007, 3, "ragged")]
    assert ragged[0].text == "2," + "x" * 998
    assert ragged[0].record == ("2", long)


def test_a_cell_that_would_fill_the_memory_is_an_error_with_its_line(tmp_path: Path) -> None:
    message = message_of(written(tmp_path, "a,b\n1,x\n2," + "x" * 32_000_001))
    assert "line 3 " in message


def test_ragged_records_are_set_aside_with_line_cells_and_text(tmp_path: Path) -> None:
    _, records, ragged = read(written(tmp_path, 'a,b\n1,x\n2\n3,y,z\n"4,\n",w\n5,,\n  \n'))
    assert records == [(2, ("1", "x")), (5, ("4,\n", "w"))]
    assert ragged == [
        RaggedRecord(3, 1, "2", record=("2",)),
        RaggedRecord(4, 3, "3,y,z", record=("3", "y", "z")),
        RaggedRecord(7, 3, "5,,", record=("5", "", "")),
        RaggedRecord(8, 1, "  ", record=("  ",)),
    ]


def test_a_nul_becomes_the_replacement_character_and_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,x\0y\n2,\0\0\n")
    assert read(path)[1] == [(2, ("1", "x\ufffdy")), (3, ("2", "\ufffd\ufffd"))]
    assert sum(batch.replaced_nuls for batch in read_batches(path, FileLayout())) == 3


def test_utf_16_read_as_another_encoding_is_refused_and_not_garbled(tmp_path: Path) -> None:
    text = "id,x\n1,y\n"
    assert "NUL" in message_of(written(tmp_path, text.encode("utf-16-le")))
    for encoding in ("utf-16-le", "utf-16-be"):
        marked = written(tmp_path, ("\ufeff" + text).encode(encoding))
        for declared in ("cp1252", "latin-1", "utf-16-be" if encoding == "utf-16-le" else "utf-16-le"):
            assert "mark of utf-16" in message_of(marked, FileLayout(encoding=declared))
        assert read(marked, FileLayout(encoding="utf-16"))[1] == [(2, ("1", "y"))]
    assert "mark of utf-8" in message_of(written(tmp_path, b"\xef\xbb\xbf" + text.encode()),
                                         FileLayout(encoding="cp1252"))


def test_stray_bytes_are_escaped_where_that_is_declared(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,caf\xe9 \x90\x8d!\n2,\x80\n")
    layout = FileLayout(encoding="cp1252", stray_bytes="escape")
    assert read(path, layout)[1] == [(2, ("1", "café \\x90\\x8d!")), (3, ("2", "€"))]


def test_few_stray_bytes_are_counted_and_the_way_out_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,caf\xe9\n" * 300 + b"2,\x90 and \x9d\r\n3,\x90\n" + b"4,x\n" * 300)
    with pytest.raises(FileError) as caught:
        read(path, FileLayout(encoding="cp1252"))
    assert "line 302, byte " + str(path.read_bytes().index(0x90) + 1) in str(caught.value.message)
    assert "2 of 603 lines have such bytes (90, 9D)" in str(caught.value.message)
    assert 'stray_bytes = "escape"' in str(caught.value.remedy)
    with pytest.raises(FileError) as caught:
        read(path)
    assert "302 of 603 lines" in str(caught.value.message)
    assert "escape" not in str(caught.value.remedy)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("filler", [0, 1 << 19, (1 << 20) + 3])
def test_line_and_byte_of_a_bad_byte_are_right_anywhere(tmp_path: Path, newline: str, filler: int) -> None:
    lines = ["a", *["語" * 30] * (filler // 90), "x"]
    start = newline.join(lines).encode()
    message = message_of(written(tmp_path, start + b"\xff" + newline.encode()))
    assert f"line {len(lines)}, byte {len(start) + 1} " in message


@pytest.mark.parametrize("cut", ["2", '2,"not fin', '2,"two\nlines'])
def test_a_file_that_broke_off_is_refused_unless_that_is_confirmed(tmp_path: Path, cut: str) -> None:
    path = written(tmp_path, "a,b\n1,x\n" + cut)
    message = message_of(path)
    assert "line 3" in message
    found, ragged = [], []
    for batch in read_batches(path, FileLayout(), may_be_truncated=True):
        found += batch.records.to_pydict()["c0"]
        ragged += batch.ragged
    assert found == ["1"]
    assert ragged == [RaggedRecord(3, 1, cut, record=(cut,))]


def test_a_short_last_record_with_an_end_of_line_is_no_broken_file(tmp_path: Path) -> None:
    for text in ("a,b\n1,x\n2\n", "a,b\n1,x\n  ", "a,b\n1,x\n2,y,z"):
        assert len(read(written(tmp_path, text))[2]) == 1
    assert read(written(tmp_path, "a,b\n1\n2,x"))[1] == [(3, ("2", "x"))]


def test_a_quote_that_swallows_much_is_an_error_even_if_a_broken_end_is_confirmed(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,"x\n' + "2,y\n" * 200)
    with pytest.raises(FileError, match="line 2 is never closed"):
        list(read_batches(path, FileLayout(), may_be_truncated=True))


def test_cells_may_be_missing_only_where_the_header_has_no_name(tmp_path: Path) -> None:
    header, records, ragged = read(written(tmp_path, "a,b,, \n1,x\n2,y,\n3,z,,w\n4\n5,v,,,\n"))
    assert header == ("a", "b", "", " ")
    assert records == [(2, ("1", "x", "", "")), (3, ("2", "y", "", "")), (4, ("3", "z", "", "w"))]
    assert [(record.line, record.cells) for record in ragged] == [(5, 1), (6, 5)]


def test_lines_above_the_header_are_skipped_and_still_counted(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeffReport "of May\n\na;b\n1;"x\ny"\n2;z\n')
    layout = FileLayout(delimiter=";", skip_rows=2)
    assert read(path, layout)[:2] == (("a", "b"), [(4, ("1", "x\ny")), (6, ("2", "z"))])


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_declared_delimiter_in_the_first_line_is_no_header(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f"\ufeff{line}\r\na;b\r\n1;x\r\n")
    with pytest.raises(FileError, match="skip_rows = 1"):
        read(path, FileLayout(delimiter=";"))
    assert read(path, FileLayout(delimiter=";", skip_rows=1))[:2] == (("a", "b"), [(3, ("1", "x"))])


def test_joined_names_carry_a_title_over_its_columns() -> None:
    rows = [["Id", "Seen?", "", " Why ", "", "Id", ""], ["", "Response", " Alien", "Why", "Other", "", ""]]
    assert column_names(rows, "joined") == (
        "Id", "Seen? / Response", "Seen? / Alien", "Why", "Why / Other", "Id", "")
    assert column_names(rows, "first") == tuple(rows[0])
    assert column_names([["a"], ["x", "y"], ["", "z", "w"]], "joined") == ("a / x", "a / y / z", "a / w")


def test_the_options_of_a_surveymonkey_export_have_names_of_their_own() -> None:
    from tests.companies import public_file

    path = public_file("exports/surveymonkey.csv")
    header, records, ragged = read(path, FileLayout(encoding="cp1252", header_rows=2, names="joined"))
    assert len(set(header)) == len(header) == 38
    assert header[:2] == ("RespondentID", "Have you seen any of the 6 films in the Star Wars franchise? / Response")
    assert (len(records), ragged) == (1186, [])


def test_the_games_answers_need_their_stray_bytes_escaped() -> None:
    from tests.companies import public_file

    path = public_file("npsgame/nps.csv")
    assert "10 of 13955 lines have such bytes (90)" in message_of(path, FileLayout(encoding="cp1252"))
    _, records, ragged = read(path, FileLayout(encoding="cp1252", stray_bytes="escape"))
    assert (len(records), ragged) == (13_954, [])
    assert sum(cell.count("\\x90") for _, cells in records for cell in cells) == path.read_bytes().count(0x90) == 17


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


@pytest.mark.parametrize(("name", "rows"), [("qualtrics.csv", 3), ("qualtrics_legacy.csv", 2)])
def test_a_qualtrics_export_has_three_header_rows_and_a_legacy_one_two(name: str, rows: int) -> None:
    from tests.companies import public_file

    path = public_file(f"exports/{name}")
    text = path.read_text("utf-8-sig")
    expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if row]
    header, records, ragged = read(path, FileLayout(header_rows=rows))
    assert header == expected[0]
    assert [cells for _, cells in records] == expected[rows:]
    assert ragged == []


def test_batches_hold_all_records_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a,b\n" + "".join(f"{n},x\n" if n % 3 else f"{n}\n" for n in range(25)))
    whole = read(path)
    monkeypatch.setattr(batches, "BATCH_RECORDS", 4)
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


@pytest.mark.parametrize("time", ["2026-01-05 08:30:00", "5/1/2026", "05.01.2026 08:30"])
def test_an_answer_is_not_swallowed_as_a_row_of_the_header(tmp_path: Path, time: str) -> None:
    path = tmp_path / "once_qualtrics.csv"
    path.write_text(f"Id,Date,NPS\n1,{time},9\n2,{time},8\n3,{time},7\n", encoding="utf-8")
    with pytest.raises(FileError, match="Line 2 is declared as a row of the header"):
        read_header(path, FileLayout(header_rows=3))
    assert read_header(path, FileLayout()) == ("Id", "Date", "NPS")
