"""Part of the NPS trends page: what those who did not answer could change."""

from __future__ import annotations

import streamlit as st

from cx.charts.silent import tipping_line
from cx.say.silent import newest_asked, silent_sentences
from cx.stats.trends import Trends
from cx.ui.figures import figure
from cx.ui.frame import View
from cx.ui.text import plain


def show_silent(view: View, trends: Trends) -> None:
    """How far the score of all asked may lie from that of those who answered, for the newest period of one unit."""
    asked = newest_asked(trends)
    if asked is None:
        if trends.main is None:
            st.caption(view.t("Choose one unit to see what those who did not answer could change."))
        return
    sentences = silent_sentences(view.t, asked)
    st.subheader(view.t("What the silent could change"), anchor=False)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    figure(tipping_line(view.t, asked), " ".join(sentences), "silent")
