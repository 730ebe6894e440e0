"""python -m cx rejects: rejected records with their reasons, as files that can be mended and loaded again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Annotated

import typer

from cx.cli.terminal import mendable, out, snapshot_to_read
from cx.errors import FileError
from cx.phrase import phrase
from cx.say.rejects import mend_header, mend_rows
from cx.say.translator import Translator, translator
from cx.settings import settings
from cx.warehouse.loads import RejectedFile, mendable_records, rejected_files
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot

_UNSAFE = re.compile(r"[^\w.-]+")
_ENDING = ".rejects.csv"
_MOST_CHARACTERS = 100
_MOST_BYTES = 240


def rejects(
    folder: Annotated[Path, typer.Argument(help="Folder for the files, one for each file with rejected records.",
                                             metavar="FOLDER")],
) -> None:
    """Write the rejected records of files with their reasons; mend them, then: load MAPPING.toml FILE --mended."""
    with mendable():
        snapshot = snapshot_to_read()
        t, scope = translator(settings().language), authorize(settings())
        files = rejected_files(snapshot, scope)
        if not files:
            out.print(t("No file has rejected records."), markup=False)
        folder.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(files, start=1):
            path = folder / file_name(number, file)
            if path.exists():
                raise FileError(phrase("The rejected records were not written"),
                                phrase("{file} is there already.", file=path),
                                phrase("Name another folder, or move the file away."))
            _write(path, t, snapshot, scope, file)
            out.print(t("{n} records of {file}: {path}", n=f"{file.records:,}", file=file.file, path=path),
                      markup=False, highlight=False, soft_wrap=True)


def file_name(number: int, file: RejectedFile) -> str:
    """The name of the file for rejected records, told apart by its number; at most 100 characters and 240 bytes."""
    name = _UNSAFE.sub("_", f"{number:03}-{file.source}-{file.file}")[:_MOST_CHARACTERS - len(_ENDING)]
    return name.encode()[:_MOST_BYTES - len(_ENDING)].decode(errors="ignore") + _ENDING


def _write(path: Path, t: Translator, snapshot: Snapshot, scope: Scope, file: RejectedFile) -> None:
    """Record by record: there may be millions. The byte order mark is for spreadsheets."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(mend_header(file))
        writer.writerows(mend_rows(t, file, mendable_records(snapshot, scope, file)))
