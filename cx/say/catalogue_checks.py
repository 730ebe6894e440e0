"""What can be wrong in a catalogue, as sentences for the one who translates."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence

from babel.messages.catalog import Catalog

from cx.say.extraction import Message

# A character that the other script's classic encoding cannot write belongs to this script alone.
_WRITTEN_WITH = {"zh_Hant": "big5", "zh_Hans": "gb2312"}
_HAN = re.compile("[一-鿿]")


def problems(code: str, catalogue: Catalog, messages: Sequence[Message]) -> Iterator[str]:
    """What is missing, obsolete or wrong in the catalogue of a language."""
    wanted = {message.text for message in messages}
    for stored in catalogue:
        if stored.id and texts_of(stored.id)[0] not in wanted:
            yield f"obsolete: {texts_of(stored.id)[0]!r}"
    for message in messages:
        entry = catalogue.get(message.text)
        if entry is None or not all(texts_of(entry.string)):
            yield f"missing: {message.text!r}"
            continue
        if message.plural and texts_of(entry.id) != (message.text, message.plural):
            yield f"other plural form: {message.text!r}"
        yield from _faults(code, message, texts_of(entry.string))


def _faults(code: str, message: Message, translations: Sequence[str]) -> Iterator[str]:
    wanted = placeholders(message.plural or message.text)
    for text in translations:
        try:
            found = placeholders(text)
        except ValueError:
            yield f"braces do not match: {text!r}"
            continue
        if found != wanted:
            yield f"placeholders differ: {message.text!r} has {sorted(wanted)}, {text!r} has {sorted(found)}"
        if foreign := foreign_characters(code, text):
            yield f"characters of the other script {foreign!r}: {text!r}"


def placeholders(text: str) -> set[str]:
    """The placeholders of a text with their conversion and format; ValueError when the braces do not match.

    >>> sorted(placeholders("{scale!r} of {n:,}"))
    ['n:,', 'scale!r']
    """
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{layout}" if layout else "")
        for _, name, layout, conversion in string.Formatter().parse(text) if name is not None
    }


def foreign_characters(code: str, text: str) -> str:
    """The Chinese characters of a text that its script does not have: 净 in Traditional, 淨 in Simplified.

    >>> foreign_characters("zh_Hant", "净推薦值"), foreign_characters("zh_Hans", "净推荐值")
    ('净', '')
    """
    encoding = _WRITTEN_WITH.get(code)
    return "".join(mark for mark in _HAN.findall(text) if encoding and not _can_be_written(mark, encoding))


def _can_be_written(mark: str, encoding: str) -> bool:
    try:
        mark.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def texts_of(texts: str | Sequence[str] | None) -> tuple[str, ...]:
    """The texts of an entry of a catalogue: one, or one a plural form; an empty one where there is none."""
    return (texts or "",) if texts is None or isinstance(texts, str) else tuple(texts)
