"""The pages in a real browser: languages, hostile names, keyboard, narrow screens, files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from cx.contract.tables import TABLES
from tests.browser.chromium import wait_until_ready
from tests.pages import homes
from tests.server_process import Server, running_server

pytestmark = pytest.mark.browser

# Words of English that a Chinese page may show: terms of the field, names of formats.
TERMS = {"NPS", "UTC", "CSV", "EN", "CX", "TOML"}
# Streamlit has no translations of its own texts; this one shows only while it has the keyboard.
STREAMLITS_OWN = {"Skip to main content"}
# What a reader can read: the texts, without icons, which are words of a font, and without what is not displayed.
TEXTS = """() => {
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, parent = node.parentElement;
    if (!parent.closest('[data-testid=stIconMaterial], script, style, noscript, [aria-live]')
        && (parent.checkVisibility?.() || parent.closest('svg'))) texts.push(node.textContent);
  }
  for (const element of document.querySelectorAll('[placeholder], [title], [alt]'))
    for (const name of ['placeholder', 'title', 'alt'])
      if (element.hasAttribute(name) && element.checkVisibility() && !(name === 'placeholder' && element.value))
        texts.push(element.getAttribute(name));
  return [...texts, document.title];
}"""


def open_link(page: Page, url: str) -> Page:
    page.goto(url)
    wait_until_ready(page)
    return page


@pytest.fixture(scope="module")
def data_values() -> set[str]:
    """Texts of the demo company and of its tables, which no language changes."""
    tables = homes.demo_tables()
    columns = {
        "units": ["name", "kind"],
        "touchpoints": ["name", "journey", "stage"],
        "events": ["title"],
        "responses": ["product", "segment", "channel"],
        "benchmarks": ["competitor", "market", "method"],
        "drivers": ["name"],
    }
    found = {
        str(value)
        for table, names in columns.items()
        for name in names
        for value in pd.unique(tables[table][name].dropna())
    }
    return found | set(TABLES) | {f"{name}.csv" for name in TABLES} | {"Demo"}


@pytest.mark.parametrize(
    ("path", "lang"),
    [
        ("?", "zh_Hant"),
        ("?survey=transaction&chart=multiples&unit=HL&", "zh_Hans"),
        ("?chart=shares&", "zh_Hans"),
        ("?chart=response&", "zh_Hant"),
        ("?chart=why&by=channel&survey=transaction&", "zh_Hant"),
        ("?chart=course&unit=HB&", "zh_Hans"),
        ("?chart=level&unit=HK&market=Brokers&", "zh_Hant"),
        ("drivers?chart=importance&", "zh_Hans"),
        ("drivers?chart=lost&unit=HB&", "zh_Hant"),
        ("drivers?chart=difference&", "zh_Hant"),
        ("compare?mix=channel&", "zh_Hant"),
        ("compare?chart=funnel&level=3&survey=transaction&", "zh_Hans"),
        ("compare?chart=touchpoints&level=2&survey=transaction&rule=revenue&", "zh_Hant"),
        ("compare?chart=multiples&level=3&survey=transaction&group=parent&find=Harbour%20Life&", "zh_Hans"),
        ("journey?touchpoint=hotline&", "zh_Hant"),
        ("journey?across=segment&order=worst&touchpoint=policy_change&", "zh_Hans"),
        ("data?", "zh_Hant"),
        ("data?", "zh_Hans"),
    ],
)
def test_no_english_is_left_on_a_chinese_page(
    page: Page, server: Server, data_values: set[str], path: str, lang: str
) -> None:
    open_link(page, f"{server.url}/{path}lang={lang}")
    assert page.evaluate("document.documentElement.lang") == lang.replace("_", "-")
    assert english(page.evaluate(TEXTS), data_values) == []


def english(texts: list[str], data_values: set[str]) -> list[str]:
    """The texts with English words that are neither data nor terms of the field."""
    longest_first = sorted(data_values, key=len, reverse=True)
    found = []
    for text in texts:
        rest = text
        for value in longest_first:
            rest = rest.replace(value, " ")
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"[RT]-NPS|20\d\d Q\d|\d{8}T\d{6}-[0-9a-f]{8}", " ", rest))
        if "…" in text:  # a name that was cut, in front or at its end
            parts = {part for name in data_values for part in name.split()}
            words = [word for word in re.findall(r"[A-Za-z]{2,}", text)
                     if not any(part.startswith(word) for part in parts)]
        if set(words) - TERMS and text not in STREAMLITS_OWN:
            found.append(text)
    return found


def test_the_language_can_be_changed_in_the_page(page: Page, server: Server) -> None:
    open_link(page, server.url)
    for name, lang in (("繁", "zh-Hant"), ("简", "zh-Hans"), ("EN", "en")):
        page.get_by_role("radio", name=name).click()
        page.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)
        wait_until_ready(page)
        assert bool(english(page.get_by_role("heading", level=1).all_inner_texts(), {"Harbour Group"})) == (
            name == "EN"
        )


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a company whose names try to load, run and link."""
    home = homes.hostile(tmp_path_factory.mktemp("hostile"))
    with running_server(tmp_path_factory.mktemp("hostile-server"), home=home.folder) as server:
        yield server


