"""The frame of every page: who asks, which snapshot, which filters, in which language; or why nothing can be shown.

`open_page` is the first statement of each page file, so that a page never stands without its guard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from cx.errors import CxError
from cx.say.numbers import Formatter, formatter
from cx.say.translator import Translator, translator
from cx.settings import Settings, settings
from cx.stats.months import months_through
from cx.stats.suppression import Thresholds
from cx.ui import address, failure
from cx.ui.filter_bar import PARAMETERS, Choices, chosen_filters, filter_bar
from cx.ui.languages import current_language, language_control
from cx.ui.pages import PAGES
from cx.ui.text import plain
from cx.warehouse import nps
from cx.warehouse.dimensions import Dimensions, dimensions
from cx.warehouse.filters import Filters
from cx.warehouse.loads import about
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot, Warehouse
from cx.warehouse.units import Hierarchy, hierarchy

PAGE_PARAMETERS = ("survey", "chart", "weights", "market", "by", "level", "mix", "a", "b", "rule", "find", "group",
                   "across", "order", "journey")
IMPORT_PARAMETER = "import"  # of the Data page alone: a link to another page opens nobody's import


@dataclass(frozen=True)
class Reader:
    """Who reads: the language, the settings, and the units that may be seen."""

    t: Translator
    write: Formatter
    settings: Settings
    thresholds: Thresholds
    scope: Scope

    @property
    def is_first(self) -> bool:
        """Whether nothing is loaded yet."""
        return not isinstance(self, View)

    @property
    def may_load(self) -> bool:
        """Whether this reader may bring files, and sees their records: only who may see all units."""
        return self.scope.units is None


@dataclass(frozen=True)
class View(Reader):
    """What a page stands on: one snapshot, one scope, one set of filters, one language, for the whole run."""

    snapshot: Snapshot
    hierarchy: Hierarchy
    surveys: tuple[nps.Survey, ...]
    dimensions: Dimensions
    filters: Filters

    @property
    def words(self) -> str:
        """The filters in use, in the reader's language; empty text when there are none."""
        return self._words_of(self.filters)

    @property
    def narrowing_words(self) -> str:
        """Of these the filters that leave answers of a unit and period out."""
        return self._words_of(replace(self.filters, first_month=None, last_month=None))

    def _words_of(self, filters: Filters) -> str:
        return self.write.listing(
            self.t(clause.words, **{name: self.write.month(value) for name, value in clause.words.values.items()
                                    if isinstance(value, date)})
            for clause in filters.clauses(self.dimensions.touchpoint_names))


@st.cache_resource
def warehouse() -> Warehouse:
    """The warehouse of this server."""
    return Warehouse(settings())


def open_page(page: str, *, with_filters: bool = True, when_empty: Callable[[Reader], None] | None = None,
              choices: Callable[[Snapshot, Scope], Mapping[str, Collection[str]]] | None = None) -> View:
    """What the page may show and in which language; where nothing can be shown, says why and stops the page.

    `choices` are the values that the page knows of its own parameters: others in a link are said and left out.
    `when_empty` shows what a page has to offer while nothing is loaded, instead of the invitation to load.
    """
    address.follow(page)
    _mend_contrast()
    t = translator(current_language())
    try:
        scope = authorize(settings())
        snapshot = warehouse().current()
    except CxError as error:
        _stop(t, error)
    reader = Reader(t, formatter(t.code), settings(), nps.thresholds(settings()), scope)
    if snapshot is None:
        _stop_without_data(reader, when_empty)
    view = _view(reader, snapshot, choices(snapshot, scope) if choices else {}, with_filters=with_filters)
    write_address(page)
    _say_fallback(t, snapshot)
    return view


def write_address(page: str) -> None:
    """Put the choices that a page knows into the address."""
    address.write(("lang", *PARAMETERS, *PAGE_PARAMETERS, *([IMPORT_PARAMETER] if page == "data" else [])))


