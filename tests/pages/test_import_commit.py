"""A load that was confirmed belongs to the server: one click or two, whoever watches, it runs once and to its end."""

from __future__ import annotations

from pathlib import Path

from cx.ingest.confined import LoadOrder, start_load
from cx.ingest.known_mappings import keep
from cx.ingest.mapping import read_mapping
from cx.ui.import_commit import Commit, Commits
from cx.warehouse.home import Home
from tests.companies import answer, job_of, rows_of

SECONDS = 60


def commit_of(home: Home, folder: Path, token: str, score: object = 9) -> Commit:
    """A real load of twelve answers, begun."""
    folder.mkdir()
    job_of(folder, "responses", [answer(number, score) for number in range(12)])
    order = LoadOrder(home.folder, folder / "responses.toml", (folder / "responses.csv",), "UTC")
    return Commit(token, "responses.csv", False, start_load(order))


def test_a_second_click_starts_nothing_and_the_mapping_is_kept_when_the_load_has_succeeded(tmp_path: Path) -> None:
    home, started, server = Home(tmp_path / "home"), [], Commits()

    def start() -> Commit:
        started.append(commit_of(home, tmp_path / f"click-{len(started)}", "one"))
        return started[-1]

    def kept() -> Path:
        return keep(home, read_mapping(tmp_path / "click-0" / "responses.toml"))

    first = server.start(home.folder, start, "one", kept)
    assert server.start(home.folder, start, "one", kept) is first is server.of(home.folder)
    assert first.running.result().loaded == 12
    assert first.has_ended(SECONDS)
    assert server.start(home.folder, start, "one", kept) is first
    assert len(started) == 1
    assert first.kept is not None
    assert first.kept.read_text() == (tmp_path / "click-0" / "responses.toml").read_text()
    assert rows_of(home, "select count(*) from responses") == [(12,)]
    server.put_away(home.folder, first)
    assert server.of(home.folder) is None


def test_a_load_that_fails_keeps_no_mapping_and_says_why(tmp_path: Path) -> None:
    home, server = Home(tmp_path / "home"), Commits()

    def start() -> Commit:
        commit = commit_of(home, tmp_path / "files", "one")
        commit.running.stop()
        return commit

    def never() -> Path:
        raise AssertionError("a load that did not succeed must not tidy up")

    failed = server.start(home.folder, start, "one", never)
    assert failed.has_ended(SECONDS)
    assert failed.error is not None
    assert "Nothing was changed" in str(failed.error)
    assert (failed.report, failed.kept, home.current_id()) == (None, None, None)
