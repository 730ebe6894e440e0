"""NPS trends, picture "Why" and what the silent could change: run by Streamlit, against the raw answers."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cx.say.translator import LANGUAGES
from cx.warehouse.home import Home
from tests.pages.reader import at_home, figures_of, is_whole, received, said, visit
from tests.pages.test_trends_page import Demo, over


def parts_table(chart: str = "why", **query: str | list[str]) -> pd.DataFrame:
    """The table of the parts."""
    at = visit(chart=chart, **query)
    assert is_whole(at)
    return at.dataframe[0].value


def test_the_parts_of_a_wave_are_those_of_the_raw_answers(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"]
    answers = answers[(answers["survey"] == "relationship") & answers["wave"].isin(["2026 Q2", "2026 Q3"])]
    scores = pd.to_numeric(answers["score"])
    signs = ((scores >= 9).astype(int) - (scores <= 6).astype(int))[scores.notna()]
    by = [answers["wave"][signs.index], answers["segment"][signs.index]]
    n, score = signs.groupby(by).count().unstack(), signs.groupby(by).mean().unstack()
    share = n.div(n.sum(axis=1), axis=0)
    old, new = "2026 Q2", "2026 Q3"
    expected = 100 * (share.loc[old] + share.loc[new]) / 2 * (score.loc[new] - score.loc[old])
    with at_home(home.folder):
        found = parts_table(survey="relationship", by="segment").set_index("Part")
    assert found["by its score"].to_dict() == pytest.approx(expected.to_dict())
    assert found["Share after %"].to_dict() == pytest.approx((100 * share.loc[new]).to_dict())


def test_every_dimension_can_be_chosen_and_an_odd_one_falls_back(demo: Demo) -> None:
    home, _ = demo
    with at_home(home.folder):
        for by, lang in zip(("unit", "channel", "touchpoint"), LANGUAGES, strict=True):
            at = visit(chart="why", survey="transaction", by=by, lang=lang)
            assert is_whole(at)
            assert at.selectbox(key="by").value == by
        odd = visit(chart="why", survey="transaction", by="weather")
        assert is_whole(odd)
        assert odd.selectbox(key="by").value == "unit"
        assert "by=weather" in odd.warning[0].value
        # A filter fixes its dimension: there is nothing to take apart by it.
        narrowed = visit(chart="why", survey="relationship", segment="Family", by="segment")
        assert "Segment" not in narrowed.selectbox(key="by").options
        assert said(narrowed.title[0].value).startswith("Only segment Family: R-NPS of Harbour Group")


@over("few_answers")
def test_nothing_private_can_be_had_from_the_parts(company: Home) -> None:
    at = visit(chart="why")
    assert is_whole(at)
    assert not re.search(r"14\.28|66\.6", received(at))


@over("one_period", "without_wave_names", "empty")
def test_what_cannot_be_taken_apart_is_said(company: Home) -> None:
    at = visit(chart="why")
    assert is_whole(at)
    assert not figures_of(at)


def test_the_silent_are_bounded_by_the_response_rate(demo: Demo) -> None:
    home, _ = demo
    with at_home(home.folder):
        at = visit(chart="response", survey="transaction")
        assert is_whole(at)
        (text,) = [said(one.value) for one in at.markdown if "If the silent score" in one.value]
        title = said(at.title[0].value)
        rate, low, high = (float(one.replace("−", "-")) for one in (
            re.search(r"In \w+ \d+ ([\d.]+)%", title)[1],  # type: ignore[index]
            *re.search(r"lies within ([−+][\d.]+\d) to ([−+][\d.]+\d)", text).groups()))  # type: ignore[union-attr]
        nps = float(re.search(r"those who answered \(([−+][\d.]+)\)", text)[1].replace("−", "-"))  # type: ignore[index]
        assert low == pytest.approx(rate / 100 * nps - (100 - rate), abs=0.15)
        assert high == pytest.approx(rate / 100 * nps + (100 - rate), abs=0.15)
        assert len(figures_of(at)) == 2
        several = visit(chart="response", survey="transaction", unit=["HL", "HB"])
        assert any("Choose one unit to see what" in one.value for one in several.caption)
