"""Which figures may be shown. Two reasons not to: privacy (never shown, also not by subtraction), and too few answers.

Source: methods 1.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Withheld(Enum):
    """Why a figure is not shown."""

    PRIVACY = "privacy"
    """So few answers that they could be traced to persons."""
    TOO_FEW = "too_few"
    """No answers, or so few that a figure would mislead; their number may be shown."""
    PROTECTS_OTHERS = "protects_others"
    """Together with the total it would reveal a figure that is withheld for privacy."""


@dataclass(frozen=True)
class Thresholds:
    """Numbers of answers from which more is shown; ValueError unless 1 <= privacy <= figure <= firm."""

    privacy: int = 5
    """Fewer answers: nothing is shown."""
    figure: int = 10
    """Fewer answers: their number is shown, no figure."""
    firm: int = 30
    """Fewer answers: a greyed figure with its interval; no verdict, rank or colour."""

    def __post_init__(self) -> None:
        if not self.privacy >= 1:
            raise ValueError(f"privacy == {self.privacy}, must be >= 1")
        if not self.figure >= self.privacy:
            raise ValueError(f"figure == {self.figure}, must be >= privacy == {self.privacy}")
        if not self.firm >= self.figure:
            raise ValueError(f"firm == {self.firm}, must be >= figure == {self.figure}")


def withheld(n: int, thresholds: Thresholds) -> Withheld | None:
    """Why a figure from `n` answers is not shown, None if it is. No answers are too few: there is nobody to protect.

    >>> withheld(3, Thresholds()), withheld(7, Thresholds()), withheld(10, Thresholds())
    (<Withheld.PRIVACY: 'privacy'>, <Withheld.TOO_FEW: 'too_few'>, None)
    """
    if n < 0:
        raise ValueError(f"n == {n}, must be >= 0")
    if _is_private(n, thresholds):
        return Withheld.PRIVACY
    return Withheld.TOO_FEW if n < thresholds.figure else None


def missing_answers(n: int, thresholds: Thresholds) -> int:
    """How many more answers are needed before a figure is shown; 0 if it is shown."""
    return max(0, thresholds.figure - n)


def hidden_cells(cells: Sequence[int], thresholds: Thresholds, total_is_shown: bool = True) -> frozenset[int]:
    """Indices of the cells that must be hidden for privacy, when the cells together are a total.

    Hidden are the cells with too few answers, and, if the total is shown, the smallest others until the hidden ones
    hold at least `privacy` answers together: they are at least two then, and subtraction gives nothing. Equal cells are
    hidden together, so that the choice between them tells nothing. An empty cell hides nobody and stays. A total below
    `privacy` must itself be hidden, so it cannot be subtracted from. The guarantee is for one partition of one
    total; crossing several views of the same answers is not covered.

    >>> sorted(hidden_cells([3, 40, 12, 0], Thresholds()))
    [0, 2]
    """
    if any(n < 0 for n in cells):
        raise ValueError(f"cells == {list(cells)}, must be >= 0")
    hidden = {index for index, n in enumerate(cells) if _is_private(n, thresholds)}
    if not hidden or not total_is_shown or _is_private(sum(cells), thresholds):
        return frozenset(hidden)
    shown = {index for index, n in enumerate(cells) if n and index not in hidden}
    while shown and sum(cells[index] for index in hidden) < thresholds.privacy:
        smallest = min(cells[index] for index in shown)
        equal = {index for index in shown if cells[index] == smallest}
        hidden |= equal
        shown -= equal
    return frozenset(hidden)


def _is_private(n: int, thresholds: Thresholds) -> bool:
    return 1 <= n < thresholds.privacy
