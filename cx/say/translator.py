"""The reader's language: English text in, the reader's words out.

    t = translator("zh_Hant")
    t("Loaded {file}", file=name)        t(a_phrase)        t.plural("{n} answer", "{n} answers", 3)

The English text is the key of the catalogues in `cx/say/locales`, which `python -m cx.say.catalogues` keeps. What is
not translated is said in English. Every language counts n with a comma per thousand.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cx.phrase import Phrase

LOCALES = Path(__file__).resolve().parent / "locales"


@dataclass(frozen=True)
class Language:
    """A language of the product: its code in settings and Babel, its BCP-47 tag, its name in itself."""

    code: str
    tag: str
    own_name: str


LANGUAGES: Mapping[str, Language] = MappingProxyType({
    language.code: language for language in (
        Language("en", "en", "English"),
        Language("zh_Hant", "zh-Hant", "繁體中文"),
        Language("zh_Hans", "zh-Hans", "简体中文"),
    )
})
SOURCE_LANGUAGE = "en"


class Translator:
    """Says texts and phrases in one language; `translator(code)` returns the one of a language."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self.code = language.code
        self.tag = language.tag
        self._gettext = catalogue.gettext
        self._ngettext = catalogue.ngettext

    def __call__(self, text: str | Phrase, /, **values: Any) -> str:
        """The text or phrase in this language; values that are phrases are translated too.

        Raises KeyError when the English text names a value that was not given.
        """
        if isinstance(text, Phrase):
            if text.plural:
                return self.plural(text.message, text.plural, text.n, **{**text.values, "n": text.n, **values})
            values, text = {**text.values, **values}, text.message
        if not text:  # gettext keeps its header under the empty text
            return ""
        return self._filled(self._gettext(text), text, values)

    def plural(self, one: str, many: str, n: int, /, **values: Any) -> str:
        """The form for a count of n; `{n}` stands for the count unless a text is given as the value n."""
        if not isinstance(values.get("n"), str):
            values["n"] = f"{n:,}"
        return self._filled(self._ngettext(one, many, n), one if n == 1 else many, values)

    def paragraph(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other, without the empty ones: a Chinese one ends in a full-width stop, no space."""
        return ("" if self.code.startswith("zh") else " ").join(sentence for sentence in sentences if sentence)

    def _filled(self, translated: str, english: str, values: dict[str, Any]) -> str:
        for name, value in values.items():
            if isinstance(value, Phrase):
                values[name] = self(value)
        try:
            return translated.format(**values)
        except (LookupError, ValueError):
            return english.format(**values)


@lru_cache(maxsize=len(LANGUAGES))
def translator(code: str) -> Translator:
    """The translator of a language, read once; ValueError when there is no such language."""
    if code not in LANGUAGES:
        raise ValueError(f"language == {code!r}, must be one of {', '.join(LANGUAGES)}")
    return Translator(LANGUAGES[code], _translations(code))


def catalogue_path(code: str) -> Path:
    """The .po file of a language."""
    return LOCALES / code / "LC_MESSAGES" / "cx.po"


def _translations(code: str) -> gettext.NullTranslations:
    if code == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with catalogue_path(code).open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def best_language(accept_language: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """The code of the language that a browser's Accept-Language header prefers, or the default.

    >>> best_language("fr, zh-TW;q=0.8, en;q=0.5")
    'zh_Hant'
    """
    wanted = []
    for place, entry in enumerate((accept_language or "").split(",")):
        tag, *parameters = (part.strip() for part in entry.split(";"))
        code, quality = _code_of(tag), _quality(parameters)
        if code and quality > 0:
            wanted.append((-quality, place, code))
    return min(wanted)[2] if wanted else default


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _code_of(tag: str) -> str | None:
    """The language that serves a BCP-47 tag: Chinese by its script, else by its region, else Simplified."""
    first, *rest = tag.lower().replace("_", "-").split("-")
    if first == "en":
        return "en"
    if first != "zh":
        return None
    if "hant" in rest or ("hans" not in rest and {"tw", "hk", "mo"} & set(rest)):
        return "zh_Hant"
    return "zh_Hans"
