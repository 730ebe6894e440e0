"""The command line, as a person runs it: what it prints, how it ends, and that its figures are those of the pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cx.cli import app
from cx.say.translator import translator
from cx.say.verdicts import badge
from cx.settings import PROJECT_FOLDER, Settings
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from tests.companies import current_snapshot, load_tables, public_file
from tests.pages import homes
from tests.pages.reader import at_home, table_of, visit

KEYS = {
    "survey",
    "period",
    "unit_id",
    "n",
    "nps_pts",
    "low_pts",
    "high_pts",
    "withheld",
    "weighted_nps_pts",
    "weighted_low_pts",
    "weighted_high_pts",
}
MAPPINGS = PROJECT_FOLDER / "data" / "mappings"
MAPPING = """source = "branch"
scale = "0-10"

[file]
encoding = "utf-8"
delimiter = ","

[responses]
response_id = "id"
survey = { constant = "transaction" }
score = "score"
responded_at = { column = "at", format = "%Y-%m-%d" }
unit_id = "unit"
"""


def cx(home: Path, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m cx …` with its exit code and what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "cx", *map(str, command)],
        cwd=PROJECT_FOLDER,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        env={**os.environ, "CX_HOME": str(home), "COLUMNS": "200", **environment},
    )


def trends(home: Path, *options: object) -> list[dict[str, Any]]:
    """The rows of `show trends --json`."""
    done = cx(home, "show", "trends", "--json", *options)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "load.lock"
    }


@pytest.fixture(scope="module")
def airport(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the commands of the README loaded both years of the airport, and the R survey."""
    home = tmp_path_factory.mktemp("airport")
    for mapping, file in (
        ("sfo_2017", "sfo/2017.csv"),
        ("sfo_2018", "sfo/2018.csv"),
        ("r_survey_2019", "r_survey_2019/combined.tsv"),
    ):
        done = cx(home, "load", MAPPINGS / f"{mapping}.toml", public_file(file))
        assert done.returncode == 0, done.stderr
        assert "is current." in done.stdout
    return home


def test_the_airport_has_the_published_figures(airport: Path) -> None:
    rows = trends(airport, "--unit", "SFO")
    assert all(row.keys() >= KEYS for row in rows)
    whole = {row["period"]: row for row in rows if row["unit_id"] == "SFO"}
    assert {
        period: (row["survey"], row["n"], round(row["nps_pts"], 3), round(row["weighted_nps_pts"], 3), row["withheld"])
        for period, row in whole.items()
    } == {"2017": ("relationship", 2746, 39.840, 40.398, False), "2018": ("relationship", 2650, 30.981, 35.114, False)}
    areas = {row["unit_id"]: (row["n"], round(row["nps_pts"], 2)) for row in rows if row["period"] == "2017"}
    assert areas["A"] == (724, 39.92)
    assert areas["G"] == (625, 32.96)
    assert all(row["low_pts"] < row["nps_pts"] < row["high_pts"] for row in rows if not row["withheld"])


def test_the_r_survey_has_its_figure_on_its_scale(airport: Path) -> None:
    (row,) = trends(airport, "--unit", "r-community")
    assert round(row["nps_pts"], 3) == 75.100


def test_the_figures_are_those_of_the_page(airport: Path) -> None:
    filters = Filters(units=("SFO",))
    page = nps_trends(current_snapshot(Home(airport)), Scope(None), "relationship", filters, Settings(home=airport))
    expected = [
        (series.unit_id, point.period, point.n, point.estimate and 100 * point.estimate.nps)
        for series in page.series
        for point in series.points
    ]
    rows = trends(airport, "--unit", "SFO")
    assert [(row["unit_id"], row["period"], row["n"], row["nps_pts"]) for row in rows] == expected
    judged = {row["unit_id"]: (row["verdict"], row["change_pts"], row["change_low_pts"], row["expected_high_pts"])
              for row in rows if row["verdict"]}
    assert judged == {
        series.unit_id: (badge(translator("en"), one), 100 * one.change, 100 * one.low, 100 * one.expected_high)
        for series in page.series if (one := series.movement) and one.change is not None}
    assert judged["SFO"][0] == "moved down"


def test_a_table_for_people_has_the_same_figures(airport: Path) -> None:
    done = cx(airport, "show", "trends", "--unit", "SFO")
    assert done.returncode == 0
    for text in ("+39.8", "+31.0", "+40.4", "+35.1", "2,746", "moved down (-8.9)"):
        assert text in done.stdout


def test_loading_the_same_file_again_changes_nothing(airport: Path) -> None:
    before = files_of(airport)
    done = cx(airport, "load", MAPPINGS / "sfo_2017.toml", public_file("sfo/2017.csv"))
    assert done.returncode == 0
    assert "nothing changed" in done.stdout
    assert files_of(airport) == before


