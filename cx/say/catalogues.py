"""Keeps the catalogues: `python -m cx.say.catalogues update | check | missing | merge`.

update              writes every .po file: all texts of the product, sorted, with the translations that there are
check               exits 1 and lists what is missing, obsolete or wrong
missing zh_Hant     prints the texts without a translation as JSON, {"English text": ""}
merge zh_Hant FILE  fills in translations from such a JSON file

A plural is named by its singular form; a language with several plural forms takes a list of texts.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from cx.say.catalogue_checks import problems, texts_of
from cx.say.extraction import Message, project_messages
from cx.say.translator import LANGUAGES, SOURCE_LANGUAGE, catalogue_path

TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)
Translations = Mapping[str, str | Sequence[str]]


def read_catalogue(code: str) -> Catalog:
    """The catalogue of a language; an empty one when there is no file."""
    path = catalogue_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as stream:
        return read_po(stream, locale=code)


def updated(old: Catalog, messages: Sequence[Message], translations: Translations) -> Catalog:
    """A catalogue of exactly these messages; a translation given here wins over the old one."""
    new = Catalog(locale=old.locale)
    for message in messages:
        entry = old.get(message.text)
        forms = texts_of(translations.get(message.text) or (entry.string if entry else None))
        if message.plural:
            new.add((message.text, message.plural), (forms + ("",) * new.num_plurals)[: new.num_plurals])
        else:
            new.add(message.text, forms[0])
    return new


def catalogue_text(catalogue: Catalog) -> str:
    """The .po file of a catalogue: the same for the same content, on every machine and day."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    language = catalogue.locale_identifier
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    # Babel takes "95% interval" for a printf format and flags it; the flags serve nobody here.
    lines = (line for line in body.getvalue().decode().strip().split("\n") if not line.startswith("#,"))
    return header + "\n".join(lines) + "\n"


def write_catalogue(code: str, translations: Translations) -> None:
    """Bring the .po file of a language up to date with the code, with these translations filled in."""
    path = catalogue_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = updated(read_catalogue(code), project_messages(), translations)
    path.write_text(catalogue_text(catalogue), encoding="utf-8", newline="\n")


def all_problems() -> list[str]:
    """Everything that is wrong in any catalogue, one line each."""
    messages = project_messages()
    return [f"{code}: {problem}" for code in TRANSLATED for problem in problems(code, read_catalogue(code), messages)]


def missing(code: str) -> list[str]:
    """The texts of the product that have no translation in a language."""
    catalogue = read_catalogue(code)
    return [message.text for message in project_messages()
            if not (entry := catalogue.get(message.text)) or not all(texts_of(entry.string))]


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cx.say.catalogues", description="Keep the catalogues.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="write the .po files from the code")
    commands.add_parser("check", help="exit 1 and list what is missing, obsolete or wrong")
    listing = commands.add_parser("missing", help="print the texts without a translation as JSON")
    listing.add_argument("language", choices=TRANSLATED)
    merging = commands.add_parser("merge", help="fill in translations from a JSON file")
    merging.add_argument("language", choices=TRANSLATED)
    merging.add_argument("file", type=Path)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run a command; the exit status."""
    chosen = _arguments(arguments)
    match chosen.command:
        case "update":
            for code in TRANSLATED:
                write_catalogue(code, {})
                print(f"{code}: {len(missing(code))} missing")
        case "merge":
            write_catalogue(chosen.language, json.loads(chosen.file.read_text(encoding="utf-8")))
            print(f"{chosen.language}: {len(missing(chosen.language))} missing")
        case "missing":
            print(json.dumps(dict.fromkeys(missing(chosen.language), ""), ensure_ascii=False, indent=1))
        case "check":
            found = all_problems()
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
