"""The page Journey finds what is planted in the demo company: pay-out at the life insurer fell, the bank improved."""

from __future__ import annotations

import pytest

from cx.demo.truths import read_truths
from cx.ingest.load import load
from cx.ingest.sources import table_job
from cx.settings import Settings
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.journey import journey_map
from cx.warehouse.scope import Scope
from tests.companies import current_snapshot

TRUTHS = read_truths()


@pytest.fixture(scope="session")
def home(company, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("demo-journey"))
    load(home, tuple(table_job("demo", "Demo", name, company.tables[name])
                     for name in ("units", "touchpoints", "customers", "responses")), "UTC", is_demo=True)
    return home


def test_the_planted_fall_is_marked_and_the_quiet_cells_are_quiet(home: Home, company) -> None:
    found = journey_map(current_snapshot(home), Scope(None), "unit", Filters(), Settings())
    assert found is not None
    apart = {(cell.touchpoint_id, cell.unit_id): cell.gap or 0.0 for cell in found.named.map.apart}
    fall = TRUTHS.payout_fall
    where = f"sub = '{fall.where}' and touchpoint_id = '{fall.touchpoint}'"
    now, _ = company.nps(f"{where} and m >= 24")
    before, _ = company.nps(f"{where} and m between 12 and 23")
    assert apart[fall.touchpoint, fall.where] == pytest.approx((now - before) / 100, abs=0.002)
    assert apart[fall.touchpoint, fall.where] < 0
    improved = {key for key in apart if key[1] == "HB"}
    assert len(improved) >= 3
    assert all(apart[key] > 0 and key[0] in TRUTHS.divergence.improved_touchpoints for key in improved)
    # All others stay as they were (or follow a quick win): of those marked about 1 in 10 may be by chance.
    planted = {(fall.touchpoint, fall.where), (TRUTHS.quick_win_works.touchpoint, "HL"), *improved}
    assert len(set(apart) - planted) <= 2
