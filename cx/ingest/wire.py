"""What parent and child process say to each other: results as JSON, phrases kept as phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from pydantic import TypeAdapter

from cx.errors import CxError, LoadError
from cx.phrase import Phrase

_PHRASE = "phrase"
_VALUES = "values"

_T = TypeVar("_T")


def plain(value: Any, said: Callable[[Phrase], Any] | None = None) -> Any:
    """The value as JSON has it: dataclasses as objects, phrases by `said`, or so that `revived` finds them again.

    What is neither text nor number is said as text.
    """
    if isinstance(value, Phrase):
        return said(value) if said else _plain_phrase(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), said) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item, said) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [plain(item, said) for item in value]
    if isinstance(value, Enum):
        return plain(value.value, said)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


def revived(kind: type[_T], told: Any) -> _T:
    """The value of a type that `plain` has turned into JSON."""
    return TypeAdapter(kind).validate_python(_with_phrases(told))


def plain_error(error: CxError) -> dict[str, Any]:
    """The kind and the words of an error."""
    return {"kind": type(error).__name__, **{name: plain(getattr(error, name)) for name in _WORDS}}


def revived_error(told: dict[str, Any]) -> CxError:
    """The error that `plain_error` has turned into JSON; a LoadError when its kind is not known."""
    kind = _kinds(CxError).get(told["kind"], LoadError)
    error = kind.__new__(kind)  # not by its own __init__, which may want other arguments than the words
    CxError.__init__(error, *(_with_phrases(told[name]) for name in _WORDS))
    return error


_WORDS = ("title", "message", "remedy")


def _plain_phrase(one: Phrase) -> dict[str, Any]:
    return {_PHRASE: one.message, _VALUES: plain(one.values), "plural": one.plural, "n": one.n}


def _with_phrases(told: Any) -> Any:
    if isinstance(told, list):
        return [_with_phrases(item) for item in told]
    if not isinstance(told, dict):
        return told
    found = {key: _with_phrases(item) for key, item in told.items()}
    if told.keys() == {_PHRASE, _VALUES, "plural", "n"}:
        return Phrase(found[_PHRASE], found[_VALUES], found["plural"], found["n"])
    return found


def _kinds(kind: type[CxError]) -> dict[str, type[CxError]]:
    found = {kind.__name__: kind}
    for below in kind.__subclasses__():
        found |= _kinds(below)
    return found
