"""Mapping files: how the columns of one source become tables of the contract.

A mapping file is TOML, one per source, kept under version control; `data/mappings/README.md` explains it by example.
Nothing is guessed: a name that is not known, a column that is mapped twice, a scale that is not declared is an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx.contract.tables import TABLES
from cx.ingest.doubt_codes import DOUBT_CODES
from cx.ingest.file_layout import FileLayout, layout_of
from cx.ingest.mapping_cells import Cell, Melt, cells_of, constant_rows_of, melt_of
from cx.ingest.mapping_errors import mapping_error, nearest, unknown
from cx.phrase import phrase
from cx.settings import is_time_zone

__all__ = ["SCALES", "TOP_LEVEL", "Cell", "FileLayout", "Mapping", "Melt", "nearest", "parse_mapping",
           "read_mapping"]

SCALES = {"0-10": (0, 10), "1-10": (1, 10)}
TOP_LEVEL = ("source", "title", "file", "scale", "time_zone", "confirmed")


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read and checked; `text` is the file as it was written.

    confirmed: codes of doubts that the company has said are meant.
    """

    source: str
    title: str
    text: str
    layout: FileLayout
    scale: str
    time_zone: str
    columns: MappingType[str, MappingType[str, Cell]]
    rows: MappingType[str, tuple[MappingType[str, str], ...]]
    ratings: Melt | None
    confirmed: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that a load of this mapping fills, in the order of the contract."""
        filled = set(self.columns) | set(self.rows) | ({"ratings"} if self.ratings else set())
        return tuple(name for name in TABLES if name in filled)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file; MappingError with the place and the remedy if it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        declared = tomllib.loads(text)
    except FileNotFoundError as error:
        raise mapping_error(path, phrase("There is no such file.")) from error
    except OSError as error:
        raise mapping_error(path, phrase("The file cannot be opened: {reason}.",
                                         reason=str(error.strerror))) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise mapping_error(path, phrase("It is not valid TOML: {reason}", reason=str(error))) from error
    return parse_mapping(declared, text, path)


def parse_mapping(declared: MappingType[str, Any], text: str, path: Path) -> Mapping:
    """The mapping that a parsed TOML document declares."""
    for name in declared:
        if name not in TOP_LEVEL and name not in TABLES:
            raise mapping_error(path, unknown(name, [*TOP_LEVEL, *TABLES]))
        if name in TABLES and not isinstance(declared[name], dict | list):
            raise mapping_error(path, phrase(
                "{name} must be a section [{name}], or rows that each begin with [[{name}]].", name=name))
    source = declared.get("source")
    if not isinstance(source, str) or not source.strip():
        raise mapping_error(path, phrase(
            "source is missing: give the source a short name, such as source = \"survey-2026\"."))
    sections = {name: section for name, section in declared.items()
                if name in TABLES and isinstance(section, dict)}
    melted = sections.pop("ratings", None)
    if melted is not None and _is_plain_table(melted, path):
        sections["ratings"], melted = melted, None
    ratings = melt_of(TABLES["ratings"], melted, path) if melted is not None else None
    columns = {name: cells_of(TABLES[name], section, path) for name, section in sections.items()}
    rows = {name: constant_rows_of(TABLES[name], section, path) for name, section in declared.items()
            if name in TABLES and isinstance(section, list)}
    if ratings:
        _check_answer_of(ratings, "responses" in columns, path)
    return Mapping(source.strip(), str(declared.get("title", source)), text, layout_of(declared.get("file", {}), path),
                   _scale(declared, path), _time_zone(declared, path), columns, rows, ratings,
                   _confirmed(declared, path))


def _is_plain_table(section: MappingType[str, Any], path: Path) -> bool:
    """Whether [ratings] describes a file that already holds one rating a row."""
    has_row = "driver" in section or "rating" in section
    if has_row and "columns" in section:
        raise mapping_error(path, phrase(
            "[ratings] must have either columns, or response_id, driver and rating, not both."))
    return has_row


def _check_answer_of(ratings: Melt, has_responses: bool, path: Path) -> None:
    if ratings.response_id is None and not has_responses:
        raise mapping_error(path, phrase(
            "[ratings] needs [responses] in the same file, or a response_id: a rating belongs to an answer."))
    if ratings.response_id is not None and has_responses:
        raise mapping_error(path, phrase(
            "ratings.response_id is said twice: [responses] in the same file already says which answer it is."))


def _scale(declared: MappingType[str, Any], path: Path) -> str:
    scale = str(declared.get("scale", "0-10"))
    if scale not in SCALES:
        raise mapping_error(path, phrase(
            "scale == {scale!r}, must be one of {scales}. "
            "Other scales are never turned into an NPS: load them as ratings.",
            scale=scale, scales=", ".join(SCALES)))
    return scale


def _time_zone(declared: MappingType[str, Any], path: Path) -> str:
    time_zone = str(declared.get("time_zone", ""))
    if time_zone and not is_time_zone(time_zone):
        raise mapping_error(path, phrase("time_zone == {zone!r}, must be an IANA name such as Asia/Taipei.",
                                         zone=time_zone))
    return time_zone


def _confirmed(declared: MappingType[str, Any], path: Path) -> tuple[str, ...]:
    codes = declared.get("confirmed", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) and code for code in codes):
        raise mapping_error(path, phrase("confirmed == {value!r}, must be a list such as {example}.", value=codes,
                                         example='["truncated"]'))
    for code in codes:
        if code not in DOUBT_CODES:
            raise mapping_error(path, phrase("confirmed: {fault}", fault=unknown(code, [*DOUBT_CODES])))
    return tuple(codes)
