"""Values of the corpus, items 30 to 40: what is a score, a day, an hour, a unit, a weight, and what is none."""

from __future__ import annotations

import calendar
import json
import math
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cx.contract.reasons import remedy
from cx.errors import LoadError
from cx.ingest.load import load
from cx.ingest.report import LoadReport
from cx.ingest.sources import LoadJob, file_job
from cx.say.trends import TrendRow, trend_rows
from cx.settings import PROJECT_FOLDER, Settings
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import authorize
from tests.companies import answer, content_of, current_snapshot, load_tables, mapping_of, rows_of, write_csv
from tests.corpus import generated
from tests.corpus.manifest import FILES, job_of
from tests.pages.reader import at_home, is_whole, received, visit

FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y", "%d-%b-%Y", "%-d/%-m/%Y")
ANSWERS = ("response_id", "survey", "score", "responded_at", "unit_id")


def loaded(folder: Path, *jobs: LoadJob, zone: str = "UTC") -> tuple[Home, LoadReport]:
    """A new home into which the jobs were loaded, and the report."""
    home = Home(folder / "home")
    return home, load(home, jobs, zone)


def rejects_of(home: Home) -> list[tuple[object, ...]]:
    """Line, value and rule of every reject; each has its remedy."""
    for table, column, rule in rows_of(home, "select table_name, column_name, rule from rejects"):
        assert str(remedy(str(table), str(column), str(rule)))
    return rows_of(home, "select line, coalesce(value, ''), rule from rejects order by all")


def mapped(folder: Path, name: str, **cells: str) -> LoadJob:
    """The job of loading a file of the corpus by a mapping of its own: some cells differ from the plain ones."""
    lines = "\n".join(f"{column} = {cells.get(column, json.dumps(column))}" for column in ANSWERS)
    top = f"time_zone = {cells['time_zone']}\n" if "time_zone" in cells else ""
    return file_job(mapping_of(folder, f'source = "corpus-{name}"\n{top}[responses]\n{lines}\n'), (FILES / name,))


def test_only_whole_numbers_in_range_are_scores(tmp_path: Path) -> None:
    home, report = loaded(tmp_path, job_of("scores.csv"))
    assert rows_of(home, "select response_id, score from responses order by 1") == [
        ("s01", 0), ("s02", 10), ("s03", 7), ("s04", 9), ("s10", 9), ("s14", None),
    ]  # fmt: skip
    assert [one.blank for one in report.tables] == [1]
    assert rejects_of(home) == [
        (6, "11", "maximum"), (7, "-1", "minimum"), (8, "ten", "type"), (9, "9.5", "type"), (10, "9,0", "type"),
        (12, "９", "type"), (13, "1e1", "type"), (14, "0x9", "type"), (16, "NaN", "type"),
        (17, "+9", "type"), (18, "9 / 10", "type"),
    ]  # fmt: skip


@pytest.mark.parametrize("made", [generated.scale_1_to_5, generated.scale_0_to_100])
def test_what_looks_wrong_though_valid_waits_until_it_is_confirmed(tmp_path: Path, made: generated.Maker) -> None:
    home, _ = loaded(tmp_path, job_of("earlier.csv"))
    before, current = content_of(home), home.current_id()
    path = made(tmp_path)
    waiting = load(home, (job_of(path.name, folder=tmp_path),), "UTC")
    assert waiting.waits
    assert (waiting.snapshot_id, home.current_id()) == (None, current)
    assert content_of(home) == before
    doubts = [doubt for doubt in waiting.doubts if doubt.blocks]
    assert {doubt.file for doubt in doubts} == {path.name}
    assert all(str(doubt.message) for doubt in doubts)
    codes = tuple(doubt.code for doubt in doubts)
    confirmed = load(home, (job_of(path.name, folder=tmp_path),), "UTC", confirmed=codes)
    assert not confirmed.waits
    assert confirmed.loaded == waiting.loaded == rows_of(home, "select count(*) - 2 from responses")[0][0]
    text = f"confirmed = {json.dumps(list(codes))}\n" + (FILES / "responses.toml").read_text()
    other, report = loaded(tmp_path / "other", file_job(mapping_of(tmp_path, text), (path,)))
    assert not report.waits
    assert rows_of(other, "select count(*) from responses") == [(confirmed.loaded,)]


