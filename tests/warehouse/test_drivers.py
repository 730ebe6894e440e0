"""Sums of products of ratings: what plain Python adds up over the rows of the demo company, at every level."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cx.stats.asymmetry import HIGH_FROM, LOW_UP_TO
from cx.stats.drivers import MIN_ANSWERS
from cx.warehouse import layout
from cx.warehouse.drivers import BUCKETS, drifting_drivers
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from tests.companies import current_snapshot, rows_of
from tests.pages import homes

ALL = Scope(None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, pd.DataFrame]]:
    folder: Path = tmp_path_factory.mktemp("drivers")
    return homes.small_demo(folder)


def test_sums_are_those_of_the_rows(demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    home, tables = demo
    answers = tables["responses"].set_index("response_id")
    answers = answers[(answers["survey"] == "relationship") & answers["score"].notna() & (answers["score"] != "")]
    ratings = tables["ratings"][tables["ratings"]["response_id"].isin(answers.index)]
    rated = ratings.groupby("driver")["response_id"].nunique() / ratings["response_id"].nunique()
    core = sorted(rated[rated >= 0.8].index)
    assert rows_of(home, "select driver from core_drivers where survey = 'relationship' order by place") == [
        (driver,) for driver in core]
    wide = ratings.assign(rating=ratings["rating"].astype(float)).pivot(
        index="response_id", columns="driver", values="rating")[core].dropna()
    parents = dict(zip(tables["units"]["unit_id"], tables["units"]["parent_id"], strict=True))
    expected: dict[tuple[str, str, int], np.ndarray] = defaultdict(
        lambda: np.zeros((len(core) + 2, len(core) + 2)))
    for response_id, row in wide.iterrows():
        answer = answers.loc[response_id]
        score = float(answer["score"])
        x = np.array([1.0, *row, (score >= 9) - (score <= 6)])
        bucket = int(hashlib.md5(answer["customer_id"].encode()).hexdigest()[:8], 16) % 20
        unit = answer["unit_id"]
        while isinstance(unit, str) and unit:
            expected[answer["wave"], unit, bucket] += np.outer(x, x)
            unit = parents[unit]
    totals: dict[str, float] = defaultdict(float)
    for (_, unit, _), matrix in expected.items():
        totals[unit] += matrix[0, 0]
    shown = {key: matrix for key, matrix in expected.items() if totals[key[1]] >= 300}
    found = {(period, unit, bucket): products for period, unit, bucket, products in rows_of(
        home, "select period, unit_id, bucket, ratings from driver_products where survey = 'relationship'")}
    assert shown
    assert found.keys() == shown.keys()
    for key, products in found.items():
        assert products == pytest.approx(shown[key][np.triu_indices(len(core) + 2)])


def test_a_filter_of_answers_or_too_few_of_them_say_nothing(demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    snapshot = current_snapshot(demo[0])
    assert drifting_drivers(snapshot, ALL, "relationship", "HG", Filters(product="Protection")) is None
    assert drifting_drivers(snapshot, ALL, "relationship", "HL-N1", Filters()) is None
    assert drifting_drivers(snapshot, ALL, "transaction", "HG", Filters()) is None
    assert drifting_drivers(snapshot, Scope(frozenset({"HL"})), "relationship", "HB", Filters()) is None


def test_the_first_year_is_held_against_the_last(demo: tuple[Home, dict[str, pd.DataFrame]]) -> None:
    found = drifting_drivers(current_snapshot(demo[0]), ALL, "relationship", "HG", Filters())
    if found is None:
        pytest.fail("the small demo company must have enough complete answers")
    assert (found.early[0].year, found.late[1].year) == (2023, 2026)
    assert found.early[1] < found.late[0]
    assert sum(one.before for one in found.drifts.drivers) == pytest.approx(1)


def test_the_rollup_counts_by_the_constants_of_the_statistics() -> None:
    sql = (Path(layout.__file__).parent / "rollups" / "70_drivers.sql").read_text(encoding="utf-8")
    for text in (f"one.mark <= {LOW_UP_TO}", f"one.mark >= {HIGH_FROM}", f">= {MIN_ANSWERS}", f"% {BUCKETS} as bucket"):
        assert text in sql
    differences = (Path(layout.__file__).parent / "sql" / "rating_classes.sql").read_text(encoding="utf-8")
    assert differences.count(f"mark <= {LOW_UP_TO}") == differences.count(f"mark > {LOW_UP_TO}") == 3
