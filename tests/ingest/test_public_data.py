"""Public surveys give the figures that their owners publish, by the counts and by plain Python on the files."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import Any

import pytest

from cx.settings import Settings
from cx.warehouse.change_parts import parts_of_change
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from tests.companies import current_snapshot, public_file, public_home, rows_of

ALL = Scope(None)
AREAS_2017 = {
    "A": (724, 39.92),
    "B": (166, 43.37),
    "C": (226, 46.90),
    "D": (386, 43.52),
    "E": (175, 46.86),
    "F": (444, 38.51),
    "G": (625, 32.96),
}


@pytest.fixture(scope="module")
def home() -> Home:
    return public_home()


def raw(year: int) -> list[dict[str, str]]:
    """The rows of an SFO file with trimmed names and values."""
    with public_file(f"sfo/{year}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(stream)]


def counted(year: int) -> dict[str, tuple[int, float, float]]:
    """By boarding area and in all: valid answers, NPS and weighted NPS times 100."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0] * 4)
    for row in raw(year):
        score, weight = int(row["NETPRO"] or 11), float(row["WEIGHT"])
        if score <= 10:
            sign = (score > 8) - (score < 7)
            for unit in (row["BAREA"], "SFO"):
                for place, value in enumerate((1, sign, weight, weight * sign)):
                    sums[unit][place] += value
    return {unit: (int(n), 100 * s / n, 100 * ws / w) for unit, (n, s, w, ws) in sums.items()}


def rows_in_counts(home: Home, period: str) -> dict[str, tuple[int, float, float]]:
    """The same from the rollup."""
    return {
        unit: (n, nps, weighted)
        for unit, n, nps, weighted in rows_of(
            home,
            """
        select unit_id, promoters + passives + detractors as n, 100 * (promoters - detractors) / n,
            100 * (w_promoters - w_detractors) / (w_promoters + w_passives + w_detractors)
        from counts_unit where survey = 'relationship' and period = ?""",
            period,
        )
    }  # type: ignore[misc]


def rows_in_trends(home: Home, period: str, units: tuple[str, ...]) -> dict[str, tuple[int, float, float]]:
    """The same as pages get it."""
    trends = nps_trends(current_snapshot(home), ALL, "relationship", Filters(units=units), Settings(home=home.folder))
    return {
        series.unit_id: (point.n, 100 * point.estimate.nps, 100 * point.weighted.nps)
        for series in trends.series
        for point in series.points
        if point.period == period and point.estimate and point.weighted
    }


@pytest.mark.parametrize(("year", "published"), [(2017, (2746, 39.840, 40.398)), (2018, (2650, 30.981, 35.114))])
def test_the_airport_survey_gives_the_published_figures(
    home: Home, year: int, published: tuple[int, float, float]
) -> None:
    expected = counted(year)
    assert expected["SFO"] == pytest.approx(published, abs=5e-4)
    for found in (rows_in_counts(home, str(year)), rows_in_trends(home, str(year), ("SFO",))):
        assert found.keys() == expected.keys()
        for unit in expected:
            assert found[unit] == pytest.approx(expected[unit], rel=1e-9), unit


def test_every_boarding_area_of_2017_has_the_published_figures(home: Home) -> None:
    for found in (rows_in_counts(home, "2017"), rows_in_trends(home, "2017", tuple(AREAS_2017))):
        assert {unit: (n, round(nps, 2)) for unit, (n, nps, _) in found.items() if unit != "SFO"} == AREAS_2017


