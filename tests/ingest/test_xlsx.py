"""XLSX as declared: files made by openpyxl, and packages written by hand where a writer would not go that far."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, from_excel

from cx.errors import FileError
from cx.ingest import batches
from cx.ingest.cell_text import kind_of_format, number_text
from cx.ingest.mapping import FileLayout
from cx.ingest.xlsx import read_batches, read_header

LAYOUT = FileLayout(format="xlsx")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Record = tuple[int, tuple[str, ...]]


def book(folder: Path, rows: Sequence[Sequence[object]] = (), name: str = "Data") -> tuple[openpyxl.Workbook, Path]:
    """A workbook with these rows, not yet saved."""
    workbook = openpyxl.Workbook()
    workbook.active.title = name
    for row in rows:
        workbook.active.append(list(row))
    return workbook, folder / "file.xlsx"


def written(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A workbook of one sheet with these rows."""
    workbook, path = book(folder, rows)
    workbook.save(path)
    return path


def package(folder: Path, sheet: str, *, texts: str = "", formats: Sequence[str] = (), mac: bool = False) -> Path:
    """A workbook written by hand: the inside of <worksheet>, of <sst>, number formats of the styles 1, 2, …"""
    path = folder / "file.xlsx"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    own = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                       'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(mac)}"/>'
                           '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels":
            f'<Relationships xmlns="{relations}">'
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="/xl/worksheets/one.xml"/>'
            f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/worksheets/one.xml": sheet if sheet.startswith("<!") else f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def read(path: Path, layout: FileLayout = LAYOUT) -> tuple[tuple[str, ...], list[Record]]:
    """Header, and records with the row on which they stand."""
    records: list[Record] = []
    for batch in read_batches(path, layout):
        columns = batch.records.to_pydict()
        lines = columns.pop("_line")
        records += zip(lines, zip(*columns.values(), strict=True), strict=True)
    return read_header(path, layout), records


def message_of(path: Path, layout: FileLayout = LAYOUT) -> str:
    """The message of the error that reading the file raises."""
    with pytest.raises(FileError) as caught:
        read(path, layout)
    assert path.name in str(caught.value.title)
    assert str(caught.value.remedy)
    return str(caught.value.message)


def test_values_become_the_text_that_the_contract_reads(tmp_path: Path) -> None:
    rows: list[tuple[object, str, str]] = [
        ("007", "General", "007"), (9, "General", "9"), (9.0, "0.00", "9"), (9.2, "General", "9.2"),
        (-1.5, "#,##0.00", "-1.5"), (12345678901234, "0", "12345678901234"), (1e-7, "General", "0.0000001"),
        (7, "0000", "0007"), (12345, "0000", "12345"), (1234567, "000-0000", "123-4567"), (42, '"ID-"000', "ID-042"),
        (0.95, "0%", "95%"), (0.333, "0.0%", "33.3%"), (True, "General", "true"), (False, "General", "false"),
        (dt.date(2024, 2, 29), "yyyy-mm-dd", "2024-02-29"), (dt.date(2024, 2, 29), "[$-409]d mmm yy;@", "2024-02-29"),
        (dt.datetime(2024, 1, 1, 14, 30, 15), "dd/mm/yyyy hh:mm", "2024-01-01 14:30:15"),
        (dt.datetime(2024, 1, 1), "dd/mm/yyyy hh:mm", "2024-01-01 00:00:00"),
        (dt.time(8, 5), "hh:mm", "08:05:00"), (dt.timedelta(hours=26, minutes=30), "[h]:mm", "26:30:00"),
        ("#N/A", "General", "#N/A"), ("=A2+B2", "General", "=A2+B2"), (" x\ny ", "General", " x\ny "),
        ("滿意 👍", "General", "滿意 👍"), (None, "General", ""), (3, '0" days"', "3"), (2, '"%"0', "2"),
    ]
    workbook, path = book(tmp_path, [["id", "value"]])
    for number, (value, code, _) in enumerate(rows, start=2):
        workbook.active.cell(number, 1, f"r{number}")
        workbook.active.cell(number, 2, value).number_format = code
    workbook.save(path)
    header, records = read(path)
    assert header == ("id", "value")
    assert records == [(n, (f"r{n}", text)) for n, (_, _, text) in enumerate(rows, start=2)]


def test_a_formula_has_its_stored_value_or_its_own_text(tmp_path: Path) -> None:
    path = package(tmp_path, """<sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>
        <row r="2"><c r="A2"><f>1+8</f><v>9</v></c><c r="B2" t="str"><f>"x"&amp;"y"</f><v>xy</v></c></row>
        <row r="3"><c r="A3"><f>C3*2</f></c><c r="B3" t="str"><f>IF(1,"")</f><v></v></c></row>
        <row r="4"><c r="A4"><f t="shared" ref="A4:A5" si="0">C4+$D$1</f></c>
            <c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
        <row r="5"><c r="A5"><f t="shared" si="0"/></c><c r="B5"><f>D5</f><v/></c></row></sheetData>""")
    assert read(path)[1] == [(2, ("9", "xy")), (3, ("=C3*2", "")), (4, ("=C4+$D$1", "#DIV/0!")),
                             (5, ("=C5+$D$1", "=D5"))]


