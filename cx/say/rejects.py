"""Rejected records as a file that a person can mend and load again: the record, where it stood, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cx.contract.disarm import disarmed
from cx.contract.reasons import remedy
from cx.say.translator import Translator
from cx.warehouse.loads import MendableRecord, RejectedFile


def mend_header(file: RejectedFile) -> tuple[str, ...]:
    """The columns of the file, then those that say where a record stood and why it was rejected."""
    return (*map(disarmed, file.names), "cx_load", "cx_file", "cx_line", "cx_rule", "cx_remedy", "cx_surplus")


def mend_rows(t: Translator, file: RejectedFile, records: Iterable[MendableRecord]) -> Iterator[tuple[str, ...]]:
    """One row a rejected record. Cells beyond the header stand in the last column."""
    width = len(file.names)
    for record in records:
        cells = [cell or "" for cell in record.cells]
        kept, surplus = cells[:width], cells[width:]
        rules = ", ".join(dict.fromkeys(f"{broken.column}: {broken.rule}" for broken in record.broken))
        remedies = " ".join(dict.fromkeys(t(remedy(one.table, one.column, one.rule)) for one in record.broken))
        yield (*(disarmed(cell) for cell in kept), *[""] * (width - len(kept)), file.load_id, disarmed(file.file),
               str(record.line), rules, remedies, disarmed(" · ".join(surplus)))
