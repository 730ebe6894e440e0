"""The page Drivers, run by Streamlit itself: what it shows follows from the raw ratings, in every language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cx.say.translator import LANGUAGES
from cx.ui.pages import DRIVERS
from cx.warehouse.home import Home
from tests.pages.reader import at_home, figures_of, is_whole, said, table_of, visit
from tests.pages.test_trends_page import COMPANIES, Demo, over


@over(*COMPANIES)
def test_every_company_is_shown_in_every_picture_and_language(company: Home) -> None:
    for chart, lang in zip(DRIVERS.pictures, (*LANGUAGES, *LANGUAGES), strict=True):
        at = visit("drivers", chart=chart, lang=lang)
        assert is_whole(at)
        assert len(at.title) == 1


@over("one_period", "few_answers", "many_branches")
def test_without_ratings_the_page_says_what_to_bring(company: Home) -> None:
    at = visit("drivers")
    assert is_whole(at)
    assert at.title[0].value == "No ratings are loaded yet"
    assert "Bring the tables ratings and drivers" in at.markdown[0].value
    assert not figures_of(at)


def complete(tables: dict[str, pd.DataFrame], wave_from: str) -> pd.DataFrame:
    """The answers of the last year with a score that rate all drivers of the core, one row each; score as -1, 0, 1."""
    answers = tables["responses"].set_index("response_id")
    scores = pd.to_numeric(answers["score"])
    answers = answers[(answers["survey"] == "relationship") & scores.notna() & (answers["wave"] >= wave_from)]
    wide = tables["ratings"].assign(rating=pd.to_numeric(tables["ratings"]["rating"])).pivot(
        index="response_id", columns="driver", values="rating")
    every = wide.loc[wide.index.intersection(tables["responses"].set_index("response_id").query(
        "survey == 'relationship' and score == score and score != ''").index)]
    core = every.columns[every.notna().mean() >= 0.8]
    rows = wide.loc[wide.index.intersection(answers.index), core].dropna()
    return rows.assign(sign=(scores[rows.index] >= 9).astype(int) - (scores[rows.index] <= 6).astype(int))


def test_penalties_are_those_of_a_regression_on_the_raw_ratings(demo: Demo) -> None:
    home, tables = demo
    rows = complete(tables, "2025 Q4")
    drivers = [name for name in rows.columns if name != "sign"]
    scale = tables["drivers"].set_index("driver")[["scale_min", "scale_max"]].astype(float)
    place = (rows[drivers] - scale.loc[drivers, "scale_min"]) / (scale["scale_max"] - scale["scale_min"]).loc[drivers]
    marks = np.column_stack([place <= 0.6, place >= 0.9]).astype(float)
    fitted = sm.OLS(rows["sign"], sm.add_constant(marks)).fit()
    names = tables["drivers"].set_index("driver")["name"]
    with at_home(home.folder):
        at = visit("drivers", survey="relationship")
        found = {row["Driver"]: row for row in table_of(at)}
    assert f"{len(rows):,} answers" in said(at.markdown[0].value)
    assert set(found) == set(names[drivers])
    for number, driver in enumerate(drivers):
        row = found[names[driver]]
        assert row["Penalty"] == pytest.approx(100 * fitted.params.iloc[1 + number])
        assert row["Reward"] == pytest.approx(100 * fitted.params.iloc[1 + len(drivers) + number])
        assert row["Rated low %"] == pytest.approx(100 * marks[:, number].mean())
        assert row["Lost today"] == pytest.approx(row["Penalty"] * row["Rated low %"] / 100)
        assert row["from"] < row["Importance %"] < row["to"]
    assert sum(row["Importance %"] for row in found.values()) == pytest.approx(100)
    assert sum(row["First, % of draws"] for row in found.values()) == pytest.approx(100)


def test_few_complete_answers_give_the_simple_difference_instead(demo: Demo) -> None:
    with at_home(demo[0].folder):
        for query in ({"unit": "HL-N"}, {"unit": "HG", "product": "Protection"}):
            at = visit("drivers", survey="relationship", **query)
            assert is_whole(at)
            assert not [one for one in at.get("button_group") if one.proto.label == "Picture"]
            assert len(figures_of(at)) <= 1
    assert "no order of drivers is spoken of" in said(visit_text(demo, unit="HL-N"))
    assert "Take the filters of product" in said(visit_text(demo, unit="HG", product="Protection"))


def visit_text(demo: Demo, **query: str) -> str:
    with at_home(demo[0].folder):
        return " ".join(one.value for one in visit("drivers", survey="relationship", **query).markdown)


def test_the_simple_difference_is_that_of_the_raw_ratings(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"].set_index("response_id")
    scores = pd.to_numeric(answers["score"])
    wanted = (answers["survey"] == "relationship") & scores.notna() & (answers["wave"] >= "2025 Q4")
    ratings = tables["ratings"][tables["ratings"]["response_id"].isin(answers.index[wanted])]
    scale = tables["drivers"].set_index("driver")[["scale_min", "scale_max"]].astype(float).loc[ratings["driver"]]
    low = (pd.to_numeric(ratings["rating"]).to_numpy() - scale["scale_min"].to_numpy()) <= 0.6 * (
        scale["scale_max"] - scale["scale_min"]).to_numpy() + 1e-12
    sign = ((scores >= 9).astype(int) - (scores <= 6).astype(int))[ratings["response_id"]].to_numpy()
    frame = pd.DataFrame({"driver": ratings["driver"].to_numpy(), "low": low, "sign": sign})
    means = frame.groupby(["driver", "low"])["sign"].mean().unstack()
    expected = sorted(100 * (means[True] - means[False]))
    with at_home(home.folder):
        at = visit("drivers", survey="relationship", chart="difference")
    (picture,) = figures_of(at)
    assert picture["data"][0]["x"] == pytest.approx(expected)


def test_several_units_are_one_too_many_and_odd_values_are_said(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("drivers", unit=["HL", "HB"])
        assert is_whole(at)
        assert at.title[0].value == "Choose one unit"
        odd = visit("drivers", chart="pie", survey="moon", unit="GONE")
        assert is_whole(odd)
        assert odd.session_state["chart"] == "importance"
