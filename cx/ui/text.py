"""Text of customers and companies in places where Streamlit reads Markdown."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit makes links of bare addresses also where their signs are escaped; an invisible word joiner ends them.
_ADDRESS = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)


def plain(text: str) -> str:
    r"""The text with every sign escaped that Markdown could read, so that a name can load no image and be no link.

    >>> print(plain("A*B [x](y)"))
    A\*B \[x\]\(y\)
    """
    return _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub("\u2060", text.replace("\n", " ")))
