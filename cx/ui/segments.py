"""A choice among a few options beside each other, kept in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cx.ui import address


def segments(label: str, parameter: str, options: Sequence[str], name: Callable[[str], str]) -> str:
    """The option that is chosen: as the address says, else the first."""
    current = address.chosen(parameter)
    st.session_state[parameter] = current if current in options else options[0]
    return str(st.segmented_control(
        label, options, format_func=name, key=parameter, required=True, label_visibility="collapsed",
        on_change=lambda: address.choose(parameter, st.session_state[parameter])))
