"""The level, targets and competitors on the page NPS trends: what stands there is what the raw tables say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cx.say.trends import VERDICTS
from cx.settings import settings
from cx.stats.movement import Verdict
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from tests.companies import Row, current_snapshot
from tests.pages import homes
from tests.pages.raw_answers import figures
from tests.pages.reader import at_home, drawn, is_whole, received, said, table_of, visit

Demo = tuple[Home, dict[str, pd.DataFrame]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two shops over 16 months; one falls in the last month and has four answers in April 2024, which are private."""
    dice = np.random.default_rng(9)
    rows: list[Row] = []
    for k in range(16):
        for unit in ("a", "b", "c"):
            n = 4 if (unit, k) == ("a", 3) else 120
            shares = (0.15, 0.25, 0.60) if (unit, k) == ("a", 15) else (0.5, 0.3, 0.2)
            given = [int(one) for one in dice.choice([10, 8, 3], n, p=shares)]
            rows += homes.answers(len(rows), given, unit=unit, at=f"{2024 + k // 12}-{1 + k % 12:02}-10",
                                  product="Pen" if k % 2 else "Ink")
    units: list[Row] = [{"unit_id": "top", "name": "Shops", "parent_id": ""}]
    units += [{"unit_id": unit, "name": f"Shop {unit}", "parent_id": "top"} for unit in ("a", "b", "c")]
    targets: list[Row] = [
        {"unit_id": "a", "metric": "t_nps", "period": "2024", "target": 10},
        {"unit_id": "a", "metric": "t_nps", "period": "2025", "target": 60},
        {"unit_id": "a", "metric": "t_nps", "period": "some day", "target": 60},
        {"unit_id": "b", "metric": "t_nps", "period": "2025", "target": 77},
    ]
    home = homes.company(Path(tmp_path_factory.mktemp("shop")), rows, units=units, targets=targets)
    with at_home(home.folder):
        yield home


def test_the_level_of_the_demo_is_that_of_its_raw_answers(demo: Demo) -> None:
    home, tables = demo
    expected = {period: raw for (unit, period), raw in figures(tables, "transaction").items() if unit == "HB"}
    with at_home(home.folder):
        at = visit(survey="transaction", unit="HB", chart="level")
    assert is_whole(at)
    traces = {trace["name"]: trace for trace in drawn(at)["data"] if trace.get("name")}
    dots, line = traces["Months (size: answers)"], traces["Level (95% band)"]
    assert dots["y"] == pytest.approx([expected[period].nps_pts for period in sorted(expected)])
    scores = [one for one in dots["y"] if one is not None]
    assert min(scores) < min(line["y"]) <= max(line["y"]) < max(scores)
    bullets = said(at.markdown[1].value)
    assert f"{sum(raw.n for raw in expected.values()):,} answers in {len(expected)} months" in bullets


def test_a_withheld_month_is_nowhere_in_the_level(shop: Home) -> None:
    at = visit(unit="a", chart="level")
    assert is_whole(at)
    for trace in drawn(at)["data"]:
        if trace.get("name") in ("Months (size: answers)", "Level (95% band)", "Expected range"):
            assert not [y for x, y in zip(trace["x"], trace["y"], strict=True)
                        if x and x.startswith("2024-04") and y is not None], trace["name"]
    assert "n = 4" not in received(at)


def test_title_and_mark_say_the_same_of_the_newest_month(shop: Home) -> None:
    at = visit(unit="a", chart="level")
    assert "T-NPS of Shop a fell by" in said(at.title[0].value)
    marks = next(trace for trace in drawn(at)["data"] if trace.get("name") == "moved down")
    assert [x[:7] for x in marks["x"]] == ["2025-04"]
    assert "months that can be judged moved against those before: Apr 2025 −" in said(at.markdown[1].value)


def test_targets_are_said_and_drawn_for_the_one_unit_only(shop: Home) -> None:
    for chart in ("level", "together"):
        at = visit(unit="a", chart=chart)
        text = "\n".join(said(one.value) for one in at.markdown)
        assert "Target of T-NPS +10.0 for 2024: reached." in text
        assert "Target of T-NPS +60.0 for 2025: if the level holds, it is very unlikely (<1%)" in text
        assert "+77.0" not in received(at)
        assert {trace["name"] for trace in drawn(at)["data"] if "Target" in trace.get("name", "")} == {
            "Target 2024: +10.0", "Target 2025: +60.0"}
        assert any("some day" in said(caption.value) for caption in at.caption)
    beside = visit(unit=["a", "b"], chart="together")
    assert "Target" not in received(beside)
    assert "Target" not in received(visit(unit="a", chart="together", product="Pen"))


