"""The one formatter: every number, date and duration that a reader sees, in the reader's language.

Functions take raw values and round once, for display: difference first, then format. NPS is in [-1, 1] and shown in
points with its sign; a value that is missing, NaN or infinite is shown as a dash, never as zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_interval, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_compact_decimal
from babel.units import format_unit

from cx.say.translator import Translator, translator

Number = int | float | Decimal

MISSING = "—"
_MINUS = "−"  # U+2212: as wide as the plus sign, and never a line break
_SIZES = (("digital-gigabyte", 1e9), ("digital-megabyte", 1e6), ("digital-kilobyte", 1e3))


def is_missing(value: Any) -> bool:
    """Whether there is nothing to show: None, NaN, NaT, an infinity."""
    return value is None or bool(value != value) or (isinstance(value, float) and math.isinf(value))


class Formatter:
    """Writes values in one language; `formatter(code)` returns the one of a language."""

    def __init__(self, t: Translator) -> None:
        self._t = t
        self._locale = Locale.parse(t.code)
        symbols = self._locale.number_symbols["latn"]
        self._symbols = str.maketrans({",": symbols["group"], ".": symbols["decimal"], "-": _MINUS})

    def nps(self, value: Number | None, decimals: int = 1) -> str:
        """An NPS in [-1, 1], or a change in [-2, 2], in points with its sign; zero has none.

        >>> formatter("en").nps(0.3981), formatter("en").nps(-0.089), formatter("en").nps(None)
        ('+39.8', '−8.9', '—')
        """
        if value is None or is_missing(value):
            return MISSING
        text = f"{100 * float(value):+,.{decimals}f}"
        return (text if text.strip("+-0.,") else text[1:]).translate(self._symbols)

    def change(self, value: Number | None, decimals: int = 1) -> str:
        """A change of NPS in [-2, 2] with its sign and unit: "−8.9 points"."""
        return MISSING if is_missing(value) else self._t("{points} points", points=self.nps(value, decimals))

    def size_of_change(self, value: Number | None, decimals: int = 1) -> str:
        """How large a change of NPS in [-2, 2] is, without its sign: "8.9 points", for "fell by …"."""
        if value is None or is_missing(value):
            return MISSING
        return self._t("{points} points", points=self.number(100 * abs(float(value)), decimals))

    def interval(self, low: Number | None, high: Number | None, decimals: int = 1) -> str:
        """An interval of NPS or of a change: "+38.0 to +41.6"; a dash when an end is missing."""
        if is_missing(low) or is_missing(high):
            return MISSING
        return self._t("{low} to {high}", low=self.nps(low, decimals), high=self.nps(high, decimals))

    def number(self, value: Number | None, decimals: int = 0) -> str:
        """A plain number with the language's separators: "1,234.5"."""
        if value is None or is_missing(value):
            return MISSING
        text = f"{value:,.{decimals}f}"
        return (text if text.strip("-0.,") else text.lstrip("-")).translate(self._symbols)

    def count(self, n: Number | None) -> str:
        """A count: "2,746"."""
        return self.number(n)

    def compact(self, value: Number | None, decimals: int = 1) -> str:
        """A large amount in few characters: "1.2M", "123.5萬"."""
        if value is None or is_missing(value):
            return MISSING
        text = format_compact_decimal(value, locale=self._locale, fraction_digits=decimals)
        return text.replace("-", _MINUS)

    def sample(self, n: Number | None) -> str:
        """The label of a number of answers: "n = 2,746"."""
        return f"n = {self.count(n)}"

    def percent(self, share: Number | None, decimals: int = 1) -> str:
        """A share in [0, 1] in percent: "81.3%"."""
        return MISSING if share is None or is_missing(share) else f"{self.number(share * 100, decimals)}%"

    def percent_interval(self, low: Number | None, high: Number | None, decimals: int = 1) -> str:
        """An interval of a share: "78.0% to 84.1%"; a dash when an end is missing."""
        if is_missing(low) or is_missing(high):
            return MISSING
        return self._t("{low} to {high}", low=self.percent(low, decimals), high=self.percent(high, decimals))

    def day(self, day: date | None) -> str:
        """A calendar day: "Sep 30, 2026", "2026年9月30日"."""
        return MISSING if day is None or is_missing(day) else format_skeleton("yMMMd", day, locale=self._locale)

    def month(self, month: date | None) -> str:
        """The calendar month of a day: "Sep 2026", "2026年9月"."""
        return MISSING if month is None or is_missing(month) else _month(month, self._t.code)

    def months(self, first: date | None, last: date | None) -> str:
        """A range of months, both included: "Jan – Sep 2026", "2026年1月至9月"."""
        if first is None or last is None or is_missing(first) or is_missing(last):
            return MISSING
        return format_interval(first, last, "yMMM", locale=self._locale)

    def period(self, period: date | str | None) -> str:
        """The label of a period: a month from its date, a wave by its name as it is."""
        return period if isinstance(period, str) else self.month(period)

    def moment(self, moment: datetime | None, zone: ZoneInfo) -> str:
        """A moment in a time zone, with its offset: "Nov 22, 2026, 14:05 (UTC+08:00)".

        ValueError for a datetime without a zone: nobody knows what moment it is.
        """
        if moment is None or is_missing(moment):
            return MISSING
        if moment.tzinfo is None:
            raise ValueError(f"moment == {moment!r}, must have a time zone")
        local = moment.astimezone(zone)
        offset = f"{local:%z}"
        place = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}".replace("-", _MINUS)
        return self._t("{day}, {time} ({zone})", day=self.day(local.date()), time=f"{local:%H:%M}", zone=place)

    def ago(self, elapsed: timedelta | None) -> str:
        """How long ago something happened: "3 minutes ago"; "just now" within a minute."""
        if elapsed is None or is_missing(elapsed):
            return MISSING
        if abs(elapsed) < timedelta(minutes=1):
            return self._t("just now")
        return format_timedelta(-elapsed, threshold=1, add_direction=True, locale=self._locale)

    def duration(self, duration: timedelta | None) -> str:
        """A duration in its largest whole unit: "3 minutes"."""
        if duration is None or is_missing(duration):
            return MISSING
        return format_timedelta(duration, threshold=1, locale=self._locale)

    def file_size(self, size: int | None) -> str:
        """A file size in bytes, in the largest decimal unit: "1.4 MB"."""
        if size is None:
            return MISSING
        for unit, factor in _SIZES:
            if size >= factor:
                # One decimal at most, and none where it would be zero.
                return format_unit(round(size / factor, 1), unit, length="short", locale=self._locale)
        return self._t.plural("{n} byte", "{n} bytes", size)

    def listing(self, words: Iterable[str]) -> str:
        """Words as a list: "a, b, and c", "a、b和c"."""
        return format_list(list(words), locale=self._locale)


@lru_cache(maxsize=4096)
def _month(month: date, code: str) -> str:
    """A month in words; a page says the same few months hundreds of times."""
    text: str = format_skeleton("yMMM", month, locale=Locale.parse(code))
    return text


@lru_cache
def formatter(code: str) -> Formatter:
    """The formatter of a language, built once; ValueError when there is no such language."""
    return Formatter(translator(code))
