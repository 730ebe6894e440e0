"""The pages: file, address, title and pictures, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from cx.phrase import Phrase, phrase
from cx.settings import PROJECT_FOLDER


@dataclass(frozen=True)
class PageFile:
    """A page: its address, which is also the name of its file in `pages/`, its title, and pictures to choose from."""

    name: str
    title: Phrase
    pictures: Mapping[str, Phrase] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def path(self) -> str:
        """The file of the page."""
        return str(PROJECT_FOLDER / "pages" / f"{self.name}.py")


TRENDS = PageFile("trends", phrase("NPS trends"), MappingProxyType({
    "together": phrase("Together"), "level": phrase("NPS level"), "multiples": phrase("Side by side"),
    "shares": phrase("Shares"), "why": phrase("Why"), "course": phrase("R against T"),
    "response": phrase("Response rate"),
}))
COMPARE = PageFile("compare", phrase("Compare units"), MappingProxyType({
    "scores": phrase("Scores"), "ranks": phrase("Ranks"), "funnel": phrase("Funnel"),
    "touchpoints": phrase("Touchpoints"), "multiples": phrase("Over time"),
}))
DRIVERS = PageFile("drivers", phrase("Drivers"), MappingProxyType({
    "importance": phrase("Importance"), "lost": phrase("Lost today"), "effects": phrase("Penalty and reward"),
    "time": phrase("Over time"), "group": phrase("Against the unit above"), "difference": phrase("Simple difference"),
}))
PAGES = (TRENDS, COMPARE, PageFile("journey", phrase("Journey")), DRIVERS, PageFile("data", phrase("Data")))
# Pages share the parameter `chart`: going to another page and back keeps the choice.
PICTURES = frozenset(name for page in PAGES for name in page.pictures)


def page_in_address(url: str | None) -> str:
    """The name of the page that an address leads to; the first page for an address without one.

    >>> page_in_address("http://localhost:8501/data?lang=en"), page_in_address("http://localhost:8501/")
    ('data', 'trends')
    """
    name = urlsplit(url or "").path.strip("/").rsplit("/", 1)[-1]
    return name if name in {page.name for page in PAGES} else PAGES[0].name
