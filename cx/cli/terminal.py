"""What all commands share: how they speak, how they fail, and the exit codes that a scheduler reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cx.errors import CxError, SettingsError, SnapshotError
from cx.ingest.wire import plain
from cx.phrase import phrase
from cx.say.translator import SOURCE_LANGUAGE, translator
from cx.settings import settings
from cx.warehouse.home import said_by_system
from cx.warehouse.lock import LoadRunningError
from cx.warehouse.snapshot import Snapshot, Warehouse

out = Console()
err = Console(stderr=True)


class Exit(IntEnum):
    """How a command ended. 2 is a command that was not written as --help says."""

    DONE = 0
    FAILED = 1
    WAITS = 3
    ANOTHER_RUNS = 4
    REJECTED = 5


EXIT_CODES = (
    "Exit codes: 0 done; 1 a file, a mapping or a setting cannot be used, and nothing was changed; 2 the command was "
    "not written as its help says; 3 waits for --confirm, nothing was changed; 4 another load is running; 5 loaded, "
    "some records were rejected (only with --strict).")


@contextmanager
def mendable(*, as_json: bool = False, one_line: bool = False) -> Iterator[None]:
    """Say what a person can mend, without a traceback, and end with the exit code of the error.

    as_json: also as a JSON document, with `one_line` in one line.
    """
    try:
        yield
    except CxError as error:
        _end(error, settings().language, as_json, one_line)
    except ValidationError as error:
        _end(_wrong_settings(error), SOURCE_LANGUAGE, as_json, one_line)
    except BrokenPipeError:  # nobody reads what is written any more
        raise
    except OSError as error:
        _end(said_by_system(error), settings().language, as_json, one_line)


def say(error: CxError, language: str) -> None:
    """Write an error for a person: what happened, the facts, what to do."""
    t = translator(language)
    err.print(f"{t(error.title)}\n{t(error.message)}\n{t(error.remedy)}", markup=False, highlight=False, soft_wrap=True)


def json_text(document: Any, language: str = "", *, one_line: bool = False) -> str:
    """A document as JSON, phrases in the reader's language."""
    said = plain(document, translator(language or settings().language))
    return json.dumps(said, ensure_ascii=False, indent=None if one_line else 1) + "\n"


def write_json(document: Any, *, one_line: bool = False) -> None:
    """Write one JSON document to stdout, at once."""
    sys.stdout.write(json_text(document, one_line=one_line))
    sys.stdout.flush()


def error_document(error: CxError) -> dict[str, Any]:
    """An error as JSON has it: kind, title, message, remedy."""
    return {"error": {"kind": type(error).__name__, "title": error.title, "message": error.message,
                      "remedy": error.remedy}}


def progress_bar() -> Progress:
    """The picture of progress on a terminal, on stderr."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeElapsedColumn(), console=err, transient=True)


def _end(error: CxError, language: str, as_json: bool, one_line: bool) -> None:
    say(error, language)
    if as_json:
        sys.stdout.write(json_text(error_document(error), language, one_line=one_line))
    raise typer.Exit(Exit.ANOTHER_RUNS if isinstance(error, LoadRunningError) else Exit.FAILED) from error


def _wrong_settings(error: ValidationError) -> SettingsError:
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))} == {fault['input']!r}: {fault['msg']}"
                       for fault in error.errors())
    return SettingsError(phrase("A setting cannot be used"), phrase("{faults}.", faults=faults),
                         phrase("Correct it in the environment (CX_ and its name in capitals) or in cx.toml."))


def snapshot_to_read() -> Snapshot:
    """The current snapshot; SnapshotError with the way out when nothing was loaded yet."""
    snapshot = Warehouse(settings()).current()
    if snapshot is None:
        raise SnapshotError(phrase("Nothing is loaded yet"),
                            phrase("There is no snapshot in {folder}.", folder=settings().home),
                            phrase("Run: python -m cx demo, or python -m cx load MAPPING.toml FILE…"))
    return snapshot