def test_check_says_the_same_as_load_and_changes_nothing(airport: Path, tmp_path: Path) -> None:
    checked = cx(tmp_path / "new", "check", MAPPINGS / "sfo_2017.toml", public_file("sfo/2017.csv"))
    assert checked.returncode == 0
    assert "Checked only: nothing was changed." in checked.stdout
    assert "Read " in checked.stdout
    assert not list((tmp_path / "new").rglob("CURRENT"))
    assert not list((tmp_path / "new").rglob("*.duckdb"))
    rows = tmp_path / "rows.csv"
    rows.write_text("id,score,at,unit\n" + "".join(f"{number},9,2026-01-01,A\n" for number in range(20)))
    mapping = tmp_path / "branch.toml"
    mapping.write_text(MAPPING)
    before = files_of(airport)
    assert cx(airport, "check", mapping, rows).returncode == 0
    assert files_of(airport) == before


def test_a_reject_is_said_with_file_line_column_value_rule_and_remedy(tmp_path: Path) -> None:
    rows, mapping = tmp_path / "rows.csv", tmp_path / "branch.toml"
    mapping.write_text(MAPPING)
    rows.write_text(
        "id,score,at,unit\n"
        + "".join(f"{number},9,2026-01-01,A\n" for number in range(20))
        + "x,eleventy,2026-01-01,A\n"
    )
    done = cx(tmp_path / "home", "load", mapping, rows)
    assert done.returncode == 0
    assert "Read 21 = loaded 20 + rejected 1" in done.stdout
    said = " ".join(done.stderr.split())
    assert "rows.csv, line 22, column score: 'eleventy': " in said
    assert said.endswith(".")
    assert len(said.split("'eleventy': ")[1].split()) > 4  # a rule and a sentence on how to mend it


