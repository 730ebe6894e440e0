"""Room on the disk of a home: asked for before a load, and said in words when it runs out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from cx.errors import LoadError
from cx.phrase import Phrase, phrase

NEEDED_TIMES_INPUT = 3
_MEGABYTE = 1_000_000


class DiskFullError(LoadError):
    """There is no room for a load."""


def refuse_small_disk(folder: Path, input_bytes: int) -> None:
    """DiskFullError when the disk of a folder has less room than three times what is to be read, in bytes."""
    needed, free = NEEDED_TIMES_INPUT * input_bytes, shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFullError(
            phrase("Nothing was loaded"),
            phrase("The disk of {folder} is too full: the load needs {needed} MB, {free} MB are free.", folder=folder,
                   needed=_megabytes(needed), free=_megabytes(free)),
            _make_room())


def is_disk_full(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that a disk is full. DuckDB has no type of its own for that."""
    while error is not None:
        text = str(error)
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in text:
            return True
        if "Could not write all bytes" in text or "max_temp_directory_size" in text:
            return True
        error = error.__cause__ or error.__context__
    return False


def disk_full(folder: Path) -> DiskFullError:
    """The error of a load that filled the disk of a folder."""
    try:
        free = _megabytes(shutil.disk_usage(folder).free)
    except OSError:
        free = "?"
    return DiskFullError(
        phrase("Nothing was loaded"),
        phrase("The disk of {folder} is full ({free} MB are free); the last snapshot stays current.", folder=folder,
               free=free),
        _make_room())


def _make_room() -> Phrase:
    return phrase("Make room on that disk, or set CX_HOME to a folder on a larger one, then load again.")


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / _MEGABYTE:,.1f}"
