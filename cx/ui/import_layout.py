"""Step 2 of an import: how the file is written. Candidates show what they would give; no guess is taken silently."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cx.ingest.candidates import LayoutCandidate
from cx.phrase import Phrase, phrase
from cx.say.translator import Translator
from cx.ui.frame import Reader
from cx.ui.import_navigation import navigation
from cx.ui.import_state import Import, Step
from cx.ui.text import plain

_SHOWN_RECORDS = 5
_SHOWN_SAMPLES = 4
_SAMPLE_LETTERS = 60
_UTF_16, _BIG5 = phrase("Unicode (UTF-16)"), phrase("Traditional Chinese (Big5)")
_SHIFT_JIS = phrase("Japanese (Shift JIS)")
_ENCODINGS: dict[str, Phrase] = {
    "utf-8": phrase("Unicode (UTF-8)"), "utf-16-le": _UTF_16, "utf-16-be": _UTF_16,
    "gb18030": phrase("Simplified Chinese (GB18030)"), "big5": _BIG5, "cp950": _BIG5,
    "big5hkscs": phrase("Traditional Chinese of Hong Kong (Big5-HKSCS)"), "shift_jis": _SHIFT_JIS, "cp932": _SHIFT_JIS,
    "cp1252": phrase("Western European (Windows-1252)"), "cp850": phrase("Western European (DOS, CP850)"),
    "mac_roman": phrase("Western European (Macintosh)"),
}
_DELIMITERS: dict[str, Phrase] = {",": phrase("commas"), ";": phrase("semicolons"), "\t": phrase("tabs"),
                                  "|": phrase("vertical bars")}


def step(reader: Reader, work: Import) -> None:
    """The screen of this step."""
    t, candidates = reader.t, work.candidates
    certain = candidates[0].certain
    if len(candidates) == 1:
        chosen: int | None = 0
        st.markdown(t("There is one way to read this file. Check that the records look right."))
    else:
        st.markdown(t("Check that the records look right.") if certain else
                    t("Several ways to read this file are possible, and the file does not say which is right. "
                      "Choose the one whose letters and columns look right."))
        before = candidates.index(work.chosen) if work.chosen in candidates else 0 if certain else None
        chosen = st.radio(t("How the file is written"), range(len(candidates)), index=before,
                          format_func=lambda number: plain(_option_name(t, candidates, number)),
                          captions=[plain(t(candidate.why)) for candidate in candidates], key=work.key("layout"))
    for number, candidate in enumerate(candidates):
        if chosen is None or number == chosen:
            _card(reader, candidate, with_reason=len(candidates) == 1)
    if chosen is None:
        st.caption(t("Choose one of them to continue."))
    navigation(reader, work, lambda: _forward(reader, work, chosen))


def _forward(reader: Reader, work: Import, chosen: int | None) -> None:
    if st.button(reader.t("Continue"), type="primary", disabled=chosen is None, key=work.key("layout_done")):
        _choose(work, work.candidates[chosen or 0])
        st.rerun()


def _choose(work: Import, candidate: LayoutCandidate) -> None:
    if candidate != work.chosen:
        work.suggestions, work.drafts, work.suggesting = {}, {}, None
    work.chosen, work.step = candidate, Step.COLUMNS


def layout_name(t: Translator, candidate: LayoutCandidate) -> str:
    """How the file is written, in words that do not need a programmer."""
    layout = candidate.layout
    if layout.format == "parquet":
        return "Parquet"
    if layout.format == "xlsx":
        sheet = layout.sheet or candidate.name
        return {"read": t("Sheet {sheet}, with what is hidden in it", sheet=sheet),
                "skip": t("Sheet {sheet}, without what is hidden in it", sheet=sheet)}.get(
                    layout.hidden, t("Sheet {sheet}", sheet=sheet))
    return t("{encoding}, columns divided by {delimiter}", encoding=_ENCODINGS.get(layout.encoding, layout.encoding),
             delimiter=_DELIMITERS.get(layout.delimiter, layout.delimiter))


def _option_name(t: Translator, candidates: Sequence[LayoutCandidate], number: int) -> str:
    """The name of a layout, and where the encoding had to be guessed, how likely it is among the others."""
    name = layout_name(t, candidates[number])
    if candidates[0].certain or len({candidate.layout.encoding for candidate in candidates}) == 1:
        return name
    return t("{layout}: less likely", layout=name) if number else t("{layout}: probably right", layout=name)


def _card(reader: Reader, candidate: LayoutCandidate, *, with_reason: bool) -> None:
    """What a candidate would give: its records, those with letters beyond ASCII first, and such letters in words."""
    t = reader.t
    with st.container(border=True):
        st.markdown(f"**{plain(layout_name(t, candidate))}**")
        if with_reason:
            st.caption(plain(t(candidate.why)))
        for note in candidate.notes:
            st.caption(f":material/info: {plain(t(note))}")
        names = distinct(candidate.header)
        rows = sorted(candidate.rows, key=lambda row: all(cell.isascii() for cell in row))[:_SHOWN_RECORDS]
        st.dataframe(pd.DataFrame([(*row, *[""] * len(names))[: len(names)] for row in rows], columns=names),
                     hide_index=True, alt=t("The first records: {layout}", layout=layout_name(t, candidate)))
        samples = _telling(candidate.rows)
        if samples:
            st.caption(t("Letters that tell whether the encoding is right:"))
            st.text("\n".join(samples))


def distinct(header: Sequence[str]) -> list[str]:
    """Column names for a table on the page: those that are empty or equal get a number.

    >>> distinct(["a", "", "a"])
    ['a', '(2)', 'a (3)']
    """
    names: list[str] = []
    for number, name in enumerate(header, start=1):
        names.append(name if name and name not in names else f"{name} ({number})".strip())
    return names


def _telling(rows: Sequence[Sequence[str]]) -> list[str]:
    """Pieces of cells around their first letter beyond ASCII."""
    found: dict[str, None] = {}
    for cell in (cell for row in rows for cell in row if not cell.isascii()):
        at = next(place for place, letter in enumerate(cell) if not letter.isascii())
        start = max(0, at - _SAMPLE_LETTERS // 2)
        piece = cell[start:start + _SAMPLE_LETTERS].replace("\n", " ")
        found.setdefault(("…" if start else "") + piece + ("…" if start + _SAMPLE_LETTERS < len(cell) else ""))
    return list(found)[:_SHOWN_SAMPLES]
