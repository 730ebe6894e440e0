"""A number of a worksheet and its number format → the text that the contract reads. Nothing is rounded but seconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from cx.ingest.numbers import plain_number

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]', re.DOTALL)
_SECONDS_OF_A_DAY = 86_400
_LAST_DAY = 2_958_466  # 1 January 10000
_FICTIONAL_DAY = 60  # Excel's 29 February 1900


@lru_cache(maxsize=1000)
def kind_of_format(code: str) -> str:
    """What a number format shows: date, time, date and time, duration, percent, digits, or number.

    >>> [kind_of_format(code) for code in ("dd/mm/yyyy hh:mm", "[h]:mm", "0%", "000-0000", '0.00" days"')]
    ['date and time', 'duration', 'percent', 'digits', 'number']
    """
    first = code.split(";")[0]
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return "duration"
    bare = re.sub(r"am/pm|a/p", "h", _LITERAL.sub("", first), flags=re.IGNORECASE).casefold()
    if bare in ("general", "@", ""):
        return "number"
    has_time = bool(re.search("[hs]", bare))
    has_date = bool(re.search("[yd]", bare)) or ("m" in bare and not has_time)
    if has_date or has_time:
        return "date and time" if has_date and has_time else "date" if has_date else "time"
    if "%" in bare:
        return "percent"
    if re.fullmatch(r"[0 ()/.-]*", bare.replace(".", "x")) and bare.count("0") > 1:
        return "digits"
    return "number"


def number_text(raw: str, code: str, from_1904: bool) -> str:
    """The text of a number that stands in a worksheet as `raw` and is shown by the format `code`.

    >>> number_text("45292.604166666664", "yyyy-mm-dd hh:mm", False)
    '2024-01-01 14:30:00'
    >>> number_text("0.95", "0%", False), number_text("7", "000", False), number_text("9.1999999999999993", "0", False)
    ('95%', '007', '9.2')
    """
    try:
        value = float(raw)
    except ValueError:
        return raw
    plain = raw if re.fullmatch("-?(0|[1-9][0-9]*)", raw) else plain_number(repr(value)) or raw
    match kind_of_format(code):
        case "percent":
            return f"{plain_number(str(Decimal(plain) * 100))}%"
        case "digits":
            return _digits(plain, code) if re.fullmatch("[0-9]+", plain) else plain
        case "duration":
            return _clock(round(value * _SECONDS_OF_A_DAY)) if value >= 0 else plain
        case "date" | "time" | "date and time" as kind:
            return _moment(value, kind, from_1904) or plain
    return plain


def _moment(value: float, kind: str, from_1904: bool) -> str:
    """ISO text of a day, a time of day or both; empty when the calendar has no such day."""
    if not 0 <= value < _LAST_DAY:
        return ""
    day, seconds = divmod(round(value * _SECONDS_OF_A_DAY), _SECONDS_OF_A_DAY)
    if kind == "time" and day == 0:
        return _clock(seconds)
    if not from_1904 and day in (0, _FICTIONAL_DAY):
        return ""
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if day < _FICTIONAL_DAY else 30)
    try:
        moment = first + timedelta(days=day, seconds=seconds)
    except OverflowError:
        return ""
    if kind == "date" and seconds == 0:
        return moment.date().isoformat()
    return moment.isoformat(sep=" ")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _digits(plain: str, code: str) -> str:
    """A whole number with the zeros and signs that a format such as 0000 or 000-0000 shows."""
    first = code.split(";")[0]
    shown = re.sub(r"_.|\*.|\[[^\]]*\]", "", first, flags=re.DOTALL)
    tokens = re.findall(r'"[^"]*"|\\.|.', shown, re.DOTALL)
    left = list(plain)
    pieces = []
    for token in reversed(tokens):
        if token == "0":
            pieces.append(left.pop() if left else "0")
        else:
            pieces.append(token.strip('"') if token.startswith('"') else token.removeprefix("\\"))
    if not left:
        return "".join(reversed(pieces))
    first_zero = len(tokens) - 1 - tokens.index("0")
    pieces[first_zero] = "".join(left) + pieces[first_zero]
    return "".join(reversed(pieces))
