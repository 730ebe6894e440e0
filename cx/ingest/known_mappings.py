"""The mapping files that a company keeps, one a source: next month the same file is loaded without a question."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cx.errors import MappingError
from cx.ingest.mapping import Mapping, parse_mapping, read_mapping
from cx.ingest.mapping_sql import normalised, used_columns
from cx.ingest.mapping_text import mapping_text
from cx.warehouse.home import Home

_MOST_CHARACTERS = 80
_HASHED = re.compile(r".*-[0-9a-f]{10}")
# Windows opens devices by these names, whatever stands behind the dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def folder_of(home: Home) -> Path:
    """The folder of the mapping files that a company keeps."""
    return home.folder / "mappings"


def file_name(source: str) -> str:
    """The name of a source's mapping file. No two sources share it, on any file system.

    >>> file_name("survey-2026"), file_name("../Survey 2026")
    ('survey-2026.toml', 'survey-2026-3d4e94f3a5.toml')
    """
    plain = re.sub(r"[^a-z0-9_]+", "-", source.casefold()).strip("-")[:_MOST_CHARACTERS]
    if plain == source and plain not in _DEVICES and not _HASHED.fullmatch(plain):
        return f"{plain}.toml"
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{plain or 'source'}-{digest}.toml"


def keep(home: Home, mapping: Mapping) -> Path:
    """The file in which the mapping now stands; it takes the place of an earlier one of the same source, atomically."""
    folder = folder_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(mapping.source)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=folder, prefix=".keeping-",
                                     delete=False) as stream:
        stream.write(_text_of(mapping))
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(stream.name, path)
    return path


def known(home: Home) -> tuple[Mapping, ...]:
    """The mappings that are kept and can be used, by source."""
    return tuple(found for path in _files(home) if (found := _read(path)) is not None)


def fitting(home: Home, header: Sequence[str]) -> tuple[Mapping, ...]:
    """The kept mappings whose columns all stand in a file with this header, those that use the most columns first."""
    names = [normalised(name) for name in header]
    found = [mapping for mapping in known(home)
             if (used := _used(mapping)) and all(names.count(name) == 1 for name in used)]
    return tuple(sorted(found, key=lambda mapping: -len(_used(mapping))))


def nearly_fitting(home: Home, header: Sequence[str]) -> tuple[Mapping, ...]:
    """The kept mappings of whose columns a few are not in this header, those that miss the fewest first."""
    names = [normalised(name) for name in header]
    found = [(sum(names.count(name) != 1 for name in used), mapping) for mapping in known(home)
             if (used := _used(mapping))]
    return tuple(mapping for missing, mapping in sorted(found, key=lambda pair: pair[0])
                 if 0 < 2 * missing < len(_used(mapping)))


def _used(mapping: Mapping) -> frozenset[str]:
    """The columns that a file must have, as names are compared."""
    return frozenset(map(normalised, used_columns(mapping)))


def _files(home: Home) -> list[Path]:
    return sorted(path for path in folder_of(home).glob("*.toml") if not path.name.startswith("."))


def _read(path: Path) -> Mapping | None:
    try:
        return read_mapping(path)
    except MappingError:  # a file that somebody changed by hand hides no other
        return None


def _text_of(mapping: Mapping) -> str:
    """The text as a person wrote it, as long as it says the same as the mapping."""
    try:
        said = parse_mapping(tomllib.loads(mapping.text), mapping.text, Path(file_name(mapping.source)))
    except (tomllib.TOMLDecodeError, MappingError):
        return mapping_text(mapping)
    return mapping.text if said == mapping else mapping_text(mapping)
