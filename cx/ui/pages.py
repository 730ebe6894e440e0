"""The pages: file, address, title, in the order of the navigation."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from cx.phrase import Phrase, phrase
from cx.settings import PROJECT_FOLDER


@dataclass(frozen=True)
class PageFile:
    """A page: its address, which is also the name of its file in `pages/`, and its title."""

    name: str
    title: Phrase

    @property
    def path(self) -> str:
        """The file of the page."""
        return str(PROJECT_FOLDER / "pages" / f"{self.name}.py")


PAGES = (
    PageFile("trends", phrase("NPS trends")),
    PageFile("compare", phrase("Compare units")),
    PageFile("data", phrase("Data")),
)


def page_in_address(url: str | None) -> str:
    """The name of the page that an address leads to; the first page for an address without one.

    >>> page_in_address("http://localhost:8501/data?lang=en"), page_in_address("http://localhost:8501/")
    ('data', 'trends')
    """
    name = urlsplit(url or "").path.strip("/").rsplit("/", 1)[-1]
    return name if name in {page.name for page in PAGES} else PAGES[0].name
