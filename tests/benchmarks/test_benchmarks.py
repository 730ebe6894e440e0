"""The benchmarks measure what they say, on sizes that take seconds."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import duckdb
import pytest

from benchmarks import load, pages, rerun, scale, sessions
from benchmarks.rig.server import Server, running_server
from benchmarks.rig.synthetic import Built, snapshot
from benchmarks.rig.tab import Run, open_tab
from benchmarks.rig.table import Ratio, Report, Sample, publish
from cx.settings import Settings

ANSWERS, UNITS = 20_000, 24

# The last choice of all widgets comes back as the only option of the first.
WIDGETS = """
import streamlit as st
some = st.multiselect("Some", ["p", "q"], default=["q"], key="some")
pill = st.pills("Pill", ["a", "b"], default="a", key="pill")
on = st.toggle("On", key="on")
one = st.session_state.get("one")
options = ["x", "y", "z"] if one != "z" else [f"z {'-'.join(sorted(some, reverse=True))} {pill} {on}"]
st.selectbox("One", options, key="one")
st.json({str(number): number for number in range(3000)})
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return snapshot(tmp_path_factory.mktemp("scale"), ANSWERS, UNITS, tell=lambda _: None)


@pytest.fixture(scope="module")
def server(built: Built):
    with running_server(built.home) as started:
        yield started


def test_an_invented_company_holds_what_was_asked_for(built: Built) -> None:
    with duckdb.connect(built.path, read_only=True) as con:
        counts = con.execute("""select count(*), count(distinct unit_id), count(distinct touchpoint_id),
            count(distinct customer_id) < count(*), count(score) < count(*) from responses""").fetchone()
        levels = dict(con.execute("select kind, count(*) from units group by all").fetchall())
    assert counts == (ANSWERS, 20, 40, True, True)
    assert levels == {"group": 1, "subsidiary": 3, "branch": 20}


def test_an_invented_company_is_the_same_every_time_and_used_again(built: Built) -> None:
    folder = built.home.parent
    again = snapshot(folder, ANSWERS, UNITS, tell=lambda _: None)
    assert (again.path, again.rollups_s) == (built.path, None)
    other = snapshot(folder / "other", ANSWERS, UNITS, tell=lambda _: None)
    figures = "select sum(hash(responses)) from responses"
    with duckdb.connect(built.path, read_only=True) as one, duckdb.connect(other.path, read_only=True) as two:
        assert one.execute(figures).fetchone() == two.execute(figures).fetchone()


def test_two_thousand_units_stand_in_regions(tmp_path: Path) -> None:
    large = snapshot(tmp_path, 5_000, 2_000, tell=lambda _: None)
    with duckdb.connect(large.path, read_only=True) as con:
        assert con.execute("select count(*), max(depth) from unit_tree").fetchone() == (2_000, 3)


def test_pages_and_raw_answers_give_the_same_counts(built: Built) -> None:
    found = scale.report([built], Settings(), page_runs=1, raw_runs=1)
    assert {sample.name for sample in found.samples} >= {f"{ANSWERS:,} · {view}: raw answers" for view in scale.VIEWS}
    with pytest.raises(RuntimeError, match="other counts"):
        scale._refuse_other_figures("a view", {("2023-01", "group"): 5}, {("2023-01", "group"): 6})


def test_a_rerun_is_measured_against_the_empty_page(server: Server) -> None:
    floor, seen, new = rerun.report(server, runs=2).samples
    assert (floor.name, len(floor.seconds), len(seen.seconds), len(new.seconds)) == ("empty page", 4, 2, 2)
    assert floor.median_s < new.median_s


def test_sessions_change_their_view_without_error(server: Server) -> None:
    found = sessions.report(server, sessions=3, think_s=0.2, seconds=2, single_runs=2)
    assert {ratio.name: ratio.value for ratio in found.ratios}["errors"] == 0
    assert len(found.samples[1].seconds) > 3


def test_a_page_that_fails_counts_as_an_error(tmp_path: Path, built: Built) -> None:
    script = tmp_path / "fails.py"
    script.write_text("import streamlit as st\nst.error('no')\n", encoding="utf-8")
    with running_server(built.home, script) as failing, pytest.raises(RuntimeError, match="PageError: no"):
        sessions.report(failing, sessions=1, think_s=0.1, seconds=1, single_runs=1)


def test_a_tab_answers_for_its_widgets_as_a_browser_does(tmp_path: Path, built: Built) -> None:
    script = tmp_path / "widgets.py"
    script.write_text(WIDGETS, encoding="utf-8")

    async def use(url: str) -> list[Run]:
        async with open_tab(url) as tab:
            runs = [await tab.open("", {})]
            for key, value in (("one", "y"), ("some", ("p", "q")), ("pill", "b"), ("on", True), ("one", "z")):
                runs.append(await tab.change(key, value))
            assert tab.options("one") == ("z q-p b True",)
            return runs

    with running_server(built.home, script) as started:
        first, *later = asyncio.run(use(started.url))
    assert max(run.received_bytes for run in later) < first.received_bytes / 4, "a large message was sent again"


def test_a_report_says_whether_a_target_is_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratios = (Ratio("small", 2.0, at_most=3), Ratio("slow", 4.0, at_most=3), Ratio("fast", 49.0, at_least=50))
    assert [ratio.is_met for ratio in ratios] == [True, False, False]
    path = publish(Report("example", ("a fact",), (Sample("a run", (0.001, 0.002, 0.009)),), ratios), tmp_path)
    assert json.loads(path.read_text("utf-8"))["samples"][0]["seconds"] == [0.001, 0.002, 0.009]
    assert "not met" in capsys.readouterr().out


def test_a_load_is_measured_against_bare_duckdb_and_the_careful_path_beside_it(tmp_path: Path) -> None:
    report = load.report(tmp_path, answers=3000, units=UNITS, runs=1, careful_rows=1000)
    assert [sample.name for sample in report.samples] == ["bare", "check", "load", "careful check"]
    assert all(sample.seconds[0] > 0 for sample in report.samples)
    assert [ratio.at_most for ratio in report.ratios] == [1.5, 2, 2]
    assert len(list(tmp_path.iterdir())) == 1, "only the file of answers is kept"


def test_a_load_that_rejects_records_is_no_measurement(
        tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("response_id,survey,score,responded_at,unit_id\n1,transaction,11,2024-01-01,A\n")
    for work in load.WORK:
        with pytest.raises(RuntimeError, match=f"{work} ended with status 1"):
            load.cost(work, file, tmp_path)
        assert "1 of 1 records were rejected" in capfd.readouterr().err


def test_every_picture_is_measured_with_nothing_remembered(built: Built) -> None:
    measured = pages.report([built], Settings(), runs=1)
    assert len(measured.samples) == 10
    assert all(sample.seconds[0] > 0 for sample in measured.samples)
    assert measured.ratios == ()
