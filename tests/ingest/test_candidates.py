"""What the wizard shows of a file: every way to read it, the right one first, and nothing certain that was guessed."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.errors import FileError
from cx.ingest.candidates import LayoutCandidate, look_at
from cx.ingest.csv_text import read_batches, read_header
from cx.ingest.encodings import plausibility
from cx.ingest.file_layout import FileLayout
from cx.ingest.wire import plain, revived
from tests.companies import public_file

SIMPLIFIED = "编号,分数,意见\n1,9,服务人员很好，我会推荐给朋友\n2,3,等的时间太长了，没有人理我们\n"
TRADITIONAL = "編號,分數,意見\n1,9,服務人員很親切，我會推薦給朋友\n2,3,等太久了，沒有人理會我們\n"
JAPANESE = "番号,点数,意見\n1,9,とても良いサービスでした。友達に薦めたい\n2,3,待ち時間が長い\n"
FRENCH = "id;note;avis\n1;9;Très bien accueillie, où êtes-vous allés ?\n2;3;Délai d’attente à améliorer\n"


def look(folder: Path, content: bytes) -> tuple[LayoutCandidate, ...]:
    """The candidates for a file of these bytes."""
    path = folder / "answers.csv"
    path.write_bytes(content)
    return look_at(path)


def notes_of(candidate: LayoutCandidate) -> str:
    """What a person should know before choosing it, in English."""
    return " ".join(map(str, candidate.notes))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"), (JAPANESE, "shift_jis"), (JAPANESE + "3,5,①番\n", "cp932"),
     (FRENCH, "cp1252"), (FRENCH.replace("’", "'"), "cp850")],
)
def test_of_encodings_that_cannot_be_certain_the_right_one_is_first(tmp_path: Path, text: str, encoding: str) -> None:
    first, *others = look(tmp_path, text.encode(encoding))
    assert first.layout.encoding == encoding
    assert not first.certain
    assert [first.header, *first.rows] == [tuple(row) for row in csv.reader(io.StringIO(text),
                                                                           delimiter=first.layout.delimiter)]
    assert len(others) <= 3


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, FRENCH])
def test_utf_16_is_certain_only_with_its_mark(tmp_path: Path, text: str, encoding: str, mark: bool) -> None:
    candidates = look(tmp_path, (("\ufeff" if mark else "") + text).encode(encoding))
    assert [(found.layout.encoding, found.certain) for found in candidates] == [(encoding, mark)]
    assert candidates[0].rows[0][0] == "1"


@pytest.mark.parametrize("text", [SIMPLIFIED, "\ufeff" + TRADITIONAL, "a,b\n1,2\n"])
def test_utf_8_is_certain(tmp_path: Path, text: str) -> None:
    (only,) = look(tmp_path, text.encode())
    assert (only.layout.encoding, only.certain) == ("utf-8", True)
    assert "".join(only.header)[0] in "编編a", "the mark is no part of the first name"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=3, max_size=12), st.sampled_from(",;\t|"),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n"]))
def test_any_table_is_shown_as_it_was_written(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, end: str
) -> None:
    """Quotes, ends of lines and delimiters in the cells do not mislead: the right reading is among those shown."""
    table = [("Antwort", "Punkte", "Wörter"), *rows]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        candidates = look(Path(folder), text.getvalue().encode(encoding))
        assert any([found.header, *found.rows] == table for found in candidates)
        for found in candidates:
            assert found.header == read_header(Path(folder) / "answers.csv", found.layout)


def test_stray_bytes_are_counted_and_offered_to_be_escaped(tmp_path: Path) -> None:
    lines = ["id;note;avis", *(f"{number};9;très bien, café à côté" for number in range(200))]
    content = "\n".join(lines).encode("cp1252")
    broken = content.replace(b"7;9;", b"7;9;\x90\x81", 10)
    first = look(tmp_path, broken)[0]
    assert (first.layout.encoding, first.layout.stray_bytes, first.certain) == ("cp1252", "escape", False)
    assert f"{broken.count(bytes([0x90])) * 2} bytes on {broken.count(bytes([0x90]))} lines" in str(first.why)
    (batch,) = read_batches(tmp_path / "answers.csv", first.layout)
    assert batch.records["c2"][7].as_py() == "\\x90\\x81très bien, café à côté"


def test_the_rows_that_tell_encodings_apart_are_shown(tmp_path: Path) -> None:
    rows = [f"{number},9,fine" for number in range(500)] + ["500,9,très bien"]
    candidates = look(tmp_path, "\n".join(["id,nps,text", *rows]).encode("cp1252"))
    assert candidates[0].rows[0] == ("0", "9", "fine")
    assert ("500", "9", "très bien") in candidates[0].rows
    assert all(len(found.rows) == 20 for found in candidates)


def test_a_person_sees_more_of_a_language_in_the_right_reading() -> None:
    for text, encoding in [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"), (JAPANESE, "cp932"), (FRENCH, "cp1252")]:
        for other in ("cp1252", "cp850", "mac_roman", "gb18030"):
            if other != encoding:
                wrong = text.encode(encoding).decode(other, "replace")
                assert plausibility(text) > plausibility(wrong) + 0.2, (encoding, other)


@pytest.mark.parametrize(
    ("text", "layout", "note"),
    [
        ("sep=;\r\nid;nps\r\n1;9,5\r\n", FileLayout(delimiter=";", skip_rows=1), "names the delimiter"),
        ("Report\n2026-01-31\n\nid,nps,at\n1,9,x\n2,8,y\n", FileLayout(skip_rows=3), "3 lines above"),
        ("'id';'nps'\n'1';'9'\n", FileLayout(delimiter=";", quote="'"), ""),
        ("id|nps\n1|9\n2|8|7\n", FileLayout(delimiter="|"), "1 record has other cells than the header, the first"),
        ("1,9,2026-01-02\n2,8,2026-01-03\n", FileLayout(), "The first row looks like an answer"),
        ("id,nps\n", FileLayout(), "no record"),
        ('id,nps\n1,9\n2,"8\n3,7\n', FileLayout(), "opened in the record of line 3 is never closed"),
        ("score\n9\n10\n", FileLayout(), "single column, score"),
    ],
)
def test_what_was_found_is_said(tmp_path: Path, text: str, layout: FileLayout, note: str) -> None:
    first = look(tmp_path, text.encode())[0]
    assert first.layout == layout
    assert note in notes_of(first)
    assert first.certain == (note in ("", "names the delimiter"))


def test_only_what_ends_a_line_of_csv_ends_a_line(tmp_path: Path) -> None:
    (only,) = look(tmp_path, "id,text\r\n1,a\u2028b\r\n2,c\x85d\r\n3,e\x0bf\r\n".encode())
    assert only.rows == (("1", "a\u2028b"), ("2", "c\x85d"), ("3", "e\x0bf"))


def test_two_delimiters_that_both_divide_evenly_are_both_shown(tmp_path: Path) -> None:
    candidates = look(tmp_path, b"id;a,b\n1;2,3\n2;4,5\n")
    assert {found.layout.delimiter for found in candidates} == {",", ";"}
    assert not any(found.certain for found in candidates)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", b"<!DOCTYPE html><html><body>Sign in</body></html>",
     b"\x89PNG\r\n\x1a\n" + bytes(300), b"PK\x03\x04" + bytes(100), bytes(range(256)) * 4,
     b'{"answers": [1, 2]}', b"%PDF-1.7\n" + bytes(100),
     b"Dear Sir or Madam\nI write, because of this and that\n\nYours, me\n"],
)
def test_garbage_is_an_error_that_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError) as caught:
        look(tmp_path, content)
    assert "answers.csv" in str(caught.value.title)
    assert "nothing was loaded" in str(caught.value.remedy)


def workbook(path: Path) -> openpyxl.Workbook:
    """A workbook with a title above the answers, an empty sheet, a list, and a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Answers"
    for row in [["Answers of January"], [], ["ID", "NPS", "When"]]:
        sheet.append(row)
    for number in range(5):
        sheet.append([f"00{number}", number, datetime(2026, 1, 1 + number, 9, 30)])
    book.create_sheet("Empty")
    book.create_sheet("List").append(["a", "b"])
    book["List"].append([1, 2])
    book.create_sheet("Secret").append(["x"])
    book["Secret"].sheet_state = "hidden"
    book.save(path)
    return book


