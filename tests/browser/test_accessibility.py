"""The rules of axe find nothing of ours on either page, in light and dark, with the table and the filters open."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.chromium import wait_until_ready
from tests.server_process import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Of Streamlit itself (stack.md F), by rule and the part of the page where it stands.
STREAMLITS_OWN: dict[str, str] = {}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["?survey=transaction", "?chart=multiples&lang=zh_Hant", "data"])
def test_axe_finds_nothing_of_ours(browser: Browser, server: Server, path: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 2400},
                                  color_scheme="dark" if theme == "dark" else "light")
    try:
        page = context.new_page()
        page.goto(f"{server.url}/{path}")
        wait_until_ready(page)
        if path == "?survey=transaction":
            page.get_by_role("switch", name=re.compile("Show as table")).press("Space")
            page.get_by_test_id("stDataFrame").wait_for()
            wait_until_ready(page)
        violations = Axe().run(page).response["violations"]
        nodes = [(violation["id"], page.evaluate(
                    "target => document.querySelector(target)?.closest('[data-testid]')?.dataset.testid || ''",
                    node["target"][0]) if isinstance(node["target"][0], str) else "", node["html"][:160])
                 for violation in violations for node in violation["nodes"]]
        ours = [node for node in nodes if not (node[0] in STREAMLITS_OWN and STREAMLITS_OWN[node[0]] in node[1])]
        assert ours == []
    finally:
        context.close()
