"""Finding a browser, and knowing when a page is drawn."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_DRAWN = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  if (!app || app.dataset.testScriptState !== 'notRunning') return false;
  if (app.dataset.testConnectionState && app.dataset.testConnectionState !== 'CONNECTED') return false;
  if (document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]')) return false;
  return [...document.querySelectorAll('[data-testid=stPlotlyChart]')]
    .every(chart => chart.querySelector('.main-svg'));
}"""


def installed_browser() -> str | None:
    """Path of a Chromium or Chrome that is there: CX_BROWSER, then the usual names; None when there is none."""
    asked = os.environ.get("CX_BROWSER")
    if asked:
        return asked
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    return found or next((str(path) for path in _APPLICATIONS if path.exists()), None)


def launch(playwright: Playwright) -> Browser:
    """A headless browser: the installed one, else Playwright's download."""
    # Chromium refuses to run as root inside its sandbox, and a container often has no user namespaces.
    return playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])


def wait_until_ready(page: Page, timeout_s: float = 60) -> None:
    """Return when the script has finished and everything is drawn, twice in a row."""
    timeout_ms = timeout_s * 1000
    page.wait_for_function(_DRAWN, timeout=timeout_ms)
    page.wait_for_timeout(250)
    page.wait_for_function(_DRAWN, timeout=timeout_ms)


if __name__ == "__main__":
    # For the Makefile: print the browser, fail when there is none.
    path = installed_browser()
    print(path or "no Chromium or Chrome found")
    sys.exit(0 if path else 1)
