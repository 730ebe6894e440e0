"""Room on the disk: asked for before, said in words after."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from cx.errors import LoadError
from cx.warehouse.disk import disk_full, is_disk_full, refuse_small_disk


def test_a_load_that_needs_more_room_than_there_is_says_both_numbers(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    refuse_small_disk(tmp_path, free // 4)
    with pytest.raises(LoadError, match="is too full") as caught:
        refuse_small_disk(tmp_path, free // 2)
    needed = caught.value.message.values["needed"]
    assert needed == f"{free // 2 * 3 / 1e6:,.1f}"
    assert float(caught.value.message.values["free"].replace(",", "")) == pytest.approx(free / 1e6, rel=0.1)


def test_a_device_without_room_is_told_from_other_faults() -> None:
    with pytest.raises(OSError, match="No space left") as caught, open("/dev/full", "wb", buffering=0) as stream:
        stream.write(b"x")
    assert is_disk_full(caught.value)
    wrapped = RuntimeError("the file could not be written")
    wrapped.__cause__ = caught.value
    assert is_disk_full(wrapped)
    assert is_disk_full(OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)))
    assert not is_disk_full(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    assert not is_disk_full(None)


def test_the_words_name_the_folder(tmp_path: Path) -> None:
    assert str(tmp_path) in str(disk_full(tmp_path))
    assert "? MB" in str(disk_full(tmp_path / "nowhere"))
