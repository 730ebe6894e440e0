"""The filter bar: one for all pages, kept in the address, the same words in the title and in every export."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from cx.say.numbers import Formatter, formatter
from cx.say.translator import Translator
from cx.ui import address
from cx.warehouse.dimensions import Dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.units import Hierarchy, Unit

PARAMETERS = ("unit", "from", "to", "product", "segment", "channel", "touchpoint")


@dataclass(frozen=True)
class Choices:
    """What can be chosen from: units, months (first days), the values of the other dimensions, and what else a page
    lets choose in the address, by the name of the parameter.
    """

    hierarchy: Hierarchy
    months: tuple[date, ...]
    dimensions: Dimensions
    of_page: Mapping[str, Collection[str]]


def filter_bar(t: Translator, choices: Choices) -> Filters:
    """The filters as chosen, with the controls to change them. What the link asks for and is not there is said."""
    _drop_unknown(t, choices)
    write = formatter(t.code)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter_bar"):
        _units(t, choices.hierarchy)
        _month(t("From"), "from", t("the start"), choices.months, write)
        _month(t("To"), "to", t("the end"), choices.months, write)
        in_use = sum(bool(address.chosen(name)) for name in PARAMETERS[3:])
        label = t.plural("{n} more filter", "{n} more filters", in_use) if in_use else t("More filters")
        with st.popover(label, icon=":material/filter_list:"):
            _values(t("Product"), "product", t("all products"), choices.dimensions.products)
            _values(t("Segment"), "segment", t("all segments"), choices.dimensions.segments)
            _values(t("Channel"), "channel", t("all channels"), choices.dimensions.channels)
            names = choices.dimensions.touchpoint_names
            _values(t("Touchpoint"), "touchpoint", t("all touchpoints"), tuple(names), lambda value: names[value])
    chosen = chosen_filters()
    if chosen.first_month and chosen.last_month and chosen.first_month > chosen.last_month:
        st.warning(t("The first month lies after the last month, so nothing can be shown."))
    return chosen


def chosen_filters() -> Filters:
    """The filters as they stand in the address."""
    return Filters(
        units=address.chosen_list("unit"), first_month=_first_day(address.chosen("from")),
        last_month=_first_day(address.chosen("to")), product=address.chosen("product"),
        segment=address.chosen("segment"), channel=address.chosen("channel"), touchpoint=address.chosen("touchpoint"))


def unit_label(unit: Unit) -> str:
    """A unit with the units above it, the topmost left out, so that equal names are told apart."""
    above = " › ".join(unit.path[1:-1])
    return f"{unit.name} ({above})" if above else unit.name


def _first_day(month: str) -> date | None:
    try:
        return date.fromisoformat(f"{month}-01") if month else None
    except ValueError:  # what is no month is said and left out where the months are known
        return None


def _drop_unknown(t: Translator, choices: Choices) -> None:
    """Take out of the address what cannot be chosen, and say so: a link must not quietly show something else."""
    months = {f"{month:%Y-%m}" for month in choices.months}
    known = {"unit": choices.hierarchy.by_id, "from": months, "to": months, "product": choices.dimensions.products,
             "segment": choices.dimensions.segments, "channel": choices.dimensions.channels,
             "touchpoint": choices.dimensions.touchpoint_names, **choices.of_page}
    unknown = []
    for name, values in known.items():
        wanted = address.chosen_list(name)
        kept = [value for value in wanted if value in values]
        if len(kept) < len(wanted):
            unknown += [f"{name}={value}" for value in wanted if value not in values]
            address.choose(name, kept)
    if unknown:
        st.warning(t("This is not there and was left out:") + " " + ", ".join(
            value.replace("`", "'") for value in unknown).join(("`", "`")))


def _units(t: Translator, hierarchy: Hierarchy) -> None:
    labels = {unit.id: unit_label(unit) for unit in hierarchy.units}
    key = "filter_unit"
    st.session_state[key] = list(address.chosen_list("unit"))
    st.multiselect(t("Business unit"), list(labels), format_func=labels.__getitem__, key=key, select_all=False,
                   placeholder=t("The whole company"), on_change=_choose_list, args=("unit", key), width=340)


def _month(label: str, parameter: str, open_end: str, months: Sequence[date], write: Formatter) -> None:
    names = {f"{month:%Y-%m}": write.month(month) for month in months}
    _select(label, parameter, open_end, tuple(names), names.__getitem__, 150)


def _values(label: str, parameter: str, everything: str, values: Sequence[str],
            name: Callable[[str], str] = lambda value: value) -> None:
    if values:
        _select(label, parameter, everything, values, name, 280)


def _select(label: str, parameter: str, empty: str, values: Sequence[str], name: Callable[[str], str],
            width: int) -> None:
    key = f"filter_{parameter}"
    st.session_state[key] = address.chosen(parameter)
    st.selectbox(label, ["", *values], format_func=lambda value: name(value) if value else empty, key=key,
                 on_change=_choose, args=(parameter, key), width=width)


def _choose(parameter: str, key: str) -> None:
    address.choose(parameter, st.session_state[key] or "")


def _choose_list(parameter: str, key: str) -> None:
    address.choose(parameter, st.session_state[key])
