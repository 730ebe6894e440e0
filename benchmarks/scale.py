"""Does a page cost the same at any number of answers? `python -m benchmarks.scale --answers 1000000 100000000`.

Builds a snapshot of each size (minutes and gigabytes for 100 million; kept and used again) and measures what the trends
page asks, against the same monthly counts from the raw answers in the plainest good SQL.
"""

from __future__ import annotations

import argparse
import inspect
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.rig.synthetic import Built, snapshot
from benchmarks.rig.table import BUILD_FOLDER, Ratio, Report, Sample, publish, timed
from cx.settings import Settings
from cx.warehouse.filters import Filters
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Read, Snapshot, open_snapshot
from cx.warehouse.units import hierarchy

SURVEY = "transaction"
VIEWS: Mapping[str, Filters] = {
    "default view": Filters(),
    "one subsidiary": Filters(units=("sub0",)),
    "one product": Filters(product="Product 2"),
    "one touchpoint": Filters(touchpoint="t07"),
    "touchpoint and product": Filters(product="Product 2", touchpoint="t07"),
}
PAGE_RUNS, RAW_RUNS = 30, 5

# grain: one row per month and unit: counts per class and sums of weights, from the answers themselves. Native tables;
# the units are added up after counting; the month by shifting the clock (Taipei has no summer time), which is much
# faster than converting the time zone.
RAW_SQL = """
with shown as (select unit_id, ancestor_id from unit_ancestors where list_contains($units, ancestor_id)),
own as (
    select date_trunc('month', responded_at + interval 8 hour) as month, unit_id,
        count(*) filter (score >= 9) as promoters, count(*) filter (score between 7 and 8) as passives,
        count(*) filter (score < 7) as detractors, count(*) filter (score is null) as blanks,
        sum(coalesce(weight, 1)) filter (score >= 9) as w_promoters,
        sum(coalesce(weight, 1)) filter (score between 7 and 8) as w_passives,
        sum(coalesce(weight, 1)) filter (score < 7) as w_detractors
    from responses semi join shown using (unit_id)
    where survey = $survey and {where}
    group by all
)
select month, ancestor_id, sum(promoters), sum(passives), sum(detractors), sum(blanks),
    sum(w_promoters), sum(w_passives), sum(w_detractors)
from own join shown using (unit_id) group by all
"""


@dataclass(frozen=True, eq=False)
class TimedSnapshot(Snapshot):
    """A snapshot that notes the seconds of every query."""

    seconds: list[float] = field(default_factory=list)

    def query(
        self, scope: Scope, name: str, reads: Mapping[str, Read] | None = None, **values: Any
    ) -> list[tuple[Any, ...]]:
        """As the snapshot answers, with a note of the time."""
        started = time.perf_counter()
        rows = super().query(scope, name, reads, **values)
        self.seconds.append(time.perf_counter() - started)
        return rows


def page_samples(built: Built, settings: Settings, runs: int = PAGE_RUNS) -> dict[str, tuple[Sample, Sample]]:
    """For each view the seconds of the page's queries, and of queries and statistics together; the first is cold."""
    uncached = inspect.unwrap(nps_trends)
    scope = authorize(settings)
    found = {}
    for view, filters in VIEWS.items():
        opened = open_snapshot(built.path, settings)
        with closing(opened.con):
            values = {one.name: getattr(opened, one.name) for one in fields(Snapshot)}
            watch = TimedSnapshot(**values)
            queries: list[float] = []

            def run(watch: TimedSnapshot = watch, filters: Filters = filters, queries: list[float] = queries) -> None:
                watch.seconds.clear()
                uncached(watch, scope, SURVEY, filters, settings)
                queries.append(sum(watch.seconds))

            whole = timed(f"{view}: queries and statistics", run, runs)
            found[view] = (Sample(f"{view}: queries", tuple(queries[1:]), queries[0]), whole)
    return found


