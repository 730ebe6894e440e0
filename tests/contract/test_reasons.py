"""Every reject can be explained: a sentence for each rule that a column of any table can break."""

from __future__ import annotations

import string

import pytest

from cx.contract.columns import Column, Table
from cx.contract.reasons import remedy
from cx.contract.tables import TABLES


def rules_of(table: Table, column: Column) -> set[str]:
    """The rules that a value of a column can break."""
    found = {"type", "duplicate_copy", "duplicate_key", "ragged"}
    found |= {"required"} if column.required and not column.may_be_blank else set()
    found |= {"allowed"} if column.allowed else set()
    found |= {"minimum"} if column.minimum is not None else set()
    found |= {"maximum"} if column.maximum is not None else set()
    found |= {"reference"} if column.references else set()
    found |= {rule.name for rule in table.rules if rule.column == column.name}
    found |= {"scale"} if (table.name, column.name) == ("responses", "score") else set()
    found |= {"answer_rejected"} if (table.name, column.name) == ("ratings", "response_id") else set()
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_rule_has_a_sentence_that_can_be_said(name: str) -> None:
    table = TABLES[name]
    for column in table.columns:
        for rule in rules_of(table, column):
            sentence = remedy(name, column.name, rule)
            fields = {field for _, field, _, _ in string.Formatter().parse(sentence.message) if field}
            assert fields <= set(sentence.values), (column.name, rule)
            assert str(sentence).endswith("."), (column.name, rule)


def test_the_sentence_names_the_limits_and_the_values() -> None:
    assert str(remedy("responses", "score", "maximum")) == "The value must be at most 10."
    assert str(remedy("responses", "survey", "allowed")) == "Write one of: relationship, transaction, strategic."
    assert "YYYY-MM-DD" in str(remedy("customers", "joined_on", "type"))
    assert "left_on" in str(remedy("customers", "left_on", "left_on_not_before_joined_on"))


def test_a_rule_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        remedy("responses", "score", "beauty")
    with pytest.raises(KeyError):
        remedy("responses", "beauty", "type")


def test_the_contract_holds_together() -> None:
    order = list(TABLES)
    for table in TABLES.values():
        assert set(table.key) <= set(table.column_names)
        for column in table.columns:
            for other in filter(None, (column.references, column.joins)):
                assert other in TABLES
                assert len(TABLES[other].key) == 1
            if column.references:  # what is referred to is checked before
                assert order.index(column.references) <= order.index(table.name)
