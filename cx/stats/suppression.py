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


@dataclass(frozen=True)
class Family:
    """The parts of a total, as far as hiding needs to know them.

    private_answers: answers in the parts that have too few. smallest_shown: answers of the smallest part that has
    enough, None without one. total: answers in all parts.
    """

    private_answers: int
    smallest_shown: int | None
    total: int


def family_of(cells: Sequence[int], thresholds: Thresholds) -> Family:
    """The family of parts with these numbers of answers."""
    if any(n < 0 for n in cells):
        raise ValueError(f"cells == {list(cells)}, must be >= 0")
    enough = [n for n in cells if n >= thresholds.privacy]
    return Family(sum(n for n in cells if _is_private(n, thresholds)), min(enough, default=None), sum(cells))


def is_hidden(n: int, family: Family, thresholds: Thresholds, *, total_is_hidden: bool = False) -> bool:
    """Whether a part with `n` answers must be hidden, so that nothing private can be had from the total and the rest.

    Hidden are the parts with too few answers, and, where those hold fewer than `privacy` answers together, the smallest
    of the others: subtraction then gives a sum of at least two parts. Equal parts are hidden together, so that the
    choice between them tells nothing. Where the total itself is hidden and its parts would add up to it, the smallest
    is hidden too. An empty part hides nobody. A total below `privacy` is hidden by itself.
    """
    if _is_private(n, thresholds):
        return True
    few = 0 < family.private_answers < thresholds.privacy
    adds_up = total_is_hidden and family.private_answers == 0
    return n > 0 and n == family.smallest_shown and (few or adds_up)


def hidden_cells(cells: Sequence[int], thresholds: Thresholds) -> frozenset[int]:
    """Indices of the cells that must be hidden for privacy when they are shown beside their total.

    >>> sorted(hidden_cells([3, 40, 12, 0], Thresholds()))
    [0, 2]
    """
    family = family_of(cells, thresholds)
    return frozenset(index for index, n in enumerate(cells) if is_hidden(n, family, thresholds))


def _is_private(n: int, thresholds: Thresholds) -> bool:
    return 1 <= n < thresholds.privacy
