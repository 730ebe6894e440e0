"""The figures of the trends page by another route: pandas over the raw answers, units summed along their parents."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd


class Figures(NamedTuple):
    """One unit in one period: valid answers, blanks, shares in [0, 1], NPS and weighted NPS in points."""

    n: int
    blanks: int
    promoters: float
    detractors: float
    nps_pts: float
    weighted_nps_pts: float


def figures(tables: dict[str, pd.DataFrame], survey: str, **only: str) -> dict[tuple[str, str], Figures]:
    """All units at every level and all periods of a survey, of the answers with the values in `only`."""
    rows = tables["responses"]
    rows = rows[rows["survey"] == survey]
    for column, value in only.items():
        rows = rows[rows[column] == value]
    rows = rows.assign(
        period=rows["responded_at"].str[:7] if survey == "transaction" else rows["wave"],
        value=pd.to_numeric(rows["score"]),
        weight=pd.to_numeric(rows["weight"]).fillna(1.0),
    )
    parents = dict(zip(tables["units"]["unit_id"], tables["units"]["parent_id"], strict=True))
    lines = rows.assign(unit=[_line(unit, parents) for unit in rows["unit_id"]]).explode("unit")
    sign = (lines["value"] >= 9).astype(int) - (lines["value"] <= 6).astype(int)
    valid = lines["value"].notna()
    lines = lines.assign(
        valid=valid,
        blank=~valid,
        promoter=valid & (sign == 1),
        detractor=valid & (sign == -1),
        sum_of_weights=lines["weight"].where(valid, 0.0),
        weighted_sign=lines["weight"] * sign,
    )
    sums = lines.groupby(["unit", "period"])[
        ["valid", "blank", "promoter", "detractor", "sum_of_weights", "weighted_sign"]
    ].sum()
    return {(str(unit), str(period)): _figures(*cell) for (unit, period), *cell in sums.itertuples()}


def _line(unit: str, parents: dict[str, Any]) -> list[str]:
    line = [unit]
    while isinstance(parent := parents.get(line[-1]), str):
        line.append(parent)
    return line


def _figures(n: int, blanks: int, promoters: int, detractors: int, weights: float, weighted: float) -> Figures:
    if not n:
        return Figures(0, blanks, 0.0, 0.0, 0.0, 0.0)
    return Figures(
        n, blanks, promoters / n, detractors / n, 100 * (promoters - detractors) / n, 100 * weighted / weights
    )
