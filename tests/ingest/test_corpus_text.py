"""Files and text of the corpus, where a line of its table needs more than counts: what is read, said and proposed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest

from cx.errors import FileError
from cx.ingest.candidates import look_at
from cx.ingest.load import load
from cx.ingest.report import Change, LoadReport
from cx.ingest.sources import file_job, mended_job
from cx.say.rejects import mend_header, mend_rows
from cx.say.translator import translator
from cx.settings import Settings
from cx.ui.downloads import csv_text
from cx.warehouse.home import Home
from cx.warehouse.loads import mendable_records, rejected_files
from cx.warehouse.scope import authorize
from tests.companies import answer, content_of, current_snapshot, load_tables, mapping_of, rows_of, write_csv
from tests.corpus import generated
from tests.corpus.manifest import FILES, job_of

NAMES = ("response_id", "survey", "score", "responded_at", "unit_id", "comment")


def loaded(folder: Path, name: str, layout: str = "") -> tuple[Home, LoadReport]:
    """A new home into which a file of the corpus was loaded, and the report."""
    home = Home(folder / "home")
    return home, load(home, (job_of(name, layout),), "UTC")


def notices(report: LoadReport, file: str) -> str:
    """What the report says about a file that holds nothing up."""
    return " ".join(str(doubt.message) for doubt in report.doubts if doubt.file == file and not doubt.blocks)


@pytest.mark.parametrize("name", ["header_only.csv", "header_only_no_newline.csv"])
def test_a_file_without_records_is_said_and_changes_no_row(tmp_path: Path, name: str) -> None:
    home, _ = loaded(tmp_path, "clean.csv")
    before = content_of(home)
    report = load(home, (job_of(name),), "UTC")
    assert (report.read, report.loaded, report.rejected) == (0, 0, 0)
    assert "no record" in notices(report, name)
    after = content_of(home)
    assert [file for file, *_ in after.pop("headers")] == ["clean.csv", name]
    assert before.pop("headers")
    assert after == before


def test_columns_that_are_not_used_are_listed(tmp_path: Path) -> None:
    home, report = loaded(tmp_path, "extra_columns.csv")
    assert report.ignored_columns == ("IP Address", "Browser")
    assert rows_of(home, "select ignored_columns from loads") == [("IP Address, Browser",)]


@pytest.mark.parametrize(("name", "rows", "scores"), [
    ("qualtrics.csv", 3, [("R_1", 10, "2026-01-05 08:30:00"), ("R_2", 3, "2026-01-06 09:00:00")]),
    ("surveymonkey.csv", 2, [("118001", 9, "2026-01-05 08:30:00"), ("118002", None, "2026-01-31 23:30:00")]),
])  # fmt: skip
def test_header_rows_are_counted_as_what_they_are(
    tmp_path: Path, name: str, rows: int, scores: list[tuple[object, ...]]
) -> None:
    home, report = loaded(tmp_path, name, f"{{ header_rows = {rows} }}")
    assert (report.read, report.loaded) == (2, 2)
    assert [one.blank for one in report.tables] == [sum(score is None for _, score, _ in scores)]
    assert rows_of(home, "select response_id, score, responded_at::varchar from responses order by 1") == scores
    proposed = look_at(FILES / name)[0]
    assert (proposed.layout.header_rows, proposed.records) == (rows, 2)


@pytest.mark.parametrize(("name", "delimiter", "skipped"), [
    ("sep_line.csv", ";", 1), ("semicolon.csv", ";", 0), ("tab.tsv", "\t", 0), ("pipe.txt", "|", 0),
    ("clean.csv", ",", 0),
])  # fmt: skip
def test_delimiters_are_proposed_from_the_header(name: str, delimiter: str, skipped: int) -> None:
    best = look_at(FILES / name)[0]
    assert (best.layout.delimiter, best.layout.skip_rows, tuple(best.header)) == (delimiter, skipped, NAMES)
    assert best.records == 5


@pytest.mark.parametrize(("name", "encoding", "first"), [
    ("big5.csv", "big5", "服務很好"), ("shift_jis.csv", "shift_jis", "とても満足"),
    ("cp1252.csv", "cp1252", "Très bien – “merci”"), ("gb18030.csv", "gb18030", "Quick and kind"),
])  # fmt: skip
def test_an_encoding_is_never_guessed_silently(tmp_path: Path, name: str, encoding: str, first: str) -> None:
    candidates = look_at(FILES / name)
    assert not any(one.certain for one in candidates)
    assert len({one.layout.encoding for one in candidates}) >= 3
    (right,) = [one for one in candidates if one.layout.encoding == encoding]
    assert right.rows[0][NAMES.index("comment")] == first
    home, _ = loaded(tmp_path, name, f'{{ encoding = "{encoding}" }}')
    assert rows_of(home, "select comment from responses order by rowid limit 1") == [(first,)]


def test_rows_that_look_like_comments_are_kept(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, "hash_rows.csv")
    assert rows_of(home, "select response_id, comment from responses order by rowid") == [
        ("#1", "# not a comment"), ("# 2", "//"), ("-- 3", ";"), ("REM", "\\N"),
    ]  # fmt: skip


def test_odd_characters_are_stored_as_they_are(tmp_path: Path) -> None:
    home, report = loaded(tmp_path, "odd_characters.csv")
    written = (FILES / "odd_characters.csv").read_bytes().decode("utf-8")
    comments = [record.split(",", 5)[5] for record in written.split("\n")[1:-1]]
    assert [comment for (comment,) in rows_of(home, "select comment from responses order by rowid")] == [
        comment.replace("\0", "\ufffd") for comment in comments
    ]
    assert sum("\0" in comment for comment in comments) == 1
    assert "U+FFFD" in notices(report, "odd_characters.csv")


def test_a_million_characters_are_kept_and_one_more_is_rejected(tmp_path: Path) -> None:
    path = generated.long_comment(tmp_path)
    home = Home(tmp_path / "home")
    report = load(home, (job_of(path.name, folder=tmp_path),), "UTC")
    assert (report.loaded, report.rejected) == (2, 1)
    assert rows_of(home, "select length(comment), comment = repeat('滿', 1000000) from responses order by 1") == [
        (5, False), (1_000_000, True),
    ]  # fmt: skip
    assert rows_of(home, "select line, file_column, length(value), rule from rejects") == [
        (4, "comment", 1000, "type")
    ]
    assert rows_of(home, "select line, list_max(list_transform(cells, lambda cell: length(cell))) "
                         "from rejected_records") == [(4, 1_000_001)]


def test_a_cell_beyond_the_limit_costs_its_record_only(tmp_path: Path) -> None:
    path = generated.overlong_cell(tmp_path)
    home = Home(tmp_path / "home")
    report = load(home, (job_of(path.name, folder=tmp_path),), "UTC")
    assert (report.read, report.loaded, report.rejected) == (3, 2, 1)
    ((line, value, rule),) = rows_of(home, "select line, value, rule from rejects")
    assert (line, rule) == (3, "cell_too_long")
    assert str(value).startswith("l2,transaction,3,2026-01-06,North,xxx")


def test_a_cell_beyond_memory_refuses_the_file_with_its_line(tmp_path: Path) -> None:
    path = generated.endless_cell(tmp_path)
    home = Home(tmp_path / "home")
    with pytest.raises(FileError) as caught:
        load(home, (job_of(path.name, folder=tmp_path),), "UTC")
    assert "line 3" in str(caught.value.message)
    assert home.current_id() is None


def test_a_file_that_broke_off_is_loaded_without_its_last_record_once_that_is_meant(tmp_path: Path) -> None:
    for name in ("truncated.csv", "truncated_in_quotes.csv"):
        text = 'confirmed = ["truncated"]\n' + (FILES / "responses.toml").read_text()
        home = Home(tmp_path / name)
        report = load(home, (file_job(mapping_of(tmp_path, text), (FILES / name,)),), "UTC")
        assert (report.read, report.loaded, report.rejected) == (4, 3, 1)
        ((line, value),) = rows_of(home, "select line, value from rejects")
        assert line == 5
        assert str(value).startswith("c4,transaction,9,20")


def test_mended_rejects_come_back_as_they_were_but_for_what_was_mended(tmp_path: Path) -> None:
    """The comments of formulas.csv go through the download, which disarms them, and come back as they were."""
    home, _ = loaded(tmp_path, "formulas.csv")
    own = Settings(home=home.folder)
    snapshot, scope = current_snapshot(home), authorize(own)
    (file,) = rejected_files(snapshot, scope)
    text = csv_text(mend_header(file), mend_rows(translator("en"), file, mendable_records(snapshot, scope, file)))
    names, *records = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert {record[names.index("comment")] for record in records} >= {"'=1+1", "'@SUM(A1)", "' =1+1", "＝1+1", "-5"}
    for record in records:
        record[names.index("score")] = "9"
    path = write_csv(tmp_path / "mended.csv", names, records)
    mended = mended_job(job_of("formulas.csv").mapping, (path,))
    report = load(home, (mended,), "UTC", mended=True)
    assert (report.loaded, report.rejected) == (len(records), 0)
    written = (FILES / "formulas.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert rows_of(home, "select comment from responses order by response_id") == [
        (comment,) for comment in (next(csv.reader([line]))[5] for line in written)
    ]
    assert rows_of(home, "select count(*) from rejects") == [(0,)]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, "clean.csv")
    files = {path: path.stat().st_mtime_ns for path in home.folder.rglob("*") if path.is_file()}
    before, current = content_of(home), home.current_id()
    again = load(home, (job_of("clean.csv"),), "UTC")
    assert again.already_loaded
    assert (again.read, again.loaded, again.rejected, again.changes) == (5, 5, 0, ())
    assert (content_of(home), home.current_id()) == (before, current)
    assert {path for path in home.folder.rglob("*") if path.is_file()} == set(files)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "clean_again.csv").write_bytes((FILES / "clean.csv").read_bytes())
    renamed = load(home, (job_of("clean_again.csv", folder=tmp_path / "copy"),), "UTC")
    assert renamed.changes_total == 0
    assert sum(one.replaced for one in renamed.tables) == 0


def test_overlapping_files_correct_by_key_and_list_each_change(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, "january.csv")
    report = load(home, (job_of("january_february.csv"),), "UTC")
    assert rows_of(home, "select response_id, score, unit_id, comment, file "
                   "from responses join origins on origin_no = _origin order by 1") == [
        ("m1", 10, "North", "first 1", "january.csv"),
        ("m2", 2, "North", "second 2", "january_february.csv"),
        ("m3", 3, "North", "first 3", "january_february.csv"),
        ("m4", 7, "South", "first 4", "january_february.csv"),
        ("m5", 10, "North", "second 5", "january_february.csv"),
    ]
    assert sum(one.replaced for one in report.tables) == report.tables[0].replaced == 2
    assert set(report.changes) == {
        Change("responses", "m2", "score", "9", "2", "january_february.csv", 2),
        Change("responses", "m2", "comment", "first 2", "second 2", "january_february.csv", 2),
        Change("responses", "m4", "unit_id", "North", "South", "january_february.csv", 4),
    }
    assert report.changes_total == 3


def test_a_later_load_wins_though_the_clock_was_set_back(tmp_path: Path) -> None:
    """The first version of january.csv was loaded by a clock that ran a year ahead; what came later still counts."""
    home, _ = loaded(tmp_path, "january.csv")
    set_ahead(home)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, content in ((first, "january.csv"), (second, "january_february.csv")):
        folder.mkdir()
        (folder / "january.csv").write_bytes((FILES / content).read_bytes())
    load(home, (job_of("january.csv", folder=second),), "UTC")
    corrected, current = content_of(home), home.current_id()
    assert load(home, (job_of("january.csv", folder=second),), "UTC").already_loaded
    assert (content_of(home), home.current_id()) == (corrected, current)
    assert rows_of(home, "select score from responses where response_id = 'm2'") == [(2,)]
    assert not load(home, (job_of("january.csv", folder=first),), "UTC").already_loaded
    assert rows_of(home, "select score from responses where response_id = 'm2'") == [(9,)]
    for number in range(6):
        load_tables(home, tmp_path / "more", {"responses": [answer(number, 9)]})
        assert rows_of(home, "select max(response_id) from responses") == [(f"r{number}",)]
        ((previous,),) = rows_of(home, "select previous from snapshot")
        assert home.snapshot_path(str(previous)).exists()


def set_ahead(home: Home) -> None:
    """Make the current snapshot one that was built by a clock a year ahead."""
    built = str(home.current_id())
    ahead = f"{int(built[:4]) + 1}{built[4:]}"
    with duckdb.connect(home.snapshot_path(built)) as con:
        con.execute("update snapshot set snapshot_id = ?, created_at = created_at + interval 1 year", [ahead])
        con.execute("update loads set load_id = ?, loaded_at = loaded_at + interval 1 year", [ahead])
    home.snapshot_path(built).rename(home.snapshot_path(ahead))
    (home.folder / "CURRENT").write_text(f"{ahead}\n")