def test_shared_texts_are_joined_unescaped_and_without_reading_aids(tmp_path: Path) -> None:
    path = package(
        tmp_path, '<sheetData><row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
        '<row><c t="s"><v>2</v></c></row><row r="9"><c r="A9" t="d"><v>2024-05-01T00:00:00</v></c></row>'
        '<row><c t="b"><v>1</v></c></row><row><c t="inlineStr"><is><r><t>東</t></r>'
        '<r><t>京</t></r><rPh><t>ト</t></rPh></is>'
        '</c></row></sheetData>',
        texts="<si><t>name</t></si><si><r><t>bold</t></r><r><t xml:space='preserve'> and not</t></r></si>"
              "<si><t>東京_x000D_\n_x005F_x0041_</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>")
    assert read(path) == (("name",), [(2, ("bold and not",)), (3, ("東京\r\n_x0041_",)), (9, ("2024-05-01",)),
                                      (10, ("true",)), (11, ("東京",))])


def test_a_nul_becomes_the_replacement_character_and_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, [["a"], ["x_x0000_y"]])
    (batch,) = read_batches(path, LAYOUT)
    assert (batch.records.to_pydict()["c0"], batch.replaced_nuls) == (["x\ufffdy"], 1)


@settings(max_examples=300, deadline=None)
@given(st.floats(61, 2_900_000), st.booleans())
def test_days_of_both_calendars_are_those_of_another_reader(value: float, mac: bool) -> None:
    expected = from_excel(value, CALENDAR_MAC_1904) if mac else from_excel(value)
    rounded = (expected + dt.timedelta(seconds=0.5)).replace(microsecond=0)
    found = dt.datetime.fromisoformat(number_text(repr(value), "yyyy-mm-dd hh:mm:ss", mac))
    assert abs(found - expected) <= dt.timedelta(seconds=0.501)
    assert found in (rounded, rounded - dt.timedelta(seconds=1))


def test_the_calendar_is_the_one_of_the_workbook(tmp_path: Path) -> None:
    sheet = '<sheetData><row><c t="str"><v>d</v></c></row><row><c s="1"><v>43890</v></c></row></sheetData>'
    assert read(package(tmp_path, sheet, formats=["d.m.yy"]))[1][0][1] == ("2020-02-29",)
    assert read(package(tmp_path, sheet, formats=["d.m.yy"], mac=True))[1][0][1] == ("2024-03-01",)


@pytest.mark.parametrize("raw", ["60", "-1", "2958466", "1E300", "0"])
def test_a_number_that_no_calendar_has_stays_a_number(raw: str) -> None:
    found = number_text(raw, "yyyy-mm-dd", False)
    assert found.lstrip("-").isdigit()
    assert float(found) == float(raw)
    assert number_text("59", "yyyy-mm-dd", False) == "1900-02-28"
    assert number_text("61", "yyyy-mm-dd", False) == "1900-03-01"


def test_a_long_number_keeps_all_the_digits_that_stand_in_the_file() -> None:
    assert number_text("123456789012345678", "0", False) == "123456789012345678"
    assert number_text("1.2E+17", "General", False) == "120000000000000000"
    assert number_text("not a number", "0", False) == "not a number"


def test_a_time_is_rounded_to_the_second_and_never_cut() -> None:
    assert number_text("45292.999999999", "yyyy-mm-dd", False) == "2024-01-02"
    assert number_text("45292.5", "yyyy-mm-dd", False) == "2024-01-01 12:00:00"
    assert kind_of_format("mmm") == "date"
    assert kind_of_format("mm:ss") == "time"
    assert kind_of_format('General" s"') == "number"


def test_the_only_visible_sheet_is_read_and_several_are_listed(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["a"], ["1"]], "Answers")
    other = workbook.create_sheet("Notes")
    other.append(["n"])
    other.sheet_state = "hidden"
    workbook.save(path)
    assert read(path)[1] == [(2, ("1",))]
    assert read(path, FileLayout(format="xlsx", sheet="notes"))[0] == ("n",)
    assert '"Answers", "Notes"' in message_of(path, FileLayout(format="xlsx", sheet="Nots"))
    other.sheet_state = "visible"
    workbook.save(path)
    assert '"Answers", "Notes"' in message_of(path)


def test_rows_without_values_are_no_records_and_rows_keep_their_number(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["Report of May"], [], ["a", "b"], ["1", "x"], [], ["2", None]])
    workbook.active.cell(9, 1).number_format = "0000"
    workbook.save(path)
    assert read(path, FileLayout(format="xlsx", skip_rows=1)) == (("a", "b"), [(4, ("1", "x")), (6, ("2", ""))])


def test_cells_beside_the_header_are_columns_without_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, [["a", "b"], ["1", "x"], ["2", "y", None, "a note"]])
    assert read(path) == (("a", "b", "", ""), [(2, ("1", "x", "", "")), (3, ("2", "y", "", "a note"))])


