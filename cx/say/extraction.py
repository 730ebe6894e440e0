"""The strings of the product: what the code says through `phrase`, `phrase_n`, `t`, `plural` and the contract's makers.

Read from the syntax tree, so texts inside f-strings, nested calls and joined literals are found. A text built with an
f-string can never be translated; it is reported as an error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent
SOURCES = ("app.py", "pages", "cx")
# The names of the demo company are data, in whatever language they are.
_NO_WORDS_IN = ("cx/demo",)

# Name of the function → positions of its texts; two texts are singular and plural.
KEYWORDS: Mapping[str, tuple[int, ...]] = MappingProxyType({
    "phrase": (0,), "phrase_n": (0, 1), "t": (0,), "_t": (0,), "plural": (0, 1),
    "_count": (1,), "_date": (1,), "_time": (1,), "_label": (1,),
})


@dataclass(frozen=True, order=True)
class Message:
    """A text to translate, and its plural form if it has one."""

    text: str
    plural: str = ""


class UntranslatableTextError(ValueError):
    """A text is built while the program runs, so that no catalogue can hold it."""


def project_messages(folder: Path = PROJECT_FOLDER) -> list[Message]:
    """Every text of the product, sorted; UntranslatableTextError for an f-string, SyntaxError for a broken file."""
    messages = {message for path in _python_files(folder) for message in file_messages(path)}
    plurals = {message.text for message in messages if message.plural}
    # gettext has one entry a text: a plural entry serves the singular use too.
    return sorted(message for message in messages if message.plural or message.text not in plurals)


def _python_files(folder: Path) -> Iterator[Path]:
    for source in SOURCES:
        path = folder / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else (path,):
            if not any(file.is_relative_to(folder / silent) for silent in _NO_WORDS_IN):
                yield file


def file_messages(path: Path) -> Iterator[Message]:
    """The texts of one Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=path.name)):
        if isinstance(node, ast.Call) and (positions := KEYWORDS.get(_called_name(node))):
            texts = [_literal(argument, path) for argument in node.args[: positions[-1] + 1]]
            found = [text for position, text in enumerate(texts) if position in positions]
            if len(found) == len(positions) and all(found):
                yield Message(*(text for text in found if text))


def _called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _literal(argument: ast.expr, path: Path) -> str | None:
    if isinstance(argument, ast.JoinedStr):
        raise UntranslatableTextError(
            f"{path.name}, line {argument.lineno}: an f-string cannot be translated; use a {{placeholder}} and a value")
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