@pytest.mark.parametrize("path", ["?survey=transaction", "?chart=multiples", "?chart=shares&unit=u1", "data",
                                  "compare?survey=transaction&chart=touchpoints", "journey?touchpoint=t1"])
def test_hostile_names_load_nothing_run_nothing_and_link_nowhere(
    context: BrowserContext, page: Page, hostile_server: Server, path: str
) -> None:
    own = urlsplit(hostile_server.url).netloc
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a name opened a dialog: {dialog.message}"))
    open_link(page, f"{hostile_server.url}/{path}")
    if path != "data":
        page.get_by_role("combobox", name="Business unit").press("ArrowDown")
        page.locator("[role=option]").first.wait_for(state="attached")
        page.keyboard.press("Escape")
        page.locator("[role=option]").first.wait_for(state="detached")
        page.get_by_role("switch", name=re.compile("Show as table")).press("Space")
        page.get_by_test_id("stDataFrame").wait_for()
        wait_until_ready(page)
        chart = page.get_by_test_id("stPlotlyChart").first.bounding_box()
        assert chart is not None
        for part in (0.1, 0.3, 0.5, 0.7, 0.9):
            page.mouse.move(chart["x"] + part * chart["width"], chart["y"] + 0.5 * chart["height"])
        for help_ in page.get_by_test_id("stTooltipHoverTarget").all()[:3]:
            help_.hover(force=True)
    page.wait_for_timeout(300)
    assert [url for url in asked if urlsplit(url).netloc != own and urlsplit(url).scheme not in ("data", "blob")] == []
    assert page.title() == "CX dashboard"
    assert page.locator("a[href*='evil']").count() == 0
    assert page.locator("[src*='evil'], [href*='evil']").count() == 0
    assert page.get_by_test_id("stMain").locator(".katex").count() == 0
    if path != "data":
        name = homes.SCRIPT if "unit=u1" in path else homes.IMAGE
        heading = "h2" if path.startswith("journey") else "h1"  # the touchpoint that is opened
        name = homes.SCRIPT if path.startswith("journey") else name
        assert name in page.locator(heading).first.inner_text().replace("\u2060", "")


def focused(page: Page) -> str:
    """What has the keyboard: its role and name."""
    return str(
        page.evaluate("""() => {
      const e = document.activeElement;
      const label = e.getAttribute('aria-label') || e.closest('label')?.innerText
        || (e.matches('main, body') ? '' : e.innerText) || '';
      return `${e.getAttribute('role') || e.tagName.toLowerCase()} ${label}`.replace(/\\s+/g, ' ').trim();
    }""")
    )


def reach(page: Page, wanted: str, key: str = "Tab", at_most: int = 60) -> None:
    """Press Tab until something has the keyboard whose role and name contain `wanted`."""
    seen = []
    for _ in range(at_most):
        page.keyboard.press(key)
        seen.append(focused(page))
        if wanted.lower() in seen[-1].lower():
            return
    raise AssertionError(f"{wanted} cannot be reached by {key}; passed were {seen}")