def test_answers_of_one_day_are_said_and_loaded(tmp_path: Path) -> None:
    path = generated.one_day(tmp_path)
    _, report = loaded(tmp_path, job_of(path.name, folder=tmp_path))
    assert (report.waits, report.loaded) == (False, 4000)
    assert [(doubt.file, "4000" in str(doubt.message), "2026-01-15" in str(doubt.message))
            for doubt in report.doubts] == [(path.name, True, True)]  # fmt: skip


def test_scales_are_never_mixed_in_one_load(tmp_path: Path) -> None:
    jobs = []
    for scale in ("0-10", "1-10"):
        text = f'scale = "{scale}"\n' + (FILES / "responses.toml").read_text().replace("corpus", f"corpus-{scale}")
        name = "clean.csv" if scale == "0-10" else "earlier.csv"
        jobs.append(file_job(mapping_of(tmp_path, text, f"{scale}.toml"), (FILES / name,)))
    with pytest.raises(LoadError, match="scale"):
        loaded(tmp_path, *jobs)


def test_copies_across_files_do_not_depend_on_the_order(tmp_path: Path) -> None:
    contents = []
    for order in (("duplicates.csv", "duplicates_elsewhere.csv"), ("duplicates_elsewhere.csv", "duplicates.csv")):
        folder = tmp_path / order[0]
        job = job_of(order[0])
        home, report = loaded(folder, file_job(job.mapping, tuple(FILES / name for name in order)))
        assert (report.read, report.loaded, report.rejected) == (8, 2, 6)
        contents.append(content_of(home))
    assert contents[0] == contents[1]
    assert rows_of(home, "select response_id, score from responses order by 1") == [("d1", 9), ("d4", 8)]
    assert rows_of(home, "select file, line, coalesce(value, ''), rule from rejects order by all") == [
        ("duplicates.csv", 3, "d1", "duplicate_copy"),
        ("duplicates.csv", 4, "d2", "duplicate_key"),
        ("duplicates.csv", 5, "d2", "duplicate_key"),
        ("duplicates.csv", 6, "", "required"),
        ("duplicates.csv", 7, "d3", "duplicate_key"),
        ("duplicates_elsewhere.csv", 2, "d3", "duplicate_key"),
    ]


def test_only_days_that_can_be_are_dates(tmp_path: Path) -> None:
    home, report = loaded(tmp_path, job_of("dates.csv"))
    assert rows_of(home, "select response_id, responded_at::date::varchar from responses order by 1") == [
        ("t01", "2026-01-05"), ("t08", "2024-02-29"),
    ]  # fmt: skip
    values = [value for _, value, _ in rejects_of(home)]
    assert values == [
        "2999-01-05", "1900-01-01", "26-01-05", "05/01/26", "2026-1-5", "2026-02-29", "20260105", "yesterday",
        "2026-13-01", "0000-00-00", "46027", "2026-01-05 23:59:60",
    ]  # fmt: skip
    assert report.rejected == len(values)


def test_a_day_with_two_digits_for_the_year_is_none_in_any_format(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "short.csv", ANSWERS, [("r1", "transaction", 9, "05.01.26", "North")])
    for form in ("%d.%m.%Y", "%Y.%m.%d"):
        text = f'responded_at = {{ column = "responded_at", format = "{form}" }}'
        source = 'source = "short"\n[responses]\n' + "\n".join(f'{one} = "{one}"' for one in ANSWERS if "at" not in one)
        home, report = loaded(tmp_path / form, file_job(mapping_of(tmp_path, f"{source}\n{text}\n"), (path,)))
        assert (report.loaded, report.rejected) == (0, 1)
        assert [value for _, value, _ in rejects_of(home)] == ["05.01.26"]


