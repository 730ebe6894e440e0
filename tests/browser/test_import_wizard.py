"""The import wizard in a real browser: from the file to the report, over real exports of survey tools.

What is loaded is read from the snapshot, past the pages; what must be loaded is read from the file by Python's csv.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from cx.warehouse.home import Home
from tests.browser.chromium import wait_until_ready
from tests.companies import public_file, rows_of
from tests.server_process import Server, running_server

pytestmark = pytest.mark.browser

SLOW_MS = 60_000
KINDS = {"relationship": "Relationship", "transaction": "Transaction", "strategic": "Strategic"}


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with nothing in it, filled by the tests of this module one source after the other."""
    return Home(tmp_path_factory.mktemp("wizard-home"))


@pytest.fixture(scope="module")
def wizard_server(empty_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over that home."""
    with running_server(tmp_path_factory.mktemp("wizard-server"), home=empty_home.folder) as server:
        yield server


class Wizard:
    """A person at the wizard: every method does what a hand does, and waits until the page has answered."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        page.goto(f"{server.url}/data?lang=en")
        wait_until_ready(page)

    def bring(self, path: Path) -> None:
        """Choose a file and wait until it was looked at."""
        if not self.page.locator("input[type=file]").count():
            self.click(re.compile("Load (a|another) file"))
        self.page.locator("input[type=file]").set_input_files(path)
        looked_at = re.compile(r"Step 2 of 5|was not loaded|columns of a file that was loaded|which was loaded before")
        self.page.get_by_text(looked_at).first.wait_for(timeout=SLOW_MS)
        wait_until_ready(self.page)

    def click(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()
        wait_until_ready(self.page)

    def go_on(self, layout: str = "") -> None:
        """Past the layout, choosing one where there are several, to the columns."""
        if not self.page.get_by_role("button", name="Continue").count():  # it resembles a file of another test
            self.click("Read it another way")
        if layout:
            self.page.get_by_text(layout).first.click()
            wait_until_ready(self.page)
        self.click("Continue")
        self.page.get_by_role("heading", name="What is needed").wait_for(timeout=SLOW_MS)
        wait_until_ready(self.page)

    def choose(self, label: str, option: str | re.Pattern[str], place: int = 0) -> None:
        """Choose an option of a list by its label."""
        box = self.page.get_by_role("combobox", name=label).nth(place)
        box.focus()
        self.page.wait_for_timeout(400)  # the page scrolls to it, and a list that is open would close
        box.press("ArrowDown")
        self.page.get_by_role("option", name=option).first.click()
        wait_until_ready(self.page)

    def write(self, label: str, text: str) -> None:
        """Write into a field."""
        field = self.page.get_by_role("textbox", name=label).first
        field.fill(text)
        field.press("Tab")
        wait_until_ready(self.page)

    def answers(self, kind: str, unit: str = "") -> None:
        """What a file of answers without these columns needs: the kind of survey and the unit."""
        self.choose("Value for all records", re.compile(KINDS[kind]))
        if unit:
            self.write("Name of the business unit", unit)

    def write_option(self, label: str, text: str) -> None:
        """Write into a list what is none of its options."""
        box = self.page.get_by_role("combobox", name=label, exact=True).first
        box.focus()
        self.page.wait_for_timeout(400)
        box.fill(text)
        box.press("Enter")
        wait_until_ready(self.page)

    def day(self, digits: str) -> None:
        """The day that stands for all records."""
        self.page.locator("[data-testid=stDateInput] [role=spinbutton]").first.click()
        self.page.keyboard.type(digits)
        self.page.keyboard.press("Enter")
        wait_until_ready(self.page)

    def check(self) -> None:
        """Check the file, and wait for what would be loaded."""
        self.click("Check the file")
        self.wait_for_preview()

    def wait_for_preview(self) -> None:
        """Wait for the screen that says what would be loaded; confirm what looks wrong though it is valid."""
        self.page.get_by_role("button", name="Load the file").wait_for(timeout=SLOW_MS)
        wait_until_ready(self.page)
        for box in self.page.get_by_text("This is meant").all():
            box.click()
            wait_until_ready(self.page)

    def load(self) -> None:
        """Confirm, and wait for the report."""
        self.page.get_by_role("button", name="Load the file").click()
        self.wait_for_report()

    def wait_for_report(self) -> None:
        """Wait for the report of the load."""
        self.page.get_by_role("button", name="Load another file").wait_for(timeout=SLOW_MS)
        wait_until_ready(self.page)

    @property
    def text(self) -> str:
        """All that can be read on the page, except in tables."""
        return self.page.get_by_test_id("stMain").inner_text()

    @property
    def begins_at_heading(self) -> bool:
        """Whether the focus is on the heading of the step, and the page scrolled to its top."""
        return bool(self.page.evaluate("""() => document.activeElement.tagName === 'H1'
            && document.querySelector('[data-testid=stMain]').scrollTop === 0"""))

    @property
    def figures(self) -> list[str]:
        """The cards with figures."""
        return [" ".join(card.inner_text().split()) for card in self.page.get_by_test_id("stMetric").all()]


@pytest.fixture
def wizard(page: Page, wizard_server: Server) -> Wizard:
    """The Data page, open."""
    page.set_default_timeout(20_000)
    return Wizard(page, wizard_server)


def loaded(home: Home, title: str) -> tuple[int, int, float]:
    """Rows, valid answers and NPS of a source in the snapshot."""
    ((rows, n, nps),) = rows_of(
        home,
        """select count(*), count(score), 100.0 * (count(*) filter (score >= 9) - count(*) filter (score <= 6)) /
        nullif(count(score), 0) from responses join origins on origin_no = _origin join sources using (source)
        where title = ?""",
        title,
    )
    return rows, n, nps or 0.0  # type: ignore[return-value]


def test_a_french_survey_with_stray_bytes_goes_from_file_to_report(wizard: Wizard, empty_home: Home) -> None:
    path = public_file("npsgame/nps.csv")
    wizard.bring(path)
    assert wizard.page.get_by_role("button", name="Continue").is_disabled()
    assert "très peu" in wizard.text
    assert "trÞs peu" in wizard.text
    wizard.go_on("Western European (Windows-1252), columns divided by commas")
    wizard.click("Check the file")
    assert wizard.text.count("Give the value for all records.") == 3
    wizard.answers("transaction", "Garden centres")
    wizard.page.get_by_role("radiogroup", name="On which scale").get_by_text("0–10").click()
    wait_until_ready(wizard.page)
    wizard.page.reload()  # the steps so far are kept
    wizard.page.get_by_role("heading", name="What is needed").wait_for(timeout=SLOW_MS)
    wizard.day("20150615")
    wizard.check()
    assert "13,954 answers would be loaded; no record would be rejected" in wizard.text
    assert empty_home.current_id() is None
    # A second click while the first is on its way, and a page that is loaded anew while the load runs.
    wizard.page.get_by_role("button", name="Load the file").dblclick()
    wizard.page.reload()
    wizard.wait_for_report()
    assert "nps.csv: 13,954 answers loaded; no record was rejected." in wizard.text
    with path.open(encoding="cp1252", errors="replace", newline="") as stream:
        scores = [int(row["nps"]) for row in csv.DictReader(stream) if row["nps"] != "NA"]
    nps = 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)
    assert loaded(empty_home, "nps") == (13_954, 13_612, pytest.approx(nps))
    assert rows_of(empty_home, "select count(distinct load_id) from loads") == [(1,)]
    assert any("+53.4" in card and "n = 13,612" in card for card in wizard.figures), wizard.figures
    assert "python -m cx load" in wizard.text
    assert not list(empty_home.uploads.glob("*"))


def test_next_month_is_one_click_and_nothing_changes_for_the_same_file(
    wizard: Wizard, empty_home: Home, tmp_path: Path
) -> None:
    january, february = tmp_path / "kiosk_2026-01.csv", tmp_path / "kiosk_2026-02.csv"
    for month, path in enumerate((january, february), start=1):
        rows = [f"k{month}-{n},{n % 11},2026-0{month}-{1 + n % 28:02},Kiosk\n" for n in range(30)]
        path.write_text("ticket,NPS score,visited on,branch\n" + "".join(rows))
    wizard.bring(january)
    wizard.go_on()
    assert wizard.begins_at_heading
    wizard.answers("transaction")
    assert not wizard.begins_at_heading
    wizard.check()
    assert wizard.begins_at_heading
    wizard.load()
    first = empty_home.current_id()
    wizard.bring(january)
    wizard.click("Load as kiosk of last time")
    wizard.page.get_by_text("Loading it again would change nothing").wait_for(timeout=SLOW_MS)
    wait_until_ready(wizard.page)
    assert not wizard.page.get_by_role("button", name="Load the file").count()
    wizard.click("Cancel")
    assert empty_home.current_id() == first
    wizard.bring(february)
    wizard.click("Load as kiosk of last time")
    wizard.wait_for_preview()
    assert "30 answers would be loaded; no record would be rejected" in wizard.text
    wizard.load()
    assert loaded(empty_home, "kiosk")[:2] == (60, 60)
    assert not list(empty_home.uploads.glob("*"))


def test_a_google_form_in_spanish_goes_from_file_to_report_and_back(wizard: Wizard, empty_home: Home) -> None:
    path = public_file("r_survey_2019/google_forms_spanish.csv")
    before = empty_home.current_id()
    wizard.bring(path)
    wizard.go_on()
    assert "Dec 13, 2019" in wizard.text
    wizard.answers("relationship", "R community")
    assert wizard.page.get_by_role("radio", name="1–10").is_checked()
    wizard.check()
    wizard.load()
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    column = next(place for place, name in enumerate(header) if name.startswith("¿Qué tan probable es que recomiendes"))
    scores = [int(row[column]) for row in rows if row[column]]
    nps = 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)
    assert loaded(empty_home, "google forms spanish") == (len(rows), 331, pytest.approx(nps))
    assert round(nps, 1) == 77.0
    assert any("+77.0" in card and "n = 331" in card for card in wizard.figures), wizard.figures
    assert rows_of(empty_home, "select scale from sources where title = 'google forms spanish'") == [("1-10",)]
    if before is None:
        return
    wizard.click("Undo the load of")
    wizard.click("Yes, take it back")
    assert "The load was taken back" in wizard.text
    assert empty_home.current_id() == before