def test_filters_choices_and_table_can_be_used_without_a_mouse(page: Page, server: Server) -> None:
    open_link(page, server.url)
    reach(page, "Business unit")
    page.keyboard.type("Harbour Life")
    page.keyboard.press("Enter")
    page.wait_for_url("**unit=HL*")
    wait_until_ready(page)
    page.keyboard.press("Escape")
    reach(page, "More filters")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Product").wait_for()
    page.keyboard.press("Escape")
    reach(page, "Relationship")
    page.keyboard.press("ArrowRight")
    if "survey=transaction" not in page.url:
        page.keyboard.press("Space")
    page.wait_for_url("**survey=transaction*")
    wait_until_ready(page)
    reach(page, "Show as table")
    page.keyboard.press("Space")
    page.get_by_test_id("stDataFrame").wait_for()


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    """A narrow screen."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_a_click_on_a_cell_of_the_map_of_journeys_opens_its_touchpoint(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1440, "height": 1400})
    open_link(page, f"{server.url}/journey?find=Pay-out&unit=HL")
    cell = page.locator(".js-plotly-plot .scatterlayer text").first.bounding_box()
    assert cell is not None
    page.mouse.move(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    page.get_by_role("heading", name="Claim and pay-out · Pay-out received").wait_for()
    wait_until_ready(page)
    assert "touchpoint=payout" in page.url


@pytest.mark.parametrize("path", [
    "?lang=en", "?chart=multiples&lang=zh_Hant", "?unit=HL-N1&survey=transaction&chart=shares",
    "?chart=why&lang=en", "drivers?chart=effects&lang=zh_Hant",
    "compare?level=2&mix=segment&lang=en", "compare?survey=transaction&chart=touchpoints&lang=zh_Hant", "data?lang=en",
    "journey?touchpoint=payout&unit=HL&lang=en",
])
def test_a_phone_scrolls_down_only_and_nothing_overlaps(phone: Page, server: Server, path: str) -> None:
    open_link(phone, f"{server.url}/{path}")
    widths = phone.evaluate("""() => ['html', 'body', '[data-testid=stMain]', '[data-testid=stMainBlockContainer]'].map(
        name => { const e = document.querySelector(name); return [name, e.scrollWidth, e.clientWidth]; })""")
    assert [(name, scroll) for name, scroll, client in widths if scroll > client] == []
    boxes = phone.evaluate("""() => [...document.querySelectorAll(
        ['stMetric', 'stPlotlyChart', 'stDataFrame', 'stHeading', 'stMultiSelect'].map(id => `[data-testid=${id}]`))]
        .filter(e => e.checkVisibility()).map(e => { const r = e.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom, (e.innerText || e.tagName).slice(0, 30)]; })""")
    assert boxes
    for number, (left, top, right, bottom, name) in enumerate(boxes):
        assert left >= 0, name
        assert right <= 390, name
        for left2, top2, right2, bottom2, other in boxes[number + 1 :]:
            apart = right <= left2 + 1 or right2 <= left + 1 or bottom <= top2 + 1 or bottom2 <= top + 1
            assert apart, (name, other)


def test_the_file_is_the_table_and_no_cell_is_a_formula(page: Page, hostile_server: Server) -> None:
    open_link(page, f"{hostile_server.url}/?survey=transaction")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert waiting.value.suggested_filename == "nps-trends-transaction.csv"
    assert {row["unit"] for row in rows} == {*homes.HOSTILE[:-1], "'" + homes.HOSTILE[-1]}
    assert all(not cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row.values())
    totals = [(row["period"], row["n"], float(row["nps_pts"])) for row in rows if row["unit_id"] == "top"]
    # 5 units: 20 promoters, 10 passives, 10 + 3 k detractors.
    assert totals == [
        (month, "230", pytest.approx(100 * (100 - 80) / 230)) for month in ("2026-01", "2026-02", "2026-03")
    ]
