"""Every page opened as the first request of a fresh server shows guard and frame, never a bare page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cx.ui.pages import PAGES
from tests.browser.chromium import wait_until_ready
from tests.server_process import Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_deep_link_as_the_first_request_shows_the_frame(
    page: Page, fresh_server: Callable[[Path], Server], demo_home: Path, name: str
) -> None:
    page.goto(f"{fresh_server(demo_home).url}/{name}?lang=en")
    wait_until_ready(page)
    assert page.get_by_role("radiogroup", name="Language").count() == 1
    assert page.get_by_role("link", name="NPS trends").count() == 1
    assert page.get_by_role("link", name="Data", exact=True).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("combobox", name="Business unit").count() == (name != "data")
    assert page.title() == "CX dashboard"


def test_without_data_every_page_invites_to_load(
    page: Page, fresh_server: Callable[[Path], Server], tmp_path: Path
) -> None:
    url = fresh_server(tmp_path / "nothing").url
    for path in ("data?lang=zh_Hans", "trends", ""):
        page.goto(f"{url}/{path}")
        wait_until_ready(page)
        assert page.get_by_text("python -m cx demo").count() == 1
        assert page.get_by_role("radiogroup").count() == 1
        assert page.get_by_test_id("stMetric").count() == 0