@pytest.mark.parametrize(("name", "key"), [("qualtrics", "ResponseId"), ("qualtrics_legacy", "V1")])
def test_a_qualtrics_export_goes_from_file_to_report(wizard: Wizard, empty_home: Home, name: str, key: str) -> None:
    path = public_file(f"exports/{name}.csv")
    wizard.bring(path)
    assert "Qualtrics" in wizard.text
    wizard.go_on()
    wizard.choose("Answer to the recommend question", re.compile(r"^Q1\b"))
    wizard.answers("strategic", "Harbour")
    wizard.check()
    assert "1 answer would be loaded" in wizard.text
    wizard.load()
    ((response_id, score),) = rows_of(
        empty_home,
        "select response_id, score from responses join origins on origin_no = _origin join sources using (source) "
        "where title = ?",
        name.replace("_", " "),
    )
    with path.open(encoding="utf-8-sig", newline="") as stream:
        *_, record = csv.DictReader(stream)
    assert (response_id, str(score)) == (record[key], record["Q1"])


def test_a_survey_without_the_recommend_question_is_loaded_with_its_ratings(wizard: Wizard, empty_home: Home) -> None:
    path = public_file("exports/surveymonkey.csv")
    wizard.bring(path)
    wizard.go_on("Western European (Windows-1252), columns divided by commas")
    wizard.choose("Answer to the recommend question", "The question was not asked")
    wizard.choose("Business unit", "The same for all records")
    wizard.answers("relationship", "Films")
    wizard.day("20140603")
    wizard.page.get_by_text("Ratings of single points (optional)").click()
    wizard.page.get_by_text("labels of a known order").click()
    wait_until_ready(wizard.page)
    wizard.check()
    wizard.load()
    with path.open(encoding="cp1252", newline="") as stream:
        rows = list(csv.reader(stream))[2:]
    favor = ["Very unfavorably", "Somewhat unfavorably", "Neither favorably nor unfavorably (neutral)"]
    favor += ["Somewhat favorably", "Very favorably"]
    given = [1 + favor.index(cell) for row in rows for cell in row[15:29] if cell in favor]
    assert loaded(empty_home, "surveymonkey")[:2] == (len(rows), 0)
    assert rows_of(empty_home, "select count(*), sum(rating) from ratings") == [(len(given), sum(given))]
    assert rows_of(empty_home, "select count(*) from rejects where file = 'surveymonkey.csv'") == [(0,)]


