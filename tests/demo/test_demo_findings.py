"""What the product says of the demo company, by the functions of its pages: the planted truths, and hardly more.

Ten other seeds are tried by `python -m benchmarks.truths`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.truths import Said, company, said_of
from cx.demo.company import DEMO_SEED


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    folder: Path = tmp_path_factory.mktemp("findings")
    return said_of(company(DEMO_SEED, folder))


def test_every_planted_truth_is_found(said: list[Said]) -> None:
    planted = [one for one in said if one.planted and one.has_power]
    assert len(planted) == 5
    assert [one.what for one in planted if one.times < one.of] == []


def test_hardly_anything_else_is_said(said: list[Said]) -> None:
    quiet = [one for one in said if not one.planted]
    assert sum(one.of for one in quiet) > 400
    assert sum(one.times for one in quiet) <= 0.01 * sum(one.of for one in quiet)
    # A wave is judged by a 95 % interval and a size worth acting on: up to one of 20 without a cause.
    assert {one.what for one in quiet if one.times and one.has_power} <= {"a wave without change moved"}
