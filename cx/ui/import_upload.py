"""The file that a person brings: kept on disk until it is loaded or given up; only the confined child reads it."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cx.warehouse.home import Home

KEPT_S = 24 * 3600
_LONGEST_STEM_BYTES = 180  # file systems allow 255 for a name
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Names that Windows keeps for devices, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    """A file that was brought: where it lies, in a folder of its own, and its size in bytes."""

    path: Path
    size_bytes: int

    @property
    def name(self) -> str:
        """The name of the file, as it is kept."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """The folder of this file alone; the mapping that is made for it lies here too."""
        return self.path.parent


def keep_upload(home: Home, name: str, content: BinaryIO) -> Upload:
    """The content, copied into a folder of its own in the home; what was given up a day ago is removed first."""
    remove_old_uploads(home, time.time() - KEPT_S)
    folder = home.uploads / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    path = folder / safe_file_name(name)
    with path.open("xb") as stream:
        shutil.copyfileobj(content, stream, 1 << 20)
    return Upload(path, path.stat().st_size)


def remove_upload(upload: Upload) -> None:
    """Remove the file and its folder; nothing happens when they are gone."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def remove_old_uploads(home: Home, before: float) -> None:
    """Remove the folders of files that were brought before a time (seconds since 1970) and never loaded."""
    for folder in home.uploads.glob("*"):
        try:
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # another session removed it
            continue


def safe_file_name(name: str) -> str:
    r"""The name without folders and without what a file system could read as something else; letters stay.

    >>> safe_file_name("../../März 2026.csv"), safe_file_name("C:\\x\\..\\con.csv"), safe_file_name("..")
    ('März 2026.csv', '_con.csv', 'file')
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in _UNSAFE.sub("_", base) if unicodedata.category(sign) not in {"Cf", "Cs", "Co"})
    kept = kept.strip(" .")
    if _DEVICES.match(kept):
        kept = "_" + kept
    stem, dot, suffix = kept.rpartition(".")
    if not dot or not suffix.isascii() or len(suffix) > 10:
        stem, dot, suffix = kept, "", ""
    return (stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore").rstrip(" .") or "file") + dot + suffix
