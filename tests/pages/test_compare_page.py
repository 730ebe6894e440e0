"""The page Compare units, run by Streamlit itself: what it shows follows from the raw answers, in every language."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cx.charts.compare import MAX_ROWS
from cx.say.translator import LANGUAGES
from cx.warehouse.home import Home
from tests.pages import homes
from tests.pages.reader import at_home, drawn, is_whole, received, said, table_of, visit
from tests.pages.test_trends_page import COMPANIES, Demo, over

PICTURES = ("scores", "ranks", "funnel")


@over(*COMPANIES)
def test_every_company_is_compared_in_every_picture_and_language(company: Home) -> None:
    for chart, lang in zip(PICTURES, LANGUAGES, strict=True):
        at = visit("compare", chart=chart, lang=lang)
        assert is_whole(at)
        assert len(at.title) == 1


@over("empty")
def test_an_empty_home_invites_to_load(company: Home) -> None:
    at = visit("compare")
    assert at.title[0].value == "Nothing is loaded yet"
    assert "python -m cx demo" in at.code[0].value


@over("one_period")
def test_one_unit_has_nothing_to_be_compared_with(company: Home) -> None:
    at = visit("compare")
    assert is_whole(at)
    assert at.title[0].value == "There is nothing to compare here"


@over("few_answers")
def test_units_with_too_few_answers_are_named_and_never_shown(company: Home) -> None:
    at = visit("compare")
    assert is_whole(at)
    assert said(at.title[0].value) == "Only Kept has enough answers, so there is nothing to compare it with."
    rows = {row["Business unit"]: row for row in table_of(at)}
    assert rows["Kept"]["NPS"] == pytest.approx(45.0)
    assert pd.isna(rows["Small"]["NPS"])
    assert pd.isna(rows["Tiny"]["NPS"])
    # +14.3 and +66.7 are nobody's to know.
    assert not re.search(r"14\.28|66\.6", received(at))


def test_the_table_says_what_the_raw_answers_say(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"]
    answers = answers[(answers["survey"] == "relationship") & (answers["wave"] == "2026 Q3")]
    parents = dict(zip(tables["units"]["unit_id"], tables["units"]["parent_id"], strict=True))

    def subsidiary(unit: str) -> str:
        while parents[unit] != "HG":
            unit = parents[unit]
        return unit

    scores = pd.to_numeric(answers["score"])
    signs = (scores >= 9).astype(int) - (scores <= 6).astype(int)
    expected = signs[scores.notna()].groupby(answers["unit_id"].map(subsidiary)).mean() * 100
    names = dict(zip(tables["units"]["name"], tables["units"]["unit_id"], strict=True))
    with at_home(home.folder):
        at = visit("compare")
        assert is_whole(at)
        found = {names[row["Business unit"]]: row["NPS"] for row in table_of(at)}
    assert found == pytest.approx(expected.to_dict())


def test_choices_stand_in_the_address_and_odd_ones_fall_back(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("compare", level="3", mix="channel", chart="ranks", survey="transaction")
        assert is_whole(at)
        assert at.selectbox(key="mix").value == "channel"
        assert "branch" in at.selectbox(key="level").format_func(at.selectbox(key="level").value)
        odd = visit("compare", level="99", mix="weather", chart="shares", a="nobody", survey="moon")
        assert is_whole(odd)
        assert odd.selectbox(key="level").value == 0


def test_two_units_differ_by_parts_that_add_up(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("compare", a="HM", b="HK")
        assert is_whole(at)
    whole, happier, mix = (float(card.value.split()[0].replace("−", "-")) for card in at.metric[-3:])
    assert whole == pytest.approx(happier + mix, abs=0.15)
    assert any("Harbour Brokers scores higher than Harbour Motor" in said(text.value) for text in at.markdown)


@over("many_branches")
def test_of_two_thousand_branches_the_first_and_last_are_drawn_and_all_stand_in_the_table(company: Home) -> None:
    at = visit("compare")
    assert is_whole(at)
    assert len(drawn(at)["layout"]["yaxis"]["ticktext"]) == MAX_ROWS
    assert any(f"the first and the last {MAX_ROWS // 2} units of 2,000" in said(text.value) for text in at.caption)
    assert len(table_of(at)) == homes.BRANCHES
