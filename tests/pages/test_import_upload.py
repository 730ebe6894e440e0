"""A file that is brought lies in a folder of its own under a safe name, and does not stay for ever."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.ui.import_upload import keep_upload, remove_upload, safe_file_name
from cx.warehouse.home import Home

HOSTILE = ("../../etc/passwd", "..\\..\\boot.ini", "/abs/path.csv", "C:\\x.csv", ".", "..", "", "CON", "nul.csv",
           "a\0b.csv", "x" * 400 + ".csv", "漢" * 200 + ".xlsx", "\u202egnp.csv", "a/b\\c.csv ", ".hidden")


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=300)))
def test_no_name_leads_out_of_the_folder_or_is_refused_by_a_file_system(name: str) -> None:
    safe = safe_file_name(name)
    assert safe not in ("", ".", "..")
    assert Path(safe).name == safe
    assert not set('<>:"/\\|?*\0') & set(safe)
    assert len(safe.encode()) <= 255
    assert not safe.endswith((" ", "."))
    assert safe.partition(".")[0].casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize("name", ["nps.csv", "Umfrage März 2026.xlsx", "答卷 (2).csv", "a'b \"c.csv".replace('"', "”")])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert safe_file_name(name) == name


def test_two_files_of_one_name_are_kept_apart_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    one = keep_upload(home, "nps.csv", io.BytesIO(b"one"))
    two = keep_upload(home, "../nps.csv", io.BytesIO(b"second"))
    assert (one.path.read_bytes(), two.path.read_bytes()) == (b"one", b"second")
    assert (one.name, two.name, two.size_bytes) == ("nps.csv", "nps.csv", 6)
    assert one.folder.parent == two.folder.parent == home.uploads
    if os.name == "posix":
        assert one.folder.stat().st_mode & 0o077 == 0
    remove_upload(one)
    remove_upload(one)
    assert list(home.uploads.iterdir()) == [two.folder]


def test_what_was_given_up_a_day_ago_goes_when_the_next_file_comes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old, new = (keep_upload(home, "a.csv", io.BytesIO(b"x")) for _ in range(2))
    day_ago = time.time() - 25 * 3600
    os.utime(old.folder, (day_ago, day_ago))
    keep_upload(home, "b.csv", io.BytesIO(b"y"))
    assert not old.path.exists()
    assert new.path.exists()
