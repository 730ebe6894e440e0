"""The page Compare units, run by Streamlit itself: what it shows follows from the raw answers, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from cx.charts.compare import MAX_ROWS
from cx.charts.compare_touchpoints import MAX_TOUCHPOINTS
from cx.charts.trends import MAX_PANELS
from cx.say.translator import LANGUAGES
from cx.ui import compare_table
from cx.warehouse.home import Home
from tests.pages import homes
from tests.pages.reader import at_home, drawn, figures_of, is_whole, received, said, table_of, visit
from tests.pages.test_trends_page import COMPANIES, Demo, over

PICTURES = ("scores", "ranks", "funnel", "touchpoints", "multiples")


@over(*COMPANIES)
def test_every_company_is_compared_in_every_picture_and_language(company: Home) -> None:
    for chart, lang in zip(PICTURES, (*LANGUAGES, "zh_Hant", "en"), strict=True):
        at = visit("compare", chart=chart, lang=lang, survey="transaction")
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
        odd = visit("compare", level="99", mix="weather", chart="shares", a="nobody", survey="moon", rule="votes",
                    group="shoe size", find="<b>[x](y)")
        assert is_whole(odd)
        assert odd.selectbox(key="level").value == 0
        (left_out,) = odd.warning
        for value in ("level=99", "mix=weather", "a=nobody", "rule=votes", "group=shoe size"):
            assert value in left_out.value
        assert "chart" not in left_out.value  # a picture of NPS trends


def test_a_dimension_that_a_filter_fixes_splits_and_equals_nothing(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"]
    segment, product = (answers[name].dropna().mode()[0] for name in ("segment", "product"))
    with at_home(home.folder):
        at = visit("compare", survey="transaction", mix="segment", segment=segment, a="HL", b="HB")
        assert is_whole(at)
        assert "segment" not in at.selectbox(key="mix").options
        assert at.selectbox(key="mix").value == ""
        assert not any(card.label.endswith("segment") for card in at.metric)
        none = visit("compare", survey="transaction", a="HL", b="HB", segment=segment, product=product,
                     channel=answers["channel"].dropna().mode()[0])
        assert is_whole(none)
        assert not [card for card in none.metric if card.label == "Difference"]


def test_two_units_differ_by_parts_that_add_up(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit("compare", a="HL", b="HK", survey="transaction")
        assert is_whole(at)
        few = visit("compare", a="HM", b="HK", survey="relationship")
        usual = visit("compare", survey="relationship")
    whole, happier, mix = (float(card.value.split()[0].replace("−", "-")) for card in at.metric[-3:])
    assert whole == pytest.approx(happier + mix, abs=0.15)
    assert any("Harbour Brokers scores higher than Harbour Life" in said(text.value) for text in at.markdown)
    assert not any("no verdict" in said(text.value) for text in usual.markdown)  # two units with a rank
    assert few.metric[-1].label == "Difference"  # of 15 answers no segment has 10 beside others
    assert any("too few answers by segment to split" in said(text.value) for text in few.caption)
    assert any("no verdict, because Harbour Brokers has fewer than 30" in said(text.value) for text in few.markdown)


def test_units_with_little_in_common_are_not_split(tmp_path: Path) -> None:
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}] + [
        {"unit_id": name.lower(), "name": name, "parent_id": "all"} for name in ("Cars", "Homes")]
    rows = homes.answers(0, [10] * 60 + [2] * 40, unit="cars", product="car")
    rows += homes.answers(100, [10] * 15 + [2] * 5, unit="cars", product="home")
    rows += homes.answers(120, [10] * 30 + [2] * 30, unit="homes", product="home")
    with at_home(homes.company(tmp_path, rows, units=units).folder):
        at = visit("compare")
        assert is_whole(at)
    assert [card.label for card in at.metric] == ["Difference"]
    # The mean of 20 of 120 answers and of all 60.
    assert any("Homes and Cars cannot be compared by product: only 58% of the answers" in said(text.value)
               or "Cars and Homes cannot be compared by product: only 58% of the answers" in said(text.value)
               for text in at.caption)


@over("many_branches")
def test_of_two_thousand_branches_the_first_and_last_are_drawn_and_all_stand_in_the_table(company: Home) -> None:
    at = visit("compare")
    assert is_whole(at)
    assert len(drawn(at)["layout"]["yaxis"]["ticktext"]) == MAX_ROWS
    assert any(f"the first and the last {MAX_ROWS // 2} units of 2,000" in said(text.value) for text in at.caption)
    assert len(table_of(at)) == homes.BRANCHES


@over("many_branches")
def test_a_search_by_name_narrows_picture_and_table_and_leaves_figures_as_they_are(company: Home) -> None:
    every = {row["Business unit"]: row["Best guess"] for row in table_of(visit("compare"))}
    at = visit("compare", find="branch 77")
    names = {name for name in every if "Branch 77" in name}
    assert 1 < len(names) < MAX_ROWS
    assert set(drawn(at)["layout"]["yaxis"]["ticktext"]) == names
    assert any(f"{len(names)} of 2,000 units with a figure" in said(text.value) for text in at.caption)
    rows = table_of(at)
    assert {row["Business unit"]: row["Best guess"] for row in rows} == {name: every[name] for name in names}
    assert all(pd.isna(row["Expected rank"]) for row in rows)  # 24 answers each
    assert any(said(text.value).startswith(f"{len(names)} units with fewer than 30 answers have no rank")
               for text in at.caption)
    nothing = visit("compare", find="no such branch")
    assert is_whole(nothing)
    assert not figures_of(nothing)
    assert len(figures_of(visit("compare", chart="multiples"))) == MAX_PANELS


def test_units_stand_under_the_unit_above_them_when_asked(demo: Demo) -> None:
    home, tables = demo
    above = dict(zip(tables["units"]["name"], tables["units"]["parent_id"], strict=True))
    names = dict(zip(tables["units"]["unit_id"], tables["units"]["name"], strict=True))
    with at_home(home.folder):
        at = visit("compare", level="2", group="parent")
        assert is_whole(at)
        head, below = "", []
        for label in drawn(at)["layout"]["yaxis"]["ticktext"]:
            if label.startswith("<b>"):
                head = label[3:-4]
            else:
                below.append((label, head))
        assert below
        assert all(names[above[unit]] == parent for unit, parent in below)
        rows = table_of(at)
        assert [row["Unit above"] for row in rows] == [names[above[row["Business unit"]]] for row in rows]
        heads = [row["Unit above"] for row in rows]
        assert len({*heads}) == sum(one != before for one, before in zip(heads, ["", *heads], strict=False))


def test_all_units_together_weigh_as_the_address_says_and_the_file_names_the_rule(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, tables = demo
    files: list[list[dict[str, object]]] = []

    def kept(_label: str, _name: str, header: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]]) -> None:
        files.append([dict(zip(header, row, strict=True)) for row in rows()])

    monkeypatch.setattr(compare_table, "download", kept)
    flows = tables["business"].astype({"value": float})
    with at_home(home.folder):
        at = visit("compare", rule="revenue", survey="transaction")
        assert is_whole(at)
        rows = {row["Business unit"]: row for row in table_of(at)}
        text = " ".join(said(block.value) for block in at.markdown)
    names = dict(zip(tables["units"]["unit_id"], tables["units"]["name"], strict=True))
    revenue = flows[(flows["metric"] == "revenue") & flows["month"].str.slice(0, 7).between("2025-11", "2026-10")]
    weight = revenue.groupby(revenue["unit_id"].str.slice(0, 2))["value"].sum()
    expected = sum(rows[names[unit]]["NPS"] * one for unit, one in weight.items()) / weight.sum()
    assert f"Harbour Group by revenue: {expected:+.1f} (" in text
    (card,) = [card for card in at.metric if "used here" in card.label]
    assert card.value == f"{expected:+.1f}"
    assert "by revenue" in card.label
    assert len([card for card in at.metric if card.label.startswith("All together")]) == 3
    for row in files[-1]:
        assert row["group_rule"] == "revenue"
        assert row["group_pts"] == pytest.approx(expected)
        assert row["nps_pts"] == pytest.approx(rows[str(row["unit"])]["NPS"])


def test_without_weights_one_rule_is_left_and_the_page_says_what_to_load(home_of) -> None:  # type: ignore[no-untyped-def]
    with at_home(home_of("public").folder):
        at = visit("compare", rule="revenue")
        assert is_whole(at)
        assert not [card for card in at.metric if card.label.startswith("All together")]
        assert any("The table business" in said(text.value) for text in at.caption)


def test_the_map_of_touchpoints_says_what_the_raw_answers_say_and_its_table_has_every_cell(demo: Demo) -> None:
    home, tables = demo
    answers = tables["responses"]
    answers = answers[(answers["survey"] == "transaction") & answers["score"].notna()
                      & answers["responded_at"].str.slice(0, 7).between("2025-11", "2026-10")]
    scores = pd.to_numeric(answers["score"])
    signs = (scores >= 9).astype(int) - (scores <= 6).astype(int)
    raw = signs.groupby([answers["touchpoint_id"], answers["unit_id"].str.slice(0, 2)]).agg(["mean", "size"])
    touchpoint = dict(zip(tables["touchpoints"]["name"], tables["touchpoints"]["touchpoint_id"], strict=True))
    units = dict(zip(tables["units"]["name"], tables["units"]["unit_id"], strict=True))
    with at_home(home.folder):
        at = visit("compare", chart="touchpoints", survey="transaction")
        assert is_whole(at)
        figure = drawn(at)
        rows = table_of(at)
    shown = [row for row in rows if not pd.isna(row["NPS"])]
    whole = 0
    for row in shown:
        mean, size = raw.loc[touchpoint[row["Touchpoint"]], units[row["Business unit"]]]
        assert row["Answers (n)"] <= size  # months that would give others away are left out
        if row["Answers (n)"] == size:
            whole += 1
            assert row["NPS"] == pytest.approx(100 * mean)
    assert whole > 20
    assert len(rows) == 4 * len({row["Touchpoint"] for row in rows})
    drawn_names = [name for name in figure["layout"]["yaxis"]["ticktext"] if name]
    assert len(drawn_names) == min(MAX_TOUCHPOINTS, len(rows) // 4)
    if len(rows) // 4 > MAX_TOUCHPOINTS:
        assert any(f"{MAX_TOUCHPOINTS} of {len(rows) // 4} touchpoints" in said(text.value) for text in at.caption)


@over("few_answers", "hostile")
def test_small_companies_have_their_periods_side_by_side_or_say_why_not(company: Home) -> None:
    at = visit("compare", chart="multiples", survey="transaction")
    assert is_whole(at)
    assert figures_of(at) or any("Two units with a figure are needed" in info.value for info in at.info)
    assert not re.search(r"14\.28|66\.6", received(at))


def test_targets_stand_in_the_table_with_the_difference(demo: Demo) -> None:
    home, tables = demo
    wanted = tables["targets"][(tables["targets"]["metric"] == "t_nps") & (tables["targets"]["period"] == "2026")]
    targets = dict(zip(wanted["unit_id"], wanted["target"].astype(float), strict=True))
    names = dict(zip(tables["units"]["unit_id"], tables["units"]["name"], strict=True))
    with at_home(home.folder):
        rows = {row["Business unit"]: row for row in table_of(visit("compare", survey="transaction"))}
    assert targets
    for unit, target in targets.items():
        row = rows[names[unit]]
        assert row["Target"] == target
        assert row["Against the target"] == pytest.approx(row["NPS"] - target)
        assert row["against target from"] == pytest.approx(row["from"] - target)
