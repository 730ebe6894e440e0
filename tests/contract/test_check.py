"""The checks: what each type and rule accepts and rejects, duplicates, and independence of any order.

The oracle of the types is Python: `re`, `int`, `float`, `datetime`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx.contract.check import Staged, check, trimmed_sql
from cx.contract.columns import Column, Rule, Table, Type
from cx.contract.duplicates import set_duplicates_aside
from cx.contract.tables import TABLES
from cx.phrase import phrase

Values = Mapping[str, str | None]
Fault = tuple[str, str | None, str]


def checked(
    table: Table,
    rows: Sequence[Values],
    references: Mapping[str, Sequence[Values]] | None = None,
    con: duckdb.DuckDBPyConnection | None = None,
) -> tuple[list[tuple[object, ...]], list[tuple[int, *Fault]]]:
    """Good rows, and faults as (line, column, value, rule), of rows that stand in lines 2, 3, …."""
    con = con or duckdb.connect()
    cells = {name: f"c{number}" for number, name in enumerate(table.column_names)}
    con.execute("create or replace temp table staged (" + ", ".join(f"{cell} varchar" for cell in cells.values())
                + ", _line bigint)")
    con.execute(f"drop table if exists faults; drop table if exists good_{table.name}")
    for line, row in enumerate(rows, start=2):
        con.execute(f"insert into staged values ({', '.join('?' * (len(cells) + 1))})",
                    [*(row.get(name) for name in cells), line])
    known = {}
    for name, referenced in (references or {}).items():
        fields = TABLES[name].columns
        con.execute(
            f"create or replace temp table known_{name} ("
            + ", ".join(f"{field.sql} {field.type.value.sql_type}" for field in fields)
            + ")"
        )
        for row in referenced:
            con.execute(
                f"insert into known_{name} values ({', '.join('?' * len(fields))})",
                [row.get(field.name) for field in fields],
            )
        known[name] = f"known_{name}"
    texts = {
        column.name: cells[column.name] if column.type is Type.TEXT else trimmed_sql(cells[column.name])
        for column in table.columns
    }
    good = f"good_{table.name}"
    read = check(con, table, Staged("s", "f.csv", "staged", tuple(cells.values()), texts), good, known, 1)
    assert read == len(rows)
    con.execute("create table origins as select 1 as origin_no, 's' as source, 'f.csv' as file")
    set_duplicates_aside(con, table, good)
    rows_found = con.execute(f"select {table.sql_columns} from {good} order by all").fetchall()
    faults = con.execute("select line, column_name, value, rule from faults order by all").fetchall()
    return rows_found, faults


def one_column(kind: Type, **rules: object) -> Table:
    """A table with a key and one column under test."""
    return Table(
        "units",
        phrase("a test"),
        (
            Column("unit_id", Type.LABEL, phrase("Key."), required=True),
            Column("x", kind, phrase("Under test."), **rules),  # type: ignore[arg-type]
        ),
        key=("unit_id",),
    )


def values_of(table: Table, texts: Sequence[str | None]) -> tuple[dict[int, object], dict[int, str]]:
    """By position of the text: the value that was loaded, or the rule that it breaks."""
    good, faults = checked(table, [{"unit_id": str(number), "x": text} for number, text in enumerate(texts)])
    return {int(str(key)): value for key, value in good}, {line - 2: rule for line, _, _, rule in faults}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Type.INTEGER, "9", 9),
        (Type.INTEGER, " 9 ", 9),
        (Type.INTEGER, "\u3000\u00a09\u200b", 9),
        (Type.INTEGER, "007", 7),
        (Type.INTEGER, "-12", -12),
        (Type.INTEGER, "9" * 18, int("9" * 18)),
        (Type.NUMBER, "9.5", 9.5),
        (Type.NUMBER, "-0.25", -0.25),
        (Type.NUMBER, "1000", 1000.0),
        (Type.DATE, "2024-02-29", date(2024, 2, 29)),
        (Type.DATE, " 2017-05-31 ", date(2017, 5, 31)),
        (Type.TIMESTAMP, "2024-01-31", datetime(2024, 1, 31)),
        (Type.TIMESTAMP, "2024-01-31 23:30", datetime(2024, 1, 31, 23, 30)),
        (Type.TIMESTAMP, "2024-01-31T23:30:05.25", datetime(2024, 1, 31, 23, 30, 5, 250000)),
        (Type.MONTH, "2024-03", date(2024, 3, 1)),
        (Type.MONTH, "2024-03-01", date(2024, 3, 1)),
        (Type.BOOLEAN, "TRUE", True),
        (Type.BOOLEAN, "false", False),
        (Type.LABEL, " a  b ", "a  b"),
        (Type.LABEL, "語" * 300, "語" * 300),
        (Type.TEXT, " kept \n", " kept \n"),
        (Type.TEXT, " \n\u3000", None),
        (Type.INTEGER, " \t ", None),
    ],
)
def test_a_type_accepts_and_casts(kind: Type, text: str, value: object) -> None:
    assert values_of(one_column(kind), [text]) == ({0: value}, {})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(
            (Type.INTEGER, text)
            for text in (
                "9.5",
                "9,0",
                "0x9",
                "1e1",
                "\uff19",
                "٩",
                "ten",
                "+9",
                "1 000",
                "1_0",
                "--1",
                "9" * 19,
                "9\n9",
                "½",
                "NaN",
            )
        ),
        *(
            (Type.NUMBER, text)
            for text in ("9,5", "1e1", ".5", "5.", "inf", "nan", "1.000,5", "\uff19", "0x1p3", "1 000", "9" * 16)
        ),
        *(
            (Type.DATE, text)
            for text in (
                "2024-06-31",
                "2026-02-29",
                "24-06-30",
                "0024-06-30",
                "3024-01-01",
                "2024-6-30",
                "30.06.2024",
                "2024-06-30 12:00",
                "2024-13-01",
                "today",
                "infinity",
                "epoch",
            )
        ),
        *(
            (Type.TIMESTAMP, text)
            for text in (
                "2024-06-31",
                "2024-01-31 25:00",
                "2024-01-31 23:60",
                "2024-01-31 23:30:61",
                "31/01/2024",
                "24-01-31",
                "2024-01-31 23:30 -05:00",
                "2024-01-31T23:30Z",
                "infinity",
                "2024-01-31 23",
            )
        ),
        *((Type.MONTH, text) for text in ("2024-13", "2024-00", "2024-03-02", "2024", "03-2024", "2024-3", "1/2024")),
        *((Type.BOOLEAN, text) for text in ("yes", "1", "t", "wahr")),
        (Type.LABEL, "x" * 301),
        (Type.TEXT, "x" * 1_000_001),
    ],
)
def test_a_type_rejects_and_repairs_nothing(kind: Type, text: str) -> None:
    assert values_of(one_column(kind), [text]) == ({}, {0: "type"})


number_like = st.text(st.sampled_from("0123456789.-+eE,_ x９\u0660"), max_size=6)
date_like = st.one_of(
    st.dates().map(str),
    st.text(st.sampled_from("0123456789-"), min_size=6, max_size=10),
    st.tuples(st.integers(1990, 2030), st.integers(0, 13), st.integers(0, 32)).map(
        "{0[0]}-{0[1]:02}-{0[2]:02}".format
    ),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(number_like, min_size=1, max_size=40))
def test_whole_numbers_are_those_of_python(texts: list[str]) -> None:
    expected = {
        number: int(float(text)) if text.strip() else None
        for number, text in enumerate(texts)
        if re.fullmatch(r"(-?[0-9]+(\.0{1,6})?)?", text.strip())
    }
    good, faults = values_of(one_column(Type.INTEGER), texts)
    assert good == expected
    assert sorted({**good, **faults}) == list(range(len(texts)))


@settings(max_examples=20, deadline=None)
@given(st.lists(date_like, min_size=1, max_size=40))
def test_dates_are_those_of_python(texts: list[str]) -> None:
    expected = {}
    for number, text in enumerate(texts):
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
        except ValueError:
            continue
        if day and day.year < 3000 and day.year >= 1000:
            expected[number] = day
    assert values_of(one_column(Type.DATE), texts)[0] == expected


def test_allowed_values_limits_and_required_are_checked() -> None:
    assert values_of(one_column(Type.LABEL, allowed=("a", "it's")), ["a", "it's", "A", "b", None]) == (
        {0: "a", 1: "it's", 4: None},
        {2: "allowed", 3: "allowed"},
    )
    assert values_of(one_column(Type.INTEGER, minimum=0, maximum=10), ["0", "10", "-1", "11", "9.5"]) == (
        {0: 0, 1: 10},
        {2: "minimum", 3: "maximum", 4: "type"},
    )
    assert values_of(one_column(Type.LABEL, required=True), ["a", None, "\u00a0"]) == (
        {0: "a"},
        {1: "required", 2: "required"},
    )
    assert values_of(one_column(Type.LABEL, required=True, may_be_blank=True), ["a", None]) == ({0: "a", 1: None}, {})


def test_every_broken_rule_of_a_record_is_told_with_its_raw_value() -> None:
    row = {"response_id": "r1", "survey": "monthly", "score": " 9,5", "responded_at": "31.06.2024", "unit_id": None}
    good, faults = checked(TABLES["responses"], [row])
    assert good == []
    assert faults == [
        (2, "responded_at", "31.06.2024", "type"),
        (2, "score", "9,5", "type"),
        (2, "survey", "monthly", "allowed"),
        (2, "unit_id", None, "required"),
    ]


def test_a_reference_must_be_known_as_soon_as_its_table_is_loaded() -> None:
    rows = [
        {"customer_id": "c1", "unit_id": "A"},
        {"customer_id": "c2", "unit_id": "a"},
        {"customer_id": "c3", "unit_id": "B "},
    ]
    units = [{"unit_id": "A", "name": "A"}, {"unit_id": "B", "name": "B"}]
    assert len(checked(TABLES["customers"], rows)[0]) == 3
    good, faults = checked(TABLES["customers"], rows, {"units": units})
    assert [row[0] for row in good] == ["c1", "c3"]
    assert faults == [(3, "unit_id", "a", "reference")]


def test_a_rule_that_is_null_fails_the_row() -> None:
    table = Table(
        "units",
        phrase("a test"),
        (
            Column("unit_id", Type.LABEL, phrase("Key."), required=True),
            Column("low", Type.INTEGER, phrase("Low.")),
            Column("high", Type.INTEGER, phrase("High.")),
        ),
        key=("unit_id",),
        rules=(Rule("ordered", "high", "high > low", phrase("Order.")),),
    )
    rows = [
        {"unit_id": "1", "low": "1", "high": "2"},
        {"unit_id": "2", "low": "2", "high": "1"},
        {"unit_id": "3", "low": None, "high": "2"},
        {"unit_id": "4", "low": "1", "high": None},
    ]
    good, faults = checked(table, rows)
    assert [row[0] for row in good] == ["1"]
    assert [(line, rule) for line, _, _, rule in faults] == [(3, "ordered"), (4, "ordered"), (5, "ordered")]


ROW_RULES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("units", {"unit_id": "A", "name": "A", "parent_id": "B"}, {"parent_id": "A"}),
    (
        "touchpoints",
        {
            "touchpoint_id": "t",
            "name": "T",
            "journey": "j",
            "stage": "s",
            "stage_order": "1",
            "valid_from": "2024-01-01",
            "valid_to": "2024-01-01",
        },
        {"valid_to": "2023-12-31"},
    ),
    (
        "customers",
        {"customer_id": "c", "unit_id": "A", "joined_on": "2024-01-02", "left_on": "2024-01-02"},
        {"left_on": "2024-01-01"},
    ),
    (
        "responses",
        {
            "response_id": "r",
            "survey": "strategic",
            "score": "9",
            "unit_id": "A",
            "responded_at": "2024-01-02 10:00",
            "invited_at": "2024-01-02 10:00",
        },
        {"responded_at": "2024-01-02 09:59:59"},
    ),
    ("drivers", {"driver": "d", "name": "D", "scale_min": "1", "scale_max": "5"}, {"scale_max": "1"}),
    (
        "touchpoint_metrics",
        {"touchpoint_id": "t", "unit_id": "A", "month": "2024-01", "entered": "5", "completed": "5"},
        {"completed": "6"},
    ),
    ("excerpts", {"excerpt_id": "e", "media": "m.wav", "end_s": "0.5", "consent": "given"}, {"end_s": "0"}),
    ("masks", {"media": "m.wav", "start_s": "1", "end_s": "2"}, {"end_s": "1"}),
    (
        "cases",
        {
            "case_id": "c",
            "response_id": "r",
            "unit_id": "A",
            "opened_at": "2024-01-02",
            "first_contact_at": "2024-01-02",
        },
        {"first_contact_at": "2024-01-01 23:59"},
    ),
    (
        "cases",
        {"case_id": "c", "response_id": "r", "unit_id": "A", "opened_at": "2024-01-02", "closed_at": "2024-01-03"},
        {"closed_at": "2024-01-01"},
    ),
    (
        "pain_points",
        {
            "pain_point_id": "p",
            "title": "T",
            "unit_id": "A",
            "owner": "o",
            "opened_on": "2024-01-02",
            "closed_on": "2024-01-02",
        },
        {"closed_on": "2024-01-01"},
    ),
    (
        "pain_points",
        {
            "pain_point_id": "p",
            "title": "T",
            "unit_id": "A",
            "owner": "o",
            "opened_on": "2024-01-02",
            "delivered_on": "2024-01-02",
        },
        {"delivered_on": "2024-01-01"},
    ),
    *(
        (name, row | {column: first}, {column: wrong})
        for name, column, row in (
            ("responses", "responded_at", {"response_id": "r", "survey": "strategic", "score": "9", "unit_id": "A"}),
            ("contacts", "at", {"contact_id": "c", "customer_id": "k", "unit_id": "A"}),
            ("cases", "opened_at", {"case_id": "c", "response_id": "r", "unit_id": "A"}),
        )
        for first, wrong in (("1990-01-01", "1989-12-31 23:59"), ("2024-02-29", "2999-12-31"))
    ),
]


@pytest.mark.parametrize(("name", "row", "wrong"), ROW_RULES)
def test_a_row_rule_accepts_its_limit_and_rejects_beyond(
    name: str, row: dict[str, str], wrong: dict[str, str]
) -> None:
    table = TABLES[name]
    assert len(checked(table, [row])[0]) == 1
    good, faults = checked(table, [row | wrong])
    assert good == []
    assert [(line, column) for line, column, _, _ in faults] == [(2, next(iter(wrong)))]
    assert faults[0][3] in {rule.name for rule in table.rules}


def test_a_whole_number_may_have_decimals_that_are_zero_and_a_day_may_stand_at_midnight() -> None:
    assert values_of(one_column(Type.INTEGER), ["9.0", "-3.000000", "9.5", "9."]) == (
        {0: 9, 1: -3},
        {2: "type", 3: "type"},
    )
    days = ["2024-02-29 00:00:00", "2024-02-29T00:00", "2024-02-29 00:00:00.000", "2024-02-29 00:01"]
    leap = date(2024, 2, 29)
    assert values_of(one_column(Type.DATE), days) == ({0: leap, 1: leap, 2: leap}, {3: "type"})


def test_every_row_rule_of_the_contract_is_tried_above() -> None:
    tried = {(name, next(iter(wrong))) for name, _, wrong in ROW_RULES} | {("ratings", "rating")}
    assert {(table.name, rule.column) for table in TABLES.values() for rule in table.rules} == tried


def test_a_rating_must_lie_on_the_scale_of_its_driver() -> None:
    references = {
        "responses": [{"response_id": "r", "survey": "strategic", "responded_at": "2024-01-01", "unit_id": "A"}],
        "drivers": [
            {"driver": name, "name": "D", "scale_min": low, "scale_max": high}
            for name, low, high in (("d", "1", "5"), ("e", "0", "10"))
        ],
    }
    rows = [
        {"response_id": "r", "driver": driver, "rating": rating}
        for driver, rating in (("d", "6"), ("e", "6"), ("x", "3"))
    ]
    good, faults = checked(TABLES["ratings"], rows, references)
    assert good == [("r", "e", 6.0)]
    assert [(line, column, rule) for line, column, _, rule in faults] == [
        (2, "rating", "rating_on_scale"),
        (4, "driver", "reference"),
    ]


def test_of_equal_records_one_stays_and_of_different_ones_none() -> None:
    rows = [
        {"unit_id": "A", "name": "One"},
        {"unit_id": "B", "name": "Two"},
        {"unit_id": "A", "name": " One "},
        {"unit_id": "B", "name": "Other"},
        {"unit_id": "C", "name": "NULL", "kind": None},
        {"unit_id": "C", "name": "NULL", "kind": "NULL"},
        {"unit_id": "D", "name": "Four"},
    ]
    good, faults = checked(TABLES["units"], rows)
    assert [row[0] for row in good] == ["A", "D"]
    assert [(line, value, rule) for line, _, value, rule in faults] == [
        (3, "B", "duplicate_key"),
        (4, "A", "duplicate_copy"),
        (5, "B", "duplicate_key"),
        (6, "C", "duplicate_key"),
        (7, "C", "duplicate_key"),
    ]


def test_a_blank_in_a_key_is_a_value_of_the_key() -> None:
    rows = [
        {"on_date": "2024-01-01", "title": "Storm"},
        {"on_date": "2024-01-01", "title": "Storm"},
        {"on_date": "2024-01-01", "title": "Storm", "unit_id": "A"},
    ]
    good, faults = checked(TABLES["events"], rows)
    assert [row[2] for row in good] == ["A", None]
    assert [rule for *_, rule in faults] == ["duplicate_copy"]


texts = st.sampled_from(["A", "B", "C", " A", "", "x\ny", "it's", '"', "🙂", "NULL", "-", "{'a': 1}"])
unit_rows = st.lists(st.fixed_dictionaries({"unit_id": texts, "name": texts, "parent_id": texts}), max_size=12)


@settings(max_examples=25, deadline=None)
@given(unit_rows, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing_and_each_is_accounted_for(
    rows: list[dict[str, str]], random: object
) -> None:
    good, faults = checked(TABLES["units"], rows)
    assert len(good) + len({line for line, *_ in faults}) == len(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    good_again, faults_again = checked(TABLES["units"], shuffled)
    assert good_again == good
    assert sorted(map(repr, (fault[1:] for fault in faults_again))) == sorted(
        map(repr, (fault[1:] for fault in faults))
    )


@settings(max_examples=25, deadline=None)
@given(unit_rows)
def test_good_rows_are_those_that_plain_python_would_keep(rows: list[dict[str, str]]) -> None:
    stripped = [tuple(row[name].strip() or None for name in ("unit_id", "name", "parent_id")) for row in rows]
    valid = [row for row in stripped if row[0] and row[1] and row[0] != row[2]]
    contents = {key: {row for row in valid if row[0] == key} for key, *_ in valid}
    expected = sorted((next(iter(found)) for found in contents.values() if len(found) == 1), key=repr)
    good, _ = checked(TABLES["units"], rows)
    assert sorted((row[:3] for row in good), key=repr) == expected


def test_no_records_give_an_empty_table_with_the_types_of_the_contract() -> None:
    for table in TABLES.values():
        con = duckdb.connect()
        assert checked(table, [], con=con) == ([], [])
        types = [kind for _, kind, *_ in con.execute(f"describe good_{table.name}").fetchall()]
        assert types[: len(table.columns)] == [column.type.value.sql_type for column in table.columns]
