"""The demo company in a DuckDB of its own: what the tests of the planted truths measure with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from cx.demo.company import company_tables

_TYPED = """
create table answers as
select r.response_id, r.survey, r.score::int as score, r.responded_at::timestamp as answered,
       r.invited_at::timestamp as invited, r.unit_id, r.unit_id[1:2] as sub, r.customer_id, r.touchpoint_id, r.product,
       r.segment, r.wave, r.comment, coalesce(r.weight::double, 1) as weight,
       case when r.score::int >= 9 then 1 when r.score::int <= 6 then -1 else 0 end as s,
       datediff('month', date '2023-11-01', r.responded_at::date) as m
from responses r where r.score is not null
"""


class Company:
    """The tables, and NPS in points with standard errors clustered by customer, by an own route."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        """Load the tables as they are, and the valid answers with their types."""
        self.tables = tables
        self.con = duckdb.connect()
        for name, table in tables.items():
            self.con.register(f"arrow_{name}", table)
            self.con.execute(f"create table {name} as select * from arrow_{name}")
        self.con.execute(_TYPED)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.con.execute(sql).fetchall()

    def columns(self, sql: str) -> dict[str, np.ndarray]:
        """The columns of a query."""
        return self.con.execute(sql).fetchnumpy()

    def nps(self, where: str) -> tuple[float, float]:
        """Weighted NPS of the answers, and its standard error, in points."""
        data = self.columns(f"select s, weight, customer_id from answers where {where}")
        return mean_by_cluster(data["s"] * 100.0, data["weight"], data["customer_id"])

    def slope(self, where: str) -> tuple[float, float]:
        """Weighted slope of NPS over the months, in points from the first to the last, and its standard error."""
        data = self.columns(f"select s, weight, customer_id, m from answers where {where}")
        x = np.column_stack([np.ones(len(data["m"])), data["m"] / 35])
        bread = np.linalg.inv(x.T @ (x * data["weight"][:, None]))
        beta = bread @ (x.T @ (data["weight"] * data["s"] * 100.0))
        scores = x * (data["weight"] * (data["s"] * 100.0 - x @ beta))[:, None]
        _, cluster = np.unique(data["customer_id"].astype(str), return_inverse=True)
        sums = np.column_stack([np.bincount(cluster, scores[:, k]) for k in range(2)])
        return float(beta[1]), float(np.sqrt((bread @ (sums.T @ sums) @ bread)[1, 1]))


def mean_by_cluster(values: np.ndarray, weights: np.ndarray, clusters: np.ndarray) -> tuple[float, float]:
    """A weighted mean and its standard error with clusters."""
    mean = float((values * weights).sum() / weights.sum())
    _, cluster = np.unique(clusters.astype(str), return_inverse=True)
    sums = np.bincount(cluster, weights * (values - mean))
    return mean, float(np.sqrt((sums**2).sum()) / weights.sum())


@pytest.fixture(scope="session")
def company() -> Iterator[Company]:
    """The company with its default seed and size."""
    made = Company(company_tables())
    yield made
    made.con.close()
