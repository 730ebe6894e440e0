"""What a load does to the valid answers of each kind of survey."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from cx.ingest.report import Classes, Effect

_CLASSES = ("count(*) filter (score >= 9), count(*) filter (score between 7 and 8), count(*) filter (score <= 6)")


def effects(con: DuckDBPyConnection, *, has_previous: bool) -> tuple[Effect, ...]:
    """Promoters, passives and detractors of each survey before and after, over all units and all time."""
    after = _classes(con, "main.responses")
    before = _classes(con, "prev.responses") if has_previous else {}
    nobody = Classes(0, 0, 0)
    return tuple(Effect(survey, before.get(survey, nobody), after.get(survey, nobody))
                 for survey in sorted(before.keys() | after.keys()))


def _classes(con: DuckDBPyConnection, relation: str) -> dict[str, Classes]:
    rows = con.execute(f"select survey, {_CLASSES} from {relation} group by all").fetchall()
    return {survey: Classes(*counts) for survey, *counts in rows}