def test_of_a_workbook_each_sheet_with_data_that_can_be_seen_is_a_candidate(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    candidates = look_at(tmp_path / "a.xlsx")
    assert [found.layout.sheet for found in candidates] == ["Answers", "List"]
    assert candidates[0].layout.skip_rows == 2
    assert candidates[0].header == ("ID", "NPS", "When")
    assert candidates[0].rows[0] == ("000", "0", "2026-01-01 09:30:00")
    assert not any(found.certain for found in candidates), "which sheet is meant was not said"


def test_hidden_and_merged_cells_are_said_and_both_readings_offered(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx")
    for name in ("Empty", "List", "Secret"):
        del book[name]
    book["Answers"].row_dimensions[5].hidden = True
    book["Answers"].merge_cells("B7:B8")
    book.save(tmp_path / "a.xlsx")
    read, skip = look_at(tmp_path / "a.xlsx")
    assert (read.layout.hidden, skip.layout.hidden) == ("read", "skip")
    assert (read.records, skip.records) == (5, 4)
    assert read.layout.merged == skip.layout.merged == "fill"
    assert "Hidden rows (1)" in notes_of(read)
    assert "B7:B8" in notes_of(read)


def test_parquet_is_certain() -> None:
    (only,) = look_at(public_file("complaints/connecticut.parquet"))
    assert only.layout == FileLayout(format="parquet")
    assert only.certain
    assert only.header[:3] == ("file_no", "opened", "closed")
    assert len(only.rows) == 20


@pytest.mark.parametrize(
    ("name", "layout", "certain"),
    [
        ("npsgame/nps.csv", FileLayout(encoding="cp1252", stray_bytes="escape"), False),
        ("r_survey_2019/google_forms_spanish.csv", FileLayout(), True),
        ("r_survey_2019/combined.tsv", FileLayout(delimiter="\t"), True),
        ("exports/qualtrics.csv", FileLayout(header_rows=3), True),
        ("exports/qualtrics_legacy.csv", FileLayout(header_rows=2), True),
        ("exports/surveymonkey.csv", FileLayout(encoding="cp1252", header_rows=2, names="joined"), False),
        ("sfo/2017.csv", FileLayout(), True),
        ("zh_reviews/asap_sample.csv", FileLayout(), True),
    ],
)
def test_real_exports_are_recognised(name: str, layout: FileLayout, certain: bool) -> None:
    first = look_at(public_file(name))[0]
    assert (first.layout, first.certain) == (layout, certain)


def test_the_stray_bytes_of_the_garden_centres_are_counted() -> None:
    why = str(look_at(public_file("npsgame/nps.csv"))[0].why)
    content = public_file("npsgame/nps.csv").read_bytes()
    stray = [line for line in content.split(b"\n") if any(byte in b"\x81\x8d\x8f\x90\x9d" for byte in line)]
    assert content.count(0x90) == 17
    assert f"17 bytes on {len(stray)} lines" in why


def test_candidates_survive_the_way_between_processes(tmp_path: Path) -> None:
    candidates = look(tmp_path, FRENCH.encode("cp1252"))
    told = json.loads(json.dumps(plain(candidates)))
    assert revived(tuple[LayoutCandidate, ...], told) == candidates


def test_a_header_with_letters_beyond_ascii_is_not_shown_again_as_a_record() -> None:
    path = public_file("exports/surveymonkey.csv")
    with path.open(encoding="cp1252", newline="") as stream:
        head = [tuple(row) for row in csv.reader(stream)][:2]
    for candidate in look_at(path):
        assert candidate.rows
        assert not set(candidate.rows) & set(head)
