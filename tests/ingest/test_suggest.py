"""Suggestions: what a file could mean, how likely and why; what it cannot say is asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.errors import MappingError
from cx.ingest.candidates import look_at
from cx.ingest.column_names import name_score
from cx.ingest.column_profile import profile_of
from cx.ingest.date_formats import date_readings
from cx.ingest.file_layout import FileLayout
from cx.ingest.load import load
from cx.ingest.mapping import read_mapping
from cx.ingest.mapping_cells import Cell
from cx.ingest.proposals import TAKEN
from cx.ingest.rating_groups import rating_groups
from cx.ingest.sources import file_job
from cx.ingest.suggest import Suggestion, draft, suggest, taken_cells
from cx.ingest.wire import plain, revived
from cx.settings import PROJECT_FOLDER
from cx.warehouse.home import Home
from tests.companies import public_file, rows_of, write_csv

BY_HAND = {"survey": Cell(constant="relationship"), "unit_id": Cell(constant="all")}


def suggested(folder: Path, header: list[str], rows: list[list[object]], table: str = "responses") -> Suggestion:
    """What is suggested for a CSV file with these rows."""
    return suggest(write_csv(folder / "a.csv", header, rows), FileLayout(), table)


def best(suggestion: Suggestion, column: str) -> Cell | None:
    """The cell that is taken for a column when nobody chooses another."""
    return taken_cells(suggestion).get(column)


def nps_of(scores: list[int]) -> tuple[int, float]:
    """Number of answers and NPS, in plain Python."""
    return len(scores), 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)


@pytest.mark.parametrize(
    ("name", "encoding", "question", "more", "expected"),
    [
        ("npsgame/nps.csv", "latin-1", "nps", {"responded_at": Cell(constant="2018-01-01")}, (13_612, 53.416)),
        ("r_survey_2019/google_forms_spanish.csv", "utf-8",
         "¿Qué tan probable es que recomiendes R a un colega, amiga/o o un familiar?", {}, (331, 77.039)),
    ],
)
def test_what_is_suggested_loads_to_the_published_figure(
    tmp_path: Path, name: str, encoding: str, question: str, more: dict[str, Cell], expected: tuple[int, float]
) -> None:
    path = public_file(name)
    with path.open(encoding=encoding, newline="") as stream:
        scores = [int(row[question]) for row in csv.DictReader(stream) if row[question].isdigit()]
    suggestion = suggest(path, look_at(path)[0].layout, "responses")
    assert suggestion.of("score").proposals[0].cell.column == question
    assert set(suggestion.needed) == {*BY_HAND, *more}
    mapping = draft(suggestion, "public", "Public", {**taken_cells(suggestion), **BY_HAND, **more})
    home = Home(tmp_path)
    load(home, (file_job(mapping, (path,)),), "UTC")
    loaded = [score for (score,) in rows_of(home, "select score from responses where score is not null")]
    assert sorted(loaded) == sorted(scores)
    n, nps = nps_of(scores)
    assert (n, round(nps, 3)) == expected


def test_a_scale_from_1_is_proposed_with_its_reason(tmp_path: Path) -> None:
    path = public_file("r_survey_2019/google_forms_spanish.csv")
    suggestion = suggest(path, FileLayout(), "responses")
    assert suggestion.scale == "1-10"
    assert "331 answers" in str(suggestion.scale_why)
    with_zero = suggested(tmp_path, ["nps"], [[number % 11] for number in range(300)])
    assert with_zero.scale == "0-10"
    few = suggested(tmp_path, ["nps"], [[1 + number % 10] for number in range(30)])
    assert few.scale == "0-10", "30 answers without a 0 say nothing"
    said = suggested(tmp_path, ["Would you recommend us, from 1 to 10?"], [[9], [10]])
    assert (said.scale, "1 to 10" in str(said.scale_why)) == ("1-10", True)
    assert suggested(tmp_path, ["推荐度 0-10"], [[9], [10]] * 100).scale == "0-10"


def test_a_question_on_another_scale_is_never_a_score(tmp_path: Path) -> None:
    suggestion = suggested(tmp_path, ["Would you recommend us?"], [[1 + number % 5] for number in range(60)])
    assert best(suggestion, "score") == Cell(constant="")
    assert all(not proposal.cell.column for proposal in suggestion.of("score").proposals)
    assert "nobody answered above 5" in " ".join(map(str, suggestion.notes))


@pytest.mark.parametrize(
    "name",
    ["NPS", "¿Recomendaría la tienda?", "Würden Sie uns weiterempfehlen?", "您有多大可能推荐我们？", "推薦意願",
     "Recommanderiez-vous ce magasin ?", "How likely are you to recommend us?", "Q12_Recommend", "NETPRO  ",
     "likelihood to reccomend", "Quanto consiglieresti ?"],
)
def test_the_recommend_question_is_found_in_many_languages(tmp_path: Path, name: str) -> None:
    rows = [[number, number % 11, 1 + number % 10] for number in range(60)]
    suggestion = suggested(tmp_path, ["no", name, "satisfaction"], rows)
    assert best(suggestion, "score") == Cell(column=name)


def test_why_somebody_recommends_is_a_comment_and_not_the_score(tmp_path: Path) -> None:
    rows = [[9, "because of the quick help of the staff"], [3, "because nobody picked up the telephone"]]
    suggestion = suggested(tmp_path, ["NPS", "Why would you recommend us?"], rows)
    assert best(suggestion, "score") == Cell(column="NPS")
    assert best(suggestion, "comment") == Cell(column="Why would you recommend us?")


def test_codes_for_no_answer_become_blanks_and_values_off_the_scale_do_not(tmp_path: Path) -> None:
    scores: list[object] = [*[number % 11 for number in range(200)], "NA", 99, -1, "n/a", 11]
    suggestion = suggested(tmp_path, ["nps"], [[score] for score in scores])
    assert set(suggestion.of("score").proposals[0].cell.blank) == {"NA", "99", "-1", "n/a", "11"}
    suggestion = suggested(tmp_path, ["nps"], [[score] for score in [*scores, 55]])
    assert "55" not in suggestion.of("score").proposals[0].cell.blank, "55 is rejected when it is loaded"


def test_scores_with_words_are_translated(tmp_path: Path) -> None:
    labels = ["0 - Not at all likely", *map(str, range(1, 10)), "10 - Extremely likely"]
    suggestion = suggested(tmp_path, ["Recommend"], [[labels[number % 11]] for number in range(110)])
    cell = suggestion.of("score").proposals[0].cell
    assert cell.values == {"0 - Not at all likely": "0", "10 - Extremely likely": "10"}
    assert suggestion.scale == "0-10"


def test_ambiguous_days_are_both_shown_and_neither_is_taken(tmp_path: Path) -> None:
    suggestion = suggested(tmp_path, ["Date", "NPS"], [["03/04/2026", 9], ["05/06/2026", 8]])
    proposal = suggestion.of("responded_at").proposals[0]
    assert proposal.is_ambiguous
    assert proposal.score < TAKEN
    assert "responded_at" in suggestion.needed
    shown = {reading.format: (reading.example_day, reading.first, reading.last) for reading in proposal.dates}
    assert shown == {
        "%d/%m/%Y": (date(2026, 4, 3), date(2026, 4, 3), date(2026, 6, 5)),
        "%m/%d/%Y": (date(2026, 3, 4), date(2026, 3, 4), date(2026, 5, 6)),
    }


@pytest.mark.parametrize(
    ("value", "formats"),
    [("12/13/2019 9:50:30", ["%m/%d/%Y %H:%M:%S"]), ("13.4.26", ["%d.%m.%y"]), ("2026-03-04", [""]),
     ("2026-03-04T10:00:00Z", [""]), ("2026年3月4日", ["%Y年%m月%d日"]), ("4 Mar 2026", ["%d %b %Y"]),
     ("2026/3/4 9:50:30 PM GMT+8", ["%Y/%m/%d %I:%M:%S %p GMT+8"]), ("20260304", ["%Y%m%d"]),
     ("2026-02-30", []), ("31/02/2026", []), ("12345", []), ("9", []), ("yesterday", []), ("", [])])
def test_the_formats_that_read_a_date_are_found(value: str, formats: list[str]) -> None:
    assert [reading.format for reading in date_readings([value])] == formats


@given(st.lists(st.dates(date(1990, 1, 1), date(2100, 12, 31)), min_size=1, max_size=5),
       st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%b %d, %Y", "%Y%m%d"]))
def test_the_format_that_dates_were_written_in_is_always_among_those_found(days: list[date], text: str) -> None:
    written = [day.strftime(text) for day in days]
    found = {(reading.first, reading.last) for reading in date_readings(written)}
    assert (min(days), max(days)) in found


def test_the_zone_that_each_time_names_is_told(tmp_path: Path) -> None:
    rows = [["2026/3/4 9:50:30 PM GMT+8", 9], ["2026/3/14 1:50:30 AM GMT+8", 9]]
    suggestion = suggested(tmp_path, ["Timestamp", "NPS"], rows)
    assert "GMT+8" in str(suggestion.time_zone_why)
    assert suggestion.time_zone == ""
    utc = suggested(tmp_path, ["Timestamp", "NPS"], [["2026/3/14 21:50:30 UTC", 9]])
    assert utc.time_zone == "UTC"


def test_a_key_needs_a_value_of_its_own_in_each_record(tmp_path: Path) -> None:
    unique = suggested(tmp_path, ["Response ID", "NPS"], [[number, 9] for number in range(30)])
    assert best(unique, "response_id") == Cell(column="Response ID")
    twice = suggested(tmp_path, ["Response ID", "NPS"], [[number // 2, 9] for number in range(30)])
    assert best(twice, "response_id") == Cell(from_record=True)
    assert "only 15" in " ".join(str(proposal.why) for proposal in twice.of("response_id").proposals)


def test_what_the_file_cannot_say_is_asked_for(tmp_path: Path) -> None:
    suggestion = suggested(tmp_path, ["NPS"], [[9], [3]])
    assert suggestion.needed == ("survey", "responded_at", "unit_id")
    assert suggestion.of("survey").allowed == ("relationship", "transaction", "strategic")
    with pytest.raises(MappingError, match="responded_at is required"):
        draft(suggestion, "x", "X", {**taken_cells(suggestion), **BY_HAND})


def test_columns_without_a_name_or_with_a_name_twice_are_not_proposed(tmp_path: Path) -> None:
    suggestion = suggested(tmp_path, ["", "NPS", "nps "], [[number, 9, 8] for number in range(30)])
    assert [profile.name for profile in suggestion.profiles] == []
    assert len(suggestion.notes) == 2


def test_no_column_of_the_file_is_taken_twice(tmp_path: Path) -> None:
    rows = [[number, number % 11, (date(2026, 1, 1) + timedelta(number)).isoformat()] for number in range(30)]
    suggestion = suggested(tmp_path, ["id", "score", "date"], rows)
    used = [cell.column for cell in taken_cells(suggestion).values() if cell.column]
    assert sorted(used) == ["date", "id", "score"]


def test_labels_of_a_known_order_become_ratings() -> None:
    path = public_file("exports/surveymonkey.csv")
    suggestion = suggest(path, look_at(path)[0].layout, "responses")
    labels, ranks = suggestion.ratings[:2]
    assert labels.values == {"Very unfavorably": "1", "Somewhat unfavorably": "2",
                             "Neither favorably nor unfavorably (neutral)": "3", "Somewhat favorably": "4",
                             "Very favorably": "5"}
    assert labels.unused == ("Unfamiliar (N/A)",)
    assert len(labels.drivers) == 14
    assert labels.names["han_solo"] == "Han Solo"
    assert (len(ranks.drivers), ranks.lowest, ranks.highest) == (6, 1, 6)
    assert best(suggestion, "score") == Cell(constant="")
    cells = {**taken_cells(suggestion), **BY_HAND, "responded_at": Cell(constant="2014-06-01")}
    mapping = draft(suggestion, "films", "Films", cells, ratings=[labels])
    assert mapping.ratings is not None
    assert mapping.ratings.values["Very favorably"] == "5"
    assert mapping.rows["drivers"][0] == {"driver": "han_solo", "name": "Han Solo", "scale_min": "1", "scale_max": "5"}
    assert mapping.columns["responses"]["score"] == Cell(constant="")


@pytest.mark.parametrize("label", ["satisfied", "dissatisfied"])
def test_a_label_is_never_taken_for_its_opposite(label: str) -> None:
    values = ["Very satisfied", "Neither satisfied nor dissatisfied", "Very dissatisfied", label.capitalize()] * 5
    (group,) = rating_groups([profile_of(name, values) for name in ("speed", "price")])
    assert group.values["Very satisfied"] == "5"
    assert group.values["Very dissatisfied"] == "1"
    assert group.values[label.capitalize()] == {"satisfied": "4", "dissatisfied": "2"}[label]


def test_codes_beside_a_scale_are_set_aside_as_the_code_book_says() -> None:
    path = public_file("sfo/2017.csv")
    group = suggest(path, look_at(path)[0].layout, "responses").ratings[0]
    assert (group.lowest, group.highest, group.blank, group.unused) == (1, 5, ("Blank", "0"), ("6",))
    ours = read_mapping(PROJECT_FOLDER / "data" / "mappings" / "sfo_2017.toml").ratings
    assert ours is not None
    assert ours.drivers.keys() <= group.drivers.keys()


@pytest.mark.parametrize(("values", "found"), [
    (range(1, 6), [(1, 5, (), ())]),
    (range(7), [(1, 5, ("0",), ("6",)), (0, 6, (), ())]),
    (range(1, 7), [(1, 6, (), ()), (1, 5, (), ("6",))]),
    (range(11), [(0, 10, (), ())]),
    ([*range(11), 99], [(0, 10, ("99",), ())]),
    ([*range(1, 11), 99], [(1, 10, ("99",), ())]),
    ([*range(1, 8), 8, 9], [(1, 7, ("9",), ("8",)), (1, 9, (), ())])])
def test_a_scale_is_read_with_and_without_codes_the_likelier_first(
        values: Sequence[int], found: list[tuple[int, int, tuple[str, ...], tuple[str, ...]]]) -> None:
    groups = rating_groups([profile_of(name, [str(value) for value in values] * 5) for name in ("speed", "price")])
    assert [(group.lowest, group.highest, group.blank, group.unused) for group in groups] == found


def test_ratings_alone_are_drafted_with_the_answer_that_they_belong_to(tmp_path: Path) -> None:
    rows = [[f"r{number}", 1 + number % 5, 1 + number % 5] for number in range(30)]
    suggestion = suggested(tmp_path, ["Response ID", "Speed", "Price"], rows, "ratings")
    mapping = draft(suggestion, "x", "X", {"response_id": Cell(column="Response ID")}, ratings=suggestion.ratings)
    assert mapping.tables == ("drivers", "ratings")
    assert mapping.ratings is not None
    assert mapping.ratings.response_id == Cell(column="Response ID")


def test_other_tables_are_suggested_by_names_and_types(tmp_path: Path) -> None:
    rows = [[f"c{number}", "north", "2020-01-01", "gold"] for number in range(30)]
    suggestion = suggested(tmp_path, ["Kundennummer", "Filiale", "Customer since", "Segment"], rows, "customers")
    assert taken_cells(suggestion) == {
        "customer_id": Cell(column="Kundennummer"), "unit_id": Cell(column="Filiale"),
        "segment": Cell(column="Segment"), "joined_on": Cell(column="Customer since")}
    assert suggestion.needed == ()


def test_the_airport_survey_is_suggested_as_its_own_mapping_has_it() -> None:
    suggestion = suggest(public_file("sfo/2017.csv"), FileLayout(), "responses")
    assert taken_cells(suggestion) == {
        "response_id": Cell(column="RESPNUM"), "score": Cell(column="NETPRO", blank=("11",)),
        "unit_id": Cell(column="BAREA"), "language": Cell(column="LANG"), "weight": Cell(column="WEIGHT")}
    profile = next(profile for profile in suggestion.profiles if profile.name == "BAREA")
    assert (profile.kind, profile.distinct, profile.blanks) == ("labels", 7, 0)


def test_a_suggestion_survives_the_way_between_processes() -> None:
    suggestion = suggest(public_file("r_survey_2019/google_forms_spanish.csv"), FileLayout(), "responses")
    assert revived(Suggestion, json.loads(json.dumps(plain(suggestion)))) == suggestion


@given(st.lists(st.one_of(st.none(), st.sampled_from(["", " ", "NA", "7", "8", "9.5", "abc"])), max_size=30))
def test_a_profile_counts_every_record_once(values: list[str | None]) -> None:
    profile = profile_of("x", values)
    texts = [value.strip() for value in values if value and value.strip()]
    assert profile.blanks == len(values) - len(texts)
    assert profile.filled == sum(text != "NA" for text in texts)
    assert profile.distinct == len({text for text in texts if text != "NA"})
    assert len(profile.samples) <= 5


def test_names_in_many_languages_are_known() -> None:
    for name, column in [("Kundennummer", "customer_id"), ("分公司", "unit_id"), ("提交答卷时间", "responded_at"),
                         ("Comentarios", "comment"), ("Store ID", "unit_id"), ("response_id", "response_id"),
                         ("RecordedDate", "responded_at")]:
        assert name_score(name, column) == 100, name
    for name, column in [("Favourite colour", "unit_id"), ("Paid", "response_id"), ("End date", "invited_at")]:
        assert name_score(name, column) < TAKEN, name


@pytest.mark.parametrize(("wrong", "kind"), [(5, "dates"), (6, "labels")])
def test_a_column_is_dates_when_at_least_95_of_100_can_be_read(wrong: int, kind: str) -> None:
    days = [(date(2026, 3, 1) + timedelta(days=n % 28)).strftime("%d.%m.%Y") for n in range(100 - wrong)]
    profile = profile_of("When", ["31.02.2026", *["later"] * (wrong - 1), *days])
    assert profile.kind == kind
    assert (profile.unread, [reading.format for reading in profile.dates]) == (
        (wrong, ["%d.%m.%Y"]) if kind == "dates" else (0, []))


def test_of_two_ways_to_read_most_dates_the_one_that_reads_more_is_found() -> None:
    days = [f"{1 + n % 12:02}/{1 + n % 6:02}/2026" for n in range(97)] + ["25/03/2026", "26/03/2026", "soon"]
    profile = profile_of("When", days)
    assert ([reading.format for reading in profile.dates], profile.strays) == (["%d/%m/%Y"], ("soon",))
