"""Homes that pages are tested over: the demo company made small, and companies that are odd in one way each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from cx.contract.tables import TABLES
from cx.demo.company import company_tables
from cx.ingest.load import load
from cx.ingest.sources import LoadJob, table_job
from cx.warehouse.home import Home
from tests.companies import Row, answer, load_tables

DEMO_ANSWERS = 5_000
DEMO_SEED = 7
BRANCHES = 2_000
# Names that a browser could read as Markdown, HTML, LaTeX or an icon; none of them may do anything.
IMAGE = "![x](http://evil.example/a.png)"
SCRIPT = "<script>document.title='taken'</script><img src=http://evil.example/b.png onerror=alert(1)>"
HOSTILE = (IMAGE, SCRIPT, "$$x^2$$ costs $5", ":material/delete: :red[x] `y`", '=HYPERLINK("http://evil.example/c")')


def small_demo(folder: Path) -> tuple[Home, dict[str, pd.DataFrame]]:
    """The demo company with few answers, and its tables as they were before anything read them."""
    home = Home(folder)
    jobs = tuple(table_job("demo", "Demo", name, table) for name, table in _demo_tables().items())
    load(home, jobs, "UTC", is_demo=True)
    return home, demo_tables()


def demo_tables() -> dict[str, pd.DataFrame]:
    """The tables of the small demo company, as text."""
    return {name: table.to_pandas() for name, table in _demo_tables().items()}


@cache
def _demo_tables() -> dict[str, pa.Table]:
    return company_tables(DEMO_SEED, DEMO_ANSWERS)


def company(folder: Path, responses: Sequence[Row], **tables: Sequence[Row]) -> Home:
    """A company of a few rows."""
    home = Home(folder / "home")
    with tempfile.TemporaryDirectory(dir=folder) as files:
        load_tables(home, Path(files), {**tables, "responses": responses})
    return home


def answers(first: int, scores: Sequence[int], **more: object) -> list[Row]:
    """Answers with these scores, numbered from `first`."""
    return [answer(first + place, score, **more) for place, score in enumerate(scores)]  # type: ignore[arg-type]


def one_period(folder: Path) -> Home:
    """One unit that no table of units names, one month."""
    return company(folder, answers(0, [10] * 24 + [8] * 9 + [3] * 7))


def without_wave_names(folder: Path) -> Home:
    """A relationship survey in two quarters whose waves have no names."""
    rows = answers(0, [10] * 60 + [5] * 40, survey="relationship", at="2025-02-10")
    return company(folder, rows + answers(100, [10] * 20 + [5] * 80, survey="relationship", at="2025-05-10"))


def few_answers(folder: Path) -> Home:
    """A total of three units in one month; two of them have too few answers, one of these so few that it is private.

    NPS: Kept +45.0 (n 40), Small +14.3 (n 7), Tiny +66.7 (n 3), all +42.0 (n 50). Tiny with Small are hidden, so that
    subtraction gives nothing. A product has 4 answers, all others 46.
    """
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}] + [
        {"unit_id": name.lower(), "name": name, "parent_id": "all"} for name in ("Kept", "Small", "Tiny")
    ]
    rows = answers(0, [10] * 24 + [8] * 10 + [2] * 6, unit="kept", product="Big")
    rows += answers(40, [10] * 4 + [0] * 3, unit="small", product="Big")
    rows += answers(47, [10] * 2 + [7], unit="tiny", product="Rare")
    return company(folder, rows, units=units)


def many_branches(folder: Path) -> Home:
    """A company with 2,000 branches below it, 12 answers each in two months."""
    units = {
        "unit_id": ["top"] + [f"b{number}" for number in range(BRANCHES)],
        "name": ["The whole"] + [f"Branch {number}" for number in range(BRANCHES)],
        "parent_id": [None] + ["top"] * BRANCHES,
    }
    scores, months = (10, 9, 9, 8, 7, 3), ("2026-01-10", "2026-02-10")
    keys = [(branch, month, place) for branch in range(BRANCHES) for month in months for place in range(12)]
    responses = {
        "response_id": [f"{branch}-{month}-{place}" for branch, month, place in keys],
        "survey": ["transaction"] * len(keys),
        "score": [str(scores[(branch + place) % len(scores)]) for branch, _, place in keys],
        "responded_at": [f"{month} 10:00:00" for _, month, _ in keys],
        "unit_id": [f"b{branch}" for branch, _, _ in keys],
    }
    home = Home(folder)
    load(home, (_generated("units", units), _generated("responses", responses)), "UTC")
    return home


def _generated(name: str, columns: dict[str, list[str]] | dict[str, list[str | None]]) -> LoadJob:
    """The job of loading a generated table; columns of the contract that it does not have are blank."""
    rows = len(next(iter(columns.values())))
    every = {column: columns.get(column, [None] * rows) for column in TABLES[name].column_names}
    return table_job(
        "many", "Many", name, pa.table({column: pa.array(cells, pa.string()) for column, cells in every.items()})
    )


def hostile(folder: Path) -> Home:
    """A company whose names and comments all try to be something else than text."""
    units = [{"unit_id": "top", "name": IMAGE, "parent_id": ""}] + [
        {"unit_id": f"u{number}", "name": name, "parent_id": "top"} for number, name in enumerate(HOSTILE)
    ]
    rows: list[Row] = []
    for number, name in enumerate(HOSTILE):
        for month in ("2026-01", "2026-02", "2026-03"):
            rows += answers(
                len(rows),
                [10] * 20 + [7] * 10 + [1] * (10 + 3 * number),
                unit=f"u{number}",
                at=f"{month}-15",
                comment=name,
                product=name,
                segment=name,
                channel=name,
                touchpoint_id=f"t{number}",
            )
        rows += answers(
            len(rows),
            [10] * 30 + [0] * 10,
            survey="relationship",
            wave=name,
            unit=f"u{number}",
            at=f"2026-0{number + 1}-15",
            comment=name,
        )
    rows.append(answer(len(rows), IMAGE, comment=SCRIPT))  # type: ignore[arg-type]
    touchpoints = [
        {"touchpoint_id": f"t{number}", "name": name, "journey": name, "stage": name, "stage_order": 1}
        for number, name in enumerate(HOSTILE)
    ]
    events = [{"on_date": "2026-02-01", "title": name, "unit_id": ""} for name in HOSTILE]
    return company(folder, rows, units=units, touchpoints=touchpoints, events=events)
