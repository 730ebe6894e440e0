"""A folder that is watched: every file that arrives ends up loaded or refused, beside a report, once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cx.errors import CxError, FileError, LoadError, MappingError, SettingsError, SnapshotError
from cx.ingest.confined import start_load
from cx.ingest.report import Doubt, LoadReport, TableReport
from cx.ingest.watch import Arrival, Result, arrivals
from cx.phrase import phrase
from cx.warehouse.disk import disk_full
from cx.warehouse.home import Home
from cx.warehouse.lock import held
from tests.companies import rows_of
from tests.ingest.loads import answers_csv, order_of

EVERY_S = 0.05


def document(result: Result) -> str:
    return json.dumps({"error": str(result)} if isinstance(result, CxError) else {"loaded": result.loaded})


def report_of(path: Path) -> LoadReport:
    """A report that counts the lines of a file."""
    n = len(path.read_text().splitlines())
    return LoadReport("x", False, False, (TableReport("s", path.name, "responses", n, n, 0),), (), 0, ())


def watched(folder: Path, load_one: object = report_of, *patterns: str) -> Iterator[Arrival]:
    return arrivals(folder, patterns or ("*",), EVERY_S, load_one, document)  # type: ignore[arg-type]


def files_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_are_loaded_in_the_order_in_which_they_came_and_put_away_with_their_report(tmp_path: Path) -> None:
    for name, text in (("b.csv", "1\n"), ("a.csv", "1\n2\n")):
        (tmp_path / name).write_text(text)
        threading.Event().wait(0.02)
    found = watched(tmp_path)
    assert [(one.name, one.moved_to) for one in (next(found), next(found))] == [
        ("b.csv", tmp_path / "loaded" / "b.csv"), ("a.csv", tmp_path / "loaded" / "a.csv")]
    assert files_of(tmp_path) == {
        "loaded/a.csv": "1\n2\n", "loaded/a.csv.json": '{"loaded": 2}',
        "loaded/b.csv": "1\n", "loaded/b.csv.json": '{"loaded": 1}'}


def test_a_file_that_grows_is_left_alone_until_it_is_whole(tmp_path: Path) -> None:
    path, written, stop = tmp_path / "slow.csv", threading.Event(), threading.Event()

    def write() -> None:
        with path.open("w") as stream:
            for number in range(60):
                stream.write(f"{number}\n")
                stream.flush()
                stop.wait(EVERY_S / 5)
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    arrival = next(watched(tmp_path))
    assert written.is_set()
    writer.join()
    assert isinstance(arrival.result, LoadReport)
    assert arrival.result.loaded == 60


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    read: list[int] = []

    def load_one(path: Path) -> LoadReport:
        report = report_of(path)
        read.append(report.loaded)
        if len(read) == 1:
            path.write_text("1\n2\n")
        return report

    arrival = next(watched(tmp_path, load_one))
    assert read == [1, 2]
    assert files_of(tmp_path)[f"loaded/{arrival.name}"] == "1\n2\n"


def test_what_cannot_be_used_is_refused_with_the_reason_and_the_next_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("x")
    (tmp_path / "worse.csv").write_text("x")
    (tmp_path / "good.csv").write_text("x")

    def load_one(path: Path) -> LoadReport:
        if path.name == "bad.csv":
            raise FileError(phrase("No table"), phrase("It is a picture."), phrase("Export it again."))
        report = report_of(path)
        if path.name == "worse.csv":
            return LoadReport(None, False, False, report.tables, (), 0, (),
                              doubts=(Doubt("low", path.name, phrase("low"), True),), waits=True)
        return report

    found = watched(tmp_path, load_one)
    for _ in range(3):
        next(found)
    files = files_of(tmp_path)
    assert files.keys() == {"refused/bad.csv", "refused/bad.csv.json", "refused/worse.csv", "refused/worse.csv.json",
                            "loaded/good.csv", "loaded/good.csv.json"}
    assert "It is a picture." in files["refused/bad.csv.json"]


def test_patterns_choose_and_unfinished_hidden_and_inner_files_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    others = ["a.pdf", "b.csv.part", ".c.csv", "d.csv.tmp", "inner/e.csv", "f.xlsx.crdownload"]
    for name in (*others, "one.csv", "two.xlsx"):
        (tmp_path / name).write_text("x")
    found = watched(tmp_path, report_of, "*.csv", "*.xlsx", "*.part")
    assert {next(found).name, next(found).name} == {"one.csv", "two.xlsx"}
    assert files_of(tmp_path).keys() >= set(others)


def test_nothing_that_was_put_away_is_overwritten(tmp_path: Path) -> None:
    for text in ("1\n", "1\n2\n", "1\n2\n3\n"):
        (tmp_path / "same.csv").write_text(text)
        next(watched(tmp_path))
    loaded = [path for path in (tmp_path / "loaded").iterdir() if path.suffix == ".csv"]
    assert sorted(path.read_text() for path in loaded) == ["1\n", "1\n2\n", "1\n2\n3\n"]
    for path in loaded:
        assert json.loads(path.with_name(f"{path.name}.json").read_text()) == {
            "loaded": len(path.read_text().splitlines())}


def said(kind: type[CxError], **values: object) -> CxError:
    """An error of a kind, with what its message says."""
    return kind(phrase("Nothing was loaded"), phrase("Because", **values), phrase("Mend it."))


@pytest.mark.parametrize("error", [
    disk_full(Path(".")), said(SnapshotError), said(MappingError, file="branch.toml"), said(SettingsError),
    said(LoadError, memory="2,500")], ids=["disk", "snapshot", "mapping", "setting", "memory"])
def test_what_is_not_the_fault_of_the_file_ends_the_watch_and_the_file_stays(tmp_path: Path, error: CxError) -> None:
    (tmp_path / "a.csv").write_text("x")

    def load_one(_: Path) -> LoadReport:
        raise error

    with pytest.raises(type(error)) as caught:
        next(watched(tmp_path, load_one))
    assert caught.value is error
    assert files_of(tmp_path) == {"a.csv": "x"}


@pytest.mark.parametrize("error", [said(FileError), said(LoadError, file="a.csv")], ids=["file", "names the file"])
def test_what_is_the_fault_of_the_file_refuses_it(tmp_path: Path, error: CxError) -> None:
    (tmp_path / "a.csv").write_text("x")

    def load_one(_: Path) -> LoadReport:
        raise error

    arrival = next(watched(tmp_path, load_one))
    assert arrival.result is error
    assert arrival.moved_to == tmp_path / "refused" / "a.csv"


def test_while_another_load_runs_a_file_waits(tmp_path: Path) -> None:
    home, folder = Home(tmp_path / "home"), tmp_path / "in"
    folder.mkdir()
    tried: list[str] = []
    holding = held(home)

    def load_one(path: Path) -> LoadReport:
        if len(tried) == 2:
            holding.__exit__(None, None, None)
        tried.append(path.name)
        return start_load(order_of(home, path)).result()

    answers_csv(folder / "a.csv", 20)
    with holding:
        found = arrivals(folder, ("*.csv",), EVERY_S, load_one, document)
        arrival = next(found)
    assert tried == ["a.csv"] * 3
    assert arrival.moved_to == folder / "loaded" / "a.csv"
    assert rows_of(home, "select count(*) from responses") == [(20,)]


def test_a_watcher_that_died_after_the_load_goes_on_and_loads_nothing_twice(tmp_path: Path) -> None:
    home, folder = Home(tmp_path / "home"), tmp_path / "in"
    folder.mkdir()
    path = answers_csv(folder / "a.csv", 20)
    start_load(order_of(home, path)).result()  # and it died before it moved the file
    loaded = home.current_id()
    arrival = next(arrivals(folder, ("*.csv",), EVERY_S, lambda one: start_load(order_of(home, one)).result(),
                            document))
    assert isinstance(arrival.result, LoadReport)
    assert arrival.result.already_loaded
    assert arrival.moved_to == folder / "loaded" / "a.csv"
    assert home.current_id() == loaded
