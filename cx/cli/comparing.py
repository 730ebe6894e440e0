"""python -m cx show compare: the figures of the page Compare units, by the same functions."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cx.cli.figures import SurveyKind, known_filters, month, points
from cx.cli.terminal import mendable, out, snapshot_to_read, write_json
from cx.errors import ScopeError
from cx.phrase import phrase
from cx.say.compare_rows import CompareRow, compare_rows
from cx.settings import settings
from cx.stats.group_figure import GroupFigure
from cx.warehouse.compare import Asked, asked_for, compared_units
from cx.warehouse.filters import Filters
from cx.warehouse.group_rules import group_figures
from cx.warehouse.nps import surveys
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import hierarchy
from cx.warehouse.yardsticks import yardsticks


class Mix(StrEnum):
    """Dimensions whose mix can be made equal."""

    PRODUCT = "product"
    SEGMENT = "segment"
    CHANNEL = "channel"


class RuleKind(StrEnum):
    """What the compared units together weigh by."""

    ANSWERS = "answers"
    CUSTOMERS = "customers"
    REVENUE = "revenue"
    PREMIUM = "premium"


def compare(
    survey: Annotated[SurveyKind | None, typer.Option(help="Kind of survey; the first loaded if not given.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Unit id, with those below it; several: just these.")] = None,
    level: Annotated[int, typer.Option(min=1, help="Level below the unit, from 1.")] = 1,
    mix: Annotated[Mix | None, typer.Option(help="Also scores at the same mix of products, segments or channels.")
                   ] = None,
    rule: Annotated[RuleKind, typer.Option(help="What all units together weigh by.")] = RuleKind.ANSWERS,
    first_month: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.")] = "",
    last_month: Annotated[str, typer.Option("--to", help="Last month, YYYY-MM.")] = "",
    product: Annotated[str, typer.Option(help="Product.")] = "",
    segment: Annotated[str, typer.Option(help="Segment.")] = "",
    channel: Annotated[str, typer.Option(help="Channel.")] = "",
    touchpoint: Annotated[str, typer.Option(help="Touchpoint id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """The figures of the page Compare units."""
    with mendable(as_json=as_json):
        snapshot, scope = snapshot_to_read(), authorize(settings())
        filters = known_filters(snapshot, scope, Filters(
            tuple(unit or ()), month(first_month), month(last_month), product, segment, channel, touchpoint))
        loaded = [found.kind for found in surveys(snapshot, scope)]
        kind = survey.value if survey else next(iter(loaded), "relationship")
        asked = _asked(snapshot, scope, filters, kind, level, mix)
        rows = _rows(snapshot, scope, asked, filters)
        group = _group(snapshot, scope, asked, filters, rule)
    if as_json:
        write_json([{"survey": kind, **asdict(row), "withheld": row.withheld is not None,
                     "withheld_because": row.withheld, **_group_columns(rule, group)} for row in rows])
        return
    out.print(_as_table(rows))
    if group is not None:
        out.print(f"All together by {rule.value}: {points(100 * group.nps)} "
                  f"({points(100 * group.low)} to {points(100 * group.high)}), n = {group.n:,}")


def _asked(snapshot: Snapshot, scope: Scope, filters: Filters, survey: str, level: int, mix: Mix | None) -> Asked:
    """What is compared; a level that is not there must not quietly be another one."""
    tree = hierarchy(snapshot, scope)
    levels = len(tree.levels(filters.units))
    if level > max(1, levels):
        raise ScopeError(phrase("There is no such level"),
                         phrase("Asked for level {level}, there are {levels}.", level=level, levels=levels),
                         phrase("Name a smaller --level, or a unit further up."))
    return asked_for(tree, filters.units, survey, level - 1, mix.value if mix else "")


def _rows(snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters) -> list[CompareRow]:
    compared = compared_units(snapshot, scope, asked, filters, settings())
    if compared is None:
        return []
    return list(compare_rows(compared, hierarchy(snapshot, scope).parent_names(asked.unit_ids),
                             yardsticks(snapshot, scope, asked, filters, settings())))


def _group(snapshot: Snapshot, scope: Scope, asked: Asked, filters: Filters, rule: RuleKind) -> GroupFigure | None:
    """All units together; a rule whose weights are not loaded must not quietly be another one."""
    figures = group_figures(snapshot, scope, asked, filters, settings())
    if figures and rule.value not in figures:
        raise ScopeError(phrase("This rule needs weights"),
                         phrase("Asked for --rule {rule}; no unit has such a figure in these months.", rule=rule.value),
                         phrase("Load the table business: customers_start, revenue or premium by unit and month."))
    return figures.get(rule.value)


def _group_columns(rule: RuleKind, group: GroupFigure | None) -> dict[str, object]:
    """All units together, as in the file that the page writes."""
    ends = (100 * group.nps, 100 * group.low, 100 * group.high) if group else (None, None, None)
    return {"group_rule": rule.value,
            **dict(zip(("group_pts", "group_low_pts", "group_high_pts"), ends, strict=True))}


def _as_table(rows: list[CompareRow]) -> Table:
    table = Table("unit", "n", "NPS", "from", "to", "best guess", "rank", "standing", "same mix", "note")
    for row in rows:
        rank = f"{row.rank_low}–{row.rank_high}" if row.rank_low else "—"
        table.add_row(Text(row.unit), f"{row.n:,}", points(row.nps_pts), points(row.low_pts), points(row.high_pts),
                      points(row.pooled_pts), rank, row.standing or "", points(row.same_mix_pts), row.withheld or "")
    return table
