"""What all tests share: they never read or write the product's own folder of data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cx.settings import settings


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A CX_HOME of this test process; a test that needs data fills one of its own."""
    before = {name: value for name, value in os.environ.items() if name.startswith("CX_")}
    for name in before:
        del os.environ[name]
    home = tmp_path_factory.mktemp("home")
    os.environ["CX_HOME"] = str(home)
    settings.cache_clear()
    yield home
    del os.environ["CX_HOME"]
    os.environ.update(before)
    settings.cache_clear()