def test_names_are_joined_from_the_rows_of_the_header(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["Id", "Films", None], [None, "Alien", "Heat"], ["1", "x", "y"]])
    workbook.active.merge_cells("B1:C1")
    workbook.save(path)
    layout = FileLayout(format="xlsx", header_rows=2, names="joined")
    assert read(path, layout) == (("Id", "Films / Alien", "Films / Heat"), [(3, ("1", "x", "y"))])


def test_hidden_rows_and_columns_are_refused_with_their_place_read_or_skipped(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["a", "b", "c"], ["1", "x", "p"], ["2", "y", "q"], ["3", "z", "r"]])
    workbook.active.row_dimensions[3].hidden = True
    workbook.active.row_dimensions[20].hidden = True
    workbook.active.column_dimensions["B"].hidden = True
    workbook.active.column_dimensions["Z"].hidden = True
    workbook.save(path)
    assert message_of(path) == "Some of it is hidden: rows 3; columns B."
    assert [line for line, _ in read(path, FileLayout(format="xlsx", hidden="read"))[1]] == [2, 3, 4]
    assert read(path, FileLayout(format="xlsx", hidden="skip")) == (("a", "c"), [(2, ("1", "p")), (4, ("3", "r"))])


def test_merged_cells_are_refused_with_their_place_or_filled(tmp_path: Path) -> None:
    rows = [["u", "id", "t"], ["North", "1", "x"], [None, "2", "y"], [None, "3", "z"], ["South", "4", "w"],
            [None, "5", None]]
    workbook, path = book(tmp_path, [*rows, [None, None, None]])
    for area in ("A2:A4", "A5:A8", "B6:C6"):
        workbook.active.merge_cells(area)
    workbook.save(path)
    assert message_of(path) == "Cells are merged: A2:A4, A5:A8, B6:C6."
    assert read(path, FileLayout(format="xlsx", merged="fill"))[1] == [
        (2, ("North", "1", "x")), (3, ("North", "2", "y")), (4, ("North", "3", "z")), (5, ("South", "4", "w")),
        (6, ("South", "5", "5"))]


def test_a_header_that_is_merged_into_the_records_is_refused(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["a", "b"], [None, "x"]])
    workbook.active.merge_cells("A1:A2")
    workbook.save(path)
    assert "A1:A2" in message_of(path, FileLayout(format="xlsx", merged="fill"))


def test_an_empty_sheet_says_so_and_a_header_alone_gives_no_records(tmp_path: Path) -> None:
    assert message_of(written(tmp_path, [])) == "The file is empty."
    assert read(written(tmp_path, [["a", "b"]])) == (("a", "b"), [])


def test_batches_hold_all_records_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, [["a"], *([str(n)] for n in range(25))])
    whole = read(path)
    monkeypatch.setattr(batches, "BATCH_RECORDS", 4)
    told: list[int] = []
    assert len(list(read_batches(path, LAYOUT, told.append))) == 7
    assert read(path) == whole
    assert sum(told) == 25


def test_a_cell_beyond_the_limit_costs_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_CELL_CHARACTERS", 10)
    (batch,) = read_batches(written(tmp_path, [["a"], ["x" * 11], ["x" * 10]]), LAYOUT)
    assert [(record.line, record.rule) for record in batch.ragged] == [(2, "cell_too_long")]
    assert batch.records.to_pydict()["_line"] == [3]


@pytest.mark.parametrize(
    "damage", ["document type", "no sheet", "cut xml", "missing text", "cut file", "flipped bytes"])
def test_a_damaged_or_hostile_workbook_is_an_error_and_no_traceback(tmp_path: Path, damage: str) -> None:
    sheet = '<sheetData><row><c t="s"><v>5</v></c></row></sheetData>'
    if damage == "document type":
        sheet = ('<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                 f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>')
    if damage == "cut xml":
        sheet = "<sheetData><row><c><v>1"
    path = package(tmp_path, sheet)
    if damage == "no sheet":
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if "one.xml" not in name}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    if damage == "cut file":
        path.write_bytes(path.read_bytes()[:-40])
    if damage == "flipped bytes":
        rows = [["a"], *([f"value {n * 7919 % 1000}"] for n in range(2000))]
        path = written(tmp_path, rows)
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
        content[start + 200:start + 260] = bytes(60)
        path.write_bytes(content)
    assert "damaged" in message_of(path)


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=8)
values = st.one_of(st.none(), texts.filter(lambda text: not text.startswith("=") and "_x" not in text),
                   st.integers(-10**14, 10**14), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts.filter(lambda text: text[0] not in "=#_" and "_x" not in text), values, values),
                max_size=6))
def test_what_another_writer_wrote_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[object, ...]]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = written(tmp_path_factory.mktemp("x"), [["a", "b", "c"], *table])
    expected = [tuple("" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                      for value in row) for row in table]
    assert [cells for _, cells in read(path)[1]] == expected