def test_several_units_are_asked_to_be_one(shop: Home) -> None:
    at = visit(unit=["a", "b"], chart="level")
    assert is_whole(at)
    assert at.info[0].value == "Choose one unit to see its level."


def test_competitors_are_drawn_by_market_and_compared_where_asked_alike(demo: Demo) -> None:
    home, tables = demo
    scores = tables["benchmarks"]
    newest = scores[scores["period"] == max(scores["period"])].set_index("competitor")
    with at_home(home.folder):
        at = visit(survey="relationship", unit="HL", market="Life insurance", chart="level")
        other = visit(survey="relationship", unit="HL", market="Brokers", chart="together")
        none = visit(survey="relationship", unit="HL", chart="level")
        monthly = visit(survey="transaction", unit="HL", market="Life insurance", chart="level")
        beside = visit(survey="relationship", unit=["HL", "HB"], market="Life insurance")
    dashed = {trace["name"]: trace for trace in drawn(at)["data"] if trace.get("line", {}).get("dash") == "dash"}
    assert set(dashed) == {"Evergreen Life", "Summit Life", "Pearl Mutual", "Harbour Life (asked like competitors)"}
    assert dashed["Summit Life"]["y"][-1] == pytest.approx(float(newest.loc["Summit Life", "nps"]))
    text = said(at.markdown[-1].value)
    ours, theirs = (float(newest.loc[name, "nps"]) for name in ("Harbour Life", "Summit Life"))
    assert f"Harbour Life {ours:+.1f} (n = {newest.loc['Harbour Life', 'n']})" in text
    assert f"Summit Life {theirs:+.1f} (n = {newest.loc['Summit Life', 'n']})" in text
    assert text.count("95% interval") == 3
    assert "only changes" in said(other.markdown[-1].value)
    assert "dash" not in {trace.get("line", {}).get("dash") for trace in drawn(none)["data"]}
    for without in (monthly, beside):
        assert not [box for box in without.selectbox if box.key == "market"]
        assert "Summit Life" not in received(without)


def test_weighted_figures_have_a_level_of_their_own(demo: Demo) -> None:
    home, tables = demo
    expected = {period: raw for (unit, period), raw in figures(tables, "relationship").items() if unit == "HL"}
    with at_home(home.folder):
        at = visit(survey="relationship", unit="HL", chart="level", weights="on")
    dots = next(trace for trace in drawn(at)["data"] if trace.get("name") == "Waves (size: answers)")
    assert dots["y"] == pytest.approx([expected[period].weighted_nps_pts for period in sorted(expected)])
    assert "Level of Weighted R-NPS of Harbour Life" in said(at.markdown[1].value)
    assert "Target of Weighted R-NPS +26.0 for 2026" in said(at.markdown[2].value)


def test_verdicts_in_the_table_are_those_of_the_page(shop: Home) -> None:
    trends = nps_trends(current_snapshot(shop), Scope(None), "transaction", Filters(), settings())
    rows = table_of(visit())
    judged = [row for row in rows if row["Verdict"]]
    assert [row["Business unit"] for row in judged] == [series.name for series in trends.series if series.movement]
    assert all(row["Period"] == "Apr 2025" for row in judged)
    for row, series in zip(judged, trends.series, strict=True):
        movement = series.movement
        assert movement is not None
        assert row["Change"] == pytest.approx(100 * (movement.change or 0))
        assert row["change from"] < row["Change"] < row["change to"]
        assert row["Verdict"] == {Verdict.MOVED: "moved down", Verdict.NORMAL: "within normal variation"}[
            movement.verdict]
        if movement.verdict is Verdict.NORMAL:
            assert row["expected from"] <= row["NPS"] <= row["expected to"]
    assert "moved down" in {row["Verdict"] for row in judged}
    chinese = [row for row in table_of(visit(lang="zh_Hant")) if row["判定"]]
    assert len(chinese) == len(judged)
    assert not {row["判定"] for row in chinese} & set(VERDICTS)


@pytest.mark.parametrize("is_over", [True, False])
def test_a_month_that_was_not_over_at_the_load_is_provisional(tmp_path: Path, is_over: bool) -> None:
    now = datetime.now(UTC).date()
    this_month = now.replace(day=1)
    last_month = date.fromordinal(this_month.toordinal() - 1)
    newest = last_month if is_over else this_month
    home = homes.company(tmp_path, homes.answers(0, [10] * 30, at=f"{newest:%Y-%m}-01"))
    with at_home(home.folder):
        text = said(visit().markdown[0].value) if not is_over else received(visit())
        assert ("figures are provisional" in text) is not is_over
