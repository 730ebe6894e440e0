"""A picture on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from cx.charts.style import Figure

_CONFIG = {"displayModeBar": False, "responsive": True, "locale": "en"}


def figure(picture: Figure, alt: str, key: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Show a picture, `width` pixels wide; `alt` says for readers who do not see it what it shows."""
    st.plotly_chart(picture, key=key, config=_CONFIG, alt=alt, width=width)


@contextmanager
def scrolled(key: str, least_width: int) -> Iterator[None]:
    """What stands in it is at least so many pixels wide: on a narrower window it scrolls to the side."""
    st.html(f"<style>.st-key-{key} {{ overflow-x: auto }} .st-key-{key} > div {{ min-width: {least_width}px }}</style>")
    with st.container(key=key):
        yield
