"""Any table of any texts, written in any supported dialect, is loaded as it is; the order of things changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cx.ingest.load import load
from cx.ingest.sources import LoadJob, file_job
from cx.warehouse.home import Home
from tests.companies import content_of, mapping_of, rows_of

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "shift_jis", "cp1252")
COLUMNS = ("response_id", "survey", "score", "responded_at", "unit_id", "product", "comment")
# What the contract takes for spaces around a value.
SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\u200b\ufeff"
AWKWARD = (
    "", " ", '"', '""', ",", ";", "\t", "|", "\n", "\r", "\r\n", "\n\n", "#", "=1+1", "'", "\\", "\\N", "NULL", "NaN",
    "\0", "\x1a", "\x1c", "\x85", "\u2028", "\ufeff", "\u3000", " a ", "a\n", "\ta", '"a', 'a"', '",', '"\n"', "滿意",
    "é", "e\u0301", "€", "😀", "\u202e", "\U0010ffff", "\uffff", "sep=;", "{", "0x9", "許功蓋", "ソ", "\x7f",
)  # fmt: skip


def encodable(text: str, encoding: str) -> bool:
    """Whether an encoding has these characters, each with bytes of its own."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def texts(encoding: str) -> st.SearchStrategy[str]:
    """Texts that an encoding can write, with many that readers of CSV stumble over."""
    awkward = st.sampled_from([text for text in AWKWARD if encodable(text, encoding)])
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    if encoding in ("big5", "shift_jis", "cp1252"):
        own = st.characters(codec=encoding, exclude_characters="¥‾" if encoding == "shift_jis" else "")
        any_text = st.text(own, max_size=12)
    pieces = st.lists(awkward | any_text, max_size=4).map("".join)
    return pieces.filter(lambda text: encodable(text, encoding))


def quick(examples: int) -> settings:
    """Settings of a property whose every example is a load: a failing one is shown as it is, not made smaller."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file to write: its dialect, whether every cell is quoted, and rows of a label and a comment."""

    encoding: str
    delimiter: str
    newline: str
    quote_all: bool
    rows: list[tuple[str, str]]


files = st.sampled_from(ENCODINGS).flatmap(
    lambda encoding: st.builds(
        File, st.just(encoding), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(),
        st.lists(st.tuples(texts(encoding), texts(encoding)), max_size=8),
    )
)  # fmt: skip


def written(rows: Sequence[Sequence[str]], delimiter: str, newline: str, quote_all: bool) -> str:
    """CSV by the letter of RFC 4180, by nobody's library."""

    def cell(text: str) -> str:
        quoted = quote_all or any(sign in text for sign in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if quoted else text

    return "".join(delimiter.join(map(cell, row)) + newline for row in rows)


def stored(text: str, *, trimmed: bool) -> str | None:
    """What the snapshot holds for the text of a cell: blank is nothing, NUL cannot be shown, labels are trimmed."""
    shown = text.replace("\0", "\ufffd")
    bare = shown.strip(SPACES)
    return (bare if trimmed else shown) if bare else None


def job_of(folder: Path, names: Sequence[str], layout: str = "{ encoding = 'utf-8' }", source: str = "any") -> LoadJob:
    """The job of loading files with the columns of the contract, written as declared."""
    cells = "".join(f'{name} = "{name}"\n' for name in COLUMNS)
    mapping = mapping_of(folder, f'source = "{source}"\ntime_zone = "UTC"\nfile = {layout}\n[responses]\n{cells}')
    return file_job(mapping, tuple(folder / name for name in names))


@quick(10)
@given(st.lists(files, min_size=1, max_size=6))
def test_any_table_in_any_dialect_gives_the_same_rows(tmp_path: Path, written_files: list[File]) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    jobs, expected = [], []
    for place, file in enumerate(written_files):
        records = [
            (f"{place}-{number}", "transaction", str(number), f"2026-01-{1 + number:02}", "North", label, comment)
            for number, (label, comment) in enumerate(file.rows)
        ]
        text = written([COLUMNS, *records], file.delimiter, file.newline, file.quote_all)
        (folder / f"{place}.csv").write_bytes(text.encode(file.encoding))
        delimiter = file.delimiter.replace("\t", "\\t")
        layout = f'{{ encoding = "{file.encoding}", delimiter = "{delimiter}" }}'
        jobs.append(job_of(folder, [f"{place}.csv"], layout, f"any-{place}"))
        expected += [
            (record[0], int(record[2]), stored(record[5], trimmed=True), stored(record[6], trimmed=False))
            for record in records
        ]
    home = Home(folder / "home")
    report = load(home, tuple(jobs), "UTC")
    assert (report.read, report.loaded, report.rejected, report.waits) == (len(expected), len(expected), 0, False)
    assert rows_of(home, "select response_id, score, product, comment from responses order by 1") == expected


values = {
    "response_id": st.sampled_from(["a1", "a2", "a3", "a4", " a1", "a5", "a6", ""]),
    "survey": st.sampled_from(["transaction", "relationship", "x"]),
    "score": st.sampled_from(["0", "7", "9", "10", "", "11", "9.5"]),
    "responded_at": st.sampled_from(["2026-01-05", "2026-02-06 23:30", "2026-02-30"]),
    "unit_id": st.sampled_from(["North", "South", "", "?"]),
    "product": st.sampled_from(["Basic", " Basic", ""]),
    "comment": st.sampled_from(["", "fine", '"', "a\nb", "滿意"]),
}
tables = st.lists(st.fixed_dictionaries(values), max_size=8)
UNITS = "unit_id,name,parent_id\nNorth,North,All\nSouth,South,All\nAll,All,\n"


@quick(6)
@given(tables, tables, st.permutations(COLUMNS), st.booleans(), st.booleans())
def test_columns_and_files_in_any_order_give_the_same_content(
    tmp_path: Path, first: list[dict[str, str]], second: list[dict[str, str]], order: list[str], units_last: bool,
    second_first: bool,
) -> None:  # fmt: skip
    contents = []
    for turned in (False, True):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, rows in (("first.csv", first), ("second.csv", second)):
            columns = order if turned else COLUMNS
            text = written([columns, *([row[column] for column in columns] for row in rows)], ",", "\n", False)
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "units.csv").write_text(UNITS, encoding="utf-8")
        units = file_job(
            mapping_of(folder, 'source = "u"\n[units]\nunit_id = "unit_id"\nname = "name"\nparent_id = "parent_id"\n'),
            (folder / "units.csv",),
        )
        names = ["first.csv", "second.csv"]
        answers = job_of(folder, names[::-1] if turned and second_first else names)
        home = Home(folder / "home")
        load(home, (answers, units) if turned and units_last else (units, answers), "UTC")
        contents.append(by_column_names(content_of(home)))
    assert contents[0] == contents[1]
    assert len(contents[0]["units"]) == 3


def by_column_names(content: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[Any]]:
    """The content of a snapshot; each cell of a rejected record stands beside the name of its column."""
    names = {file: header for file, header, _ in content["headers"]}
    records = [(file, line, sorted(zip(names[file], cells, strict=True)))
               for cells, file, line, _ in content["rejected_records"]]  # fmt: skip
    headers = [(file, sorted(header)) for file, header in names.items()]
    return {**content, "rejected_records": sorted(records, key=repr), "headers": sorted(headers)}
