"""What a load does to the valid answers of each kind of survey."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from cx.ingest.report import Classes, Effect

_CLASSES = ("count(*) filter (score >= 9), count(*) filter (score between 7 and 8), count(*) filter (score <= 6)")
_NOBODY = Classes(0, 0, 0)


def effects(con: DuckDBPyConnection, *, has_previous: bool, counted: bool) -> tuple[Effect, ...]:
    """Promoters, passives and detractors of each survey before, after and in the load, over all units and all time.

    counted: whether the rollups are built, which need not be counted again.
    """
    before = _classes(con, "prev.responses") if has_previous else {}
    after = _counted(con) if counted else _classes(con, "main.responses")
    of_this_load = "select origin_no from main.origins semi join main.snapshot on load_id = snapshot_id"
    brought = _classes(con, f"main.responses where _origin in ({of_this_load})") if has_previous else after
    return tuple(Effect(survey, *(found.get(survey, _NOBODY) for found in (before, after, brought)))
                 for survey in sorted(before.keys() | after.keys()))


def _counted(con: DuckDBPyConnection) -> dict[str, Classes]:
    rows = con.execute("""
        select survey, sum(promoters)::bigint, sum(passives)::bigint, sum(detractors)::bigint
        from main.counts_unit semi join (from main.unit_tree where depth = 0) using (unit_id)
        group by all""").fetchall()
    return {survey: Classes(*counts) for survey, *counts in rows}


def _classes(con: DuckDBPyConnection, relation: str) -> dict[str, Classes]:
    rows = con.execute(f"select survey, {_CLASSES} from {relation} group by all").fetchall()
    return {survey: Classes(*counts) for survey, *counts in rows}
