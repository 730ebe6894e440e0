"""What one process says, the other understands: values, phrases within phrases, kinds of errors."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.errors import CxError, FileError, LoadError, MappingError
from cx.ingest.report import Change, Classes, Doubt, Effect, LoadReport, Reject, RejectCount, TableReport
from cx.ingest.wire import plain, plain_error, revived, revived_error
from cx.phrase import Phrase, phrase, phrase_n
from cx.warehouse.lock import LoadRunningError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.none(), st.floats(allow_nan=False))


def phrases_of(found: st.SearchStrategy[object]) -> st.SearchStrategy[Phrase]:
    return st.builds(Phrase, texts, st.dictionaries(texts, found, max_size=3), texts, st.integers(0, 9))


phrases = st.recursive(phrases_of(values), lambda inner: phrases_of(inner | values), max_leaves=4)


@given(phrases)
def test_a_phrase_comes_back_as_it_was(one: Phrase) -> None:
    assert revived(Phrase, json.loads(json.dumps(plain(one)))) == one


# Words that can be said: str() fills the values in.
sayable = st.builds(
    Phrase, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), max_size=30).map("{a} ".__add__),
    st.fixed_dictionaries({"a": values}))


@given(sayable, sayable, sayable, st.sampled_from([CxError, FileError, LoadError, MappingError, LoadRunningError]))
def test_an_error_comes_back_with_its_kind_and_words(
    title: Phrase, message: Phrase, remedy: Phrase, kind: type[CxError]
) -> None:
    found = revived_error(json.loads(json.dumps(plain_error(kind(title, message, remedy)))))
    assert (type(found), found.title, found.message, found.remedy) == (kind, title, message, remedy)


def test_an_error_of_a_kind_that_is_not_known_is_a_load_error() -> None:
    told = plain_error(FileError(phrase("a"), phrase("b"), phrase("c"))) | {"kind": "Other"}
    assert type(revived_error(told)) is LoadError


class _Counted(FileError):
    """An error that is made of other things than its words."""

    def __init__(self, n: int) -> None:
        super().__init__(phrase("a"), phrase("{n}", n=n + 1), phrase("c"))


def test_an_error_that_is_made_in_a_way_of_its_own_comes_back() -> None:
    found = revived_error(json.loads(json.dumps(plain_error(_Counted(1)))))
    assert (type(found), str(found.message)) == (_Counted, "2")


def test_a_report_comes_back_as_it_was() -> None:
    report = LoadReport(
        "20240101T000000-00000000", False, True, (TableReport("s", "f.csv", "responses", 5, 3, 1, 1, 1, 2),),
        (Reject("responses", "f.csv", 3, "Q1", "score", None, "type"),), 7, ("more",),
        (RejectCount("responses", "f.csv", "score", "type", 7),),
        (Change("responses", "r1", "score", None, "9", "f.csv", 4),), 11,
        (Doubt("one_day", "f.csv", phrase_n("{n} day: {what}", "{n} days", 1, what=phrase("all")), True),
         Doubt("plain", "f.csv", phrase("Nothing to fill in"), False)),
        (Effect("transaction", Classes(1, 2, 3), Classes(4, 5, 6)),), True)
    assert revived(LoadReport, json.loads(json.dumps(plain(report)))) == report


def test_for_people_phrases_are_words_and_other_values_text() -> None:
    told = {"when": date(2026, 2, 28), "where": Path("a/b"), "what": phrase("{n} of {of}", n=1, of=phrase("two"))}
    assert plain(told, str) == {"when": "2026-02-28", "where": str(Path("a/b")), "what": "1 of two"}


def test_a_report_with_a_hole_is_not_taken() -> None:
    with pytest.raises(ValueError, match="tables"):
        revived(LoadReport, {"snapshot_id": None})
