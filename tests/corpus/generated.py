"""Files of the corpus that are too big to keep: each function writes one, as its line in README.md says."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

HEADER = "response_id,survey,score,responded_at,unit_id,comment"
LONGEST_COMMENT = 1_000_000
LONGEST_CELL = 10_000_000
LONGEST_READ = 32_000_000
# One more than the rows of an Excel worksheet.
MILLION = 1_048_577
FILES = Path(__file__).parent / "files"
SHEET = "xl/worksheets/sheet1.xml"
Maker = Callable[[Path], Path]


def long_comment(folder: Path) -> Path:
    """A file of three records: a short comment, one of a million Chinese characters, and one a character longer."""
    path = folder / "long_comment.csv"
    path.write_text(
        f"{HEADER}\n"
        "l1,transaction,9,2026-01-05,North,short\n"
        f"l2,transaction,3,2026-01-06,North,{'滿' * LONGEST_COMMENT}\n"
        f"l3,transaction,3,2026-01-07,North,{'意' * (LONGEST_COMMENT + 1)}\n",
        encoding="utf-8",
    )
    return path


def overlong_cell(folder: Path) -> Path:
    """A file whose second record holds a cell of more characters than any record may have."""
    return _cell(folder / "overlong_cell.csv", LONGEST_CELL + 1)


def endless_cell(folder: Path) -> Path:
    """A file whose second record holds a cell longer than the reader keeps in memory, as after a lost quote."""
    return _cell(folder / "endless_cell.csv", LONGEST_READ + 1)


def _cell(path: Path, characters: int) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\nl1,transaction,9,2026-01-05,North,short\n")
        stream.write(f"l2,transaction,3,2026-01-06,North,{'x' * characters}\nl3,transaction,8,2026-01-07,South,\n")
    return path


def million_rejects(folder: Path) -> Path:
    """More bad records than a worksheet has rows: each score is out of range, and each tenth has no unit."""
    return _million(folder / "million_rejects.csv", 11)


def million_good(folder: Path) -> Path:
    """As many records as in million_rejects, none of which breaks a rule."""
    return _million(folder / "million_good.csv", 0)


def _million(path: Path, lowest: int) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\n")
        for number in range(MILLION):
            unit = "" if lowest and number % 10 == 0 else "North"
            stream.write(f"a{number},transaction,{lowest + number % 11},2026-01-{1 + number % 28:02},{unit},\n")
    return path


def zip_bomb(folder: Path) -> Path:
    """A workbook of 300 kB whose worksheet unpacks to 300 MB of spaces."""
    path = folder / "zip_bomb.xlsx"
    with (
        zipfile.ZipFile(FILES / "workbook.xlsx") as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb,
    ):
        for entry in good.infolist():
            content = good.read(entry)
            if entry.filename != SHEET:
                bomb.writestr(entry.filename, content)
                continue
            head, tail = content.split(b"<sheetData>")
            with bomb.open(SHEET, "w", force_zip64=True) as stream:
                stream.write(head + b"<sheetData>")
                for _ in range(300):
                    stream.write(b" " * 1_000_000)
                stream.write(tail)
    return path


def scale_1_to_5(folder: Path) -> Path:
    """4,000 answers from 1 to 5, on a scale that is declared as 0 to 10."""
    return _answers(folder / "scale_1_to_5.csv", ((1 + number % 5, 1 + number % 28) for number in range(4000)))


def scale_0_to_100(folder: Path) -> Path:
    """4,000 answers from 0 to 100 in steps of 5, of which those up to 10 would pass as they are."""
    return _answers(folder / "scale_0_to_100.csv", ((number % 21 * 5, 1 + number % 28) for number in range(4000)))


def one_day(folder: Path) -> Path:
    """4,000 good answers, all given on one day: the day of the export, not that of the answers."""
    return _answers(folder / "one_day.csv", ((number % 11, 15) for number in range(4000)))


def _answers(path: Path, scores_and_days: Iterable[tuple[int, int]]) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\n")
        for number, (score, day) in enumerate(scores_and_days):
            stream.write(f"a{number},transaction,{score},2026-01-{day:02},North,\n")
    return path