def _view(reader: Reader, snapshot: Snapshot, of_page: Mapping[str, Collection[str]], *, with_filters: bool) -> View:
    t, scope = reader.t, reader.scope
    units, surveys, values = hierarchy(snapshot, scope), nps.surveys(snapshot, scope), dimensions(snapshot, scope)
    bar, language = st.columns([5, 1], vertical_alignment="bottom")
    with bar:
        known = {"survey": [survey.kind for survey in surveys], **of_page}
        filters = filter_bar(t, Choices(units, _months(surveys), values, known)) if with_filters else chosen_filters()
    with language, st.container(horizontal=True, horizontal_alignment="right"):
        language_control(t("Language"))
    return View(t, reader.write, reader.settings, reader.thresholds, scope, snapshot, units, surveys, values, filters)


def _months(surveys: tuple[nps.Survey, ...]) -> tuple[date, ...]:
    if not surveys:
        return ()
    first, last = min(survey.first_month for survey in surveys), max(survey.last_month for survey in surveys)
    return months_through(first, last)


def _mend_contrast() -> None:
    """Streamlit writes on filled buttons and values in white, unreadable on the light blue of the dark theme.

    A button that is disabled is not filled: its words stand on the dark page and stay light.
    """
    if st.context.theme.type == "dark":
        st.html("<style>button[kind=primary]:enabled, button[kind=primary]:enabled p { color: #10161C } "
                "button[kind=primary]:disabled, button[kind=primary]:disabled p { color: #AAB6C2 } "
                "[data-tag], [data-tag] * { color: #10161C }</style>")


def _say_fallback(t: Translator, snapshot: Snapshot) -> None:
    """Say that the current snapshot could not be opened and an earlier one is shown."""
    missing = snapshot.fallback_from
    if missing:
        st.warning(plain(t("The newest snapshot, {snapshot}, cannot be opened. The pages show the one before it: "
                           "what was loaded last is missing here. Run python -m cx doctor, which says what is wrong "
                           "and mends what it can.", snapshot=missing)), icon=":material/history:")


def _stop(t: Translator, error: CxError) -> NoReturn:
    language_control(t("Language"))
    failure.show(error)
    st.stop()


def _stop_without_data(reader: Reader, when_empty: Callable[[Reader], None] | None) -> NoReturn:
    t = reader.t
    with st.container(horizontal=True, horizontal_alignment="right"):
        language_control(t("Language"))
    if when_empty:
        when_empty(reader)
    else:
        invite_to_load(reader)
    st.stop()


def invite_to_load(reader: Reader) -> None:
    """Say that nothing is loaded yet, and the two ways to change that: a file on the Data page, or a command."""
    t = reader.t
    st.title(t("Nothing is loaded yet"), anchor=False)
    if reader.may_load:
        st.markdown(t("Bring the file that your survey tool exports. Only the answers to the recommend question are "
                      "required; the pages then show them, and no restart is needed."))
        if st.button(t("Load a file"), type="primary", icon=":material/upload_file:", key="to_data_page"):
            st.switch_page(next(page.path for page in PAGES if page.name == "data"))
    show_commands(t)


def show_commands(t: Translator) -> None:
    """The commands that fill an empty home."""
    st.markdown(t("On the command line: build the demo company, or load your own file with a mapping file."))
    st.code("python -m cx demo\npython -m cx load data/mappings/MY_SURVEY.toml MY_SURVEY.csv", language=None)


def freshness(view: View) -> str:
    """How fresh the figures are, and how many records were rejected, as one line."""
    facts, zone = about(view.snapshot, view.scope), ZoneInfo(about(view.snapshot, view.scope).time_zone)
    age: timedelta = datetime.now(UTC) - facts.created_at
    parts = [view.t("answers to {day}", day=view.write.day(facts.answers_to.astimezone(zone).date()))
             if facts.answers_to else "",
             view.t("loaded {ago}", ago=view.write.ago(age)),
             view.t.plural("{n} record rejected", "{n} records rejected", facts.rejected) if facts.rejected else "",
             view.t("demo company: generated, not real") if facts.is_demo else ""]
    return " · ".join(part for part in parts if part)
