"""The oracles of the methods: numbers that were computed outside this project, by two independent routes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "oracles"


def oracle(subject: str) -> Any:
    """The oracle of one subject, e.g. `trend`; a clone without the folder of oracles skips the test and says so."""
    if not _FOLDER.is_dir():
        reason = f"the oracles are not beside this clone: no folder {_FOLDER.parent.name}/{_FOLDER.name}"
        print(reason)
        pytest.skip(reason)
    return _oracles()[subject]


@lru_cache(maxsize=1)
def _oracles() -> dict[str, Any]:
    return json.loads((_FOLDER / "methods.json").read_text(encoding="utf-8"))
