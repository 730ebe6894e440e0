"""The rollups: every count at every level is what plain Python counts over the rows."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cx.warehouse.home import Home
from tests.companies import load_tables, rows_of

ZONE = "Asia/Taipei"
PARENTS = {"group": "", "north": "group", "south": "group", "n1": "north", "n2": "north", "s1": "south"}
DIMENSIONS = ("touchpoint_id", "product", "segment", "channel")
SUMS = ("promoters", "passives", "detractors", "blanks", "w_promoters", "w_passives", "w_detractors")
SQUARES = ("w2_promoters", "w2_passives", "w2_detractors")
CUSTOMER_SUMS = ("customers", "c_ss", "c_sm", "c_mm", "cw_ss", "cw_sm", "cw_mm")


def ancestors(unit: str) -> Iterator[str]:
    """The unit and every unit above it; a unit that nobody declared stands alone."""
    while unit:
        yield unit
        unit = PARENTS.get(unit, "")


@dataclass(frozen=True)
class Answer:
    """A response as this test knows it; `at` in UTC."""

    survey: str
    unit: str
    at: datetime
    invited_at: datetime | None
    score: int | None
    customer: str | None
    wave: str | None
    weight: float | None
    dimensions: tuple[str | None, ...]

    @property
    def month(self) -> date:
        return self.at.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).date().replace(day=1)

    @property
    def period(self) -> str:
        if self.survey == "transaction":
            return f"{self.month:%Y-%m}"
        return self.wave or f"{self.month.year} Q{(self.month.month + 2) // 3}"

    @property
    def kind(self) -> int | None:
        return None if self.score is None else (self.score >= 9) - (self.score <= 6)


def company() -> list[Answer]:
    """Answers with repeat customers in several units and touchpoints, blanks, weights, and times near month ends."""
    dice = random.Random(20240131)
    answers = []
    for _ in range(700):
        survey = dice.choice(["transaction", "transaction", "relationship", "strategic"])
        near_month_end = datetime(2024, dice.choice([2, 3, 4, 5]), 1) + timedelta(hours=dice.randint(-30, 30))
        at = dice.choice([near_month_end, datetime(2024, 3, 14, 12, 30, 15)])
        answers.append(
            Answer(
                survey,
                dice.choice(["north", "n1", "n2", "s1", "s1", "group"]),
                at,
                at - timedelta(days=dice.randint(0, 40)) if dice.random() < 0.5 else None,
                dice.choice([None, *range(11), 9, 10]),
                dice.choice([None, "c1", "c2", *(f"c{n}" for n in range(3, 120))]),
                dice.choice([None, "W1", "W2"]) if survey == "relationship" else None,
                dice.choice([None, 0, 0.5, 2, 3.25]),
                (
                    dice.choice([None, "t1", "t2"]),
                    dice.choice([None, "car", "home"]),
                    dice.choice([None, "new"]),
                    dice.choice(["web", "phone"]),
                ),
            )
        )
    return answers


ANSWERS = company()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("rollups")
    rows = [
        {
            "response_id": f"r{number}",
            "survey": one.survey,
            "score": "" if one.score is None else one.score,
            "responded_at": f"{one.at.isoformat()}Z",
            "invited_at": one.invited_at.isoformat() + "Z" if one.invited_at else "",
            "unit_id": one.unit,
            "customer_id": one.customer or "",
            "wave": one.wave or "",
            "weight": "" if one.weight is None else one.weight,
            **{name: value or "" for name, value in zip(DIMENSIONS, one.dimensions, strict=True)},
        }
        for number, one in enumerate(ANSWERS)
    ]
    home = Home(folder / "home")
    load_tables(
        home,
        folder,
        {
            "units": [
                {"unit_id": unit, "name": unit.upper(), "parent_id": parent} for unit, parent in PARENTS.items()
            ],
            "touchpoints": [
                {"touchpoint_id": name, "name": name, "journey": "j", "stage": "s", "stage_order": 1}
                for name in ("t1", "t2")
            ],
            "responses": rows,
        },
        ZONE,
    )
    return home


def counted(key: Callable[[Answer], tuple[Any, ...]], squares: bool) -> dict[tuple[Any, ...], tuple[float, ...]]:
    """Counts, sums of weights and of their squares by survey, period, unit and `key`."""
    found: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0.0] * 10)
    for one in ANSWERS:
        place = 3 if one.kind is None else 1 - one.kind
        weight = 1 if one.weight is None else one.weight
        for unit in ancestors(one.unit):
            cell = found[(one.survey, one.period, unit, *key(one))]
            cell[place] += 1
            if one.kind is not None:
                cell[4 + place] += weight
                cell[7 + place] += weight * weight
    return {cell: tuple(sums if squares else sums[:7]) for cell, sums in found.items()}


def table(
    home: Home, name: str, keys: tuple[str, ...], values: tuple[str, ...]
) -> dict[tuple[Any, ...], tuple[float, ...]]:
    """A rollup as a dictionary; a key that stands twice fails."""
    rows = rows_of(home, f"select {', '.join(keys)}, {', '.join(values)} from {name}")
    found = {row[: len(keys)]: row[len(keys) :] for row in rows}
    assert len(found) == len(rows)
    return found  # type: ignore[return-value]


KEY = ("survey", "period", "unit_id")
GRAINS: dict[str, tuple[tuple[str, ...], Callable[[Answer], tuple[Any, ...]], bool]] = {
    "counts_all": ((*KEY, *DIMENSIONS), lambda one: one.dimensions, True),
    "counts_mix": ((*KEY, *DIMENSIONS[1:]), lambda one: one.dimensions[1:], True),
    "counts_touchpoint": ((*KEY, DIMENSIONS[0]), lambda one: one.dimensions[:1], False),
    "counts_unit": (KEY, lambda one: (), False),
}


@pytest.mark.parametrize("name", GRAINS)
def test_counts_weights_and_squares_at_every_level(home: Home, name: str) -> None:
    keys, key, squares = GRAINS[name]
    found = table(home, name, keys, SUMS + (SQUARES if squares else ()))
    expected = counted(key, squares)
    assert found.keys() == expected.keys()
    for cell, sums in found.items():
        assert sums == pytest.approx(expected[cell], rel=1e-12, abs=1e-12), cell


@pytest.mark.parametrize("name", ["counts_unit", "counts_touchpoint"])
def test_sums_over_customers_at_every_level(home: Home, name: str) -> None:
    keys, key, _ = GRAINS[name]
    people: dict[tuple[Any, ...], dict[Any, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0] * 4))
    for number, one in enumerate(ANSWERS):
        if one.kind is None:
            continue
        weight = 1 if one.weight is None else one.weight
        for unit in ancestors(one.unit):
            sums = people[(one.survey, one.period, unit, *key(one))][one.customer or number]
            for place, value in enumerate((1, one.kind, weight, weight * one.kind)):
                sums[place] += value
    found = table(home, name, keys, CUSTOMER_SUMS)
    assert any(len(group) < sum(m for m, *_ in group.values()) for group in people.values())
    for cell, sums in found.items():
        group = people[cell].values()
        expected = (
            len(group),
            sum(s * s for _, s, _, _ in group),
            sum(s * m for m, s, _, _ in group),
            sum(m * m for m, *_ in group),
            sum(s * s for *_, s in group),
            sum(s * m for *_, m, s in group),
            sum(m * m for _, _, m, _ in group),
        )
        assert tuple(value or 0 for value in sums) == pytest.approx(expected, rel=1e-9, abs=1e-9), cell


def test_a_period_stands_in_the_month_with_most_answers_in_the_time_zone_of_the_report(home: Home) -> None:
    months: dict[tuple[str, str], Counter[date]] = {}
    for one in ANSWERS:
        months.setdefault((one.survey, one.period), Counter())[one.month] += 1
    first = {period: min(of, key=lambda month: (-of[month], month)) for period, of in months.items()}
    for name in GRAINS:
        found = rows_of(home, f"select distinct survey, period, starts_on from {name}")
        assert {(survey, period): day for survey, period, day in found} == first
        assert len(found) == len(first)
    assert {one.month for one in ANSWERS} > {one.at.date().replace(day=1) for one in ANSWERS} & {date(2024, 2, 1)}
    assert any(one.month != one.at.date().replace(day=1) for one in ANSWERS)


def test_units_stand_in_a_tree_with_every_unit_above_them(home: Home) -> None:
    found = {
        row[0]: row[1:]
        for row in rows_of(home, "select unit_id, parent_id, depth, path_ids, path_names from unit_tree")
    }
    assert found == {
        unit: (parent or None, len(path) - 1, path, [one.upper() for one in path])
        for unit, parent in PARENTS.items()
        for path in [list(ancestors(unit))[::-1]]
    }
    assert sorted(rows_of(home, "select unit_id, ancestor_id from unit_ancestors")) == sorted(
        (unit, above) for unit in PARENTS for above in ancestors(unit)
    )


def test_values_to_filter_by_are_counted_once_each(home: Home) -> None:
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for one in ANSWERS:
        for field, value in zip(("touchpoint", "product", "segment", "channel"), one.dimensions, strict=True):
            if value is not None:
                expected[field, value] += one.kind is not None
    assert {
        (field, value): n for field, value, n in rows_of(home, "select field, value, n from filter_values")
    } == expected


def invitations(
    folder: Path, answers: list[dict[str, object]], sent: list[tuple[str, str, str, int]]
) -> list[tuple[object, ...]]:
    """Response counts of a company: (survey, period, unit, sent, answered)."""
    home = Home(folder / "home")
    load_tables(
        home,
        folder,
        {
            "units": [{"unit_id": "G", "name": "G"}, {"unit_id": "A", "name": "A", "parent_id": "G"}],
            "responses": answers,
            "invitations": [dict(zip(("survey", "unit_id", "month", "sent"), row, strict=True)) for row in sent],
        },
    )
    return rows_of(home, "from response_counts order by all")


def given(number: int, survey: str, at: str, invited: str, **more: object) -> dict[str, object]:
    """An answer of unit A."""
    return {
        "response_id": f"r{number}",
        "survey": survey,
        "score": 9,
        "responded_at": at,
        "invited_at": invited,
        "unit_id": "A",
        **more,
    }


def test_a_questionnaire_counts_in_the_month_in_which_it_was_sent(tmp_path: Path) -> None:
    answers = [
        given(1, "transaction", "2024-02-03", "2024-01-30"),
        given(2, "transaction", "2024-02-03", ""),
        given(3, "transaction", "2024-02-20", "2024-02-03"),
        given(4, "transaction", "2024-02-20", "2024-02-01") | {"score": ""},
    ]
    found = invitations(
        tmp_path,
        answers,
        [
            ("transaction", "A", "2024-01", 10),
            ("transaction", "G", "2024-02", 7),
            ("transaction", "A", "2024-02", 20),
        ],
    )
    assert found == [
        ("transaction", "2024-01", "A", 10, 1),
        ("transaction", "2024-01", "G", 10, 1),
        ("transaction", "2024-02", "A", 20, 2),
        ("transaction", "2024-02", "G", 27, 2),
    ]


def test_every_questionnaire_of_a_wave_counts_once_though_waves_overlap(tmp_path: Path) -> None:
    wave1 = [given(n, "relationship", "2024-03-05", "2024-03-01", wave="W1") for n in range(5)]
    wave2 = [
        given(9, "relationship", "2024-04-20", "2024-03-31", wave="W2"),
        *(given(n, "relationship", "2024-04-20", "2024-04-02", wave="W2") for n in range(10, 15)),
        given(20, "relationship", "2024-05-20", "2024-05-02", wave="W2"),
    ]
    found = invitations(
        tmp_path,
        wave1 + wave2,
        [
            ("relationship", "A", "2024-03", 50),
            ("relationship", "A", "2024-04", 60),
            ("relationship", "G", "2024-05", 5),
        ],
    )
    assert [row for row in found if row[2] == "G"] == [
        ("relationship", "W1", "G", 50, 5),
        ("relationship", "W2", "G", 65, 7),
    ]
    assert [row for row in found if row[2] == "A"] == [
        ("relationship", "W1", "A", 50, 5),
        ("relationship", "W2", "A", 60, 7),
    ]


def test_a_late_answer_of_an_unnamed_wave_takes_no_questionnaires_with_it(tmp_path: Path) -> None:
    answers = [
        *(given(n, "strategic", "2024-02-10", "2024-02-01") for n in range(4)),
        given(7, "strategic", "2024-04-02", "2024-03-30"),
        given(8, "strategic", "2024-03-20", "2024-03-10"),
        given(9, "strategic", "2024-03-21", "2024-03-10"),
        given(10, "strategic", "2024-05-21", "2024-05-10"),
    ]
    found = invitations(
        tmp_path, answers, [("strategic", "A", month, 10) for month in ("2024-02", "2024-03", "2024-05")]
    )
    assert [row for row in found if row[2] == "A"] == [
        ("strategic", "2024 Q1", "A", 20, 6),
        ("strategic", "2024 Q2", "A", 10, 2),
    ]
