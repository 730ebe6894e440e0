"""Trends from the warehouse: the smallest rollup serves, filters have three faces, and hidden cells stay hidden."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cx.settings import Settings
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds, family_of
from cx.stats.trends import PeriodCounts, Protection, trends
from cx.warehouse.filters import Clause, Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Read, Snapshot
from tests.companies import answer, current_snapshot, load_tables

EVERYTHING = Scope(None)
FIELDS = ("touchpoint_id", "product", "segment", "channel")


def rows() -> list[dict[str, object]]:
    """Answers of three parts of a group, some parts and mixtures of a handful of answers only."""
    dice = random.Random(7)
    made = []
    for number in range(900):
        unit = dice.choices(["A", "B", "C", "D"], [40, 40, 18, 2])[0]
        made.append(
            answer(
                number,
                dice.choice(range(11)),
                f"2024-0{dice.randint(1, 6)}-1{dice.randint(0, 9)}",
                unit,
                customer_id=f"c{dice.randint(0, 400)}",
                product=dice.choices(["car", "home"], [20, 1])[0],
                segment=dice.choice(["new", "old"]),
                channel=dice.choice(["web", ""]),
                touchpoint_id=dice.choice(["t1", "t2", ""]),
                weight=dice.choice([1, 2, 0.5]),
            )
        )
    return made


ROWS = rows()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("nps")
    home = Home(folder / "home")
    load_tables(
        home,
        folder,
        {
            "units": [
                {"unit_id": "G", "name": "Group", "parent_id": ""},
                *({"unit_id": unit, "name": unit, "parent_id": "G"} for unit in "ABCD"),
            ],
            "responses": ROWS,
        },
    )
    return current_snapshot(home)


every_filter = st.builds(
    Filters,
    product=st.sampled_from(["", "car", "home", "boat"]),
    segment=st.sampled_from(["", "new"]),
    channel=st.sampled_from(["", "web"]),
    touchpoint=st.sampled_from(["", "t1"]),
    first_month=st.sampled_from([None, date(2024, 2, 1)]),
    last_month=st.sampled_from([None, date(2024, 5, 1)]),
)


def wanted(row: dict[str, object], filters: Filters) -> bool:
    """Whether a row is what the filters ask for."""
    month = date.fromisoformat(str(row["responded_at"])).replace(day=1)
    return (
        all(
            not value or row[field] == value
            for field, value in zip(
                FIELDS, (filters.touchpoint, filters.product, filters.segment, filters.channel), strict=True
            )
        )
        and (not filters.first_month or month >= filters.first_month)
        and (not filters.last_month or month <= filters.last_month)
    )


@hypothesis_settings(max_examples=40, deadline=None)
@given(filters=every_filter)
def test_the_smallest_rollup_gives_the_answer_of_the_largest_and_of_the_rows(
    snapshot: Snapshot, filters: Filters
) -> None:
    asked = {"survey": "transaction", "units": ["G", "A", "B", "C", "D"]}
    found = [
        snapshot.query(EVERYTHING, "nps_counts", {"counts": Read(table, filters.clauses())}, **asked)
        for table in (filters.counts_table, "counts_all")
    ]
    found = [sorted(rows) for rows in found]  # the order within a period says nothing
    assert [row[:7] for row in found[0]] == [row[:7] for row in found[1]]
    for small, large in zip(*found, strict=True):
        assert small[7:] == pytest.approx(large[7:])
    expected = Counter(
        (str(row["responded_at"])[:7], unit, (int(str(row["score"])) > 8) - (int(str(row["score"])) < 7))
        for row in ROWS
        if wanted(row, filters)
        for unit in ("G", row["unit_id"])
    )
    assert (
        Counter(
            {(row[0], row[2], sign): n for row in found[0] for sign, n in zip((1, 0, -1), row[4:7], strict=True) if n}
        )
        == expected
    )


@given(every_filter)
def test_the_smallest_rollup_that_has_the_dimensions_is_chosen(filters: Filters) -> None:
    sizes = {
        "counts_unit": set(),
        "counts_touchpoint": {"touchpoint_id"},
        "counts_mix": {"product", "segment", "channel"},
        "counts_all": set(FIELDS),
    }
    needed = {clause.column for clause in filters.clauses()} - {"starts_on"}
    serving = [table for table, dimensions in sizes.items() if needed <= dimensions]
    assert filters.counts_table == min(serving, key=lambda table: len(sizes[table]))
    assert filters.narrows_answers == bool(needed)


@given(every_filter)
def test_a_filter_has_one_clause_with_its_sql_its_value_and_its_words(filters: Filters) -> None:
    clauses = filters.clauses({"t1": "Claim"})
    used = [value for value in filters.key if value]
    assert len(clauses) == len(used)
    for clause in clauses:
        ((name, value),) = clause.values.items()
        assert clause.sql in (
            f"{clause.column} = ${name}",
            f"{clause.column} >= ${name}",
            f"{clause.column} <= ${name}",
        )
        assert value in used
        (said,) = clause.words.values.values()
        assert said == ("Claim" if value == "t1" else value)
        assert str(said) in str(clause.words)
        assert isinstance(clause, Clause)


def test_the_choice_of_units_is_no_clause_but_part_of_the_key() -> None:
    assert Filters(units=("A",)).clauses() == ()
    assert len({Filters().key, Filters(units=("A",)).key, Filters(product="A").key, Filters(segment="A").key}) == 4


@hypothesis_settings(max_examples=25, deadline=None)
@given(filters=every_filter)
def test_shown_figures_are_those_of_the_rows(snapshot: Snapshot, filters: Filters) -> None:
    found = nps_trends(snapshot, EVERYTHING, "transaction", filters, Settings())
    for series in found.series:
        for point in series.points:
            of_cell = [
                row
                for row in ROWS
                if wanted(row, filters)
                and str(row["responded_at"])[:7] == point.period
                and series.unit_id in ("G", row["unit_id"])
            ]
            signs = [(int(str(row["score"])) > 8) - (int(str(row["score"])) < 7) for row in of_cell]
            assert point.n == len(signs)
            if point.estimate is not None and point.weighted is not None:
                weights = [float(str(row["weight"])) for row in of_cell]
                assert point.n >= 10
                assert point.estimate.nps == pytest.approx(sum(signs) / len(signs))
                assert point.weighted.nps == pytest.approx(
                    sum(w * s for w, s in zip(weights, signs, strict=True)) / sum(weights)
                )


def solvable(total_shown: bool, shown: list[bool], values: list[int], privacy: int) -> bool:
    """Whether total minus shown parts gives a private group away: the hidden parts together have 1 to 4 answers."""
    hidden = sum(value for value, is_shown in zip(values, shown, strict=True) if not is_shown)
    return total_shown and 0 < hidden < privacy


@hypothesis_settings(max_examples=30, deadline=None)
@given(filters=every_filter)
def test_no_hidden_cell_can_be_had_from_the_total_and_the_shown_ones(snapshot: Snapshot, filters: Filters) -> None:
    privacy = 5
    settings = Settings(figure_min_answers=5)
    found = nps_trends(snapshot, EVERYTHING, "transaction", filters, settings)
    total, *parts = found.series
    for period in found.periods:
        shown, counted, left_out = [], [], []
        of_total = next(point for point in total.points if point.period == period)
        for part in parts:
            n = {True: 0, False: 0}
            for row in ROWS:
                if row["unit_id"] == part.unit_id and str(row["responded_at"])[:7] == period:
                    n[wanted(row, filters)] += 1
            point = next((point for point in part.points if point.period == period), None)
            shown.append(n[True] == 0 or (point is not None and point.estimate is not None))
            counted.append(n[True])
            left_out.append(n[False] if n[True] else 0)
            if point and point.estimate is not None:
                assert point.n >= privacy
                assert not 0 < n[False] < privacy
        assert not solvable(of_total.estimate is not None, shown, counted, privacy)
        assert not solvable(of_total.estimate is not None, shown, left_out, privacy)


small = st.integers(0, 9)


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(small, small), min_size=1, max_size=4), small, small)
def test_neither_filtered_nor_left_out_answers_can_be_had_by_subtraction(
    parts: list[tuple[int, int]], rest: int, rest_left_out: int
) -> None:
    thresholds = Thresholds(5, 5, 5)
    everybody = [*parts, (rest, rest_left_out)]
    total = (sum(n for n, _ in everybody), sum(n for _, n in everybody))
    names = {"total": "total"} | {str(number): str(number) for number in range(len(parts))}
    cells = [
        PeriodCounts(unit, "2024-01", date(2024, 1, 1), 0, Counts(n, 0, 0), Counts(n, 0, 0), 1.0, 1.0, left_out)
        for unit, (n, left_out) in zip(names, [total, *parts], strict=True)
    ]
    family = tuple(family_of([group[table] for group in everybody], thresholds) for table in (0, 1))
    protection = Protection(dict.fromkeys(list(names)[1:], "total"), {("total", "2024-01"): family})
    of_total, *of_parts = [
        series.points[0]
        for series in trends("transaction", cells, names, "total", thresholds, 0.03, protection).series
    ]
    for point, (n, left_out) in zip([of_total, *of_parts], [total, *parts], strict=True):
        if point.estimate is not None:
            assert n >= 5
            assert not 0 < left_out < 5
    # Answers given to the total itself are shown nowhere.
    shown = [
        *(point.estimate is not None or n == 0 for point, (n, _) in zip(of_parts, parts, strict=True)),
        rest == 0,
    ]
    assert not solvable(of_total.estimate is not None, shown, [n for n, _ in everybody], 5)
    # What is left out of a unit is known where both of its figures are: a part without answers has none.
    known = [
        point.estimate is not None or left_out == 0 for point, (_, left_out) in zip(of_parts, parts, strict=True)
    ]
    assert not solvable(of_total.estimate is not None, [*known, rest_left_out == 0], [n for _, n in everybody], 5)


def test_a_scope_shows_its_own_unit_and_nothing_of_another(snapshot: Snapshot) -> None:
    scope = Scope(frozenset({"A"}))
    for units in ((), ("B",), ("B", "A"), ("G",), ("nobody",)):
        found = nps_trends(snapshot, scope, "transaction", Filters(units=units), Settings())
        assert [series.unit_id for series in found.series] == ["A"]
    assert nps_trends(snapshot, Scope(frozenset()), "transaction", Filters(units=("A",)), Settings()).series == ()


def test_sent_and_answered_stand_beside_unfiltered_figures_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    load_tables(
        home,
        tmp_path,
        {
            "responses": [answer(n, 9, product="car") for n in range(20)],
            "invitations": [{"survey": "transaction", "unit_id": "A", "month": "2024-01", "sent": 50}],
        },
    )
    snapshot = current_snapshot(home)
    (point,) = nps_trends(snapshot, EVERYTHING, "transaction", Filters(), Settings()).series[0].points
    assert (point.sent, point.answered, point.response_rate) == (50, 20, 0.4)
    (point,) = nps_trends(snapshot, EVERYTHING, "transaction", Filters(product="car"), Settings()).series[0].points
    assert (point.sent, point.answered, point.response_rate) == (None, None, None)
