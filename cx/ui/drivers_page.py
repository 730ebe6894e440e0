"""Parts of the page Drivers: choice of survey and picture, title, picture, table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import astuple, dataclass, fields

import pandas as pd
import streamlit as st

from cx.charts import drivers as pictures
from cx.charts.drivers import Rated
from cx.phrase import Phrase, phrase
from cx.say.driver_drift import drift_sentence
from cx.say.drivers import KINDS as KIND_WORDS
from cx.say.drivers import (
    DriverRow,
    changed_most,
    driver_rows,
    drivers_headline,
    halo,
    kinds_sentences,
    lost_headline,
    lost_sentence,
    rests_on,
    unknown_sentence,
)
from cx.say.trends import MEASURES
from cx.stats.asymmetry import Kind
from cx.stats.rating_difference import RatingDifference
from cx.ui.downloads import download
from cx.ui.figures import figure
from cx.ui.frame import View, freshness
from cx.ui.pages import DRIVERS, PICTURES
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.warehouse.drivers import UnitDrivers, Unknown, drifting_drivers, rated_surveys, rating_differences, unit_drivers
from cx.warehouse.filters import SURVEYS
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import Unit

_PANEL_WIDTH = 300
_COLUMNS: dict[str, Phrase] = {
    "driver": phrase("Driver"), "share_pct": phrase("Importance %"), "share_low_pct": phrase("from"),
    "share_high_pct": phrase("to"), "first_pct": phrase("First, % of draws"), "rated_low_pct": phrase("Rated low %"),
    "lost_pts": phrase("Lost today"), "lost_low_pts": phrase("lost from"), "lost_high_pts": phrase("lost to"),
    "penalty_pts": phrase("Penalty"), "reward_pts": phrase("Reward"), "kind": phrase("Kind"),
}


@dataclass(frozen=True)
class Asked:
    """What the page is about: a kind of survey, one unit, and what is known of its drivers, or why nothing is."""

    survey: str
    unit: Unit
    found: UnitDrivers | Unknown
    differences: tuple[tuple[str, RatingDifference], ...]


def address_values(snapshot: Snapshot, scope: Scope) -> Mapping[str, Collection[str]]:
    """What the parameters of this page may be."""
    return {"chart": PICTURES}


def asked(view: View) -> Asked | None:
    """The survey as the address says, and the one unit that the filters choose; None, and why is said, without them."""
    t, surveys = view.t, rated_surveys(view.snapshot, view.scope)
    chosen = [view.hierarchy.by_id[unit] for unit in view.filters.units if unit in view.hierarchy.by_id]
    units = chosen or list(view.hierarchy.top)
    if not surveys:
        st.title(t("No ratings are loaded yet"), anchor=False)
        top = units[0].name if units else ""
        st.markdown(plain(unknown_sentence(t, Unknown.NO_RATINGS, top)))
        return None
    survey = segments(t("Survey"), "survey", list(surveys), lambda kind: t(SURVEYS[kind]))
    if len(units) != 1:
        st.title(t("Choose one unit"), anchor=False)
        st.markdown(t("Drivers are those of one unit at a time; a unit includes the units below it."))
        return None
    found = unit_drivers(view.snapshot, view.scope, survey, units[0].id, view.filters)
    every = rating_differences(view.snapshot, view.scope, survey, units[0].id, view.filters, view.settings)
    return Asked(survey, units[0], found, tuple((name, one) for name, one in every.items() if one is not None))


def choose_chart(view: View, about: Asked) -> str:
    """The picture to show: without a joint view there is the simple difference alone."""
    if isinstance(about.found, Unknown):
        return "difference"
    possible = {"lost": about.found.asymmetries is not None, "effects": about.found.asymmetries is not None,
                "time": len(about.found.periods) > 1, "group": _above(view, about) is not None}
    kinds = [kind for kind in DRIVERS.pictures if possible.get(kind, True)]
    return segments(view.t("Picture"), "chart", kinds, lambda kind: view.t(DRIVERS.pictures[kind]))


def title(view: View, about: Asked, chart: str) -> None:
    """The finding as the title, and under it what it rests on."""
    t, found = view.t, about.found
    if isinstance(found, Unknown):
        st.title(t("Drivers are not known under these filters") if found is Unknown.FILTERS
                 else plain(changed_most(t, about.differences)), anchor=False)
        st.markdown(plain(unknown_sentence(t, found, about.unit.name)))
        return
    finding = {"difference": changed_most(t, about.differences), "lost": lost_headline(t, found)}.get(chart)
    st.title(plain(finding or drivers_headline(t, found, MEASURES[about.survey], about.unit.name)), anchor=False)
    st.markdown(plain(t.paragraph([rests_on(t, found), halo(t)])))


def picture(view: View, about: Asked, chart: str) -> None:
    """The chosen picture and what can be said of it."""
    if chart == "difference" or isinstance(about.found, Unknown):
        _difference(view, about)
    else:
        _JOINT[chart](view, about, about.found)


def _importance(view: View, about: Asked, found: UnitDrivers) -> None:
    rated = Rated(view.t, found)
    figure(pictures.importance(rated), drivers_headline(view.t, found, MEASURES[about.survey], about.unit.name),
           "importance")
    st.caption(view.t("Dot: the share of what all ratings explain together, averaged over all orders of asking; line: "
                      "95% interval. On the right: how often the driver comes first when customers are drawn anew."))


def _lost(view: View, about: Asked, found: UnitDrivers) -> None:
    sentence = lost_sentence(view.t, found)
    st.markdown(plain(sentence))
    figure(pictures.lost(Rated(view.t, found)), sentence, "lost")
    st.caption(view.t("Down: points of NPS that bad ratings of the driver cost today, the other ratings held, with 95% "
                      "interval. Right: how many rate it badly. What touches the line at zero may cost nothing."))


def _effects(view: View, about: Asked, found: UnitDrivers) -> None:
    sentences = kinds_sentences(view.t, found)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    figure(pictures.effects(Rated(view.t, found)), " ".join(sentences), "effects")


def _time(view: View, about: Asked, found: UnitDrivers) -> None:
    drifting = drifting_drivers(view.snapshot, view.scope, about.survey, about.unit.id, view.filters)
    sentence = drift_sentence(view.t, drifting) if drifting else ""
    st.markdown(plain(sentence))
    with st.container(horizontal=True, gap="small"):
        for number, panel in enumerate(pictures.over_time(Rated(view.t, found))):
            figure(panel, found.names[Rated(view.t, found).places[number]], f"driver_{number}", width=_PANEL_WIDTH)


def _group(view: View, about: Asked, found: UnitDrivers) -> None:
    above = _above(view, about)
    if above is None:
        return
    unit, of_group = above
    figure(pictures.importance(Rated(view.t, found), of_group, (about.unit.name, unit.name)),
           drivers_headline(view.t, of_group, MEASURES[about.survey], unit.name), "group")
    st.caption(view.t("The unit above includes this unit. Where the lines overlap, no difference can be told."))


def _above(view: View, about: Asked) -> tuple[Unit, UnitDrivers] | None:
    """The unit above and its drivers, where it has some."""
    parent = view.hierarchy.parents.get(about.unit.id)
    if parent is None:
        return None
    found = unit_drivers(view.snapshot, view.scope, about.survey, parent, view.filters)
    return None if isinstance(found, Unknown) else (view.hierarchy.by_id[parent], found)


def _difference(view: View, about: Asked) -> None:
    if about.found is Unknown.FILTERS:
        return
    if not about.differences:
        st.info(view.t("No driver has {n} answers that rate it low and {n} that rate it otherwise.",
                       n=view.thresholds.figure), icon=":material/visibility_off:")
        return
    figure(pictures.differences(view.t, about.differences), changed_most(view.t, about.differences), "difference")
    st.caption(view.t("The simple view: NPS of answers that rate a driver low, less NPS of the others that rate it, "
                      "with 95% interval. Nothing is held constant: other ratings and the mood are in it too."))


_JOINT: Mapping[str, Callable[[View, Asked, UnitDrivers], None]] = {
    "importance": _importance, "lost": _lost, "effects": _effects, "time": _time, "group": _group}


def table(view: View, about: Asked) -> None:
    """The drivers as a table, and as a file."""
    t = view.t
    rows = [] if isinstance(about.found, Unknown) else list(driver_rows(about.found))
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = st.toggle(t("Show as table"), key="as_table") if rows else False
        if rows:
            download(t("Download"), f"drivers-{about.survey}-{about.unit.id}.csv",
                     [*(field.name for field in fields(DriverRow)), "filters"],
                     lambda: ((*astuple(row), view.words) for row in rows))
        st.caption(plain(freshness(view)))
    if as_table:
        st.dataframe(
            pd.DataFrame([{t(_COLUMNS[name]): _cell(view, row, name) for name in _COLUMNS} for row in rows]),
            hide_index=True, alt=t("Drivers"), column_config={
                t(_COLUMNS[name]): st.column_config.NumberColumn(format="%.1f")
                for name in _COLUMNS if name.endswith(("_pct", "_pts"))})


def _cell(view: View, row: DriverRow, name: str) -> object:
    if name == "kind":
        return view.t(KIND_WORDS[Kind(row.kind)]) if row.kind else ""
    return getattr(row, name)
