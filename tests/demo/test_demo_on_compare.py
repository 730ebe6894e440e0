"""The page Compare units finds what is planted in the demo company, and says nothing of units that are alike."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from scipy.stats import binom

from cx.demo.truths import read_truths
from cx.ingest.load import load
from cx.ingest.sources import table_job
from cx.settings import Settings
from cx.stats.comparison import Comparison, difference_split
from cx.stats.funnel import Standing
from cx.stats.nps import Counts
from cx.stats.standardise import Split
from cx.stats.suppression import Thresholds
from cx.warehouse.compare import Asked, asked_for, compared_units, span, strata
from cx.warehouse.compare_touchpoints import compared_touchpoints
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import hierarchy
from tests.companies import current_snapshot
from tests.pages.reader import at_home, is_whole, said, visit

TRUTHS = read_truths()
EVERYTHING = Scope(None)
SPECIAL = {TRUTHS.gaming.where, *(truth.where for truth in TRUTHS.mix_only)}
BRANCH_LEVEL = 2
BEFORE_GAMING = date(2025, 10, 1)


@pytest.fixture(scope="session")
def home(company, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The whole demo company, as far as comparisons need it."""
    home = Home(tmp_path_factory.mktemp("demo-compare"))
    jobs = tuple(table_job("demo", "Demo", name, company.tables[name])
                 for name in ("units", "touchpoints", "customers", "responses"))
    load(home, jobs, "UTC", is_demo=True)
    return home


@pytest.fixture(scope="session")
def snapshot(home: Home) -> Snapshot:
    return current_snapshot(home)


def alike(subsidiary: str, level: float) -> tuple[str, ...]:
    """Branches of one true level, at the usual mix of customers, that do nothing special."""
    return tuple(unit for unit, points in TRUTHS.levels_pts.items()
                 if unit.startswith(subsidiary) and points == level and unit not in SPECIAL)


def compared(snapshot: Snapshot, units: tuple[str, ...], filters: Filters) -> Comparison:
    found = compared_units(snapshot, EVERYTHING, Asked("transaction", units, None, ""), filters, Settings())
    assert found is not None
    return found


def standing_out(snapshot: Snapshot, filters: Filters) -> dict[str, Standing]:
    asked = asked_for(hierarchy(snapshot, EVERYTHING), (), "transaction", BRANCH_LEVEL, "")
    found = compared_units(snapshot, EVERYTHING, asked, filters, Settings())
    assert found is not None
    assert len(found.units) == 60
    return {unit.unit_id: unit.standing for unit in found.shown if unit.standing in (Standing.ABOVE, Standing.BELOW)}


def test_the_branch_that_games_its_score_stands_out_and_did_not_before(snapshot: Snapshot):
    assert standing_out(snapshot, Filters()) == {TRUTHS.gaming.where: Standing.ABOVE}
    assert standing_out(snapshot, Filters(last_month=BEFORE_GAMING)) == {}


def test_the_page_names_the_branch_that_games_its_score(home: Home, company):
    ((name,),) = company.rows(f"select name from units where unit_id = '{TRUTHS.gaming.where}'")
    with at_home(home.folder):
        at = visit("compare", survey="transaction", level=str(BRANCH_LEVEL + 1))
        assert is_whole(at)
    assert said(at.title[0].value).startswith(f"1 of 60 units stands out from what units usually score: {name} (+")


def test_on_the_map_the_branch_that_games_its_score_is_marked_most_often_and_only_above(snapshot: Snapshot):
    asked = asked_for(hierarchy(snapshot, EVERYTHING), (), "transaction", BRANCH_LEVEL, "")
    named = compared_touchpoints(snapshot, EVERYTHING, asked, Filters(), Settings())
    assert named is not None
    marked = Counter(cell.unit_id for cell in named.map.apart)
    assert marked.most_common(1)[0][0] == TRUTHS.gaming.where
    assert all(cell.difference.nps > 0 for cell in named.map.apart if cell.unit_id == TRUTHS.gaming.where)


def test_branches_that_are_alike_are_called_different_no_more_often_than_chance_allows(snapshot: Snapshot):
    kinds = {(unit[:2], level) for unit, level in TRUTHS.levels_pts.items() if unit not in SPECIAL}
    sets = [units for subsidiary, level in sorted(kinds) if len(units := alike(subsidiary, level)) >= 3]
    spans = [Filters(last_month=last) for last in (None, BEFORE_GAMING, date(2024, 10, 1))]
    called = [compared(snapshot, units, filters).pairs_apart > 0 for units in sets for filters in spans]
    assert len(called) >= 15
    assert sum(called) <= binom.ppf(0.99, len(called), 0.05)  # all pairs of a set together: 1 in 20 by chance


def test_the_largest_set_of_branches_that_are_alike_is_not_called_different(snapshot: Snapshot):
    units = alike("HB", 16.0)
    assert len(units) >= 5
    for last_month in (None, BEFORE_GAMING, date(2024, 10, 1)):
        assert compared(snapshot, units, Filters(last_month=last_month)).pairs_apart == 0


def against_its_like(snapshot: Snapshot, truth, filters: Filters) -> Split:
    """A branch against branches of its true level together, split as the page splits two units."""
    like = alike(truth.where[:2], TRUTHS.levels_pts[truth.where])
    assert like
    found = span(snapshot, EVERYTHING, "transaction", filters)
    assert found is not None
    parts = strata(snapshot, EVERYTHING, Asked("transaction", (truth.where, *like), None, truth.dimension),
                   (truth.where, *like), filters, found, Settings())
    peers: dict[str, Counts] = {}
    for unit in like:
        for value, counts in parts[unit].items():
            peers[value] = peers.get(value, Counts(0, 0, 0)) + counts
    split = difference_split(peers, parts[truth.where], Thresholds())
    assert split is not None
    return split


@pytest.mark.parametrize("truth", TRUTHS.mix_only, ids=lambda truth: truth.where)
def test_the_mix_part_of_a_difference_is_what_is_planted(snapshot: Snapshot, truth):
    mix = against_its_like(snapshot, truth, Filters()).mix
    assert 100 * mix.low < truth.value < 100 * mix.high


def test_a_crude_gap_that_comes_from_the_mix_alone_vanishes_at_the_same_mix(snapshot: Snapshot):
    truth = next(one for one in TRUTHS.mix_only if one.where == "HB-N2")
    split = against_its_like(snapshot, truth, Filters(last_month=BEFORE_GAMING))
    assert split.change.high < 0
    assert split.mix.high < 0
    assert split.performance.low < 0 < split.performance.high
