"""Numbers of workbooks and Parquet files as text in digits."""

from __future__ import annotations

import re
from decimal import Decimal

# Three digits of exponent: more would not be a number but an attack.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")


def plain_number(text: str | None) -> str | None:
    """A number in digits without zeros that say nothing; None for NaN; other text as it is.

    >>> [plain_number(text) for text in ("9.0", "1e+20", "0.10", "nan", "-0.0", "007")]
    ['9', '100000000000000000000', '0.1', None, '0', '7']
    """
    if text is None or text.lower() == "nan":
        return None
    if not _NUMBER.fullmatch(text):
        return text
    digits = f"{Decimal(text):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits
