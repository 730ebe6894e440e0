"""What a reader chose, kept in the address: a link reproduces the view, in any language.

Streamlit can bind a widget to the address itself, but writes its label there; a label changes with the language and
with the name of a unit. Ids are kept here instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

_STATE, _WRITTEN, _PAGE = "address", "address_written", "address_page"


def chosen(parameter: str, default: str = "") -> str:
    """The value of a parameter as it stands in the address or was chosen since; the default when there is none."""
    values = _state().get(parameter, ())
    return values[0] if values else default


def chosen_list(parameter: str) -> tuple[str, ...]:
    """All values of a parameter that can stand in the address more than once."""
    return _state().get(parameter, ())


def choose(parameter: str, values: Sequence[str] | str) -> None:
    """Set a parameter; an empty value takes it out of the address."""
    wanted = (values,) if isinstance(values, str) else tuple(values)
    _state()[parameter] = tuple(value for value in wanted if value)


def follow(page: str) -> bool:
    """Take over the address when the reader changed it (a link, the back button); True if it was taken over.

    Going to another page empties the address; the choices then stay.
    """
    present = {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    came_by_navigation = st.session_state.get(_PAGE) not in (None, page) and not present
    st.session_state[_PAGE] = page
    if came_by_navigation:  # asked again in the same run, the empty address is not news
        st.session_state[_WRITTEN] = present
        return False
    if present == st.session_state.get(_WRITTEN):
        return False
    st.session_state[_STATE] = dict(present)
    return True


def write(known: Sequence[str]) -> None:
    """Put the choices into the address, without what no page knows."""
    wanted = {name: values for name, values in _state().items() if name in known and values}
    present = {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    if wanted != present:
        st.query_params.from_dict({name: list(values) for name, values in wanted.items()})
    st.session_state[_WRITTEN] = wanted


def _state() -> dict[str, tuple[str, ...]]:
    state: dict[str, tuple[str, ...]] = st.session_state.setdefault(_STATE, {})
    return state
