"""Mapping files that a company keeps: one a source, whole at any moment, found again by the header of a file."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx.ingest.known_mappings import file_name, fitting, folder_of, keep, known
from cx.ingest.mapping import Mapping
from cx.ingest.mapping_cells import Cell
from cx.warehouse.home import Home
from tests.companies import mapping_of

TEXT = """# Kept by hand: the shop of the north.
source = "shop-2026"
[responses]
response_id = { template = "s-{ID}" }
survey = { constant = "transaction" }
score = "NPS "
responded_at = { parts = { year = 2026, month = "M", day = 1 } }
unit_id = "Store"
[ratings.columns]
Q1 = "speed"
"""


def shop(folder: Path, source: str = "shop-2026") -> Mapping:
    """A mapping that uses a column in each way there is."""
    return mapping_of(folder, TEXT.replace('"shop-2026"', f"'{source}'"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_a_mapping_is_kept_as_it_was_written(home: Home, tmp_path: Path) -> None:
    mapping = shop(tmp_path)
    path = keep(home, mapping)
    assert path == home.folder / "mappings" / "shop-2026.toml"
    assert path.read_text(encoding="utf-8") == mapping.text
    assert known(home) == (mapping,)


def test_a_mapping_that_no_longer_says_what_its_text_says_is_written_anew(home: Home, tmp_path: Path) -> None:
    changed = replace(shop(tmp_path), scale="1-10")
    text = keep(home, changed).read_text(encoding="utf-8")
    assert 'scale = "1-10"' in text
    assert known(home) == (replace(changed, text=text),)


def test_a_source_has_one_file_and_the_last_one_stays(home: Home, tmp_path: Path) -> None:
    keep(home, shop(tmp_path))
    keep(home, replace(shop(tmp_path), title="Shops"))
    assert [mapping.title for mapping in known(home)] == ["Shops"]
    assert [path.name for path in folder_of(home).iterdir()] == ["shop-2026.toml"], "no temporary file stays"


@given(st.text(min_size=1))
def test_any_source_has_a_file_of_its_own_inside_the_folder(source: str) -> None:
    name = file_name(source)
    assert Path(name).name == name
    assert name.isascii()
    assert name == name.lower()
    assert not name.startswith(("-", "."))
    assert len(name) <= 100
    assert name.removesuffix(".toml").split(".")[0] not in {"con", "nul", "aux", "prn", "com1", "lpt9"}


@given(st.lists(st.text(min_size=1), min_size=2, max_size=5, unique=True))
def test_two_sources_never_share_a_file(sources: list[str]) -> None:
    """Not even when one is called like the file of another."""
    distinct = {*sources, *(file_name(source).removesuffix(".toml") for source in sources)}
    assert len({file_name(source) for source in distinct}) == len(distinct)


def test_sources_that_differ_in_little_have_files_that_differ(home: Home, tmp_path: Path) -> None:
    sources = ["shop", "Shop", "SHOP", "sh/op", "../shop", "shop\\", "商店", "商家", "con", "shop.toml", "-shop"]
    for source in sources:
        keep(home, replace(shop(tmp_path), source=source))
    assert {mapping.source for mapping in known(home)} == set(sources)
    assert {path.parent for path in home.folder.rglob("*.toml")} == {folder_of(home)}


def test_a_mapping_fits_a_file_with_every_column_that_it_uses(home: Home, tmp_path: Path) -> None:
    keep(home, shop(tmp_path))
    header = ("ID", "nps", " M ", "STORE", "Q1", "more")
    assert [mapping.source for mapping in fitting(home, header)] == ["shop-2026"]
    for missing in range(5):
        assert fitting(home, header[:missing] + header[missing + 1 :]) == ()
    assert fitting(home, (*header, "id")) == (), "a column that stands there twice cannot be used"


def test_the_mapping_that_uses_more_of_the_file_comes_first(home: Home, tmp_path: Path) -> None:
    small = replace(shop(tmp_path, "a-small"), ratings=None)
    keep(home, small)
    keep(home, shop(tmp_path, "z-large"))
    found = fitting(home, ("ID", "NPS", "M", "Store", "Q1"))
    assert [mapping.source for mapping in found] == ["z-large", "a-small"]


def test_a_mapping_of_constants_alone_fits_nothing(home: Home, tmp_path: Path) -> None:
    keep(home, replace(shop(tmp_path), columns={"units": {"unit_id": Cell(constant="a"), "name": Cell(constant="A")}},
                       ratings=None))
    assert fitting(home, ("ID", "NPS")) == ()


def test_a_damaged_file_hides_no_other(home: Home, tmp_path: Path) -> None:
    keep(home, shop(tmp_path))
    (folder_of(home) / "broken.toml").write_text("source = ", encoding="utf-8")
    (folder_of(home) / ".keeping-abc").write_text("half", encoding="utf-8")
    assert [mapping.source for mapping in known(home)] == ["shop-2026"]


def test_without_a_folder_nothing_is_known(home: Home) -> None:
    assert known(home) == ()


def test_who_reads_while_it_is_kept_sees_a_whole_file(home: Home, tmp_path: Path) -> None:
    long = replace(shop(tmp_path), text="", title="x" * 50_000)
    keep(home, long)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            keep(home, long)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            assert [mapping.title for mapping in known(home)] == [long.title]
    finally:
        stop.set()
        writer.join()
