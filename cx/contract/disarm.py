"""Cells that a spreadsheet would run as a formula, in downloads and in files that come back from one.

An apostrophe before such a cell makes it a text. The patterns name every character, as Python and DuckDB (RE2) do not
mean the same by backslash s.
"""

from __future__ import annotations

import re

_SPACES = ("\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
           "\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff")
_FORMULA = f"[{_SPACES}]*[=+@\t\r-]"
RUNS = re.compile(_FORMULA)
"""How a cell begins that a spreadsheet would run; it may be a number."""
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
DISARMED = f"^'+{_FORMULA}"
"""How a cell begins that a download has disarmed: one apostrophe more than it had. For Python and for DuckDB."""
_RUNS_OR_DISARMED = re.compile(f"'*{_FORMULA}")


def disarmed(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; `armed` takes it away again.

    >>> disarmed("=1+1"), disarmed("'=1+1"), disarmed("-12.5")
    ("'=1+1", "''=1+1", '-12.5')
    """
    return "'" + cell if _RUNS_OR_DISARMED.match(cell) and not NUMBER.fullmatch(cell) else cell


def armed(cell: str) -> str:
    """The cell as it stood before `disarmed`.

    >>> armed("'=1+1"), armed("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if re.match(DISARMED, cell) else cell
