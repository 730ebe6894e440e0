"""Every table fits the contract (checked by an own route), and the same seed gives the same tables."""

from __future__ import annotations

import re
import time
from datetime import date, datetime

import pyarrow as pa
import pytest

from cx.contract.columns import Type
from cx.contract.tables import TABLES
from cx.demo.company import company_tables
from cx.demo.truths import TRUTHS_FILE, read_truths

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,17})?")
WHOLE = re.compile(r"-?[0-9]{1,18}")
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def _is_date(text: str) -> bool:
    return len(text) == 10 and date.fromisoformat(text) is not None


def _is_time(text: str) -> bool:
    return len(text) == 19 and datetime.fromisoformat(text) is not None


RECOGNISED = {
    Type.LABEL: lambda text: 0 < len(text) <= 300 and text == text.strip(),
    Type.TEXT: lambda text: 0 < len(text) <= 1_000_000 and text == text.strip(),
    Type.INTEGER: lambda text: WHOLE.fullmatch(text) is not None,
    Type.NUMBER: lambda text: NUMBER.fullmatch(text) is not None,
    Type.DATE: _is_date,
    Type.TIMESTAMP: _is_time,
    Type.MONTH: lambda text: MONTH.fullmatch(text) is not None,
    Type.BOOLEAN: lambda text: text in ("true", "false"),
}
COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]


def test_all_tables_are_there_and_filled_with_text_in_contract_order(company):
    assert list(company.tables) == list(TABLES)
    for name, table in company.tables.items():
        assert table.num_rows > 0, name
        assert tuple(table.column_names) == TABLES[name].column_names
        assert set(table.schema.types) == {pa.string()}


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t.name}.{c.name}" for t, c in COLUMNS])
def test_each_value_is_allowed_in_its_column(company, table, column):
    values = company.tables[table.name][column.name]
    present = values.drop_null().unique().to_pylist()
    if column.required and not column.may_be_blank:
        assert values.null_count == 0
    assert not [text for text in present if not RECOGNISED[column.type](text)][:3]
    if column.allowed:
        assert set(present) <= set(column.allowed)
    if column.minimum is not None:
        assert min(map(float, present)) >= column.minimum
    if column.maximum is not None:
        assert max(map(float, present)) <= column.maximum
    for other in filter(None, (column.references, column.joins)):
        assert set(present) <= set(company.tables[other][TABLES[other].key[0]].to_pylist())


@pytest.mark.parametrize("name", TABLES)
def test_each_key_comes_once(company, name):
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    assert company.rows(f"select count(*) from (select distinct {key} from {name})") == [
        (company.tables[name].num_rows,)]


@pytest.mark.parametrize(("table", "earlier", "later"), [
    ("responses", "invited_at", "responded_at"), ("customers", "joined_on", "left_on"),
    ("pain_points", "opened_on", "closed_on"), ("pain_points", "opened_on", "delivered_on"),
    ("pain_points", "delivered_on", "verified_on"), ("pain_points", "delivered_on", "closed_on"),
    ("cases", "opened_at", "first_contact_at"), ("cases", "opened_at", "closed_at"),
    ("cases", "closed_at", "reopened_at"), ("initiatives", "planned_on", "started_on"),
    ("renewals", "decided_on", "due_on"), ("commitments", "made_on", "due_on"),
    ("touchpoints", "valid_from", "valid_to"),
])
def test_times_come_in_their_order(company, table, earlier, later):
    assert company.rows(f"select count(*) from {table} where {later} < {earlier}") == [(0,)]


@pytest.mark.parametrize(("table", "broken"), [
    ("units", "parent_id = unit_id"),
    ("touchpoint_metrics", "completed::int > entered::int"),
    ("touchpoint_metrics", "contacts::int <> solved_centrally::int + sent_to_branch::int + solved_by_expert::int"),
    ("drivers", "scale_max::double <= scale_min::double"),
    ("ratings", "rating::double not between 1 and 5"),
    ("excerpts", "end_s::double <= start_s::double"),
    ("masks", "end_s::double <= start_s::double"),
    ("contacts", "handed_over_from = contact_id"),
    ("responses", "(survey = 'transaction') <> (touchpoint_id is not null)"),
    ("responses", "(survey = 'transaction') <> (weight is null)"),
    ("responses", "(survey = 'transaction') <> (wave is null)"),
    ("responses", "responded_at < '2023-11-01' or responded_at >= '2026-11-01'"),
    ("renewals", "(outcome = 'pending') <> (decided_on is null)"),
    ("renewals", "decided_on >= '2026-11-01'"),
])
def test_no_row_breaks_a_rule(company, table, broken):
    assert company.rows(f"select count(*) from {table} where {broken}") == [(0,)]


