"""What stands in a column of a file: counts, samples, kind of values, codes that look like "no answer"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from cx.contract.check import SPACES
from cx.ingest.date_formats import DateReading, date_readings
from cx.phrase import Phrase, phrase

Kind = Literal["empty", "integers", "numbers", "dates", "labels", "text"]

SAMPLES = 5
# A column is of a kind when this share of its values is; the rest would be rejected, and the profile shows them.
MOSTLY = 0.95
# Texts that many tools write where there is no answer, in small letters.
NO_ANSWER = frozenset({"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "—", ".", "?", "(blank)", "blank",
                       "missing", "not answered", "no answer", "keine angabe", "k.a.", "s/o", "n.d.", "ns/nc",
                       "sin respuesta", "無", "无", "未填", "未回答", "不適用", "不适用", "無回答", "なし"})
# Numbers outside a scale that survey tools write for no answer, not asked or do not know.
NO_ANSWER_NUMBERS = frozenset({11, 12, 66, 77, 88, 95, 96, 97, 98, 99, 777, 888, 997, 998, 999, 9999,
                               -1, -2, -3, -8, -9, -66, -77, -88, -99, -999})
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,17})?")
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (("integers", _INTEGER), ("numbers", _NUMBER))
# Labels are short and come again, or very short; anything else in letters is text.
_LABEL_CHARACTERS = 60
_WORD_CHARACTERS = 20
# A column with a few values that are no dates is tried by a few values at a time, the most frequent first.
MOST_TRIED, _A_FEW, _ATTEMPTS = 5_000, 10, 5
_LIKE_A_DATE, _LONGEST_DATE = re.compile(r"[0-9].*[0-9]"), 60


@dataclass(frozen=True)
class ColumnProfile:
    """A column of a file, from the records that were read.

    filled: values other than blanks and codes. distinct: different ones of them. samples: the most frequent, at most
    five. codes: texts that look like "no answer". strays: values unlike the kind. lowest, highest: of numbers.
    values: how often each value stands there, of a column with few. mean_characters: of the filled values.
    dates: the ways to read it as dates; unread: records whose value cannot be read so.
    """

    name: str
    filled: int
    blanks: int
    distinct: int
    kind: Kind
    samples: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    values: tuple[tuple[str, int], ...] = ()
    mean_characters: float = 0.0
    unread: int = 0
    dates: tuple[DateReading, ...] = ()

    @property
    def is_unique(self) -> bool:
        """Whether every record has a value of its own."""
        return self.filled > 0 and self.distinct == self.filled and not self.blanks and not self.codes

    @property
    def what(self) -> Phrase:
        """The kind of the values, in words."""
        if self.kind == "empty":
            return phrase("nothing in it")
        if self.kind in ("integers", "numbers") and self.lowest is not None and self.highest is not None:
            if self.kind == "integers":
                return phrase("whole numbers from {lowest} to {highest}", lowest=_grouped(self.lowest),
                              highest=_grouped(self.highest))
            return phrase("numbers from {lowest} to {highest}", lowest=self.lowest, highest=self.highest)
        if self.kind == "dates" and self.dates:
            return phrase("dates from {first} to {last}", first=self.dates[0].first, last=self.dates[0].last)
        if self.kind == "labels":
            return phrase("{n} different short texts", n=f"{self.distinct:,}")
        return phrase("free text")


def _grouped(number: float) -> str:
    """A whole number with commas, but for years."""
    return f"{int(number):,}" if abs(number) >= 10_000 else str(int(number))


MOST_KEPT_VALUES = 60


def profile_of(name: str, values: Sequence[str | None]) -> ColumnProfile:
    """The profile of a column with these values, None or blank where a record has none."""
    counts = Counter(stripped for value in values if value and (stripped := value.strip(SPACES)))
    codes = tuple(value for value in counts if value.casefold() in NO_ANSWER)
    answers = Counter({value: n for value, n in counts.items() if value not in codes})
    filled = answers.total()
    blanks = len(values) - counts.total()
    if not filled:
        return ColumnProfile(name, 0, blanks, 0, "empty", codes=codes)
    kind, dates, undated = _kind(answers)
    pattern = dict(_PATTERNS).get(kind)
    strays = tuple(value for value in answers if pattern and not pattern.fullmatch(value)) or undated
    numbers = [float(value) for value in answers if pattern and pattern.fullmatch(value)]
    return ColumnProfile(
        name, filled, blanks, len(answers), kind, tuple(value for value, _ in answers.most_common(SAMPLES)), codes,
        strays[:SAMPLES], min(numbers, default=None), max(numbers, default=None),
        tuple(answers.most_common()) if len(answers) <= MOST_KEPT_VALUES else (),
        sum(len(value) * n for value, n in answers.items()) / filled,
        sum(answers[value] for value in undated), dates)


def _kind(answers: Counter[str]) -> tuple[Kind, tuple[DateReading, ...], tuple[str, ...]]:
    """The kind of the values, the ways to read them as dates, and values that cannot be read so."""
    filled = answers.total()
    for kind, pattern in _PATTERNS:
        if sum(n for value, n in answers.items() if pattern.fullmatch(value)) >= MOSTLY * filled:
            compact = date_readings(tuple(answers)) if all(len(value) == 8 for value in answers) else ()
            return ("dates", compact, ()) if compact else (kind, (), ())
    dates, undated = _dates(answers)
    if dates:
        return "dates", dates, undated
    longest, mean = max(map(len, answers)), sum(map(len, answers)) / len(answers)
    is_label = longest <= _LABEL_CHARACTERS and (len(answers) <= filled / 2 or mean <= _WORD_CHARACTERS)
    return ("labels" if is_label else "text"), (), ()


def _dates(answers: Counter[str]) -> tuple[tuple[DateReading, ...], tuple[str, ...]]:
    """The ways to read nearly all values as dates, and the values that cannot be read so."""
    dates = date_readings(tuple(answers))
    if dates:
        return dates, ()
    tried = [value for value, _ in answers.most_common(MOST_TRIED)]
    if sum(answers[value] for value in tried if _LIKE_A_DATE.search(value) and len(value) <= _LONGEST_DATE) \
            < MOSTLY * sum(answers[value] for value in tried):
        return (), ()
    for start in range(0, min(len(tried), _ATTEMPTS * _A_FEW), _A_FEW):
        ways = [_readable(tried, reading.format) for reading in date_readings(tried[start : start + _A_FEW])]
        read = max(ways, key=lambda values: sum(answers[value] for value in values), default=[])
        if read and sum(answers[value] for value in read) >= MOSTLY * sum(answers[value] for value in tried):
            return date_readings(read), tuple(value for value in tried if value not in set(read))
    return (), ()


def _readable(values: Sequence[str], date_format: str) -> list[str]:
    """The values that can be read by a strptime format, empty for ISO."""
    parsed = "try_strptime(value, $format)::timestamp" if date_format else \
        "case when $format = '' then try_cast(value as timestamptz) end"
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        rows = con.execute(f"select value from (select unnest($values) as value) where {parsed} is not null",
                           {"values": list(values), "format": date_format}).fetchall()
    return [value for (value,) in rows]
