"""The import wizard without a browser: what each step asks, refuses and shows, run by Streamlit itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cx.ingest.confined import Running
from cx.ingest.known_mappings import known
from cx.ingest.mapping import Cell
from cx.ingest.report import LoadReport
from cx.ui.import_commit import commits
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.pages import homes
from tests.pages.reader import at_home, is_whole, said, visit

SECONDS = 60
FILE = "id,NPS,When,Branch,Comment\n" + "".join(
    f"a{number},{number % 11},{1 + number % 28:02}.03.2026,North,comment {number}\n" for number in range(60)
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    """The pages read a home with nothing in it."""
    with at_home(tmp_path):
        yield Home(tmp_path)


def words_of(at: AppTest) -> str:
    """What the page says in titles, texts and messages, and on buttons."""
    kinds = (at.title, at.header, at.markdown, at.caption, at.success, at.info, at.warning, at.error, at.text)
    texts = [element.value for kind in kinds for element in kind] + [button.label for button in at.button]
    return "\n".join(map(said, texts))


def run_until(at: AppTest, words: str) -> AppTest:
    """Run the page again, as its timer does in a browser, until it says these words."""
    until = time.monotonic() + SECONDS
    while words not in words_of(at):
        assert time.monotonic() < until, words_of(at)
        assert not at.exception, [element.value for element in at.exception]
        time.sleep(0.1)
        at.run()
    return at


def click(at: AppTest, label: str) -> AppTest:
    """Press the button of that label."""
    (button,) = [button for button in at.button if button.label == label]
    return button.click().run()


def bring(at: AppTest, name: str, content: str | bytes, words: str = "Step 2 of 5") -> AppTest:
    """Choose a file and wait until it was looked at."""
    if not at.file_uploader:
        click(at, "Load a file")
    at.file_uploader[0].upload(name, content.encode() if isinstance(content, str) else content).run()
    return run_until(at, words)


def choice(at: AppTest, label: str) -> object:
    """The list whose label begins so."""
    return next(box for box in at.selectbox if box.label.startswith(label))


def at_columns(at: AppTest, content: str = FILE, name: str = "branch_2026-03.csv") -> AppTest:
    """The step of the columns of a file."""
    bring(at, name, content)
    click(at, "Continue")
    return run_until(at, "What is needed")


def at_preview(at: AppTest, content: str = FILE, name: str = "branch_2026-03.csv") -> AppTest:
    """The preview of a transaction survey."""
    at_columns(at, content, name)
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    return run_until(at, "until you confirm")


def load(at: AppTest) -> AppTest:
    """Confirm, and wait for the report."""
    click(at, "Load the file")
    return run_until(at, "Next month")


def test_an_empty_home_shows_the_wizard_and_other_pages_lead_to_it(empty: Home) -> None:
    at = visit("data")
    assert is_whole(at)
    assert [title.value for title in at.title] == ["Nothing is loaded yet"]
    assert len(at.file_uploader) == 1
    assert "python -m cx load" in at.code[0].value
    at = visit("trends")
    assert not at.file_uploader
    assert "python -m cx load" in at.code[0].value
    assert [button.label for button in at.button] == ["Load a file"]


def test_from_file_to_report_in_an_empty_home(empty: Home) -> None:
    at = at_preview(visit("data"))
    assert is_whole(at)
    assert "60 answers would be loaded; no record would be rejected" in words_of(at)
    assert empty.current_id() is None
    # 10 promoters (9, 10), 11 passives … counted here from the file, not by the product.
    scores = [number % 11 for number in range(60)]
    nps = 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / 60
    (card,) = at.metric
    assert (card.label, card.value) == ("T-NPS", f"{nps:+.1f}".replace("-", "−"))
    assert "n = 60" in said(card.delta)
    load(at)
    assert is_whole(at)
    assert at.title[0].value == "60 answers are loaded; no record was rejected"
    assert rows_of(empty, "select count(*), count(distinct _origin) from responses") == [(60, 1)]
    (mapping,) = known(empty)
    assert (mapping.source, mapping.scale) == ("branch", "0-10")
    assert mapping.columns["responses"]["responded_at"] == Cell(column="When", format="%d.%m.%Y")
    assert not list(empty.uploads.glob("*"))


@pytest.mark.parametrize("early", range(4))
def test_a_load_that_ends_while_the_page_runs_is_told_under_its_own_title(
        early: int, empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """That many questions whether it has ended come a moment too early."""
    at = at_preview(visit("data"))
    answers: list[bool] = []

    def ended(running: Running[LoadReport]) -> bool:
        running.result()
        answers.append(len(answers) >= early)
        return answers[-1]

    monkeypatch.setattr("cx.ui.import_report.is_done", ended)
    load(at)
    assert answers[:early + 1] == [False] * early + [True]
    assert at.title[0].value == "60 answers are loaded; no record was rejected"


def test_next_month_the_mapping_is_offered_and_what_it_replaces_is_shown(empty: Home) -> None:
    load(at_preview(visit("data")))
    at = visit("data")
    bring(at, "branch_2026-04.csv", FILE.replace("a0,0,", "a0,10,"), "of last time")
    click(at, "Load as branch of last time")
    run_until(at, "until you confirm")
    of_file, before, after = at.metric
    assert [card.label for card in (of_file, before, after)] == ["T-NPS of this file", "T-NPS before", "T-NPS after"]
    assert of_file.value == after.value != before.value
    changes = [frame.value for frame in at.dataframe if "Before" in frame.value.columns]
    (change,) = changes[0].to_dict("records")
    assert (change["Key"], change["Column"], change["Before"], change["After"]) == (
        "a0", "Answer to the recommend question; blank means not answered", "0", "10")
    load(at)
    assert rows_of(empty, "select score from responses where response_id = 'a0'") == [(10,)]


def test_a_column_with_a_new_name_is_asked_alone_and_all_else_is_remembered(empty: Home) -> None:
    load(at_preview(visit("data")))
    at = visit("data")
    renamed = FILE.replace("id,NPS,When,Branch,Comment", "id,NPS,When,Shop,Words").replace(",North,", ",South,")
    bring(at, "branch_2026-04.csv", renamed, "but for 2")
    shop, words = (choice(at, f"“{name}” of last time") for name in ("Branch", "Comment"))
    assert (shop.value, words.value) == ("Shop", None)  # type: ignore[attr-defined]
    check = next(button for button in at.button if button.label == "Check the file")
    assert check.disabled
    words.select("Words").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    load(run_until(at, "until you confirm"))
    assert rows_of(empty, "select distinct unit_id, comment like 'comment %' from responses") == [("South", True)]
    (mapping,) = known(empty)
    assert mapping.columns["responses"]["unit_id"] == Cell(column="Shop")


def test_a_page_that_is_loaded_anew_goes_on_where_it_was_until_the_import_is_given_up(empty: Home) -> None:
    at = at_columns(visit("data"))
    choice(at, "Value for all records").select("strategic").run()  # type: ignore[attr-defined]
    token = at.session_state["import"].token
    other = visit("data", import_=token)
    assert "Step 3 of 5" in words_of(other)
    assert choice(other, "Value for all records").value == "strategic"  # type: ignore[attr-defined]
    click(other, "Check the file")
    run_until(other, "until you confirm")
    assert "until you confirm" in words_of(at.run())
    click(other, "Cancel")
    for page in (at.run(), visit("data", import_=token)):
        assert is_whole(page)
        assert "Step 1 of 5" in words_of(page)
    load(at_preview(visit("data")))
    assert "Step" not in words_of(visit("data", import_=token))


def test_columns_that_are_missing_are_said_where_they_are_asked_and_nothing_goes_on(empty: Home) -> None:
    at = at_columns(visit("data"), "id,When\n" + "".join(f"{n},2026-03-{1 + n % 28:02}\n" for n in range(40)))
    click(at, "Check the file")
    errors = [said(error.value) for error in at.error]
    assert errors.count("Give the value for all records.") >= 1
    assert any(error.startswith("Still missing: Kind of survey") for error in errors)
    assert "Step 3 of 5" in words_of(at)


def test_dates_that_can_be_read_in_two_ways_are_never_chosen_for_the_person(empty: Home) -> None:
    content = "id,NPS,When,Branch\n" + "".join(f"{n},{n % 11},0{1 + n % 9}/04/2026,North\n" for n in range(60))
    at = at_columns(visit("data"), content)
    (dates,) = [radio for radio in at.radio if radio.label.startswith("These dates")]
    assert dates.value is None
    assert sorted(said(option).split(";")[0] for option in dates.options) == [
        "01/04/2026 is Apr 1, 2026", "01/04/2026 is Jan 4, 2026"]
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    assert any("Choose how these dates are written" in said(error.value) for error in at.error)
    (dates,) = [radio for radio in at.radio if radio.label.startswith("These dates")]
    dates.set_value("%m/%d/%Y").run()
    click(at, "Check the file")
    load(run_until(at, "until you confirm"))
    ((first, last),) = rows_of(empty, "select min(responded_at)::date, max(responded_at)::date from responses")
    assert (str(first), str(last)) == ("2026-01-04", "2026-09-04")


def test_what_looks_wrong_holds_the_load_up_until_it_is_confirmed(empty: Home) -> None:
    content = "id,NPS,When,Branch\n" + "".join(f"{n},{n % 6},{1 + n % 28:02}.03.2026,North\n" for n in range(200))
    at = at_columns(visit("data"), content)
    choice(at, "Answer to the recommend question").select("column:NPS").run()  # type: ignore[attr-defined]
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    run_until(at, "until you confirm")
    (commit,) = [button for button in at.button if button.label == "Load the file"]
    assert commit.disabled
    assert at.warning
    for box in [box for box in at.checkbox if box.label == "This is meant"]:
        box.check().run()
    (always,) = [box for box in at.checkbox if box.label.startswith("It is always so")]
    always.check().run()
    (commit,) = [button for button in at.button if button.label == "Load the file"]
    assert not commit.disabled
    load(at)
    (mapping,) = known(empty)
    assert mapping.confirmed
    assert rows_of(empty, "select count(*) from responses") == [(200,)]


def test_going_back_keeps_what_was_chosen(empty: Home) -> None:
    at = at_preview(visit("data"))
    click(at, "Back")
    assert choice(run_until(at, "What is needed"), "Value for all records").value == "transaction"  # type: ignore[attr-defined]
    click(at, "Back")
    click(run_until(at, "Step 2 of 5"), "Continue")
    assert choice(run_until(at, "What is needed"), "Value for all records").value == "transaction"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "content"), [
    ("empty.csv", b""), ("page.csv", b"<html><body>Sign in</body></html>"),
    ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99), ("bytes.csv", bytes(range(256)) * 20)])
def test_what_is_no_table_is_refused_in_words_and_leaves_nothing_behind(empty: Home, name: str, content: bytes) -> None:
    at = bring(visit("data"), name, content, "was not loaded")
    (error,) = at.error
    assert name in said(error.value)
    assert len(at.file_uploader) == 1
    assert not list(empty.uploads.glob("*"))
    assert empty.current_id() is None


def test_a_load_that_was_confirmed_is_found_again_by_a_page_that_is_opened_anew(empty: Home) -> None:
    at = at_preview(visit("data"))
    click(at, "Load the file")
    commit = commits().of(empty.folder)
    assert commit is not None
    until = time.monotonic() + SECONDS
    while not commit.has_ended():
        assert time.monotonic() < until
    # The first page went away before it saw the end.
    commit.seen = False
    anew = run_until(visit("data"), "60 answers loaded")
    assert is_whole(anew)
    assert "60 answers loaded" not in words_of(visit("data"))


def test_a_load_can_be_taken_back_after_a_question(empty: Home) -> None:
    load(at_preview(visit("data")))
    first = empty.current_id()
    at = visit("data")
    bring(at, "branch_2026-04.csv", FILE.replace("\na", "\nb"), "of last time")
    click(at, "Load as branch of last time")
    load(run_until(at, "until you confirm"))
    assert empty.current_id() != first
    at.button(key=next(button.key for button in at.button if button.label == "Yes, take it back")).click().run()
    assert "The load was taken back" in words_of(at)
    assert empty.current_id() == first
    assert at.title[0].value == "60 answers are loaded; no record was rejected"


def test_whoever_may_not_see_all_units_sees_no_wizard(empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    homes.one_period(empty.folder)
    from cx.ui import frame
    from cx.warehouse.scope import Scope

    monkeypatch.setattr(frame, "authorize", lambda _: Scope(units=frozenset({"A"})))
    with at_home(empty.folder / "home"):
        at = visit("data")
        assert "Load a file" not in [button.label for button in at.button]
    with at_home(empty.folder):
        assert not visit("data").file_uploader


def numbered(rows: int = 60, score: str = "") -> str:
    """A file whose records have running numbers for keys."""
    return "id,NPS,When,Branch\n" + "".join(
        f"{n},{score or n % 11},2026-03-{1 + n % 28:02},North\n" for n in range(rows))


def test_surveys_that_number_their_answers_do_not_take_each_other_s_place(empty: Home) -> None:
    at = at_columns(visit("data"), numbered(), "north.csv")
    assert "becomes north-0" in words_of(at)
    at = at_preview(visit("data"), numbered(), "north.csv")
    load(at)
    at = visit("data")
    bring(at, "south.csv", numbered(40), "of last time")
    click(at, "Read it another way")
    click(run_until(at, "Step 2 of 5"), "Continue")
    run_until(at, "What is needed")
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    load(run_until(at, "until you confirm"))
    assert rows_of(empty, "select count(*), count(distinct response_id) from responses") == [(100, 100)]
    assert [mapping.columns["responses"]["response_id"].template for mapping in known(empty)] == [
        "north-{id}", "south-{id}"]
    at = visit("data")
    bring(at, "north_2026-04.csv", numbered(), "of last time")
    click(at, "Load as north of last time")
    run_until(at, "loading it again would change nothing")


def test_the_title_of_the_check_is_the_finding_and_replaced_answers_stand_in_it(empty: Home) -> None:
    load(at_preview(visit("data")))
    at = visit("data")
    bring(at, "branch_2026-04.csv", FILE.replace("a0,0,", "a0,10,"), "of last time")
    click(at, "Load as branch of last time")
    run_until(at, "until you confirm")
    (title,) = at.title
    assert said(title.value) == (
        "60 answers would be loaded, of which 1 answer would replace what is loaded now; no record would be rejected; "
        f"the T-NPS would go from {at.metric[1].value} to {at.metric[2].value}")
    assert "Load a file: branch_2026-04.csv" in [said(caption.value) for caption in at.caption]


def test_what_is_missing_is_no_longer_said_once_it_was_given(empty: Home) -> None:
    at = at_columns(visit("data"))
    click(at, "Check the file")
    assert "Give the value for all records." in [said(error.value) for error in at.error]
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    assert not at.error


def test_a_file_without_any_nps_says_so_and_names_the_column_that_was_left_out(empty: Home) -> None:
    content = "id,Would you recommend us?,When,Branch\n" + "".join(
        f"k{n},{n % 6},2026-03-{1 + n % 28:02},North\n" for n in range(60))
    at = at_preview(visit("data"), content)
    warnings = "\n".join(said(warning.value) for warning in at.warning)
    assert "No NPS will come of this file" in warnings
    assert "Would you recommend us? speaks of recommending, but nobody answered above 5" in warnings


def test_the_demo_company_is_said_to_be_put_away_before_it_is(
        demo: tuple[Home, object], empty: Home) -> None:
    with at_home(demo[0].folder):
        at = at_preview(visit("data"))
        assert "The pages show the demo company now. It will be put away" in words_of(at)
        click(at, "Cancel")


def test_dates_that_nearly_all_can_be_read_are_proposed_and_the_rest_counted(empty: Home) -> None:
    content = FILE.replace("\na7,7,08.03.2026", "\na7,7,31.02.2026").replace("\na9,9,10.03.2026", "\na9,9,soon")
    at = at_columns(visit("data"), content)
    assert "58 of 60 can be read; the others would be rejected." in words_of(at)
    choice(at, "Value for all records").select("transaction").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    run_until(at, "until you confirm")
    assert said(at.title[0].value).startswith("58 answers would be loaded; 2 records would be rejected")
    assert is_whole(at)
    rule = next(option for option in choice(at, "Rule").options if option != "all rules")  # type: ignore[attr-defined]
    assert rule.startswith("When · Write a date that exists")
    assert rule.endswith("(2)")


def test_an_undone_load_leaves_no_report_and_is_named_where_it_was_undone(empty: Home) -> None:
    load(at_preview(visit("data")))
    at = visit("data")
    bring(at, "branch_2026-04.csv", FILE.replace("a0,0,", "a0,10,"), "of last time")
    click(at, "Load as branch of last time")
    load(run_until(at, "until you confirm"))
    at.run().button(key="undo_newest_yes").click().run()
    assert is_whole(at)
    assert "Next month" not in words_of(at)
    (success,) = at.success
    assert said(success.value).startswith("The load was taken back: branch_2026-04.csv, ")


def test_the_changes_of_a_load_are_those_of_the_chosen_load(empty: Home) -> None:
    load(at_preview(visit("data")))
    for score in (10, 9):
        at = visit("data")
        bring(at, "branch_2026-04.csv", FILE.replace("a0,0,", f"a0,{score},"), "of last time")
        click(at, "Load as branch of last time")
        load(run_until(at, "until you confirm"))
    at = visit("data")
    (box,) = [box for box in at.selectbox if box.label == "Load"]
    assert len(set(box.options)) == len(box.options) == 2
    seen = []
    for place in range(2):
        (box,) = [box for box in at.selectbox if box.label == "Load"]
        box.select_index(place).run()
        (frame,) = [frame.value for frame in at.dataframe if "Before" in frame.value.columns]
        (row,) = frame.to_dict("records")
        seen.append((row["Before"], row["After"]))
    assert seen == [("10", "9"), ("0", "10")]


def test_ratings_in_a_file_of_their_own_find_the_numbered_answers_of_their_source(empty: Home) -> None:
    load(at_preview(visit("data"), numbered(), "north.csv"))
    at = visit("data")
    stars = "".join(f"{n},{1 + n % 5},{1 + n % 4}\n" for n in range(60))
    bring(at, "stars.csv", "id,Waiting time,Friendliness\n" + stars)
    click(at, "Continue")
    choice(run_until(at, "What is needed"), "What is one record").select("ratings").run()  # type: ignore[attr-defined]
    run_until(at, "Every rating belongs to an answer")
    assert choice(at, "The numbers are those of the answers").value == "north"  # type: ignore[attr-defined]
    (rated,) = [box for box in at.multiselect if box.label == "Columns with ratings"]
    rated.set_value(["Waiting time", "Friendliness"]).run()
    click(at, "Check the file")
    run_until(at, "until you confirm")
    assert said(at.title[0].value).startswith("120 ratings")
    assert "no record would be rejected" in said(at.title[0].value)


def coded(at: AppTest) -> AppTest:
    """The step of the columns of a file whose ratings go to 5, with 0 and 6 beside them, and whose day is in parts."""
    rows = "".join(f"{n},{n % 11},2026,5,{1 + n % 28},North,{n % 7},{(n + 3) % 7}\n" for n in range(70))
    at_columns(at, "id,NPS,yr,mon,day,Branch,Waiting,Staff\n" + rows, "coded.csv")
    choice(at, "Value for all records").select("relationship").run()  # type: ignore[attr-defined]
    (group,) = [radio for radio in at.radio if radio.label.startswith("Which columns are ratings")]
    return group.set_value(next(number for number, name in enumerate(group.options) if "codes" in name)).run()


def test_codes_of_ratings_are_set_aside_and_a_day_is_put_together_from_its_parts(empty: Home) -> None:
    at = coded(visit("data"))
    choice(at, "When the customer answered").select("parts").run()  # type: ignore[attr-defined]
    choice(at, "Year").select("yr").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    assert "Give the year, the month and the day." in [said(error.value) for error in at.error]
    choice(at, "Month").select("mon").run()  # type: ignore[attr-defined]
    choice(at, "Day").select("day").run()  # type: ignore[attr-defined]
    click(at, "Check the file")
    load(run_until(at, "until you confirm"))
    assert rows_of(empty, "select count(*), min(rating), max(rating) from ratings") == [(100, 1, 5)]
    assert rows_of(empty, "select distinct scale_min, scale_max from drivers") == [(1, 5)]
    assert rows_of(empty, "select count(*) from rejects") == [(0,)]
    ((first, last),) = rows_of(empty, "select min(responded_at)::date, max(responded_at)::date from responses")
    assert (str(first), str(last)) == ("2026-05-01", "2026-05-28")


def test_the_scale_of_ratings_ends_where_their_codes_begin(empty: Home) -> None:
    at = coded(visit("data"))
    blank, unused = (box for box in at.multiselect if "responses_codes" in (box.key or ""))
    assert (blank.value, unused.value) == (["0"], ["6"])
    blank.set_value([]).run()
    _, unused = (box for box in at.multiselect if "responses_codes" in (box.key or ""))
    unused.set_value(["0", "5", "6"]).run()
    assert [number.value for number in at.number_input] == [1, 4]
