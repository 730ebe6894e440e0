"""Texts of the corpus on the pages, in a real browser: they stay text, and what is downloaded runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from cx.ingest.load import load
from cx.warehouse.home import Home
from tests.browser.chromium import wait_until_ready
from tests.companies import rows_of
from tests.corpus.manifest import job_of
from tests.server_process import Server, running_server

pytestmark = pytest.mark.browser

IMAGE, FORMULA = "![x](http://evil.example/c.png)", "$$\\href{http://evil.example/e}{x}$$"
OVERRIDE = "\u202eesrever"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the texts of the corpus that a page could read as something else."""
    home = Home(tmp_path_factory.mktemp("corpus"))
    for name in ("hostile.csv", "odd_characters.csv", "formulas.csv"):
        load(home, (job_of(name),), "UTC")
    return home


@pytest.fixture(scope="module")
def corpus_server(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over that home."""
    with running_server(tmp_path_factory.mktemp("corpus-server"), home=home.folder) as server:
        yield server


@pytest.mark.parametrize("path", [
    "data", "?chart=multiples", *(f"?unit={quote(name, safe='')}" for name in (IMAGE, FORMULA)),
])  # fmt: skip
def test_odd_and_hostile_values_stay_text_in_the_browser(
    context: BrowserContext, page: Page, corpus_server: Server, path: str
) -> None:
    """Values and unit names of hostile.csv and odd_characters.csv: no script runs, no other server is asked."""
    own = urlsplit(corpus_server.url).netloc
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a value opened a dialog: {dialog.message}"))
    page.goto(f"{corpus_server.url}/{path}")
    wait_until_ready(page)
    for tab in [*page.get_by_role("tab").all(), *page.get_by_role("tab", name="Rejected records").all()]:
        tab.press("Enter")  # every part of the page, and the rejected values last
        wait_until_ready(page)
    page.wait_for_timeout(300)
    assert [url for url in asked if urlsplit(url).netloc != own and urlsplit(url).scheme not in ("data", "blob")] == []
    assert page.title() == "CX dashboard"
    assert page.locator("[src*='evil'], [href*='evil'], iframe[src]").count() == 0
    assert page.get_by_test_id("stMain").locator(".katex").count() == 0
    if path == "data":
        table = page.get_by_test_id("stDataFrame").filter(has_text="<script>").first
        assert "<script>document.title='taken'</script>" in (table.text_content() or "")
    elif "unit=" in path:
        name = IMAGE if quote(IMAGE, safe="") in path else FORMULA
        assert name in (page.locator("h1").first.text_content() or "").replace("\u2060", "")


def test_a_name_that_turns_the_reading_direction_turns_only_itself(page: Page, corpus_server: Server) -> None:
    """The words behind the name of a unit stand from left to right, though the name never ends its override."""
    page.goto(f"{corpus_server.url}/?survey=transaction&unit={quote(OVERRIDE)}")
    wait_until_ready(page)
    places = page.locator("h1").first.evaluate("""(title, name) => {
        const walk = document.createTreeWalker(title, NodeFilter.SHOW_TEXT), places = [];
        for (let node = walk.nextNode(), behind = false; node; node = walk.nextNode())
            for (let at = 0; at < node.length; at++) {
                if (node.data.startsWith(name, at)) behind = true;
                const range = document.createRange();
                range.setStart(node, at); range.setEnd(node, at + 1);
                const box = range.getBoundingClientRect();
                if (behind && box.width) places.push([node.data[at], box.left, box.top]);
            }
        return places.slice(name.length - 1);
    }""", OVERRIDE)  # fmt: skip
    first_line = [left for _, left, top in places if top == places[0][2]]
    assert len(first_line) > 5
    assert first_line == sorted(first_line)


@pytest.mark.parametrize("button", ["Download", "Download as CSV: Rejected records"])
def test_the_download_of_rejects_holds_no_formula(page: Page, home: Home, corpus_server: Server, button: str) -> None:
    """formulas.csv: each of its cells that a spreadsheet would run has an apostrophe before it, all others are kept.

    The second button is Streamlit's own in the corner of the table; where it is not offered, nothing leaves by it.
    """
    page.add_init_script("delete window.showSaveFilePicker")  # a dialog of the system, which no test can answer
    page.goto(f"{corpus_server.url}/data")
    wait_until_ready(page)
    page.get_by_role("tab", name="Rejected records").press("Enter")
    wait_until_ready(page)
    offered = page.get_by_role("button", name=button, exact=True)
    if button != "Download" and not offered.count():
        return
    with page.expect_download() as waiting:
        offered.focus()
        page.keyboard.press("Enter")
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    dangerous = [cell for cell in cells if cell.lstrip().startswith(("=", "+", "@", "\t"))]
    assert dangerous == []
    values = [str(value) for (value,) in rows_of(home, "select value from rejects where value is not null")]
    assert len(values) >= 19
    assert {"'=1+1", "'@SUM(A1)", "＝1+1", "-5"} <= set(cells)
    assert [value for value in values if value not in cells and "'" + value not in cells] == []
