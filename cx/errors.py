"""Everything that can go wrong and that a person can mend.

CxError            title, message, remedy: what happened, the facts, what to do
├── SettingsError  a setting is missing or contradicts another
├── MappingError   a mapping file says something that cannot be done
├── FileError      a file cannot be read as declared; nothing of it was loaded
├── LoadError      a load could not finish; the last good snapshot stays current
├── SnapshotError  there is no snapshot, or it cannot be opened
└── ScopeError     somebody asked for what they may not see (said like "not found")
"""

from __future__ import annotations

from cx.phrase import Phrase


class CxError(Exception):
    """An error with a title, a message with the facts, and a remedy, each said in the reader's language."""

    def __init__(self, title: Phrase, message: Phrase, remedy: Phrase) -> None:
        super().__init__(f"{title}. {message} {remedy}")
        self.title = title
        self.message = message
        self.remedy = remedy


class SettingsError(CxError):
    """A setting is missing or contradicts another."""


class MappingError(CxError):
    """A mapping file says something that cannot be done."""


class FileError(CxError):
    """A file cannot be read as declared; nothing of it was loaded."""


class LoadError(CxError):
    """A load could not finish; the last good snapshot stays current."""


class SnapshotError(CxError):
    """There is no snapshot, or it cannot be opened."""


class ScopeError(CxError):
    """Somebody asked for what they may not see; the words are those of "not found"."""
