"""The commands that change the data, as a scheduler runs them: exit codes, JSON, undo, doctor, watched folders."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cx.cli.report_text import print_report, report_document
from cx.contract.tables import TABLES
from cx.ingest.report import Change, Classes, Doubt, Effect, LoadReport
from cx.phrase import phrase
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.ingest.loads import MAPPING, answers_csv, soon


@contextmanager
def started(home: Home, *command: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m cx …` that has begun; it is over at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cx", *map(str, command)], cwd=PROJECT_FOLDER, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "CX_HOME": str(home.folder), "COLUMNS": "200", **environment})
    with process:
        try:
            yield process
        finally:
            process.kill()


def cx(home: Home, *command: object, **environment: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `python -m cx …`."""
    with started(home, *command, **environment) as process:
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


def cx_json(home: Home, *command: object) -> tuple[int, Any]:
    """Exit code and the one JSON document of a command."""
    code, out, _ = cx(home, *command, "--json")
    return code, json.loads(out)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "branch.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def test_the_json_of_a_load_is_the_whole_report(home: Home, mapping: Path, tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "a.csv", 40)
    file.write_text(file.read_text() + "x,eleven,2026-01-01,A\n", encoding="utf-8")
    code, checked = cx_json(home, "check", mapping, file)
    assert (code, checked["snapshot_id"], home.current_id()) == (0, None, None)
    code, report = cx_json(home, "load", mapping, file)
    assert code == 0
    assert report["snapshot_id"] == home.current_id()
    assert (report["read"], report["loaded"], report["rejected"], report["rejects_total"]) == (41, 40, 1, 1)
    assert report["tables"][0]["file"] == "a.csv"
    (reject,) = report["rejects"]
    assert (reject["line"], reject["value"], reject["rule"]) == (42, "eleven", "type")
    assert len(reject["remedy"].split()) > 4
    assert cx_json(home, "load", mapping, file)[1]["already_loaded"] is True


def test_strict_tells_rejects_by_the_exit_code_and_loads_all_the_same(
    home: Home, mapping: Path, tmp_path: Path
) -> None:
    file = answers_csv(tmp_path / "a.csv", 40)
    assert cx(home, "load", "--strict", mapping, file)[0] == 0
    file.write_text(file.read_text() + "x,eleven,2026-01-01,A\ny,9,2026-01-01,A\n", encoding="utf-8")
    assert cx(home, "check", "--strict", mapping, file)[0] == 5
    assert rows_of(home, "select count(*) from responses") == [(40,)]
    assert cx(home, "load", "--strict", mapping, file)[0] == 5
    assert rows_of(home, "select count(*) from responses") == [(41,)]


def test_an_error_is_a_json_document_too(home: Home, mapping: Path, tmp_path: Path) -> None:
    code, told = cx_json(home, "load", mapping, tmp_path / "missing.csv")
    assert code == 1
    assert told.keys() == {"error"}
    assert told["error"]["kind"] == "FileError"
    assert "missing.csv" in told["error"]["title"]
    assert told["error"]["remedy"]
    code, _, said = cx(home, "load", mapping)
    assert code == 2
    assert "FILE" in said


def file_as_home(home: Home) -> None:
    home.folder.write_text("x", encoding="utf-8")


def file_as_snapshots(home: Home) -> None:
    home.folder.mkdir()
    home.snapshots.write_text("x", encoding="utf-8")


def folder_as_current(home: Home) -> None:
    home.snapshots.mkdir(parents=True)
    (home.folder / "CURRENT").mkdir()


@pytest.mark.parametrize("damage", [file_as_home, file_as_snapshots, folder_as_current])
def test_a_home_that_cannot_be_used_is_said_by_every_command(
    home: Home, mapping: Path, tmp_path: Path, damage: Callable[[Home], None]
) -> None:
    damage(home)
    file = answers_csv(tmp_path / "a.csv", 3)
    for command in (("load", mapping, file), ("check", mapping, file), ("undo",), ("show", "trends"), ("doctor",)):
        code, out, err = cx(home, *command, "--json")
        assert code == 1, command
        assert "Traceback" not in err
        assert "fault of the program" not in err
        told = json.loads(out)
        if isinstance(told, dict):
            assert told["error"]["remedy"], command
        else:
            assert [one["code"] for one in told] == ["broken-current"]
    assert "Nothing is broken" not in cx(home, "doctor")[1]