def raw_samples(built: Built, settings: Settings, runs: int = RAW_RUNS) -> dict[str, Sample]:
    """For each view the seconds of the same counts from the raw answers, in native DuckDB with as many threads.

    RuntimeError when they are not the counts that the page shows.
    """
    scope = authorize(settings)
    opened = open_snapshot(built.path, settings)
    found = {}
    with duckdb.connect(built.path, read_only=True, config={"threads": str(settings.query_threads)}) as con:
        con.execute("set TimeZone = 'UTC'")
        for view, filters in VIEWS.items():
            units, _ = hierarchy(opened, scope).shown(filters.units)
            clauses = filters.clauses()
            sql = RAW_SQL.format(where=" and ".join(["true", *(clause.sql for clause in clauses)]))
            bound = {"units": [unit.id for unit in units], "survey": SURVEY}
            for clause in clauses:
                bound |= clause.values
            rows: list[Any] = []

            def run(sql: str = sql, bound: dict[str, Any] = bound, rows: list[Any] = rows) -> None:
                rows[:] = con.execute(sql, bound).fetchall()

            found[view] = timed(f"{view}: raw answers", run, runs)
            trends = inspect.unwrap(nps_trends)(opened, scope, SURVEY, filters, settings)
            _refuse_other_figures(
                view, {(f"{row[0]:%Y-%m}", row[1]): sum(row[2:5]) for row in rows},
                {(point.period, one.unit_id): point.n for one in trends.series for point in one.points})
    opened.con.close()
    return found


def _refuse_other_figures(view: str, raw: dict[tuple[str, str], int], shown: dict[tuple[str, str], int]) -> None:
    if raw != shown:
        raise RuntimeError(f"{view}: the raw answers give other counts than the page: "
                           f"{sorted(set(raw.items()) ^ set(shown.items()))[:4]}")


def report(builts: list[Built], settings: Settings, page_runs: int = PAGE_RUNS, raw_runs: int = RAW_RUNS) -> Report:
    """What the sizes cost, and how it grows from the smallest to the largest."""
    pages = [page_samples(built, settings, page_runs) for built in builts]
    raws = [raw_samples(built, settings, raw_runs) for built in builts]
    samples = [_named(f"{built.answers:,}", sample) for built, page, raw in zip(builts, pages, raws, strict=True)
               for view in VIEWS for sample in (*page[view], raw[view])]
    small, large = builts[0], builts[-1]
    ratios = []
    for view in VIEWS:
        if large.answers > small.answers:
            for at, what in enumerate(("queries", "queries and statistics")):
                ratios.append(Ratio(f"{view}: {what}, {small.answers:,} to {large.answers:,} answers",
                                    pages[-1][view][at].median_s / pages[0][view][at].median_s, at_most=3))
        for at, what in enumerate(("queries", "queries and statistics")):
            ratios.append(Ratio(f"{view}: raw against {what}, {large.answers:,} answers",
                                raws[-1][view].median_s / pages[-1][view][at].median_s,
                                at_least=50 if large.answers >= 100_000_000 else None))
    return Report(f"scale-{large.units}-units", tuple(_built(built) for built in builts), tuple(samples), tuple(ratios))


def _named(prefix: str, sample: Sample) -> Sample:
    return Sample(f"{prefix} · {sample.name}", sample.seconds, sample.first_s)


def _built(built: Built) -> str:
    with duckdb.connect(built.path, read_only=True) as con:
        rows = dict(con.execute("select table_name, estimated_size from duckdb_tables() "
                                "where table_name like 'counts_%'").fetchall())
    how = (f"{built.fill_s:.0f} s to invent, {built.rollups_s:.0f} s for the rollups"
           if built.fill_s is not None and built.rollups_s is not None else "was there")
    cells = ", ".join(f"{name} {count:,}" for name, count in sorted(rows.items()))
    return f"{built.answers:,} answers, {built.units:,} units: {how}; file {built.size_mb:,.0f} MB; rows: {cells}"


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--answers", type=int, nargs="+", default=[1_000_000, 10_000_000], help="numbers of answers")
    parser.add_argument("--units", type=int, default=24, help="units of the hierarchy, such as 24 or 2000")
    parser.add_argument("--folder", type=Path, default=BUILD_FOLDER / "scale", help="where snapshots are kept")
    asked = parser.parse_args()
    builts = [snapshot(asked.folder, answers, asked.units) for answers in sorted(asked.answers)]
    path = publish(report(builts, Settings()))
    print(f"the same as JSON: {path}")


if __name__ == "__main__":
    main()
