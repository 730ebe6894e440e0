"""Homes of the page tests, each built once per test process, and the pages opened over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from cx.warehouse.home import Home
from tests.companies import public_home
from tests.pages import homes
from tests.pages.reader import at_home

HomeOf = Callable[[str], Home]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, pd.DataFrame]]:
    """The small demo company and its raw tables."""
    return homes.small_demo(tmp_path_factory.mktemp("small-demo"))


@pytest.fixture(scope="session")
def home_of(demo: tuple[Home, dict[str, pd.DataFrame]], tmp_path_factory: pytest.TempPathFactory) -> HomeOf:
    """The home of a company by the name of its builder; `demo`, `public` and `empty` too."""

    @cache
    def build(name: str) -> Home:
        if name == "demo":
            return demo[0]
        if name == "public":
            return public_home()
        folder: Path = tmp_path_factory.mktemp(name.replace("_", "-"))
        if name == "empty":
            return Home(folder)
        return getattr(homes, name)(folder)  # type: ignore[no-any-return]

    return build


@pytest.fixture
def company(request: pytest.FixtureRequest, home_of: HomeOf) -> Iterator[Home]:
    """The pages read the company that the test names."""
    home = home_of(request.param)
    with at_home(home.folder):
        yield home