def test_customers_join_before_and_leave_after_whatever_they_do(company):
    assert company.rows("""select count(*) from responses join customers using (customer_id)
        where responded_at < joined_on or responded_at >= left_on or responses.unit_id <> customers.unit_id
           or responses.product <> customers.product or responses.segment <> customers.segment""") == [(0,)]
    assert company.rows("""select count(*) from contacts k join customers c using (customer_id)
        where k."at" < c.joined_on or k."at" >= c.left_on""") == [(0,)]
    assert company.rows("""select count(*) from renewals r join customers c using (customer_id)
        where (r.outcome = 'lapsed') <> coalesce(c.left_on = r.due_on, false)""") == [(0,)]


def test_contacts_in_term_are_the_contacts_of_the_year_before_expiry(company):
    assert company.rows("""
        select count(*) from (
            select r.renewal_id, any_value(r.contacts_in_term::int) as told, count(k.contact_id) as found
            from renewals r left join contacts k on k.customer_id = r.customer_id
                 and k."at"::timestamp >= r.due_on::date - interval 365 day and k."at"::timestamp < r.due_on::date
            group by r.renewal_id) where told <> found""") == [(0,)]


def test_leaves_carry_the_answers_and_units_form_one_tree(company):
    assert company.rows("""select count(*) from responses where unit_id in
                           (select parent_id from units where parent_id is not null)""") == [(0,)]
    assert company.rows("select kind, count(*) from units group by kind order by kind") == [
        ("branch", 60), ("group", 1), ("region", 13), ("subsidiary", 4)]
    tree = company.rows("""with recursive tree as (select unit_id from units where parent_id is null
        union all select u.unit_id from units u join tree t on u.parent_id = t.unit_id) select count(*) from tree""")
    assert tree == [(78,)]
    assert company.rows("select count(*), count(distinct name) from units") == [(78, 78)]


def test_same_seed_gives_the_same_tables_and_another_seed_other_answers():
    first, again, other = (company_tables(seed, answers=5_000) for seed in (7, 7, 8))
    assert all(first[name].equals(again[name]) for name in TABLES)
    assert not first["responses"].equals(other["responses"])
    for name in ("units", "touchpoints", "drivers", "initiatives", "initiative_units", "targets", "events"):
        assert first[name].equals(other[name]), name


def test_our_own_scores_in_the_market_follow_the_truth_and_change_nothing_else():
    tables = company_tables(3, answers=2_000)
    rows = tables["benchmarks"].to_pylist()
    own = [row for row in rows if row["competitor"].startswith("Harbour ")]
    assert own == rows[-len(own):]
    assert {row["competitor"] for row in own} == {
        row["name"] for row in tables["units"].to_pylist() if row["kind"] == "subsidiary"}
    for name in {row["competitor"] for row in own}:
        scores = {row["period"]: row for row in own if row["competitor"] == name}
        (rival, *_) = [row for row in rows if row["market"] == next(iter(scores.values()))["market"]]
        assert set(scores) == {row["period"] for row in rows if row["competitor"] == rival["competitor"]}
        assert {row["method"] for row in scores.values()} == {rival["method"]}
    brokers = {row["period"]: float(row["nps"]) for row in own if row["competitor"] == "Harbour Brokers"}
    truth = read_truths().relationship_move
    before = [nps for period, nps in brokers.items() if period < truth.when]
    after = [nps for period, nps in brokers.items() if period >= truth.when]
    assert abs(sum(after) / len(after) - sum(before) / len(before) - truth.value) < 4


@pytest.mark.parametrize("answers", [2_000, 5_000, 31_234])
def test_number_of_answers_is_the_number_asked_for(answers):
    assert company_tables(1, answers)["responses"].num_rows == answers


def test_too_few_answers_are_refused():
    with pytest.raises(ValueError, match="answers == 1999, must be >= 2000"):
        company_tables(answers=1_999)


def test_the_company_is_made_in_six_seconds():
    start = time.process_time()
    company_tables()
    assert time.process_time() - start <= 6


def test_a_name_too_many_in_the_truths_is_an_error(tmp_path):
    text = TRUTHS_FILE.read_text(encoding="utf-8")
    path = tmp_path / "truths.toml"
    path.write_text(text.replace("[gaming]", "[gaming]\nunknown = 1"), encoding="utf-8")
    with pytest.raises(TypeError, match="unknown"):
        read_truths(path)
