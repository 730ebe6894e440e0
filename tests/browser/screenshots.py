"""Pictures of every page: two sizes, two themes, three languages, into build/screenshots.

python -m tests.browser.screenshots                      all, over the demo company
python -m tests.browser.screenshots --only trends --lang en --theme dark
python -m tests.browser.screenshots --base-url http://127.0.0.1:8501
python -m tests.browser.screenshots --only-readme --readme .github/trends.png
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, ConsoleMessage, sync_playwright

from cx.settings import PROJECT_FOLDER
from cx.ui.pages import PAGES
from tests.browser.chromium import launch, wait_until_ready
from tests.server_process import running_server

PAGE_NAMES = tuple(page.name for page in PAGES)
LANGUAGES = ("en", "zh_Hant", "zh_Hans")
THEMES = ("light", "dark")
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# Streamlit's main area scrolls, not the document: the picture is taken in a window as tall as the page.
_HEIGHT = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const side = document.querySelector('[data-testid=stSidebarContent]');
  return Math.max(main ? main.scrollHeight : 0, side ? side.scrollHeight : 0);
}"""
_TALLEST_PX = 8000


@dataclass(frozen=True)
class Shot:
    """One picture: what is in the window, and how large it is."""

    page: str
    language: str
    theme: str
    size: str

    @property
    def file_name(self) -> str:
        """trends-en-light-desktop.png"""
        return f"{self.page}-{self.language}-{self.theme}-{self.size}.png"


def url_path(name: str) -> str:
    """The address of a page below the server's: the first page is the one at the root."""
    return "" if name == PAGES[0].name else name


def is_ours(message: ConsoleMessage) -> bool:
    """Whether the console says an error of ours: Streamlit looks for its server below the page's address first."""
    return message.type == "error" and not re.search(r"/\w+/_stcore/", message.location.get("url", ""))


def take(browser: Browser, base_url: str, shot: Shot, file: Path, whole_page: bool = True) -> list[str]:
    """Write one picture; the errors that the browser's console showed meanwhile."""
    width, height = SIZES[shot.size]
    theme = "dark" if shot.theme == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if is_ours(message) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{base_url.rstrip('/')}/{url_path(shot.page)}?{urlencode({'lang': shot.language})}")
        wait_until_ready(page)
        if whole_page:
            tall = min(max(height, int(page.evaluate(_HEIGHT))), _TALLEST_PX)
            page.set_viewport_size({"width": width, "height": tall})
            wait_until_ready(page)
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=file)
    finally:
        context.close()
    return errors


@contextmanager
def demo_server() -> Iterator[str]:
    """The URL of a server over a demo company of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        environment = {**os.environ, "CX_HOME": str(home)}
        subprocess.run([sys.executable, "-m", "cx", "demo"], cwd=PROJECT_FOLDER, env=environment, check=True)
        with running_server(folder, home=home) as server:
            yield server.url


def arguments(command: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", help="a running server; without it one is started over a demo company")
    parser.add_argument("--only", action="append", choices=PAGE_NAMES, help="a page, repeatable")
    parser.add_argument("--lang", action="append", choices=LANGUAGES)
    parser.add_argument("--theme", action="append", choices=THEMES)
    parser.add_argument("--size", action="append", choices=tuple(SIZES))
    parser.add_argument("--out", type=Path, default=PROJECT_FOLDER / "build" / "screenshots")
    parser.add_argument("--readme", type=Path, help="write the README's picture of the trends here")
    parser.add_argument("--only-readme", action="store_true", help="the README's picture and no other")
    return parser.parse_args(command)


def take_all(base_url: str, chosen: argparse.Namespace) -> int:
    """Take the chosen pictures and print their names; the number of pages whose console showed errors."""
    shots = [
        Shot(*parts)
        for parts in product(
            chosen.only or PAGE_NAMES, chosen.lang or LANGUAGES, chosen.theme or THEMES, chosen.size or SIZES
        )
    ]
    wanted = [] if chosen.only_readme else [(shot, chosen.out / shot.file_name, True) for shot in shots]
    if chosen.readme:
        wanted.append((Shot(PAGES[0].name, "en", "light", "desktop"), chosen.readme, False))
    faulty = 0
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for shot, file, whole_page in wanted:
            errors = take(browser, base_url, shot, file, whole_page)
            faulty += bool(errors)
            print(file, *errors, sep="\n  ")
        browser.close()
    return faulty


def main(command: Sequence[str] | None = None) -> int:
    """Exit code 1 when a page wrote errors to the browser's console."""
    chosen = arguments(command)
    if chosen.base_url:
        return min(take_all(chosen.base_url, chosen), 1)
    with demo_server() as url:
        return min(take_all(url, chosen), 1)


if __name__ == "__main__":
    sys.exit(main())
