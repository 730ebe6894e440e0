"""Text that is said later, in the reader's language: a message and the values that go into it.

Floors below `cx.say` (contract, ingest, warehouse) know *what* must be said, not in which language.
They return a `Phrase`; `cx.say.Translator` turns it into words. The message is the English text and
the key of the gettext catalogues; `make catalogues` collects every call of `phrase` and `phrase_n`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Phrase:
    """A message with named placeholders, its plural form if it has one, and the values."""

    message: str
    values: Mapping[str, Any] = field(default_factory=lambda: _NO_VALUES)
    plural: str = ""
    n: int = 1

    def __str__(self) -> str:
        """The English text, for logs and exceptions."""
        message = self.plural if self.plural and self.n != 1 else self.message
        return message.format(**self.values)


def phrase(message: str, **values: Any) -> Phrase:
    """A phrase without plural forms.

    >>> str(phrase("Column {column} is missing", column="score"))
    'Column score is missing'
    """
    return Phrase(message, values)


def phrase_n(one: str, many: str, n: int, **values: Any) -> Phrase:
    """A phrase whose English form depends on a count, which is also the value `n`.

    >>> str(phrase_n("{n} answer", "{n} answers", 2))
    '2 answers'
    """
    return Phrase(one, {"n": n, **values}, many, n)
