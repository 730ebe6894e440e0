"""A real server and a real browser for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import launch
from tests.pages.homes import small_demo
from tests.server_process import Server, running_server


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CX_HOME with a small demo company in it, built once per test process."""
    home, _ = small_demo(tmp_path_factory.mktemp("demo-home"))
    return home.folder


@pytest.fixture(scope="session")
def server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the demo company, shared by the tests of this process."""
    with running_server(tmp_path_factory.mktemp("server"), home=demo_home) as running:
        yield running


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Callable[[Path], Server]]:
    """Starts a server of one's own over a CX_HOME: nobody has asked it anything yet."""
    with ExitStack() as stack:
        yield lambda home: stack.enter_context(running_server(tmp_path, home=home))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, or Playwright's."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile without a past: laptop size, light theme."""
    running = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light", accept_downloads=True)
    running.set_default_timeout(15_000)
    yield running
    running.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty tab; `tests.browser.chromium.wait_until_ready` says when a page of ours is drawn."""
    return context.new_page()
