"""Comparisons from the warehouse: what is counted is what the raw answers say; spans do not overlap; nothing leaks."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from cx.settings import Settings
from cx.stats.nps import ClusterSums, Counts, design_effect
from cx.stats.suppression import Withheld
from cx.warehouse.compare import Asked, Span, compared_units, span, strata
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
UNITS = ("A", "B", "C", "D")


def rows() -> list[dict[str, object]]:
    """Answers of four parts of a group over 20 months, by customers who answer again and again."""
    dice = random.Random(11)
    made = []
    for number in range(2400):
        month = dice.randint(0, 19)
        made.append(answer(
            number, dice.choice(range(11)), f"{2024 + month // 12}-{month % 12 + 1:02}-1{dice.randint(0, 9)}",
            dice.choices(UNITS, [40, 40, 17, 3])[0], customer_id=f"c{dice.randint(0, 300)}",
            product=dice.choice(["car", "home"]), touchpoint_id=dice.choice(["t1", "t2"])))
    return made


ROWS = rows()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("compare")
    home = Home(folder / "home")
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": f"Unit {unit}", "parent_id": "all"} for unit in UNITS]
    load_tables(home, folder, {"units": units, "responses": ROWS})
    return current_snapshot(home)


def in_months(first: str, last: str, **wanted: str) -> list[dict[str, object]]:
    return [row for row in ROWS if first <= str(row["responded_at"])[:7] <= last
            and all(row[name] == value for name, value in wanted.items())]


def classes(answers: list[dict[str, object]]) -> tuple[int, int, int]:
    scores = [int(str(row["score"])) for row in answers]
    return sum(s >= 9 for s in scores), sum(7 <= s <= 8 for s in scores), sum(s <= 6 for s in scores)


def worth(answers: list[dict[str, object]]) -> float:
    """Independent answers that these are worth, month by month, by the statistics of customers themselves."""
    total = 0.0
    months: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in answers:
        months[str(row["responded_at"])[:7]].append(row)
    for month in months.values():
        m: dict[object, int] = defaultdict(int)
        s: dict[object, int] = defaultdict(int)
        for row in month:
            score = int(str(row["score"]))
            m[row["customer_id"]] += 1
            s[row["customer_id"]] += (score >= 9) - (score <= 6)
        sums = ClusterSums(len(m), len(month), sum(s.values()), sum(v * v for v in s.values()),
                           sum(s[c] * m[c] for c in m), sum(v * v for v in m.values()))
        total += len(month) / design_effect(Counts(*classes(month)), len(month), sums)
    return total


def test_the_newest_twelve_months_are_compared_as_the_raw_answers_say(snapshot: Snapshot, tmp_path: Path):
    asked = Asked("transaction", UNITS, "all", "")
    assert span(snapshot, EVERYTHING, "transaction", Filters()) == Span(date(2024, 9, 1), date(2025, 8, 1))
    found = compared_units(snapshot, EVERYTHING, asked, Filters(), Settings(home=tmp_path))
    assert found is not None
    for unit in found.units[:3]:
        raw = in_months("2024-09", "2025-08", unit_id=unit.unit_id)
        promoters, _, detractors = classes(raw)
        assert unit.estimate is not None
        assert unit.estimate.nps == pytest.approx((promoters - detractors) / len(raw), abs=1e-12)
        assert unit.estimate.n_effective == pytest.approx(worth(raw), rel=1e-9)
    assert found.total is not None
    assert found.total.n == len(in_months("2024-09", "2025-08"))


def test_spans_follow_each_other_without_overlap(snapshot: Snapshot):
    ends = [date(2025, 8, 1), date(2025, 1, 1), date(2024, 9, 1), date(2024, 8, 1), date(2024, 1, 1)]
    found = [span(snapshot, EVERYTHING, "transaction", Filters(last_month=end)) for end in ends]
    newest, before = Span(date(2024, 9, 1), date(2025, 8, 1)), Span(date(2023, 9, 1), date(2024, 8, 1))
    assert found == [newest, newest, newest, before, before]


def test_filters_narrow_the_counts_and_strata_add_up_to_them(snapshot: Snapshot, tmp_path: Path):
    filters = Filters(touchpoint="t1")
    asked = Asked("transaction", UNITS, "all", "product")
    found = compared_units(snapshot, EVERYTHING, asked, filters, Settings(home=tmp_path))
    assert found is not None
    first = found.units[0]
    raw = in_months("2024-09", "2025-08", unit_id=first.unit_id, touchpoint_id="t1")
    assert first.n == len(raw)
    split = strata(snapshot, EVERYTHING, asked, (first.unit_id,), filters,
                   Span(date(2024, 9, 1), date(2025, 8, 1)), Settings(home=tmp_path))[first.unit_id]
    assert {name: round(counts.total) for name, counts in split.items()} == {
        name: len([row for row in raw if row["product"] == name]) for name in ("car", "home")}
    assert first.fair is not None


@pytest.mark.parametrize("touchpoint", ["", "t2"])
def test_strata_hold_the_answers_of_the_unit_and_nothing_of_the_months_that_it_leaves_out(
    snapshot: Snapshot, tmp_path: Path, touchpoint: str
):
    filters, own = Filters(touchpoint=touchpoint), Settings(home=tmp_path)
    asked = Asked("transaction", UNITS, "all", "product")
    found = compared_units(snapshot, EVERYTHING, asked, filters, own)
    whole = span(snapshot, EVERYTHING, "transaction", filters)
    assert found is not None
    assert whole is not None
    narrowed = {"touchpoint_id": touchpoint} if touchpoint else {}
    raw = {unit: len(in_months("2024-09", "2025-08", unit_id=unit, **narrowed)) for unit in UNITS}
    counted = {unit.unit_id: unit.n for unit in found.units}
    assert any(counted[unit] < raw[unit] for unit in UNITS) == bool(touchpoint)  # months that would give others away
    parts = strata(snapshot, EVERYTHING, asked, UNITS, filters, whole, own)
    for unit, n in counted.items():
        assert sum(round(counts.total) for counts in parts.get(unit, {}).values()) == n
    # Two units alone have the strata that they have among all.
    pair = Asked("transaction", ("A", "D"), None, "product")
    assert strata(snapshot, EVERYTHING, pair, ("A", "D"), filters, whole, own) == {
        unit: parts[unit] for unit in "AD" if unit in parts}


def test_a_unit_that_a_sum_would_give_away_is_hidden_with_its_smallest_sibling(tmp_path: Path):
    made, number = [], 0
    for unit, count in (("a", 40), ("b", 20), ("c", 3)):
        for score in (10, 9, 8, 3, 9, 10, 7, 2, 10, 9) * 4:
            if count:
                made.append(answer(number, score, "2026-03-10", unit))
                number, count = number + 1, count - 1
    units = [{"unit_id": "all", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": unit, "parent_id": "all"} for unit in "abc"]
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"units": units, "responses": made})
    found = compared_units(current_snapshot(home), EVERYTHING, Asked("transaction", ("a", "b", "c"), "all", ""),
                           Filters(), Settings(home=tmp_path))
    assert found is not None
    assert {unit.unit_id: unit.withheld for unit in found.units} == {
        "a": None, "b": Withheld.TOO_FEW, "c": Withheld.PRIVACY}
    # Its one month hides 3 answers of c, so it is not in the sum of b either: nothing is left of b to be shown.
    assert {unit.unit_id: unit.n for unit in found.units}["b"] == 0


def test_whoever_sees_one_unit_compares_nothing_else(snapshot: Snapshot, tmp_path: Path):
    found = compared_units(snapshot, Scope(frozenset({"A"})), Asked("transaction", UNITS, "all", ""), Filters(),
                           Settings(home=tmp_path))
    assert found is not None
    assert [unit.unit_id for unit in found.units] == ["A"]
    assert found.total is None