def test_an_airport_survey_whose_ratings_have_codes_goes_from_file_to_report(wizard: Wizard, empty_home: Home) -> None:
    path = public_file("sfo/2017.csv")
    wizard.bring(path)
    wizard.go_on()
    wizard.answers("relationship")
    wizard.choose("When the customer answered", "Put together from year, month and day")
    wizard.write_option("Year", "2017")
    wizard.write_option("Month", "5")
    wizard.choose("Day", re.compile("^INTDATE"))
    wizard.page.get_by_text("Ratings of single points (optional)").click()
    wizard.page.get_by_text("hold ratings from 1 to 5 and codes").click()
    wait_until_ready(wizard.page)
    wizard.write("Name of this source", "Airport")
    wizard.check()
    wizard.load()
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    assert loaded(empty_home, "Airport") == (len(records), 2_746, pytest.approx(39.840, abs=0.001))
    days = [int(record["INTDATE"]) for record in records]
    ((first, last),) = rows_of(empty_home, """select min(responded_at)::date, max(responded_at)::date from responses
        join origins on origin_no = _origin where source = 'airport'""")
    assert (str(first), str(last)) == (f"2017-05-{min(days):02}", f"2017-05-{max(days):02}")
    assert rows_of(empty_home, """select count(*), min(rating), max(rating) from ratings join drivers using (driver)
        where name = 'Q7ART'""") == [(sum(record["Q7ART"] in "12345" for record in records if record["Q7ART"]), 1, 5)]
    assert rows_of(empty_home, "select count(*) from rejects where file = '2017.csv'") == [(0,)]


