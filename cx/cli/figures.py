"""python -m cx show: the figures of a page, by the same functions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cx.cli.terminal import mendable, out, snapshot_to_read, write_json
from cx.errors import ScopeError
from cx.phrase import phrase
from cx.say.trends import TrendRow, trend_rows
from cx.settings import settings
from cx.warehouse.dimensions import dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.nps import nps_trends, surveys
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import hierarchy


class SurveyKind(StrEnum):
    """Kinds of survey."""

    RELATIONSHIP = "relationship"
    TRANSACTION = "transaction"
    STRATEGIC = "strategic"


def trends(
    survey: Annotated[SurveyKind | None, typer.Option(help="Kind of survey; all that are loaded if not given.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Unit id, with those below it; several: just these.")] = None,
    first_month: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.")] = "",
    last_month: Annotated[str, typer.Option("--to", help="Last month, YYYY-MM.")] = "",
    product: Annotated[str, typer.Option(help="Product.")] = "",
    segment: Annotated[str, typer.Option(help="Segment.")] = "",
    channel: Annotated[str, typer.Option(help="Channel.")] = "",
    touchpoint: Annotated[str, typer.Option(help="Touchpoint id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """The figures of the page NPS trends."""
    with mendable(as_json=as_json):
        snapshot = snapshot_to_read()
        scope = authorize(settings())
        filters = known_filters(snapshot, scope, Filters(
            tuple(unit or ()), month(first_month), month(last_month), product, segment, channel, touchpoint))
        kinds = [survey.value] if survey else [found.kind for found in surveys(snapshot, scope)]
        rows = [row for kind in kinds for row in trend_rows(nps_trends(snapshot, scope, kind, filters, settings()))]
    if as_json:
        write_json([{**asdict(row), "withheld": row.withheld is not None, "withheld_because": row.withheld}
                    for row in rows])
        return
    table = Table("survey", "unit", "period", "n", "NPS", "from", "to", "weighted", "note")
    for row in rows:
        table.add_row(row.survey, Text(row.unit), row.period, f"{row.n:,}", points(row.nps_pts), points(row.low_pts),
                      points(row.high_pts), points(row.weighted_nps_pts), _note(row))
    out.print(table)


def known_filters(snapshot: Snapshot, scope: Scope, filters: Filters) -> Filters:
    """The filters as asked for; ScopeError where a unit or a value is not there."""
    _refuse_unknown_units(snapshot, scope, list(filters.units))
    _refuse_unknown_values(snapshot, scope, filters)
    return filters


def _refuse_unknown_units(snapshot: Snapshot, scope: Scope, units: list[str]) -> None:
    """A unit that is not there must not quietly show the whole company."""
    unknown = [unit for unit in units if unit not in hierarchy(snapshot, scope).by_id]
    if unknown:
        raise ScopeError(phrase("There is no such unit"), phrase("Not found: {units}.", units=", ".join(unknown)),
                         phrase("Name units by their unit_id, as the JSON of python -m cx show trends has them."))


def _refuse_unknown_values(snapshot: Snapshot, scope: Scope, filters: Filters) -> None:
    """A value that no answer has must not quietly show nothing."""
    known = dimensions(snapshot, scope)
    wanted = (("product", filters.product, known.products), ("segment", filters.segment, known.segments),
              ("channel", filters.channel, known.channels), ("touchpoint", filters.touchpoint, known.touchpoint_names))
    unknown = [f"{name}={value}" for name, value, values in wanted if value and value not in values]
    if unknown:
        raise ScopeError(phrase("There is no such value"), phrase("Not found: {units}.", units=", ".join(unknown)),
                         phrase("The filters of the pages list what there is."))


def month(text: str) -> date | None:
    """The first day of a month YYYY-MM; None for none. BadParameter for anything else."""
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a month; write YYYY-MM") from error


def _note(row: TrendRow) -> str:
    """Why there is no figure; of the newest period of a unit whether it moved, and by how much."""
    if row.withheld or not row.verdict:
        return row.withheld or ""
    return row.verdict if row.change_pts is None else f"{row.verdict} ({points(row.change_pts)})"


def points(value: float | None) -> str:
    """Points with a sign for the terminal; a dash for none."""
    return "—" if value is None else f"{value:+.1f}"
