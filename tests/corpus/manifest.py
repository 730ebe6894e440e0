"""The table in README.md of this folder, read: every file of the corpus with what must become of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cx.ingest.mapping import Mapping, parse_mapping
from cx.ingest.sources import LoadJob, file_job

CORPUS = Path(__file__).parent
FILES = CORPUS / "files"
SHARED_MAPPING = "responses.toml"
_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"``(.+?)``|`([^`]+)`")
_COUNTS = re.compile(r"loaded (\d+), rejected (\d+)")
_SAME = re.compile(r"same rows as (\S+?)[,.;]?(?:\s|$)")


@dataclass(frozen=True)
class Line:
    """A line of the table. items: of reliability.md B. name: of a file, or of a function in generated.py.

    layout: section [file] of the mapping as an inline table. outcome: refused, or loaded and rejected, or empty when
    only the named tests say it. must: what must happen; its code spans are words of the error, or rejects.
    """

    items: tuple[int, ...]
    name: str
    generated: bool
    layout: str
    outcome: str
    must: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file."""
        return FILES / self.name

    @property
    def refused(self) -> bool:
        """Whether nothing of the file may be loaded."""
        return self.outcome == "refused"

    @property
    def counts(self) -> tuple[int, int] | None:
        """Rows loaded and records rejected; None when the line does not say."""
        found = _COUNTS.fullmatch(self.outcome)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The code spans of what must happen."""
        return tuple(double or single for double, single in _CODE.findall(self.must))

    @property
    def same_rows_as(self) -> str:
        """The file that must give the same rows; empty when the line names none."""
        found = _SAME.search(self.must)
        return found[1] if found else ""


@cache
def lines() -> tuple[Line, ...]:
    """Every line of the table, in its order."""
    rows = [row for row in (CORPUS / "README.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    return tuple(_line(row) for row in rows[1:])


def _line(row: str) -> Line:
    cells = [cell.strip().replace("\\|", "|") for cell in _CELL.split(row)[1:-1]]
    items, name, layout, outcome, must, tests = cells
    numbers = [int(number) for number in re.findall(r"\d+", items)]
    return Line(
        tuple(numbers), name.removeprefix("generated: ").strip("–"), name.startswith("generated: "),
        layout.strip("`"), outcome, must, tuple(tests.split())
    )  # fmt: skip


def mapping_of(name: str, layout: str = "") -> Mapping:
    """The mapping of a file: the TOML beside it, or the shared one, with a section [file] as declared."""
    own = (FILES / name).with_suffix(".toml")
    path = own if own.exists() else FILES / SHARED_MAPPING
    text = (f"file = {layout}\n" if layout else "") + path.read_text(encoding="utf-8")
    return parse_mapping(tomllib.loads(text), text, path)


def job_of(name: str, layout: str = "", folder: Path = FILES) -> LoadJob:
    """The job of loading a file of the corpus; FileError when it is refused at sight."""
    return file_job(mapping_of(name, layout), (folder / name,))