@pytest.mark.parametrize(("form", "days", "rejected"), [
    ("%d/%m/%Y", [("a1", "2026-04-03"), ("a2", "2026-04-13")], "04/13/2026"),
    ("%m/%d/%Y", [("a1", "2026-03-04"), ("a3", "2026-04-13")], "13/04/2026"),
])  # fmt: skip
def test_ambiguous_dates_are_read_as_declared(
    tmp_path: Path, form: str, days: list[tuple[str, str]], rejected: str
) -> None:
    job = mapped(tmp_path, "ambiguous_dates.csv", responded_at=f'{{ column = "responded_at", format = "{form}" }}')
    home, _ = loaded(tmp_path, job)
    assert rows_of(home, "select response_id, responded_at::date::varchar from responses order by 1") == days
    assert [value for _, value, _ in rejects_of(home)] == [rejected]


def renewals(folder: Path, days: list[str], form: str) -> tuple[Home, LoadReport]:
    """A new home with renewals due on these days; the line of a day is its place and two."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("renewal_id", "customer_id", "unit_id", "due_on", "outcome")
    path = write_csv(folder / "r.csv", names, ((n, f"k{n}", "North", day, "pending") for n, day in enumerate(days)))
    cells = "".join(f'{name} = "{name}"\n' for name in names if name != "due_on")
    text = f'source = "r"\n[renewals]\n{cells}due_on = {{ column = "due_on", format = "{form}" }}\n'
    return loaded(folder, file_job(mapping_of(folder, text), (path,)))


years, months = st.integers(1902, 2198), st.integers(1, 12)
ends_of_months = st.builds(lambda y, m: date(y, m, calendar.monthrange(y, m)[1]), years, months)


@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.dates(date(1902, 1, 1), date(2198, 12, 31)) | ends_of_months, min_size=1, max_size=60),
    st.sampled_from(FORMATS),
)
def test_days_are_those_of_the_calendar_in_every_format(tmp_path: Path, days: list[date], form: str) -> None:
    home, report = renewals(Path(tempfile.mkdtemp(dir=tmp_path)), [day.strftime(form) for day in days], form)
    assert report.rejected == 0
    assert rows_of(home, "select due_on from renewals order by rowid") == [(day,) for day in days]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y"])
def test_days_that_do_not_exist_are_rejected(tmp_path: Path, form: str) -> None:
    """Every end of a month of 34 years, leap years among them, and the days behind it."""
    parts = [(year, month, day) for year in range(1999, 2033) for month in range(14) for day in (0, *range(28, 33))]
    written = [form.replace("%Y", f"{y:04}").replace("%m", f"{m:02}").replace("%d", f"{d:02}") for y, m, d in parts]
    exists = [0 < m < 13 and 0 < d <= calendar.monthrange(y, m)[1] for y, m, d in parts]
    home, report = renewals(tmp_path, written, form)
    assert rows_of(home, "select due_on from renewals order by rowid") == [
        (date(*part),) for part, there in zip(parts, exists, strict=True) if there
    ]
    assert rows_of(home, "select value from rejects order by line") == [
        (text,) for text, there in zip(written, exists, strict=True) if not there
    ]
    assert report.loaded + report.rejected == len(parts)


def test_hours_that_do_not_exist_are_rejected_and_doubled_ones_are_the_later(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, mapped(tmp_path, "daylight_saving.csv", time_zone='"America/New_York"'))
    assert rows_of(home, "select response_id, responded_at::varchar from responses order by 1") == [
        ("z1", "2026-03-08 06:59:59"),
        ("z3", "2026-03-08 07:00:00"),
        ("z4", "2025-11-02 04:59:59"),
        ("z5", "2025-11-02 06:30:00"),
        ("z6", "2025-11-02 07:00:00"),
        ("z7", "2025-11-02 05:30:00"),
    ]
    assert [(line, value) for line, value, _ in rejects_of(home)] == [(3, "2026-03-08 02:30:00")]


def hours_around_changes(zone: ZoneInfo) -> list[datetime]:
    """Every half hour of local time near each change of the clocks of three years."""
    start = datetime(2017, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=hour) for hour in range(3 * 365 * 24)]
    changes = [
        after for before, after in pairwise(hours)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]  # fmt: skip
    local = [change.astimezone(zone).replace(tzinfo=None, minute=0) for change in changes]
    return [moment + timedelta(minutes=minutes) for moment in local for minutes in range(-180, 181, 30)]


@pytest.mark.parametrize("form", ["", "%d.%m.%Y %H:%M"])
def test_local_times_are_those_of_pythons_clock_but_for_hours_that_are_missing(tmp_path: Path, form: str) -> None:
    jobs, expected, missing = [], {}, set()
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Taipei"):
        zone, rows = ZoneInfo(name), []
        for number, local in enumerate(hours_around_changes(zone) or [datetime(2018, 4, 1, 2, 30)]):
            key = f"{name}-{number}"
            rows.append((key, "transaction", 9, local.strftime(form or "%Y-%m-%d %H:%M"), "North"))
            instant = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
            if instant.astimezone(zone).replace(tzinfo=None) == local:
                expected[key] = instant.replace(tzinfo=None)
            else:
                missing.add(key)
        source = name.replace("/", "-")
        cells = "\n".join(f'{one} = "{one}"' for one in ANSWERS if one != "responded_at")
        text = (f'source = "{source}"\ntime_zone = "{name}"\n[responses]\n{cells}\n'
                f'responded_at = {{ column = "responded_at", format = "{form}" }}\n')  # fmt: skip
        path = write_csv(tmp_path / f"{source}.csv", ANSWERS, rows)
        jobs.append(file_job(mapping_of(tmp_path, text, f"{source}.toml"), (path,)))
    home, report = loaded(tmp_path, *jobs)
    assert dict(rows_of(home, "select response_id, responded_at from responses")) == expected
    assert report.rejected == len(missing) > 0


def test_a_day_is_that_day_where_its_midnight_does_not_exist(tmp_path: Path) -> None:
    """Clocks went from 00:00 to 01:00 on 1 April 2016 in Amman: a day without an hour is no hour that is missing."""
    write_csv(tmp_path / "d.csv", [*ANSWERS, "comment"], [("r1", "transaction", 9, "2016-04-01", "North", "")])
    home, report = loaded(tmp_path, job_of("d.csv", folder=tmp_path), zone="Asia/Amman")
    assert (report.loaded, report.rejected) == (1, 0)
    assert rows_of(home, "select period from counts_unit") == [("2016-04",)]


MONTHS = """
import json, sys
from pathlib import Path
from cx.ingest.load import load
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.corpus.manifest import job_of
found = {}
for zone in ("UTC", "Asia/Taipei", "America/New_York"):
    home = Home(Path(sys.argv[1]) / zone.replace("/", "-"))
    load(home, (job_of("month_edges.csv"),), zone)
    found[zone] = rows_of(home, "select period, promoters, detractors from counts_unit order by 1")
    found[zone] += rows_of(home, "select response_id, responded_at::varchar from responses order by 1")
