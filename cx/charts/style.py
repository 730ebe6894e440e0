"""One style for every picture: colours that colour-blind readers tell apart, in light and dark; quiet axes."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

from plotly.graph_objects import Figure as Figure

Trace = dict[str, Any]

PROMOTER, PASSIVE, DETRACTOR = "#0072B2", "#767676", "#D55E00"
TOTAL = "#7B5BD6"
# Lines of units. Every colour has a contrast of 3 : 1 on the light and on the dark background; none is a class colour.
UNITS = ("#00897B", "#C2317B", "#9E6B00", "#5B7FA6", "#6B8E23", "#A8574A", "#757575")
EVENT = "#757575"
GRID = "rgba(128,128,128,0.18)"
FAINT = 0.45
MAX_NAME = 28

MARGIN = {"l": 46, "r": 14, "t": 26, "b": 58}


def literal(text: str) -> str:
    """A text of a company as Plotly shows it letter by letter: Plotly reads some HTML in texts.

    >>> literal("A<b>")
    'A&lt;b>'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;")


def short(name: str, at_most: int = MAX_NAME) -> str:
    """A name as legends and titles of panels carry it: cut beyond 28 letters, of which a Chinese one counts as two.

    >>> short("Customer service and complaints"), short("客戶服務")
    ('Customer service and compla…', '客戶服務')
    """
    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

    if width(name) <= at_most:
        return name
    end = next(end for end in range(len(name), -1, -1) if width(name[:end]) < at_most)
    return f"{name[:end]}…"


def translucent(colour: str, opacity: float) -> str:
    """A colour #RRGGBB as rgba().

    >>> translucent("#0072B2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[place:place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def scatter(**parts: Any) -> Trace:
    """A trace of dots or lines, as a dictionary: the figure checks it once, an object would be checked twice."""
    return {"type": "scatter", **parts}


def dot_size(n: int, largest: int) -> float:
    """Diameter of a dot in pixels: its area grows with the number of answers, from 4 to 13.

    >>> dot_size(100, 100), round(dot_size(25, 100), 1)
    (13.0, 8.5)
    """
    return 4 + 9 * (n / largest) ** 0.5 if largest else 4.0


def y_axis(low: float, high: float, **more: Any) -> dict[str, Any]:
    """A fixed axis of NPS in points around the values given: whole tens, at least 40 points high, signs as in texts."""
    low, high = 10 * math.floor(low / 10), 10 * math.ceil(high / 10)
    while high - low < 40:
        low, high = low - 10, high + 10
    step = 10 if high - low <= 70 else 20 if high - low <= 120 else 50
    ticks = [tick for tick in range(-100, 101, step) if low <= tick <= high]
    return {"range": [max(-103, low), min(103, high + 4)], "gridcolor": GRID, "zeroline": True,
            "zerolinecolor": "rgba(128,128,128,0.5)", "zerolinewidth": 1, "fixedrange": True, "tickvals": ticks,
            "ticktext": [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in ticks], **more}


def layout(height: int, **more: Any) -> dict[str, Any]:
    """The layout that every figure starts from, in one dictionary: figures are built in one constructor call."""
    return {"height": height, "margin": MARGIN, "hovermode": "closest", "showlegend": False, "dragmode": False,
            "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0}, **more}
