"""Exports of survey tools known by name: how each is recognised, how it is read, what its columns mean.

Names of columns differ by the language of the account; where the tool writes keys beside them, the keys decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cx.phrase import Phrase, phrase

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class KnownColumn:
    """What a column of a known export means: a column of the contract's responses.

    keys: its name in the header, or its ImportId, in any case. format: of its dates; None when it varies.
    """

    column: str
    keys: tuple[str, ...]
    format: str | None = None


@dataclass(frozen=True)
class KnownLayout:
    """An export known by name. time_zone: the one that its times are written in; empty when the account decides.

    sets_aside: columns that describe the answering, never an answer, and are no ratings either.
    """

    name: str
    header_rows: int
    names: str
    recognise: Callable[[Rows], bool]
    columns: tuple[KnownColumn, ...]
    time_zone: str = ""
    sets_aside: tuple[str, ...] = ()

    @property
    def why(self) -> Phrase:
        """The sentence that says what was recognised."""
        if self.header_rows == 1:
            return phrase("It is laid out as {tool} exports answers.", tool=self.name)
        return phrase("It is laid out as {tool} exports answers, with {rows} header rows.", tool=self.name,
                      rows=self.header_rows)


def _words(row: Sequence[str]) -> set[str]:
    return {cell.strip().casefold() for cell in row}


def _import_id(cell: str) -> str:
    """The ImportId that a cell of Qualtrics' third header row holds; empty if it holds none.

    >>> _import_id('{"ImportId":"recordedDate","timeZone":"UTC"}')
    'recordedDate'
    """
    try:
        held = json.loads(cell)
    except ValueError:
        return ""
    return str(held.get("ImportId", "")) if isinstance(held, dict) else ""


def _is_qualtrics(rows: Rows) -> bool:
    return len(rows) > 2 and sum(bool(_import_id(cell)) for cell in rows[2]) > len(rows[2]) / 2


def _is_qualtrics_legacy(rows: Rows) -> bool:
    return len(rows) > 1 and _words(rows[0]) >= {"v1", "v2", "v8"} and _words(rows[1]) >= {"responseid", "startdate"}


def _is_survey_monkey(rows: Rows) -> bool:
    if len(rows) < 2 or rows[0][:1] == [] or rows[1][:1] == [] or len(rows[0]) != len(rows[1]):
        return False
    first = rows[0][0].strip().casefold().replace(" ", "")
    return first == "respondentid" and not rows[1][0].strip() and sum(map(bool, rows[1])) > 1


_TIMESTAMPS = ("timestamp", "zeitstempel", "marca temporal", "horodateur", "carimbo de data/hora",
               "informazioni cronologiche", "tijdstempel", "時間戳記", "时间戳记", "タイムスタンプ", "타임스탬프",
               "отметка времени", "sygnatura czasowa", "zaman damgası")


def _is_google_forms(rows: Rows) -> bool:
    return bool(rows) and len(rows[0]) > 1 and rows[0][0].strip().casefold() in _TIMESTAMPS


def _is_typeform(rows: Rows) -> bool:
    return bool(rows) and bool(rows[0]) and rows[0][0].strip() == "#" and "submit date (utc)" in _words(rows[0])


_HUBSPOT_KEYS = ("survey response id", "survey submission id", "feedback submission id", "record id")
_HUBSPOT_COLUMNS = {"survey name", "survey type", "survey channel", "sentiment", "response group", "follow-up response",
                    "follow up response", "response date", "date submitted", "survey id"}


def _is_hubspot(rows: Rows) -> bool:
    names = _words(rows[0]) if rows else set()
    return bool(names & set(_HUBSPOT_KEYS)) and len(names & _HUBSPOT_COLUMNS) >= 2


KNOWN_LAYOUTS = (
    KnownLayout(
        "Qualtrics", 3, "first", _is_qualtrics,
        (KnownColumn("response_id", ("_recordId",)), KnownColumn("responded_at", ("recordedDate", "endDate"), ""),
         KnownColumn("language", ("userLanguage",)), KnownColumn("customer_id", ("externalDataReference",)),
         KnownColumn("channel", ("distributionChannel",))),
        sets_aside=("startDate", "status", "ipAddress", "progress", "duration", "finished", "recipientLastName",
                    "recipientFirstName", "recipientEmail", "locationLatitude", "locationLongitude")),
    KnownLayout(
        "Qualtrics legacy", 2, "first", _is_qualtrics_legacy,
        (KnownColumn("response_id", ("ResponseID",)), KnownColumn("responded_at", ("EndDate",), ""),
         KnownColumn("customer_id", ("ExternalDataReference",))),
        sets_aside=("ResponseSet", "Name", "EmailAddress", "IPAddress", "Status", "StartDate", "Finished",
                    "LocationLatitude", "LocationLongitude", "LocationAccuracy")),
    KnownLayout(
        "SurveyMonkey", 2, "joined", _is_survey_monkey,
        (KnownColumn("response_id", ("RespondentID", "Respondent ID")),
         KnownColumn("responded_at", ("EndDate", "End Date", "DateModified", "Date Modified"))),
        sets_aside=("CollectorID", "Collector ID", "StartDate", "Start Date", "IPAddress", "IP Address",
                    "Email Address", "First Name", "LastName", "Last Name", "Custom Data 1")),
    KnownLayout("Google Forms", 1, "first", _is_google_forms, (KnownColumn("responded_at", _TIMESTAMPS),)),
    KnownLayout(
        "Typeform", 1, "first", _is_typeform,
        (KnownColumn("response_id", ("#",)), KnownColumn("responded_at", ("Submit Date (UTC)",), "")),
        time_zone="UTC", sets_aside=("Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Network ID", "Tags",
                                     "Ending")),
    KnownLayout(
        "HubSpot", 1, "first", _is_hubspot,
        (KnownColumn("response_id", _HUBSPOT_KEYS),
         KnownColumn("responded_at", ("Response date", "Date submitted", "Date")),
         KnownColumn("score", ("NPS", "Rating", "Response", "Score")),
         KnownColumn("comment", ("Follow-up response", "Follow up response", "Feedback", "Additional feedback")),
         KnownColumn("channel", ("Survey channel",)), KnownColumn("language", ("Survey language",)),
         KnownColumn("customer_id", ("Contact", "Contact ID", "Associated Contact IDs"))),
        sets_aside=("Sentiment", "Response group", "Survey name", "Survey type", "Survey ID")),
)


def recognised(rows: Rows) -> KnownLayout | None:
    """The known export whose first rows these are; None if it is none of them."""
    return next((layout for layout in KNOWN_LAYOUTS if layout.recognise(rows)), None)


def column_keys(layout: KnownLayout, header: Sequence[str], rows: Rows) -> tuple[str, ...]:
    """The key of each column of a known export: its ImportId, its label in the second row, or its name; lower case."""
    keys: Sequence[str] = header
    if layout.name == "Qualtrics":
        keys = [_import_id(cell) for cell in rows[2]]
    elif layout.name == "Qualtrics legacy":
        keys = rows[1]
    elif layout.names == "joined":
        keys = rows[0]
    return tuple(key.strip().casefold() for key in keys)
