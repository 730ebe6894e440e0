"""Where a keyboard and a screen reader go on after a step: at the heading of the new one, at the top of the page."""

from __future__ import annotations

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

# The page that is opened keeps the focus where it is: only a later change of the screen moves it.
_MOVE = """
export default function ({ data }) {
  const shown = document.documentElement.dataset;
  const before = shown.importScreen;
  shown.importScreen = data.screen;
  if (before === undefined || before === data.screen) return;
  const main = document.querySelector('[data-testid=stMain]');
  const heading = main && main.querySelector('h1');
  if (!heading) return;
  heading.setAttribute('tabindex', '-1');
  heading.focus({ preventScroll: true });
  main.scrollTo({ top: 0 });
}
"""


@st.cache_resource
def _mover() -> ComponentRenderer:
    return st.components.v2.component("screen_focus", js=_MOVE)


def begin_at_heading(screen: str) -> None:
    """Move the focus to the heading of the page when another screen is shown than in the run before."""
    _mover()(data={"screen": screen}, key="screen_focus", width=1, height=1)
