"""What the process that loads says: whole lines from any thread, nothing after the last, and errors in words."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cx.errors import CxError, FileError, MappingError
from cx.ingest.child import Teller, _in_words
from cx.ingest.confined import LoadOrder, _how, start_load
from cx.warehouse.home import Home
from tests.companies import rows_of
from tests.ingest.loads import MAPPING, answers_csv, order_of

ORDER = {"memory_bytes": 1_000_000_000}


def lines_of(threads: list[threading.Thread], teller: Teller, handle: int) -> list[dict[str, Any]]:
    """What a teller says while threads run, and `{"result": 1}` at last."""
    said: list[dict[str, Any]] = []

    def listen() -> None:
        with os.fdopen(handle, "rb") as stream:
            said.extend(json.loads(line) for line in stream)

    listener = threading.Thread(target=listen)
    listener.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    teller.tell_last(result=1)
    teller.on_records(99)
    teller.tell(records=100)
    teller._out.close()
    listener.join()
    return said


def test_lines_of_several_threads_are_whole_and_nothing_follows_the_last() -> None:
    read, write = os.pipe()
    teller = Teller(os.fdopen(write, "wb", buffering=0))  # a write that is not whole would show
    threads = [threading.Thread(target=lambda mark=mark: [teller.tell(stage=mark * 90_000) for _ in range(20)])
               for mark in "abc"]
    said = lines_of(threads, teller, read)
    assert said[-1] == {"result": 1}
    assert sorted(line["stage"][0] for line in said[:-1]) == sorted("abc" * 20)
    assert all(set(line["stage"]) == {line["stage"][0]} for line in said[:-1])
    assert {len(line["stage"]) for line in said[:-1]} == {90_000}


@pytest.mark.parametrize("error", [
    MemoryError(), duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"),
    duckdb.IOException("IO Error: bad allocation"), duckdb.InternalException("std::bad_alloc"),
    duckdb.InvalidInputException("Invalid Input Error: Failed to allocate 1 GB")])
def test_every_word_for_too_little_memory_is_said_as_too_little_memory(error: Exception) -> None:
    said = _in_words(error, ORDER)
    assert "more memory than it may use (1,000 MB)" in str(said)
    assert "load_memory" in str(said)


def test_words_of_the_file_are_no_lack_of_memory() -> None:
    assert _in_words(duckdb.ConversionException('Could not convert "bad allocation" to INT'), ORDER) is None
    assert _in_words(ValueError("bad allocation"), ORDER) is None


@pytest.mark.parametrize("log", ["MemoryError: ", "what():  std::bad_alloc", "IO Error: bad allocation",
                                 "Failed to allocate block of 262144 bytes"])
def test_a_process_that_died_for_want_of_memory_is_said_so(log: str) -> None:
    assert str(_how(1, "2GB", log)) == "out of memory, it may use 2GB"
    assert "exit code" in str(_how(1, "2GB", "KeyError: 'memory'"))


def test_an_error_of_the_system_names_the_file_and_the_reason(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    with pytest.raises(CxError, match=r"snapshots: Not a directory") as caught:
        start_load(order_of(Home(tmp_path / "home"), answers_csv(tmp_path / "a.csv", 3))).result()
    assert "CX_HOME" in str(caught.value.remedy)


def test_what_is_confirmed_by_the_order_reaches_the_reading_of_the_file(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), answers_csv(tmp_path / "a.csv", 30)
    file.write_bytes(file.read_bytes() + b'z,9,2026-01-01,"A')
    order = order_of(home, file)
    with pytest.raises(FileError):
        start_load(order).result()
    meant = LoadOrder(order.home, order.mapping_path, order.files, "UTC", confirmed=("truncated",))
    assert start_load(meant).result().read >= 30
    assert rows_of(home, "select count(*) from responses")[0][0] >= 30


def test_codes_that_no_doubt_has_are_refused_in_a_mapping_file(tmp_path: Path) -> None:
    order = order_of(Home(tmp_path / "home"), answers_csv(tmp_path / "a.csv", 3))
    order.mapping_path.write_text('confirmed = ["low_score"]\n' + MAPPING, encoding="utf-8")
    with pytest.raises(MappingError, match=r"low_score is not known. Did you mean low_scores"):
        start_load(order).result()
