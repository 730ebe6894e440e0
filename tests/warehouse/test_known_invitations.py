"""A response rate speaks only of questionnaires that are known, and waves stand where their answers are."""

from __future__ import annotations

from pathlib import Path

from cx.settings import Settings
from cx.stats.movement import Verdict
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from tests.companies import answer, current_snapshot, load_tables

UNITS = [{"unit_id": "G", "name": "Group"}, {"unit_id": "A", "name": "A", "parent_id": "G"},
         {"unit_id": "B", "name": "B", "parent_id": "G"}]


def trends_of(tmp_path: Path, survey: str, responses: list[dict[str, object]], **tables: list[dict[str, object]]):
    home = Home(tmp_path / "home")
    load_tables(home, tmp_path, {"units": UNITS, "responses": responses, **tables})
    return nps_trends(current_snapshot(home), Scope(None), survey, Filters(), Settings())


def test_answers_of_units_without_known_invitations_are_no_part_of_the_rate(tmp_path: Path) -> None:
    answers = [answer(n, 9, "2024-01-10", "A") for n in range(30)]
    answers += [answer(f"b{n}", 9, "2024-01-10", "B") for n in range(200)]
    sent = [{"survey": "transaction", "unit_id": "A", "month": "2024-01", "sent": 100}]
    group, a, b = trends_of(tmp_path, "transaction", answers, invitations=sent).series
    assert [(one.points[0].answered, one.points[0].sent) for one in (group, a)] == [(30, 100), (30, 100)]
    assert b.points[0].response_rate is None


def test_more_answers_than_questionnaires_are_no_rate(tmp_path: Path) -> None:
    answers = [answer(n, 9, "2024-01-10", "A") for n in range(30)]
    sent = [{"survey": "transaction", "unit_id": "A", "month": "2024-01", "sent": 10}]
    assert all(one.points[0].response_rate is None
               for one in trends_of(tmp_path, "transaction", answers, invitations=sent).series if one.points)


def test_one_wrong_date_does_not_put_a_wave_before_another(tmp_path: Path) -> None:
    first = [answer(f"x{n}", 9, "2023-05-10", "A", survey="relationship", wave="w1") for n in range(200)]
    second = [answer(f"y{n}", 3, "2024-05-10", "A", survey="relationship", wave="w2") for n in range(200)]
    second.append(answer("wrong", 3, "2012-05-10", "A", survey="relationship", wave="w2"))
    group = trends_of(tmp_path, "relationship", first + second).series[0]
    assert [point.period for point in group.points] == ["w1", "w2"]
    assert group.movement is not None
    assert group.movement.verdict is Verdict.MOVED
    assert (group.movement.change or 0) < 0