def test_a_workbook_goes_from_file_to_report_with_its_rejects(wizard: Wizard, empty_home: Home, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Answers"
    sheet.append(["Response ID", "Would you recommend us?", "Answered on", "Branch", "Comment"])
    for number in range(40):
        branch = "North" if number % 2 else "South"
        sheet.append([f"a{number}", number % 11, f"2026-0{1 + number % 9}-15", branch, f"=comment {number}"[1:]])
    sheet.append(["a40", "eleven", "2026-03-15", "North", ""])
    path = tmp_path / "branches_2026-09.xlsx"
    book.save(path)
    wizard.bring(path)
    wizard.go_on()
    wizard.answers("strategic")
    assert wizard.page.get_by_role("textbox", name="Name of this source").input_value() == "branches"
    wizard.check()
    assert "40 answers would be loaded; 1 record would be rejected" in wizard.text
    wizard.load()
    assert loaded(empty_home, "branches")[:2] == (40, 40)
    assert rows_of(empty_home, "select line, value from rejects where file = ?", path.name) == [(42, "eleven")]
    mended = tmp_path / "mended.csv"
    wizard.page.get_by_role("tab", name="Rejected records (1)").press("Enter")
    with wizard.page.expect_download() as waiting:
        wizard.page.get_by_role("button", name="Download to mend").click()
    mended.write_bytes(waiting.value.path().read_bytes().replace(b"eleven", b"10"))
    wizard.click("Load mended records")
    wizard.page.locator("input[type=file]").set_input_files(mended)
    wizard.wait_for_preview()
    assert "1 answer would be loaded; no record would be rejected" in wizard.text
    wizard.load()
    assert loaded(empty_home, "branches")[:2] == (41, 41)
    assert rows_of(empty_home, "select count(*) from rejects where file = ?", path.name) == [(0,)]


GARBAGE = {
    "answers.csv": (bytes(range(256)) * 40, "neither text nor"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "PNG"),
    "login.csv": (b"<!DOCTYPE html><html><body>Please sign in</body></html>\n" * 9, "HTML"),
}


def test_garbage_is_refused_in_words_and_another_file_can_be_chosen(
    wizard: Wizard, empty_home: Home, tmp_path: Path
) -> None:
    before, uploads = empty_home.current_id(), set(empty_home.uploads.glob("*"))
    for name, (content, said) in GARBAGE.items():
        path = tmp_path / name
        path.write_bytes(content)
        wizard.bring(path)
        wizard.page.get_by_text(f"The file {name} was not loaded").wait_for(timeout=SLOW_MS)
        assert said in wizard.text
        assert wizard.page.locator("input[type=file]").count() == 1
    assert empty_home.current_id() == before
    assert set(empty_home.uploads.glob("*")) == uploads


def test_hostile_columns_and_values_load_nothing_and_run_nothing(wizard: Wizard, tmp_path: Path) -> None:
    image, script = "![x](http://evil.example/a.png)", "<img src=http://evil.example/b.png onerror=alert(1)>"
    path = tmp_path / "**x** ![y](z).csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", f"NPS {image}", f"when {script}", "unit", "$$x^2$$ :red[y]"])
        writer.writerows([[f"r{n}", n % 11, "2026-03-15", image, script] for n in range(30)])
    asked: list[str] = []
    wizard.page.on("request", lambda request: asked.append(request.url))
    wizard.page.on("dialog", lambda dialog: pytest.fail(f"a value opened a dialog: {dialog.message}"))
    wizard.bring(path)
    wizard.go_on()
    wizard.page.get_by_text("Optional columns").click()
    wizard.click("Check the file")
    main = wizard.page.get_by_test_id("stMain")
    assert [url for url in asked if "evil" in url] == []
    assert wizard.page.locator("[src*='evil'], [href*='evil']").count() == 0
    assert main.locator(".katex").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_can_be_used_on_a_phone_and_breaks_no_rule_of_axe(
    browser: Browser, wizard_server: Server, tmp_path: Path, theme: str
) -> None:
    path = tmp_path / "march.csv"
    path.write_text("id,NPS,when,unit\n" + "".join(f"p{n},{n % 11},2026-03-{1 + n % 28:02},U\n" for n in range(30)))
    context = browser.new_context(
        viewport={"width": 390, "height": 2400}, color_scheme="dark" if theme == "dark" else "light"
    )
    context.set_default_timeout(20_000)
    try:
        wizard = Wizard(context.new_page(), wizard_server)
        if not wizard.page.locator("input[type=file]").count():
            wizard.click("Load a file")
        assert faults(wizard.page) == []
        wizard.bring(path)
        assert faults(wizard.page) == []
        wizard.go_on()
        assert faults(wizard.page) == []
        wizard.answers("strategic")
        wizard.check()
        assert faults(wizard.page) == []
        wizard.click("Cancel")
    finally:
        context.close()


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, and what is wider than the screen."""
    violations = Axe().run(page).response["violations"]
    found = [(violation["id"], node["html"][:160]) for violation in violations for node in violation["nodes"]]
    wide = page.evaluate("""() => ['html', 'body', '[data-testid=stMain]'].filter(
        name => { const e = document.querySelector(name); return e.scrollWidth > e.clientWidth })""")
    return found + [("wide", name) for name in wide]
