"""A picture on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from cx.charts.style import Figure

_CONFIG = {"displayModeBar": False, "responsive": True, "locale": "en"}


def figure(picture: Figure, alt: str, key: str, width: int | Literal["stretch"] = "stretch",
           on_click: Callable[[str], None] | None = None) -> None:
    """Show a picture, `width` pixels wide; `alt` says for readers who do not see it what it shows.

    `on_click` takes what the clicked point carries as `customdata`, before the page runs again.
    """
    if on_click is None:
        st.plotly_chart(picture, key=key, config=_CONFIG, alt=alt, width=width)
        return

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        carried = points[0].get("customdata") if points else None
        if carried is not None:
            on_click(str(carried[0] if isinstance(carried, list) else carried))

    st.plotly_chart(picture, key=key, config=_CONFIG, alt=alt, width=width, on_select=clicked,
                    selection_mode="points")


@contextmanager
def scrolled(key: str, least_width: int) -> Iterator[None]:
    """What stands in it is at least so many pixels wide: on a narrower window it scrolls to the side."""
    st.html(f"<style>.st-key-{key} {{ overflow-x: auto }} .st-key-{key} > div {{ min-width: {least_width}px }}</style>")
    with st.container(key=key):
        yield
