"""Parts of the page Compare units: what is compared, the finding, all units together, two units side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from cx.phrase import Phrase, phrase
from cx.say.compare import (
    RULE_WORDS,
    compare_headline,
    compared_what,
    group_sentence,
    groups_sentence,
    pair_sentence,
    rule_help,
    split_sentence,
    withheld_units,
)
from cx.stats.comparison import ComparedUnit, Comparison, difference_split, is_comparable
from cx.stats.difference import Difference
from cx.stats.group_figure import GroupFigure
from cx.ui import address
from cx.ui.frame import View
from cx.ui.pages import PICTURES
from cx.ui.segments import segments
from cx.ui.text import plain
from cx.ui.trends_page import choose_survey
from cx.warehouse import compare
from cx.warehouse.compare import Asked, Span
from cx.warehouse.group_rules import RULES, group_figures
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot
from cx.warehouse.units import Unit, hierarchy

MIXES: dict[str, Phrase] = {"product": phrase("product"), "segment": phrase("segment"), "channel": phrase("channel")}
_SEARCH_FROM = 13  # units from which a search by name is offered


@dataclass(frozen=True)
class Shown:
    """What the page shows: what was asked for, the span of months, the comparison, the figures of all units together.

    rule: by which the page makes the figure of all. wanted: text that names must hold to be shown, empty for all.
    parents: by unit the name of the unit above it. by_parent: whether units stand under the unit above them.
    """

    asked: Asked
    span: Span
    comparison: Comparison
    total_name: str
    group: Mapping[str, GroupFigure]
    rule: str
    wanted: str
    parents: Mapping[str, str]
    by_parent: bool

    def is_wanted(self, unit: ComparedUnit) -> bool:
        """Whether the name of a unit holds what was searched for."""
        return self.wanted.casefold() in unit.name.casefold()

    @property
    def found(self) -> tuple[ComparedUnit, ...]:
        """The units with a figure whose names hold what was searched for."""
        return tuple(unit for unit in self.comparison.shown if self.is_wanted(unit))


def address_values(snapshot: Snapshot, scope: Scope) -> Mapping[str, Collection[str]]:
    """What the parameters of this page may be; a picture of another page is no odd value."""
    tree = hierarchy(snapshot, scope)
    return {"chart": PICTURES, "level": [str(number) for number in range(1, len(tree.levels(())) + 1)], "mix": MIXES,
            "rule": RULES, "group": ("parent",), "a": tree.by_id, "b": tree.by_id}


def choose(view: View) -> Asked:
    """The survey, the level and the mix, as the address says or the first that there are."""
    levels = view.hierarchy.levels(view.filters.units)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        survey = choose_survey(view)
        level = _level(view, levels)
        dimension = _mix(view)
    return compare.asked_for(view.hierarchy, view.filters.units, survey, level, dimension)


def _level(view: View, levels: Sequence[tuple[Unit, ...]]) -> int:
    if len(levels) < 2:
        return 0
    wanted = address.chosen("level", "1")
    number = int(wanted) - 1 if wanted in {str(place + 1) for place in range(len(levels))} else 0
    st.session_state["level"] = number
    return int(st.selectbox(
        view.t("Level"), range(len(levels)), key="level", width=220,
        format_func=lambda place: _level_name(view, place, levels[place]),
        on_change=lambda: address.choose("level", str(st.session_state["level"] + 1))))


def _level_name(view: View, place: int, units: Sequence[Unit]) -> str:
    ((kind, _),) = Counter(unit.kind for unit in units).most_common(1)
    named = kind or view.t("Level {number}", number=place + 1)
    return view.t("{kind} ({n})", kind=named, n=view.write.count(len(units)))


def _mix(view: View) -> str:
    """The dimension whose mix is made equal; empty text when none is, or none is known."""
    known = _known_mixes(view, 2)
    if not known:
        return ""
    chosen = address.chosen("mix")
    st.session_state["mix"] = chosen if chosen in known else ""
    return str(st.selectbox(
        view.t("Same mix of"), ["", *known], key="mix", width=200,
        format_func=lambda name: view.t(MIXES[name]) if name else view.t("as answered"),
        help=view.t("Units differ in whom they serve. At the same mix every unit is counted as if its answers were "
                    "mixed like all answers of these units. The mix is that of the answers, not of all customers."),
        on_change=lambda: address.choose("mix", st.session_state["mix"])))


def _known_mixes(view: View, at_least: int) -> list[str]:
    """The dimensions of which answers have so many values; one that a filter fixes has a single value left."""
    dimensions = {"segment": view.dimensions.segments, "channel": view.dimensions.channels,
                  "product": view.dimensions.products}
    fixed = {clause.column for clause in view.filters.clauses()}
    return [name for name, values in dimensions.items() if len(values) >= at_least and name not in fixed]


def compared(view: View, asked: Asked) -> Shown | None:
    """The comparison that was asked for; None, and why is said, when there is none."""
    found = compare.span(view.snapshot, view.scope, asked.survey, view.filters)
    result = compare.compared_units(view.snapshot, view.scope, asked, view.filters, view.settings)
    if found is None or result is None or not result.units:
        st.title(view.t("There is nothing to compare here"), anchor=False)
        st.markdown(view.t("Choose a unit with units below it, or two units or more."))
        return None
    tree = view.hierarchy
    name = tree.by_id[asked.total_id].name if asked.total_id in tree.by_id else ""
    group = group_figures(view.snapshot, view.scope, asked, view.filters, view.settings)
    rule, parents = address.chosen("rule"), tree.parent_names(asked.unit_ids)
    by_parent = address.chosen("group") == "parent" and len(set(parents.values())) > 1
    return Shown(asked, found, result, name, group, rule if rule in group else "answers", 
                 address.chosen("find").strip(), parents, by_parent)


def title(view: View, shown: Shown) -> None:
    """The finding as the title, and under it what it rests on."""
    t, comparison = view.t, shown.comparison
    st.title(plain(compare_headline(t, comparison)), anchor=False)
    notes = [compared_what(t, shown.asked.survey, shown.span, comparison),
             group_sentence(t, shown.total_name, shown.rule, shown.group[shown.rule]) if shown.group else "",
             groups_sentence(t, comparison),
             t("Filters: {filters}.", filters=view.words) if view.words else "",
             withheld_units(t, comparison)]
    st.markdown(plain(t.paragraph(notes)))


def group_cards(view: View, shown: Shown) -> None:
    """The figure of all units together under each rule, and which of them the page uses; nothing with one rule."""
    t, write = view.t, view.write
    if len(shown.group) < 2:
        if shown.group:
            st.caption(t("The table business (customers_start, revenue or premium by unit and month) lets the units "
                         "weigh by customers or by revenue too."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments(t("All units together"), "rule", list(shown.group), lambda rule: t(RULE_WORDS[rule]))
    with st.container(horizontal=True, key="group_cards"):
        for rule, figure in shown.group.items():
            words = RULE_WORDS[rule]
            label = (t("All together {rule} (used here)", rule=words) if rule == shown.rule
                     else t("All together {rule}", rule=words))
            st.metric(label, write.nps(figure.nps),
                      plain(f"{write.interval(figure.low, figure.high)} · {write.sample(figure.n)}"),
                      delta_color="off", delta_arrow="off", help=rule_help(t, rule, figure), border=True)


def search(view: View, shown: Shown, *, in_rows: bool) -> None:
    """The search by name, and for a picture of rows whether they stand under the unit above; nothing with few units."""
    t = view.t
    is_searched = len(shown.comparison.units) >= _SEARCH_FROM or bool(shown.wanted)
    is_grouped = in_rows and len(set(shown.parents.values())) > 1
    if not is_searched and not is_grouped:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if is_searched:
            st.session_state["find"] = shown.wanted
            st.text_input(t("Search a unit by name"), key="find", width=260, icon=":material/search:",
                          on_change=lambda: address.choose("find", st.session_state["find"].strip()))
        if is_grouped:
            st.session_state["group"] = shown.by_parent
            st.toggle(t("Group by the unit above"), key="group",
                      on_change=lambda: address.choose("group", "parent" if st.session_state["group"] else ""))
    if shown.wanted:
        st.caption(plain(t("{n} of {all} units with a figure have “{text}” in their names. Ranks and verdicts stay "
                           "those among all units.", n=view.write.count(len(shown.found)), text=shown.wanted,
                           all=view.write.count(len(shown.comparison.shown)))))


def pair(view: View, shown: Shown) -> None:
    """Two units beside each other: their difference, and what of it is performance and what is mix."""
    t, units = view.t, shown.comparison.shown
    if len(units) < 2:
        return
    by_id = {unit.unit_id: unit for unit in units}
    names = {unit_id: unit.name for unit_id, unit in by_id.items()}
    st.header(t("Two units side by side"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ends = shown.comparison.ranked or units
        first = _one_of(t("First unit"), "a", names, ends[-1].unit_id)
        second = _one_of(t("Second unit"), "b", names, ends[0].unit_id)
    dimension = shown.asked.dimension or next(iter(_known_mixes(view, 1)), "")
    if first == second or not dimension:
        st.caption(t("Choose two different units.") if dimension else
                   t("The filters leave no product, segment or channel to split the difference by.")
                   if view.filters.narrows_answers else
                   t("Answers carry no product, segment or channel, so the mix is not known."))
        return
    asked = Asked(shown.asked.survey, (first, second), None, dimension)
    strata = compare.strata(view.snapshot, view.scope, asked, (first, second), view.filters, shown.span,
                            view.settings)
    split = difference_split(strata.get(first, {}), strata.get(second, {}), view.thresholds)
    if split is None:
        return
    st.markdown(plain(pair_sentence(t, shown.comparison, by_id[first], by_id[second], split.change, view.thresholds)))
    with st.container(horizontal=True, key="cards"):
        _part(view, t("Difference"), split.change)
        if is_comparable(split):
            _part(view, t("Happier customers"), split.performance)
            _part(view, t("Other mix of {dimension}", dimension=MIXES[dimension]), split.mix)
    st.caption(plain(split_sentence(t, names[first], names[second], split, MIXES[dimension])))


def _part(view: View, label: str, part: Difference) -> None:
    st.metric(plain(label), view.write.change(part.nps), plain(view.write.interval(part.low, part.high)),
              delta_color="off", delta_arrow="off", border=True)


def _one_of(label: str, parameter: str, names: dict[str, str], otherwise: str) -> str:
    chosen = address.chosen(parameter)
    st.session_state[f"pair_{parameter}"] = chosen if chosen in names else otherwise
    return str(st.selectbox(label, list(names), format_func=names.__getitem__, key=f"pair_{parameter}", width=320,
                            on_change=lambda: address.choose(parameter, st.session_state[f"pair_{parameter}"])))
