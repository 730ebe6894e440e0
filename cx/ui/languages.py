"""The reader's language: chosen in the page, kept in the address, first taken from the setting or the browser."""

from __future__ import annotations

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from cx.say.translator import LANGUAGES, SOURCE_LANGUAGE, best_language
from cx.settings import settings
from cx.ui import address

_SHORT_NAMES = {"en": "EN", "zh_Hant": "繁", "zh_Hans": "简"}
_WIDGET = "language_control"
# Screen readers and hyphenation follow the document's language, which Streamlit does not set.
_TELL_DOCUMENT = "export default function ({ data }) { document.documentElement.lang = data }"


@st.cache_resource
def _document_language() -> ComponentRenderer:
    return st.components.v2.component("document_language", js=_TELL_DOCUMENT)


def current_language() -> str:
    """The code of the language of this run."""
    wanted = address.chosen("lang")
    if wanted in LANGUAGES:
        return wanted
    default = settings().language
    if default != SOURCE_LANGUAGE:
        return default
    return best_language(st.context.headers.get("Accept-Language"), default)


def language_control(label: str) -> None:
    """The control that changes the language of everything that is said."""
    _document_language()(data=LANGUAGES[current_language()].tag, key="document_language", width=1, height=1)
    st.session_state[_WIDGET] = current_language()
    st.segmented_control(
        label, list(LANGUAGES), format_func=_SHORT_NAMES.__getitem__, key=_WIDGET, label_visibility="collapsed",
        on_change=_choose, required=True)


def _choose() -> None:
    address.choose("lang", st.session_state[_WIDGET])