def test_a_file_in_the_place_of_a_folder_is_said(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        code, _, err = cx(home, "templates", folder)
        assert (code, "Traceback" in err, "file" in err) == (1, False, True)


def test_a_code_that_no_doubt_has_cannot_be_confirmed(home: Home, mapping: Path, tmp_path: Path) -> None:
    code, _, err = cx(home, "load", mapping, answers_csv(tmp_path / "a.csv", 3), "--confirm", "low-scores")
    assert code == 2
    assert "low-scores" in err
    assert "low_scores" in err
    assert home.current_id() is None


def test_names_are_printed_as_they_are(home: Home, mapping: Path, tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "[red]a[b].csv", 30)
    file.write_text(file.read_text(encoding="utf-8").replace(",A\n", ",[/red]A\n"), encoding="utf-8")
    code, out, err = cx(home, "load", mapping, file)
    assert code == 0, err
    assert "[red]a[b].csv" in out
    code, out, err = cx(home, "show", "trends")
    assert code == 0, err
    assert "[/red]A" in out


def test_errors_are_said_in_the_language_that_is_set(home: Home, mapping: Path, tmp_path: Path) -> None:
    english = cx(home, "load", mapping, tmp_path / "missing.csv")[2]
    chinese = cx(home, "load", mapping, tmp_path / "missing.csv", CX_LANGUAGE="zh_Hant")[2]
    assert "missing.csv" in english
    assert "missing.csv" in chinese
    assert english != chinese


def test_undo_makes_the_load_before_current(home: Home, mapping: Path, tmp_path: Path) -> None:
    for shift in (0, 1):
        assert cx(home, "load", mapping, answers_csv(tmp_path / "a.csv", 40, shift))[0] == 0
    second = home.current_id()
    code, told = cx_json(home, "undo")
    assert (code, told) == (0, {"undone": second, "current": home.current_id()})
    assert rows_of(home, "select score from responses where response_id = 'r0'") == [(0,)]
    code, out, err = cx(home, "undo")
    assert (code, out) == (1, "")
    assert "is the first snapshot" in err


def test_the_doctor_says_what_is_broken_and_mends_it_when_told(home: Home, mapping: Path, tmp_path: Path) -> None:
    assert cx_json(home, "doctor") == (0, [])
    for shift in (0, 1):
        cx(home, "load", mapping, answers_csv(tmp_path / "a.csv", 40, shift))
    broken = str(home.current_id())
    home.snapshot_path(broken).write_bytes(b"no database" * 1000)
    code, findings = cx_json(home, "doctor")
    assert code == 1
    assert [(one["code"], one["mended"]) for one in findings] == [
        ("corrupt-snapshot", False), ("broken-current", False)]
    assert broken in findings[1]["message"]
    code, out, _ = cx(home, "doctor", "--mend")
    assert code == 0
    assert out.count("(mended)") == 2
    assert rows_of(home, "select score from responses where response_id = 'r0'") == [(0,)]
    assert "Nothing is broken" in cx(home, "doctor")[1]


def test_templates_are_written_once_and_a_filled_one_loads_by_the_example_mapping(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "templates"
    assert cx(home, "templates", folder)[0] == 0
    assert {path.name for path in folder.iterdir()} == {"responses.toml", *(f"{name}.csv" for name in TABLES)}
    header = (folder / "responses.csv").read_text(encoding="utf-8").strip().split(",")
    row = {"response_id": "1", "survey": "transaction", "score": "9", "responded_at": "2026-01-31", "unit_id": "A"}
    with (folder / "responses.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.DictWriter(stream, header).writerow(row)
    code, _, err = cx(home, "load", folder / "responses.toml", folder / "responses.csv")
    assert code == 0, err
    assert rows_of(home, "select response_id, score from responses") == [("1", 9)]
    before = (folder / "responses.csv").read_bytes()
    code, _, err = cx(home, "templates", folder)
    assert code == 1
    assert "responses.csv" in err
    assert (folder / "responses.csv").read_bytes() == before


def test_every_optional_line_of_the_example_mapping_can_be_used(home: Home, tmp_path: Path) -> None:
    cx(home, "templates", tmp_path / "t")
    path = tmp_path / "t" / "responses.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("[responses]")
    path.write_text("\n".join([*lines[:start + 1], *(line.removeprefix("# ") for line in lines[start + 1:])]),
                    encoding="utf-8")
    code, report = cx_json(home, "check", path, tmp_path / "t" / "responses.csv")
    assert code in (0, 3), report
    assert report["ignored_columns"] == []


def test_a_watched_folder_is_loaded_until_it_is_told_to_end_and_goes_on_after_a_restart(
    home: Home, mapping: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    watch = ("load", mapping, folder, "--watch", "--every", "0.2", "--pattern", "*.csv")
    for name, end in (("a", signal.SIGINT), ("b", signal.SIGTERM)):
        with started(home, *watch) as process:
            answers_csv(folder / f"{name}.csv", 30, first=30 * (name == "b"))
            (folder / f"bad-{name}.csv").write_text("")
            assert soon(lambda name=name: (folder / "loaded" / f"{name}.csv").exists() and (
                folder / "refused" / f"bad-{name}.csv").exists(), within_s=60)
            process.send_signal(end)
            out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        said = {line.split(" UTC ")[1] for line in out.splitlines() if " UTC " in line}
        assert f"{name}.csv: read 30, loaded 30, rejected 0 → loaded/{name}.csv" in said
        assert any(line.startswith(f"bad-{name}.csv: refused") for line in said)
    assert rows_of(home, "select count(*) from responses") == [(60,)]
    assert json.loads((folder / "loaded" / "a.csv.json").read_text(encoding="utf-8"))["loaded"] == 30
    refused = json.loads((folder / "refused" / "bad-a.csv.json").read_text(encoding="utf-8"))
    assert refused["error"]["kind"] == "FileError"


def test_a_watch_that_speaks_json_says_one_line_a_file_and_strict_counts_rejects(
    home: Home, mapping: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    text = answers_csv(folder / "a.csv", 30).read_text(encoding="utf-8")
    with started(home, "load", mapping, folder, "--watch", "--every", "0.2", "--json", "--strict") as process:
        assert soon((folder / "loaded" / "a.csv").exists, within_s=60)
        (folder / "again.csv").write_text(text, encoding="utf-8")
        assert soon((folder / "loaded" / "again.csv").exists, within_s=60)
        (folder / "b.csv").write_text(text + "x,eleven,2026-01-01,A\n", encoding="utf-8")
        (folder / "bad.csv").write_text("", encoding="utf-8")
        assert soon(lambda: (folder / "loaded" / "b.csv").exists() and (folder / "refused" / "bad.csv").exists(),
                    within_s=60)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 5, err
    said = {told["file"]: told for told in map(json.loads, out.splitlines())}
    assert {name: told.get("rejected") for name, told in said.items()} == {
        "a.csv": 0, "again.csv": 0, "b.csv": 1, "bad.csv": None}
    assert said["bad.csv"]["error"]["kind"] == "FileError"
    assert said["b.csv"]["place"] == "loaded/b.csv"


def test_a_watch_says_that_a_file_was_loaded_before_and_ends_when_the_data_cannot_be_used(
    home: Home, mapping: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    cx(home, "load", mapping, answers_csv(folder / "a.csv", 30))
    with started(home, "load", mapping, folder, "--watch", "--every", "0.2") as process:
        assert soon((folder / "loaded" / "a.csv").exists, within_s=60)
        (home.folder / "CURRENT").write_text("nonsense", encoding="utf-8")
        answers_csv(folder / "b.csv", 3)
        out, err = process.communicate(timeout=60)
    assert "a.csv: was loaded before, nothing changed → loaded/a.csv" in out
    assert process.returncode == 1
    assert "CURRENT names nonsense" in err
    assert (folder / "b.csv").exists()


def test_a_watch_wants_one_folder_and_a_mapping_that_can_be_used(home: Home, mapping: Path, tmp_path: Path) -> None:
    file = answers_csv(tmp_path / "a.csv", 3)
    assert cx(home, "load", "--watch", mapping, file)[0] == 2
    mapping.write_text("source = [", encoding="utf-8")
    code, _, err = cx(home, "load", "--watch", mapping, tmp_path)
    assert code == 1
    assert "branch.toml" in err
    assert file.exists()


def waiting_report() -> LoadReport:
    """The report of a load that waits for a person."""
    changes = tuple(Change("responses", f"r{n}", "score", None if n else "3", "9", "a.csv", n + 2) for n in range(25))
    return LoadReport(
        None, False, False, (), (), 0, (), (), changes, 40,
        (Doubt("score_up_to_5", "a.csv", phrase("No value above 5 in {n} answers.", n=4000), True),
         Doubt("one_day", "a.csv", phrase("All answers are of one day."), False)),
        (Effect("transaction", Classes(60, 20, 20), Classes(60, 40, 100)),
         Effect("relationship", Classes(0, 0, 0), Classes(3, 0, 0))), True)


def test_doubts_changes_and_effects_are_said_with_how_to_confirm(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(waiting_report())
    printed = capsys.readouterr()
    out, err = " ".join(printed.out.split()), " ".join(printed.err.split())
    assert "a.csv: No value above 5 in 4000 answers." in err
    assert "--confirm score_up_to_5" in err
    assert 'confirmed = ["score_up_to_5"]' in err
    assert "one_day" not in err
    assert "All answers are of one day." in err
    assert printed.out.count("responses r") == 20
    assert "responses r0: score '3' → '9' (a.csv, line 2)" in out
    assert "responses r1: score (blank) → '9'" in out
    assert "40 values of earlier loads were replaced." in out
    assert "Transaction (T-NPS): NPS +40.0 (n = 100) → −20.0 (n = 200)" in out
    assert "Relationship (R-NPS): NPS — (n = 0) → — (n = 3)" in out
    assert "waits until the doubts are confirmed" in out
    assert "is current" not in out


def test_the_json_has_the_nps_before_and_after() -> None:
    told = report_document(waiting_report())
    assert told["waits"] is True
    assert told["effects"] == [
        {"survey": "transaction", "n_before": 100, "nps_before_pts": 40.0, "n_after": 200, "nps_after_pts": -20.0},
        {"survey": "relationship", "n_before": 0, "nps_before_pts": None, "n_after": 3, "nps_after_pts": None}]
    assert [(doubt["code"], doubt["blocks"]) for doubt in told["doubts"]] == [
        ("score_up_to_5", True), ("one_day", False)]
