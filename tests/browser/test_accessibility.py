"""The rules of axe find nothing on any page, in light and dark, with the table and the filters open."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.chromium import wait_until_ready
from tests.server_process import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [
    "?survey=transaction", "?chart=multiples&lang=zh_Hant", "compare?level=3&lang=zh_Hans",
    "compare?survey=transaction&chart=touchpoints&level=2&rule=revenue", "?chart=level&unit=HB",
    "?chart=why&by=segment", "drivers", "journey?touchpoint=counter_visit&unit=HB", "data",
])
def test_axe_finds_nothing(browser: Browser, server: Server, path: str, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 2400}, color_scheme="dark" if theme == "dark" else "light"
    )
    try:
        page = context.new_page()
        page.goto(f"{server.url}/{path}")
        wait_until_ready(page)
        if path == "?survey=transaction":
            page.get_by_role("switch", name=re.compile("Show as table")).press("Space")
            page.get_by_test_id("stDataFrame").wait_for()
            wait_until_ready(page)
        violations = Axe().run(page).response["violations"]
        # Streamlit 1.67 itself breaks no rule with what these pages use, so nothing is excepted.
        assert [(violation["id"], node["html"][:160]) for violation in violations for node in violation["nodes"]] == []
    finally:
        context.close()
