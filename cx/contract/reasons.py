"""Why a record was rejected, and how to mend it: the sentence of each rule."""

from __future__ import annotations

from cx.contract.tables import TABLES
from cx.phrase import Phrase, phrase

# Rules that do not belong to one column or row of the contract, with the sentence for each.
_GENERAL = {
    "required": phrase("A value is required here. Fill it in, or map another column to it."),
    "reference": phrase("This value is not known in the table that it refers to. Add it there, or correct it here."),
    "duplicate_copy": phrase("The same record stands more than once; one copy was loaded. Nothing needs to be done."),
    "duplicate_key": phrase("Several records have this key and differ, so none was loaded. Keep the right one."),
    "ragged": phrase("The record does not have as many cells as the header. Look for a missing or extra delimiter "
                     "or quote in this line."),
    "cell_too_long": phrase("A cell of the record is longer than 10 million characters. Shorten it, or look for a "
                            "quote that is never closed."),
    "scale": phrase("The score lies outside the scale that the mapping file declares."),
    "answer_rejected": phrase("The answer that this rating belongs to was rejected; mend that record first."),
}


def remedy(table_name: str, column_name: str, rule: str) -> Phrase:
    """The sentence that says how to mend a record that broke a rule of a table's column."""
    table = TABLES[table_name]
    for row_rule in table.rules:
        if row_rule.name == rule:
            return row_rule.remedy
    if rule in _GENERAL:
        return _GENERAL[rule]
    column = table.column(column_name)
    match rule:
        case "type":
            return column.type.value.remedy
        case "allowed":
            return phrase("Write one of: {values}.", values=", ".join(column.allowed))
        case "minimum":
            return phrase("The value must be at least {limit}.", limit=_plain(column.minimum))
        case "maximum":
            return phrase("The value must be at most {limit}.", limit=_plain(column.maximum))
    raise KeyError(f"rule == {rule!r}, must be one of the contract's")


def _plain(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"