@pytest.mark.parametrize(
    ("mapping", "rows", "words"),
    [
        (MAPPING, "id,score,at\n1,9,2026-01-01\n", ("rows.csv", "unit")),
        (MAPPING, "", ("rows.csv", "empty")),
        (MAPPING, 'id,score,at,unit\n1,9,2026-01-01,"A\n', ("rows.csv", "line 2")),
        ("source = [", "id\n", ("branch.toml",)),
        (MAPPING.replace("unit_id", "unit_idd"), "id,score,at,unit\n1,9,2026-01-01,A\n", ("branch.toml", "unit_idd")),
        (MAPPING, None, ("rows.csv",)),
        (None, "id\n", ("branch.toml",)),
    ],
    ids=["missing column", "empty file", "open quote", "not TOML", "unknown column", "no file", "no mapping"],
)
def test_what_cannot_be_loaded_is_said_without_a_traceback(
    tmp_path: Path, mapping: str | None, rows: str | None, words: tuple[str, ...]
) -> None:
    for name, text in (("branch.toml", mapping), ("rows.csv", rows)):
        if text is not None:
            (tmp_path / name).write_text(text)
    done = cx(tmp_path / "home", "load", tmp_path / "branch.toml", tmp_path / "rows.csv")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 3  # what happened, the facts, what to do
    for word in words:
        assert word in done.stderr
    assert not list((tmp_path / "home").rglob("CURRENT"))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with withheld figures (see homes.few_answers)."""
    return homes.few_answers(tmp_path_factory.mktemp("few")).folder


def test_withheld_figures_are_not_in_the_json(few: Path) -> None:
    done = cx(few, "show", "trends", "--json")
    rows = {row["unit_id"]: row for row in json.loads(done.stdout)}
    assert {unit: row["withheld"] for unit, row in rows.items()} == {
        "all": False,
        "kept": False,
        "small": True,
        "tiny": True,
    }
    for unit in ("small", "tiny"):
        assert [
            name for name, value in rows[unit].items() if name.endswith(("_pts", "_pct")) and value is not None
        ] == []
    for hidden in ("14.28", "57.14", "42.85", "66.66", "33.33"):
        assert hidden not in done.stdout
    for row in trends(few, "--product", "Big"):
        assert row["nps_pts"] is None or row["unit_id"] == "kept"


def test_the_options_are_the_filters_of_the_page(tmp_path: Path) -> None:
    folder, home = tmp_path, Home(tmp_path / "home")
    rows = []
    for month, channel, score in (("2026-01", "app", 10), ("2026-02", "web", 7), ("2026-03", "app", 0)):
        rows += homes.answers(
            len(rows),
            [score] * 20,
            at=f"{month}-10",
            channel=channel,
            product="Car",
            segment="Young",
            touchpoint_id="chat",
            unit="A",
        )
    load_tables(home, folder / "files", {"responses": rows})

    def run(*options: str) -> tuple[int, str]:
        with at_home(home.folder):
            done = CliRunner().invoke(app, ["show", "trends", "--json", *options])
        assert "Traceback" not in done.output
        return done.exit_code, done.stdout

    def found(*options: str) -> dict[str, float]:
        return {row["period"]: row["nps_pts"] for row in json.loads(run(*options)[1])}

    assert found() == {"2026-01": 100, "2026-02": 0, "2026-03": -100}
    assert found("--from", "2026-02") == {"2026-02": 0, "2026-03": -100}
    assert found("--to", "2026-02", "--channel", "app") == {"2026-01": 100}
    assert found("--product", "Car", "--segment", "Young", "--touchpoint", "chat", "--channel", "web") == {"2026-02": 0}
    assert found("--survey", "strategic") == {}
    for wrong in (("--from", "January"), ("--to", "2026-13"), ("--survey", "other"), ("--product", "Boat"),
                  ("--touchpoint", "nowhere")):
        assert run(*wrong)[0] != 0


def test_show_compare_writes_what_the_page_shows(tmp_path: Path) -> None:
    home, _ = homes.small_demo(tmp_path / "home")

    def run(*options: str) -> tuple[int, str]:
        with at_home(home.folder):
            done = CliRunner().invoke(app, ["show", "compare", *options])
        assert "Traceback" not in done.output
        return done.exit_code, done.stdout

    code, text = run("--survey", "transaction", "--level", "2", "--mix", "segment", "--rule", "revenue", "--json")
    assert code == 0
    rows = json.loads(text)
    with at_home(home.folder):
        at = visit("compare", survey="transaction", level="2", mix="segment", rule="revenue")
        shown = table_of(at)
        (card,) = [card for card in at.metric if "used here" in card.label]
    assert [row["unit"] for row in rows] == [row["Business unit"] for row in shown]
    for row, cells in zip(rows, shown, strict=True):
        for key, name in (("n", "Answers (n)"), ("nps_pts", "NPS"), ("pooled_pts", "Best guess"),
                          ("rank_low", "rank from"), ("same_mix_pts", "At the same mix"), ("parent", "Unit above")):
            assert row[key] == pytest.approx(cells[name]) if row[key] is not None else cells[name] != cells[name]
        assert (row["survey"], row["group_rule"], f"{row['group_pts']:+.1f}") == ("transaction", "revenue", card.value)
    assert run("--level", "2", "--unit", "HL")[0] == 0
    for wrong in (("--level", "9"), ("--level", "0"), ("--rule", "votes"), ("--rule", "premium"), ("--unit", "NOWHERE"),
                  ("--from", "May"), ("--mix", "weather"), ("--product", "Boat")):
        assert run(*wrong)[0] != 0, wrong


def test_show_compare_withholds_as_the_page_does(few: Path) -> None:
    done = cx(few, "show", "compare", "--json")
    rows = {row["unit_id"]: row for row in json.loads(done.stdout)}
    assert {unit: row["withheld"] for unit, row in rows.items()} == {"kept": False, "small": True, "tiny": True}
    for hidden in ("14.28", "57.14", "42.85", "66.66", "33.33"):
        assert hidden not in done.stdout


def test_an_unknown_unit_is_said_and_nothing_else_is_shown_for_it(few: Path) -> None:
    done = cx(few, "show", "trends", "--json", "--unit", "NOWHERE")
    assert done.returncode == 1
    assert "NOWHERE" in done.stderr
    assert json.loads(done.stdout).keys() == {"error"}


def test_without_data_the_next_step_is_said(tmp_path: Path) -> None:
    done = cx(tmp_path, "show", "trends", "--json")
    assert done.returncode == 1
    assert "Nothing is loaded yet" in done.stderr
    assert "python -m cx demo" in done.stderr


def test_demo_is_built_once_and_never_over_real_data(airport: Path, tmp_path: Path) -> None:
    for command in (("demo", "--if-empty"), ("demo",)):
        before = files_of(airport)
        done = cx(airport, *command)
        assert done.returncode == (0 if "--if-empty" in command else 1)
        assert "The demo company was not built" in done.stdout + done.stderr
        assert files_of(airport) == before


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "cx.example"])
def test_serve_refuses_every_other_address(tmp_path: Path, address: str) -> None:
    done = cx(tmp_path, "serve", "--address", address)
    assert done.returncode == 1
    assert f"The server must not listen on {address}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_is_said_without_a_traceback(tmp_path: Path) -> None:
    for name, value in (("CX_PORT", "high"), ("CX_TIME_ZONE", "Mars/Olympus"), ("CX_LANGUAGE", "xx")):
        done = cx(tmp_path, "show", "trends", **{name: value})
        assert done.returncode == 1, name
        assert "Traceback" not in done.stderr, name
        assert value in done.stderr, name
