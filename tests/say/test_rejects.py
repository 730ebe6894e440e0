"""Rejected records as a file to mend: the record as it stood, where, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cx.contract.disarm import armed, disarmed
from cx.say.rejects import mend_header, mend_rows
from cx.say.translator import translator
from cx.warehouse.loads import BrokenRule, MendableRecord, RejectedFile

FILE = RejectedFile("l1", datetime(2026, 1, 2, tzinfo=UTC), "s", "S", "a.csv", ("id", "score"), 2, "")
BROKEN = (BrokenRule("responses", "score", "type"), BrokenRule("responses", "score", "maximum"))


def test_a_row_has_the_record_as_it_stood_and_the_reason() -> None:
    short, long = mend_rows(translator("en"), FILE, (
        MendableRecord(7, ("=1", None), BROKEN), MendableRecord(9, ("x", "11", "more", ""), BROKEN)))
    assert len(short) == len(long) == len(mend_header(FILE))
    assert short[:6] == ("'=1", "", "l1", "a.csv", "7", "score: type, score: maximum")
    assert "whole number" in short[6]
    assert "at most 10" in short[6]
    assert (long[:2], long[-1]) == (("x", "11"), "more · ")


@given(st.text(st.sampled_from("'=+-@\t 1a\u00a0\u3000\u200b\x85"), max_size=5))
def test_what_is_disarmed_runs_nowhere_and_comes_back_as_it_was(cell: str) -> None:
    out = disarmed(cell)
    assert not re.match(r"\s*[=+\-@]", out) or re.fullmatch(r"[+-]?\d+(\.\d+)?", out)
    assert armed(out) == cell