@pytest.mark.parametrize("weighted", [False, True])
def test_the_drop_is_split_into_how_customers_score_and_who_answers(home: Home, weighted: bool) -> None:
    """Kitagawa's two sums over boarding areas, from the raw rows; with weights the drop is 5.3 and not 8.9 points."""
    sums: dict[int, dict[str, list[float]]] = {2017: defaultdict(lambda: [0.0, 0.0]),
                                               2018: defaultdict(lambda: [0.0, 0.0])}
    for year, areas in sums.items():
        for row in raw(year):
            score, weight = int(row["NETPRO"] or 11), float(row["WEIGHT"]) if weighted else 1.0
            if score <= 10:
                areas[row["BAREA"]][0] += weight
                areas[row["BAREA"]][1] += weight * ((score > 8) - (score < 7))
    old, new = sums[2017], sums[2018]
    share = {year: {area: n / sum(m for m, _ in one.values()) for area, (n, _) in one.items()}
             for year, one in sums.items()}
    performance = sum((share[2017][area] + share[2018][area]) / 2 * (new[area][1] / new[area][0]
                                                                   - old[area][1] / old[area][0]) for area in old)
    mix = sum((share[2018][area] - share[2017][area])
              * (old[area][1] / old[area][0] + new[area][1] / new[area][0]) / 2 for area in old)
    found = parts_of_change(current_snapshot(home), ALL, "relationship", Filters(units=("SFO",)),
                            Settings(home=home.folder), "unit", weighted)
    assert found is not None
    assert found.split.performance.nps == pytest.approx(performance, rel=1e-9)
    assert found.split.mix.nps == pytest.approx(mix, rel=1e-6)
    assert 100 * found.split.change.nps == pytest.approx(35.114 - 40.398 if weighted else 30.981 - 39.840, abs=2e-3)
    assert {part.name for part in found.parts} == set(AREAS_2017)
    assert found.split.mix.low < 0.001 < 0.011 > found.split.mix.high


@pytest.mark.parametrize("year", [2017, 2018])
def test_code_11_is_a_blank_and_no_promoter(home: Home, year: int) -> None:
    blanks = sum(row["NETPRO"] in ("", "11") for row in raw(year))
    assert blanks == {2017: 85, 2018: 159}[year]
    assert rows_of(home, "select count(*) from responses where score is null and wave = ?", str(year)) == [(blanks,)]
    assert rows_of(home, "select blanks from counts_unit where unit_id = 'SFO' and period = ?", str(year)) == [
        (blanks,)
    ]


@pytest.mark.parametrize("year", [2017, 2018])
def test_every_rating_cell_is_a_rating_or_a_code(home: Home, year: int) -> None:
    mapping: dict[str, Any] = {}
    (text,) = (row[0] for row in rows_of(home, "select mapping_text from sources where source = ?", f"sfo-{year}"))
    import tomllib

    mapping = tomllib.loads(str(text))["ratings"]
    expected: dict[str, list[int]] = defaultdict(list)
    for row in raw(year):
        for column, driver in mapping["columns"].items():
            if row[column.strip()] in {"1", "2", "3", "4", "5"}:
                expected[driver].append(int(row[column.strip()]))
    found = rows_of(
        home, "select driver, count(*), sum(rating)::int from ratings join origins on origin_no = _origin "
        "where source = ? group by all", f"sfo-{year}"
    )
    assert {driver: (n, total) for driver, n, total in found} == {
        driver: (len(ratings), sum(ratings)) for driver, ratings in expected.items()
    }
    ((read, loaded, rejected, without),) = rows_of(
        home,
        "select read, loaded, rejected, without_value from loads where table_name = 'ratings' and source = ?",
        f"sfo-{year}",
    )
    cells = len(raw(year)) * len(mapping["columns"])
    assert (read, rejected) == (cells, 0)
    assert loaded + without == cells  # type: ignore[operator]


def test_nothing_of_the_public_data_is_rejected_but_units_that_stand_in_both_mappings(home: Home) -> None:
    assert rows_of(home, "select distinct file, rule from rejects") == [("(mapping file)", "duplicate_copy")]
    assert rows_of(home, "select count(*) from responses") == [(2831 + 2809 + 2020,)]


def test_the_community_survey_gives_the_published_figure_on_its_scale(home: Home) -> None:
    with public_file("r_survey_2019/combined.tsv").open(encoding="utf-8", newline="") as stream:
        scores = [row["Qrecommend"] for row in csv.DictReader(stream, delimiter="\t")]
    valid = [int(score) for score in scores if score != "NA"]
    nps = 100 * sum((score > 8) - (score < 7) for score in valid) / len(valid)
    assert (len(valid), round(nps, 3)) == (2004, 75.100)
    assert rows_in_counts(home, "2019")["r-community"] == pytest.approx((2004, nps, nps))
    assert rows_in_trends(home, "2019", ("r-community",))["r-community"] == pytest.approx((2004, nps, nps))
    assert rows_of(home, "select unit_id, scale from scales where scale <> '0-10'") == [("r-community", "1-10")]
