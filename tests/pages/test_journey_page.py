"""The page Journey, run by Streamlit itself: the map in every company and language, narrowed, ordered, opened."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from cx.say.translator import LANGUAGES
from cx.ui.journey_page import MAX_ROWS
from cx.warehouse.home import Home
from tests.pages import homes
from tests.pages.reader import at_home, elements, figures_of, is_whole, said, table_of, visit
from tests.pages.test_trends_page import COMPANIES, Demo, over

ACROSS = ("unit", "month", "segment", "channel")


@over(*COMPANIES)
def test_every_company_has_a_map_or_says_why_there_is_none(company: Home) -> None:
    for across, lang in zip(ACROSS, (*LANGUAGES, "zh_Hant"), strict=True):
        at = visit("journey", across=across, lang=lang)
        assert is_whole(at)
        assert len(at.title) == 1


@over("one_period")
def test_without_touchpoints_the_page_names_the_table_to_bring(company: Home) -> None:
    at = visit("journey")
    assert at.title[0].value == "There is no journey to show here"
    assert "touchpoint_id" in said(at.markdown[0].value)


@over("empty")
def test_an_empty_home_invites_to_load(company: Home) -> None:
    assert visit("journey").title[0].value == "Nothing is loaded yet"


def test_the_table_says_what_the_raw_answers_say(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"][tables["responses"]["survey"] == "transaction"].copy()
    scores = pd.to_numeric(answers["score"])
    answers["sign"] = (scores >= 9).astype(int) - (scores <= 6).astype(int)
    answers = answers[scores.notna()]
    month = answers["responded_at"].str[:7]
    names = dict(zip(tables["touchpoints"]["touchpoint_id"], tables["touchpoints"]["name"], strict=True))
    units = {"HL": "Harbour Life", "HM": "Harbour Motor", "HB": "Harbour Bank", "HK": "Harbour Brokers"}
    expected = answers[month >= "2025-11"].groupby(
        [answers["touchpoint_id"].map(names), answers["unit_id"].str[:2].map(units)])["sign"].agg(["mean", "count"])
    with at_home(home.folder):
        at = visit("journey", across="unit")
        assert is_whole(at)
        rows = [row for row in table_of(at) if row["NPS"] == row["NPS"]]
    exact = 0
    for row in rows:
        mean, count = expected.loc[(row["Touchpoint"], row["Business unit"])]
        assert row["Answers (n)"] <= count
        if row["Answers (n)"] == count:  # no month is left out for privacy
            exact += 1
            assert row["NPS"] == pytest.approx(100 * mean)
    assert exact > 3


def test_choices_stand_in_the_address_and_odd_ones_are_left_out(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("journey", across="month", order="worst", journey="Service", find="chat")
        assert is_whole(at)
        assert (at.selectbox(key="journey").value, at.text_input(key="find").value) == ("Service", "chat")
        (map_, *_) = figures_of(at)
        assert map_["layout"]["yaxis"]["ticktext"] == ["Chat in the app"]
        assert any("1 of 40 touchpoints" in said(one.value) for one in at.caption)
        odd = visit("journey", across="moon", order="<b>", journey="$$x$$", find="[x](y)", touchpoint="nobody")
        assert is_whole(odd)
        assert any("across=moon" in warning.value for warning in odd.warning)


def test_the_lowest_stand_first_when_asked(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("journey", order="worst")
        (map_, *_) = figures_of(at)
        rows = table_of(at)
    score: dict[str, float] = {}
    for name in dict.fromkeys(row["Touchpoint"] for row in rows):
        shown = [(row["Answers (n)"], row["NPS"]) for row in rows
                 if row["Touchpoint"] == name and row["NPS"] == row["NPS"]]
        score[name] = sum(n * nps for n, nps in shown) / sum(n for n, _ in shown) if shown else 999
    assert list(score.values()) == pytest.approx(sorted(score.values()))
    assert len(map_["layout"]["yaxis"]["ticktext"]) == len(score)


def test_of_many_touchpoints_so_many_are_drawn_and_all_stand_in_the_table(tmp_path: Path) -> None:
    rows, touchpoints = [], []
    for number in range(60):
        rows += homes.answers(len(rows), [10] * 8 + [3] * 4, at="2026-01-10", touchpoint_id=f"t{number}")
        touchpoints.append({"touchpoint_id": f"t{number}", "name": f"Step {number}", "stage": "One", "stage_order": 1,
                            "journey": f"Journey {number // 5}"})
    with at_home(homes.company(tmp_path, rows, touchpoints=touchpoints).folder):
        at = visit("journey")
        assert is_whole(at)
        (map_, *_) = figures_of(at)
        assert sum(bool(name) for name in map_["layout"]["yaxis"]["ticktext"]) == MAX_ROWS
        assert any(f"Drawn are {MAX_ROWS} of 60 touchpoints" in said(one.value) for one in at.caption)
        assert len({row["Touchpoint"] for row in table_of(at)}) == 60


@over("few_answers")
def test_no_private_score_reaches_the_browser(company: Home) -> None:
    at = visit("journey")
    assert is_whole(at)
    assert not any(re.search(r"14\.28|66\.6", str(getattr(one, "proto", ""))) for one in elements(at))


def test_a_touchpoint_that_is_opened_shows_everything_known_of_it(demo: Demo) -> None:
    home, tables = demo
    with at_home(home.folder):
        closed = visit("journey")
        assert not closed.header
        at = visit("journey", touchpoint="payout", unit="HL")
        assert is_whole(at)
        assert said(at.header[0].value) == "Claim and pay-out · Pay-out received"
        assert at.selectbox(key="opened").value == "payout"
        assert [one.value for one in at.subheader][-4:] == ["Open pain points", "Recorded voices", "Mystery visits",
                                                            "What the systems measured"]
        register = tables["pain_points"]
        open_ = register[(register["touchpoint_id"] == "payout") & register["closed_on"].isna()]
        open_ = open_[open_["unit_id"].isin(["HL", "HG"])]
        words = [said(one.value) for one in at.markdown]
        assert len(open_) == 0 or any(f"{len(open_)} pain point" in one for one in words)
        metrics = tables["touchpoint_metrics"]
        newest = metrics[(metrics["touchpoint_id"] == "payout") & (metrics["month"] >= "2025-11")]
        solved = newest[["solved_centrally", "sent_to_branch", "solved_by_expert"]].astype(int).to_numpy().sum()
        assert any(f"What became of {solved:,} contacts" in one for one in words)
        at.selectbox(key="opened").set_value("").run()
        assert is_whole(at)
        assert not at.header


def test_a_touchpoint_is_opened_by_the_select_and_stands_in_the_address(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("journey", lang="zh_Hant")
        at.selectbox(key="opened").set_value("hotline").run()
        assert is_whole(at)
        assert at.query_params["touchpoint"] in ("hotline", ["hotline"])
        assert len(at.header) == 1


@over("hostile")
def test_a_touchpoint_of_a_company_with_odd_names_is_opened_without_tables(company: Home) -> None:
    at = visit("journey", touchpoint="t1")
    assert is_whole(at)
    assert any("touchpoint_metrics" in said(one.value) for one in at.caption)
    assert not any("![" in one.value for one in (*at.markdown, *at.header))
