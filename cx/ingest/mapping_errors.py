"""What is wrong with a mapping file, said with its place."""

from __future__ import annotations

from pathlib import Path

from rapidfuzz import process

from cx.errors import MappingError
from cx.phrase import Phrase, phrase


def mapping_error(path: Path, message: Phrase) -> MappingError:
    """The error of a mapping file that cannot be used."""
    return MappingError(
        phrase("The mapping file {file} cannot be used", file=path.name), message,
        phrase("Mend the mapping file and run the command again; nothing was loaded."),
    )


def unknown(name: str, known: list[str]) -> Phrase:
    """The sentence about a name that is not known, with the known one that is most like it."""
    guess = nearest(name, known)
    if guess:
        return phrase("{name} is not known. Did you mean {guess}?", name=name, guess=guess)
    return phrase("{name} is not known.", name=name)


def nearest(name: str, known: list[str]) -> str:
    """The known name most like this one; empty when none is alike."""
    found = process.extractOne(name, known, score_cutoff=60)
    return found[0] if found else ""
