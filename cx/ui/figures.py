"""A picture on a page."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from cx.charts.style import Figure

_CONFIG = {"displayModeBar": False, "responsive": True, "locale": "en"}


def figure(picture: Figure, alt: str, key: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Show a picture, `width` pixels wide; `alt` says for readers who do not see it what it shows."""
    st.plotly_chart(picture, key=key, config=_CONFIG, alt=alt, width=width)
