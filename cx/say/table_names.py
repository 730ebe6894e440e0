"""Tables and columns of the contract in the words of a reader, who need not know what they are called in files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cx.contract.tables import TABLES
from cx.phrase import Phrase, phrase
from cx.say.translator import Translator

TABLE_NAMES: Mapping[str, Phrase] = MappingProxyType({
    "units": phrase("Units"), "touchpoints": phrase("Touchpoints"), "customers": phrase("Customers"),
    "responses": phrase("Answers"), "drivers": phrase("Drivers"), "ratings": phrase("Ratings"),
    "invitations": phrase("Invitations"), "renewals": phrase("Renewals"), "business": phrase("Business figures"),
    "contacts": phrase("Contacts"), "touchpoint_metrics": phrase("Touchpoint measurements"),
    "pain_points": phrase("Pain points"), "cases": phrase("Cases"), "initiatives": phrase("Initiatives"),
    "initiative_units": phrase("Units of initiatives"), "benchmarks": phrase("Competitor scores"),
    "targets": phrase("Targets"), "events": phrase("Events"), "visits": phrase("Visits"),
    "excerpts": phrase("Voice recordings"), "masks": phrase("Silenced spans"), "commitments": phrase("Commitments"),
})


def table_words(t: Translator, table: str) -> str:
    """What a table holds, in a word or two."""
    return t(TABLE_NAMES[table])


def column_words(t: Translator, table: str, column: str) -> str:
    """What a column of a table means; the name as it stands where the table has no such column."""
    known = TABLES[table]
    return t(known.column(column).meaning).rstrip(".。") if column in known.column_names else column
