"""A mapping written as TOML: it is read back as the same mapping, whatever stands in it, and reads well."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.contract.check import SPACES
from cx.contract.columns import Type
from cx.contract.tables import TABLES
from cx.ingest.doubt_codes import DOUBT_CODES
from cx.ingest.file_layout import FileLayout
from cx.ingest.mapping import Mapping, parse_mapping, read_mapping
from cx.ingest.mapping_cells import Cell, Melt
from cx.ingest.mapping_text import mapping_text
from cx.settings import PROJECT_FOLDER

# TOML is UTF-8: everything but lone surrogates can stand in it.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SOME_TEXT = ANY_TEXT.filter(bool)
# Codes are trimmed when they are read, and none is empty.
TRIMMED = ANY_TEXT.map(lambda text: text.strip(SPACES)).filter(bool)
CODES = st.lists(TRIMMED, max_size=3).map(tuple)
VALUES = st.dictionaries(TRIMMED, ANY_TEXT, max_size=3)
PART = st.one_of(st.integers(1, 2100), SOME_TEXT.filter(str.strip))
PARTS = st.fixed_dictionaries(dict.fromkeys(("year", "month", "day"), PART))


def read_again(mapping: Mapping) -> Mapping:
    """The mapping that stands in the written text, with the text left out of the comparison."""
    text = mapping_text(mapping)
    return replace(parse_mapping(tomllib.loads(text), text, Path("m.toml")), text=mapping.text)


@st.composite
def cells(draw: st.DrawFn, *, is_date: bool, required: bool) -> Cell:
    """A cell from any source of values, with any codes."""
    constant = SOME_TEXT.filter(str.strip) if required else ANY_TEXT
    source = draw(st.sampled_from(["column", "constant", "template", "from_record", "parts"]))
    value = draw({"column": SOME_TEXT, "constant": constant, "template": SOME_TEXT, "from_record": st.just(True),
                  "parts": PARTS}[source])
    date_format = draw(st.sampled_from(["", "%d/%m/%Y", "%Y年%m月%d日"])) if is_date else ""
    return Cell(**{source: value}, format=date_format, values=draw(VALUES), blank=draw(CODES), unused=draw(CODES))


@st.composite
def tables(draw: st.DrawFn, name: str) -> dict[str, Cell]:
    """The cells of a table: the required columns and some others."""
    table = TABLES[name]
    optional = [column.name for column in table.columns if not column.required]
    chosen = set(draw(st.lists(st.sampled_from(optional)))) if optional else set()
    return {
        column.name: draw(cells(is_date=column.type in (Type.DATE, Type.TIMESTAMP, Type.MONTH),
                                required=column.required and not column.may_be_blank))
        for column in table.columns if column.required or column.name in chosen
    }


@st.composite
def melts(draw: st.DrawFn, *, with_key: bool) -> Melt:
    """Columns that become ratings."""
    columns = draw(st.lists(ANY_TEXT, min_size=1, max_size=3, unique=True))
    drivers = draw(st.lists(ANY_TEXT, min_size=len(columns), max_size=len(columns), unique=True))
    blank, unused = draw(CODES), draw(CODES)
    key = draw(cells(is_date=False, required=True)) if with_key else None
    return Melt(dict(zip(columns, drivers, strict=True)), blank, tuple(code for code in unused if code not in blank),
                draw(VALUES), key)


LAYOUTS = st.one_of(
    st.builds(FileLayout, encoding=st.sampled_from(["utf-8", "big5", "cp1252"]), delimiter=st.sampled_from(";\t|"),
              quote=st.sampled_from("\"'"), stray_bytes=st.sampled_from(["refuse", "escape"]),
              skip_rows=st.integers(0, 9), header_rows=st.integers(2, 9), names=st.sampled_from(["first", "joined"])),
    st.builds(FileLayout, format=st.just("xlsx"), sheet=ANY_TEXT, hidden=st.sampled_from(["refuse", "read", "skip"]),
              merged=st.sampled_from(["refuse", "fill"])),
    st.just(FileLayout(format="parquet")),
)


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """Any mapping that a mapping file can declare."""
    names = draw(st.lists(st.sampled_from(["responses", "customers", "cases"]), unique=True))
    columns = {name: draw(tables(name)) for name in names}
    ratings = draw(st.one_of(st.none(), melts(with_key="responses" not in names)))
    if ratings is None and draw(st.booleans()):
        columns["ratings"] = draw(tables("ratings"))
    row = st.dictionaries(st.sampled_from(TABLES["drivers"].column_names), 
                          st.one_of(ANY_TEXT, st.sampled_from(["5", "007", "-0", "+1", "1.0", "-12"])))
    flags = st.dictionaries(st.just("is_key_moment"), st.sampled_from(["true", "false", "True", "1"]))
    rows = {"drivers": tuple(draw(st.lists(row, min_size=1, max_size=2))), "touchpoints": (draw(flags),)}
    return Mapping(
        draw(ANY_TEXT.map(str.strip).filter(bool)), draw(ANY_TEXT), "", draw(LAYOUTS),
        draw(st.sampled_from(["0-10", "1-10"])), draw(st.sampled_from(["", "Asia/Taipei"])), columns,
        rows if draw(st.booleans()) else {}, ratings, tuple(draw(st.lists(st.sampled_from(DOUBT_CODES), max_size=2))))


@settings(max_examples=300, deadline=None)
@given(mappings())
def test_a_mapping_is_read_back_from_its_text(mapping: Mapping) -> None:
    assert read_again(mapping) == mapping


@pytest.mark.parametrize(
    "path", sorted((PROJECT_FOLDER / "data" / "mappings").glob("*.toml")), ids=lambda path: path.stem
)
def test_the_mapping_files_of_the_product_are_read_back(path: Path) -> None:
    assert read_again(read_mapping(path)) == read_mapping(path)


def test_the_text_reads_as_a_person_would_write_it() -> None:
    mapping = Mapping(
        "shop", "Shops \"2026\"", "", FileLayout(delimiter=";"), "1-10", "Asia/Taipei",
        {"responses": {"score": Cell(column="NPS", blank=("NA",)), "response_id": Cell(column="ID"),
                       "survey": Cell(constant="transaction"), "unit_id": Cell(column="店"),
                       "responded_at": Cell(column="at", format="%d/%m/%Y")}},
        {"drivers": ({"driver": "7", "name": "Speed", "scale_min": "1", "scale_max": "5"},)},
        Melt({"Q 1": "speed"}, values={"Good": "5"}), ("truncated",))
    assert mapping_text(mapping) == """\
# How the files of this source become tables.
source = "shop"
title = "Shops \\"2026\\""
scale = "1-10"
time_zone = "Asia/Taipei"
confirmed = ["truncated"]

[file]
encoding = "utf-8"
delimiter = ";"

[responses]
response_id = "ID"
survey = {constant = "transaction"}
score = {column = "NPS", blank = ["NA"]}
responded_at = {column = "at", format = "%d/%m/%Y"}
unit_id = "店"

[ratings]
values = {Good = "5"}

[ratings.columns]
"Q 1" = "speed"

[[drivers]]
driver = "7"
name = "Speed"
scale_min = 1
scale_max = 5
"""
