"""How the dates of a column are written: the ways that fit all values, with the days that they would give."""

from __future__ import annotations

import re

import streamlit as st

from cx.ingest.column_profile import ColumnProfile
from cx.ingest.date_formats import DateReading
from cx.ingest.mapping_cells import DATE_CODES
from cx.ui.frame import Reader
from cx.ui.text import plain


def choose_format(reader: Reader, profile: ColumnProfile, current: str, key: str) -> str | None:
    """The strptime format of the dates, empty for ISO; None while the person has to choose."""
    t = reader.t
    if not profile.dates:
        return _own_format(reader, profile, current, key)
    if len(profile.dates) == 1:
        st.caption(f":material/event: {plain(_as_read(reader, profile.dates[0]))}")
        return profile.dates[0].format
    readings = {reading.format: reading for reading in profile.dates}
    return st.radio(
        t("These dates can be read in more than one way. Which is right?"), list(readings), key=key,
        index=list(readings).index(current) if current in readings else None,
        format_func=lambda text: plain(_as_read(reader, readings[text])))


def _own_format(reader: Reader, profile: ColumnProfile, current: str, key: str) -> str | None:
    """A format that the person writes, for dates that no known one fits; None while it is not one."""
    t = reader.t
    example = profile.samples[0] if profile.samples else ""
    text = st.text_input(
        plain(t("No known way to write dates fits all values, such as {example}. Write the format with %d for the day, "
                "%m for the month, %Y for the year, %H, %M and %S for the time.", example=example)),
        value=current, key=key, placeholder="%d/%m/%Y").strip()
    return text if text and set(re.findall(r"%(-?.?)", text)) <= DATE_CODES and "%" in text else None


def _as_read(reader: Reader, reading: DateReading) -> str:
    write = reader.write
    return reader.t("{example} is {day}; all days lie from {first} to {last}", example=reading.example,
                    day=write.day(reading.example_day), first=write.day(reading.first), last=write.day(reading.last))