print(json.dumps(found))
"""


@pytest.mark.parametrize("server", ["America/New_York", "Asia/Taipei", "Pacific/Kiritimati"])
def test_months_are_those_of_the_report_in_any_time_zone_of_the_server(tmp_path: Path, server: str) -> None:
    """month_edges.csv: instants around midnight of 31 January, and a day without an hour, which is a day anywhere."""
    ran = subprocess.run(
        [sys.executable, "-c", MONTHS, str(tmp_path)], cwd=PROJECT_FOLDER,
        env={**os.environ, "TZ": server, "PYTHONPATH": str(PROJECT_FOLDER)}, capture_output=True, text=True, check=True,
        timeout=120,
    )  # fmt: skip
    instants = [["p1", "2026-02-01 04:30:00"], ["p2", "2026-01-31 16:30:00"], ["p3", "2026-01-31 23:59:59"]]
    assert json.loads(ran.stdout) == {
        "UTC": [["2026-01", 1, 1], ["2026-02", 1, 1], *instants, ["p4", "2026-02-01 00:00:00"]],
        "Asia/Taipei": [["2026-02", 2, 2], *instants, ["p4", "2026-01-31 16:00:00"]],
        "America/New_York": [["2026-01", 2, 1], ["2026-02", 0, 1], *instants, ["p4", "2026-02-01 05:00:00"]],
    }


def test_units_are_known_exactly_or_rejected(tmp_path: Path) -> None:
    units, answers = job_of("units.csv"), job_of("unknown_units.csv")
    home, report = loaded(tmp_path, units, answers)
    assert {(one.file, one.read, one.loaded, one.rejected) for one in report.tables} == {
        ("units.csv", 3, 3, 0), ("unknown_units.csv", 7, 3, 4),
    }  # fmt: skip
    assert rows_of(home, "select response_id, unit_id from responses order by 1") == [
        ("u1", "north"), ("u2", "north"), ("u3", "north"),
    ]  # fmt: skip
    assert rejects_of(home) == [
        (5, "North", "reference"), (6, "west", "reference"), (7, "", "required"), (8, "old-north", "reference"),
    ]  # fmt: skip
    alias = mapped(tmp_path, "unknown_units.csv", unit_id='{ column = "unit_id", values = { "old-north" = "north" } }')
    renamed, report = loaded(tmp_path / "renamed", units, alias)
    assert rows_of(renamed, "select unit_id from responses where response_id = 'u7'") == [("north",)]
    assert report.rejected == 3


def test_an_answer_is_loaded_by_the_same_file_once_its_unit_is_known(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, job_of("units.csv"), job_of("unknown_units.csv"))
    load_tables(home, tmp_path, {"units": [{"unit_id": "west", "name": "West"}]})
    load(home, (job_of("unknown_units.csv"),), "UTC")
    assert rows_of(home, "select unit_id from responses where response_id = 'u5'") == [("west",)]
    assert [line for line, _, _ in rejects_of(home)] == [5, 7, 8]


def trend_of(home: Home, survey: str = "transaction") -> list[TrendRow]:
    """The rows of the trend of all units, as the command line shows them."""
    own = Settings(home=home.folder)
    return list(trend_rows(nps_trends(current_snapshot(home), authorize(own), survey, Filters(), own)))


def test_weights_of_zero_give_no_figure_and_no_error(tmp_path: Path) -> None:
    home, _ = loaded(tmp_path, job_of("weights.csv"))
    weights = rows_of(home, "select response_id, weight from responses order by 1")
    assert weights == [("w1", 0.0), ("w2", 0.0), ("w8", 0.0)]
    assert [(line, value) for line, value, _ in rejects_of(home)] == [
        (4, "NaN"), (5, "-1"), (6, "inf"), (7, "1,5"), (8, "nan"),
    ]  # fmt: skip
    assert_shown(home, 3)


def assert_shown(home: Home, n: int) -> None:
    """The page shows so many answers without an error and without a number that is none."""
    for row in trend_of(home):
        assert row.n == n
        assert all(math.isfinite(value) for value in vars(row).values() if isinstance(value, float))
        assert row.weighted_nps_pts is None
    with at_home(home.folder):
        at = visit("trends")
    assert is_whole(at)
    assert "nan" not in received(at).casefold().replace("finance", "")


@pytest.mark.parametrize(("scores", "nps_pts"), [
    ([""] * 12, None), ([10], None), ([7] * 40, 0.0), ([""], None), ([0] * 40, -100.0), ([10] * 40, 100.0),
])  # fmt: skip
def test_no_answer_one_answer_and_answers_all_alike_are_shown_without_an_error(
    tmp_path: Path, scores: list[object], nps_pts: float | None
) -> None:
    home = Home(tmp_path / "home")
    rows = [answer(number, score, f"2026-01-{1 + number % 28:02}") for number, score in enumerate(scores)]
    load_tables(home, tmp_path, {"responses": rows}, confirmed=("low_scores",))  # type: ignore[arg-type]
    n = sum(score != "" for score in scores)
    assert_shown(home, n)
    for row in trend_of(home):
        assert (row.nps_pts, row.blanks) == (nps_pts, len(scores) - n)
        if nps_pts is None:
            assert (row.low_pts, row.high_pts, row.promoters_pct) == (None, None, None)
            assert row.withheld
        else:
            assert row.low_pts is not None
            assert row.high_pts is not None
            assert -100 <= row.low_pts <= nps_pts <= row.high_pts <= 100
            assert row.high_pts - row.low_pts > 1  # nobody knows a company to the point from 40 answers
