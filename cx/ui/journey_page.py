"""Parts of the page Journey: what the map shows, the finding as the title, the map, and which touchpoint is opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from cx.charts import compare_touchpoints as maps
from cx.charts.compare_touchpoints import MAX_UNITS, Mapped
from cx.phrase import Phrase, phrase
from cx.say.journey import ACROSS_WORDS, compared_spans, journey_headline, moved_sentence, past_words
from cx.stats.journey_map import worst_first
from cx.stats.touchpoint_map import MapCell
from cx.ui import address
from cx.ui.figures import figure, scrolled
from cx.ui.frame import View
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint
from cx.warehouse.journey import ACROSS, JourneyMap, journey_map, journeys
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot

MAX_ROWS = 40
_SEARCH_FROM = 13  # touchpoints from which a search by name is offered
_ORDERS: Mapping[str, Phrase] = {"journey": phrase("In the order of journeys"), "worst": phrase("Lowest first")}


@dataclass(frozen=True)
class Shown:
    """What the page shows: the whole map, and its rows as they were searched for and put in order."""

    found: JourneyMap
    named: NamedMap
    order: str
    wanted: str
    journey: str

    @property
    def is_narrowed(self) -> bool:
        """Whether a journey was chosen or a name searched for."""
        return bool(self.wanted or self.journey)


def address_values(snapshot: Snapshot, scope: Scope) -> Mapping[str, Collection[str]]:
    """What the parameters of this page may be."""
    return {"across": ACROSS, "order": tuple(_ORDERS), "journey": journeys(snapshot, scope)}


def choose_across(view: View) -> str:
    """What the columns are: as the address says, else units; segments and channels only where answers carry them."""
    known = {"segment": view.dimensions.segments, "channel": view.dimensions.channels}
    with st.container(horizontal=True, vertical_alignment="center"):
        return segments(view.t("Columns"), "across", [one for one in ACROSS if known.get(one, True)],
                        lambda one: view.t(ACROSS_WORDS[one]))


def mapped(view: View, across: str) -> Shown | None:
    """The map that was asked for; None, and why is said, when there is none."""
    t = view.t
    found = journey_map(view.snapshot, view.scope, across, view.filters, view.settings)
    if found is None:
        st.title(t("There is no journey to show here"), anchor=False)
        st.markdown(t("No answer to a transaction survey names a touchpoint in these months and filters. Bring "
                      "responses with touchpoint_id, and the table touchpoints with the journeys."))
        return None
    order = address.chosen("order")
    wanted, journey = address.chosen("find").strip(), address.chosen("journey")
    named = _named(view, found)
    ids = worst_first(named.map) if order == "worst" else named.map.touchpoint_ids
    by_id = {one.id: one for one in named.touchpoints}
    ids = tuple(one for one in ids if wanted.casefold() in by_id[one].name.casefold()
                and (not journey or by_id[one].journey == journey))
    return Shown(found, named.of_touchpoints(ids), order if order in _ORDERS else "journey", wanted, journey)


def _named(view: View, found: JourneyMap) -> NamedMap:
    """The map with its columns as this reader calls them."""
    if found.across != "month":
        return found.named
    return replace(found.named, unit_names={one: view.write.month(date.fromisoformat(f"{one}-01"))
                                            for one in found.named.map.unit_ids})


def title(view: View, shown: Shown) -> None:
    """The finding as the title, and under it what it rests on."""
    t, found = view.t, shown.found
    st.title(plain(journey_headline(t, found, shown.named)), anchor=False)
    unit = view.hierarchy.by_id[found.unit_id].name if found.unit_id else ""
    filters = replace(view.filters, touchpoint="", first_month=None, last_month=None)
    words = replace(view, filters=filters).words
    notes = [compared_spans(t, found, unit), moved_sentence(t, found, shown.named),
             t("Filters: {filters}.", filters=words) if words else ""]
    st.markdown(plain(t.paragraph(notes)))


def narrow(view: View, shown: Shown) -> None:
    """The order of the rows, the choice of a journey, and the search by name."""
    t, touchpoints = view.t, shown.found.named.touchpoints
    every = list(dict.fromkeys(one.journey for one in touchpoints if one.journey))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments(t("Order"), "order", list(_ORDERS), lambda one: t(_ORDERS[one]))
        if len(every) > 1 or shown.journey:
            st.session_state["journey"] = shown.journey
            st.selectbox(t("Journey"), list(dict.fromkeys(["", *every, shown.journey])), key="journey", width=240,
                         format_func=lambda one: one or t("all journeys"),
                         on_change=lambda: address.choose("journey", st.session_state["journey"] or ""))
        if len(touchpoints) >= _SEARCH_FROM or shown.wanted:
            st.session_state["find"] = shown.wanted
            st.text_input(t("Search a touchpoint by name"), key="find", width=260, icon=":material/search:",
                          on_change=lambda: address.choose("find", st.session_state["find"].strip()))
    if shown.is_narrowed:
        st.caption(t("{n} of {all} touchpoints are shown. Verdicts stay those among all.",
                     n=view.write.count(len(shown.named.touchpoints)), all=view.write.count(len(touchpoints))))


def picture(view: View, shown: Shown) -> None:
    """The map, how to read it, and the choice of a touchpoint to open."""
    t, named = view.t, shown.named
    if not named.touchpoints:
        st.info(t("No touchpoint here has this text in its name."))
        return

    def words(touchpoint: Touchpoint, cell: MapCell) -> list[str]:
        return past_words(t, named, touchpoint, cell, view.thresholds)

    drawn = Mapped(named, t, view.thresholds, words, t("Points against its own past"), MAX_ROWS,
                   headed=shown.order != "worst")
    clicks = st.session_state.setdefault("journey_clicks", 0)  # a new key forgets the mark of the last click
    said = " ".join([journey_headline(t, shown.found, named), moved_sentence(t, shown.found, named)]).strip()
    with scrolled("journey_map", maps.least_width(drawn)):
        figure(maps.touchpoint_map(drawn), said, f"journey_{clicks}", on_click=_clicked)
    st.caption(t("Each cell: the NPS, under it the number of answers; × where it is withheld, with the reason under "
                 "the pointer. Coloured and marked ▲ or ▼ are cells that moved beyond normal variation against their "
                 "own past; of all that are marked, about 1 in 10 may be so by chance. Grey numbers: no move can be "
                 "told."))
    _say_what_is_left_out(view, shown, drawn)


def _say_what_is_left_out(view: View, shown: Shown, drawn: Mapped) -> None:
    t, (touchpoints, columns), all_columns = view.t, drawn.drawn, shown.named.map.unit_ids
    if len(touchpoints) < len(shown.named.touchpoints):
        which = (t("the lowest") if shown.order == "worst" else
                 t("those with most moves, then those with the most answers"))
        st.caption(t("Drawn are {shown} of {all} touchpoints: {which}. The table has all of them.", which=which,
                     shown=len(touchpoints), all=view.write.count(len(shown.named.touchpoints))))
    if len(columns) < len(all_columns):
        st.caption(t("Drawn are {shown} of {all} columns: those with most moves, then those with the most answers. The "
                     "table has all of them.", shown=MAX_UNITS, all=view.write.count(len(all_columns))))


def _clicked(touchpoint_id: str) -> None:
    st.session_state["journey_clicks"] += 1
    address.choose("touchpoint", touchpoint_id)
