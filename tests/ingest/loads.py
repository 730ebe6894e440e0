"""Files and orders for loads that run in a process of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cx.ingest.confined import LoadOrder
from cx.settings import settings
from cx.warehouse.home import Home

MAPPING = """source = "branch"

[responses]
response_id = "id"
survey = { constant = "transaction" }
score = "score"
responded_at = "at"
unit_id = "unit"
"""


def answers_csv(path: Path, rows: int, shift: int = 0, first: int = 0) -> Path:
    """A file of answers over 28 days and three units; `shift` changes all scores."""
    lines = (f"r{first + n},{(7 * n + shift) % 11},2026-01-{n % 28 + 1:02},{'ABC'[n % 3]}\n" for n in range(rows))
    path.write_text("id,score,at,unit\n" + "".join(lines), encoding="utf-8")
    return path


def order_of(home: Home, *files: Path, dry: bool = False) -> LoadOrder:
    """The order to load files of `answers_csv`; the mapping file is written beside the first."""
    mapping = files[0].parent / "branch.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return LoadOrder(home.folder, mapping, files, "UTC", dry)


@contextmanager
def with_settings(monkeypatch: pytest.MonkeyPatch, **values: object) -> Iterator[None]:
    """The settings of this process, changed for a while."""
    for name, value in values.items():
        monkeypatch.setenv(f"CX_{name.upper()}", str(value))
    settings.cache_clear()
    try:
        yield
    finally:
        for name in values:
            monkeypatch.delenv(f"CX_{name.upper()}")
        settings.cache_clear()


def soon(holds: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Whether something holds within some seconds."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
