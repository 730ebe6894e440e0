"""A trend as pages show it: for each unit and period an estimate, or the reason why it is withheld.

Built from counts alone. Suppression happens here, once, so that no page, table, download or command can show a figure
that another one withholds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cx.stats.discovery import FALSE_DISCOVERY_RATE, adjusted_p_values
from cx.stats.months import months_between
from cx.stats.movement import (
    Movement,
    Verdict,
    excess_variance,
    month_movement,
    wave_movement,
)
from cx.stats.nps import Counts, Estimate, nps_estimate
from cx.stats.suppression import Family, Thresholds, Withheld, is_hidden, missing_answers, withheld

REFERENCE_MONTHS = 12
# A total is not compared when more than this share of its answers would have to come from other parts than before: a
# wave still in the field, a unit that joined or left. A part is named when its share shifted by more than NAMED_SHIFT.
MIX_SHIFT = 0.15
NAMED_SHIFT = 0.05
NOISE_MIN_ANSWERS = 10


@dataclass(frozen=True)
class PeriodCounts:
    """What is known of one unit in one period, from the rollups.

    n: valid answers; blanks: questionnaires that came back without an answer to the question. counts and weighted: sums
    of answers and of weights by class. design_effect, weighted_design_effect: how much repeat customers and weights
    inflate the variance. complement: valid answers of the same unit and period that a filter leaves out (0 when nothing
    is filtered). sent, answered: questionnaires sent and valid answers to them, None where unknown.
    """

    unit_id: str
    period: str
    starts_on: date
    blanks: int
    counts: Counts
    weighted: Counts
    design_effect: float
    weighted_design_effect: float
    complement: int = 0
    sent: int | None = None
    answered: int | None = None

    @property
    def n(self) -> int:
        """Valid answers."""
        return round(self.counts.total)


@dataclass(frozen=True)
class Protection:
    """What hides small units from subtraction, whatever a view shows of them.

    parents: the unit above each unit. families: for a unit with parts and a period, the family of its parts by the
    answers that are counted, and by those that a filter leaves out.
    """

    parents: Mapping[str, str | None]
    families: Mapping[tuple[str, str], tuple[Family, Family]]
    _hidden_totals: dict[tuple[str, str, int, Thresholds], bool] = field(
        default_factory=dict, init=False, repr=False, compare=False)
    _harmless: dict[tuple[str, str, Thresholds], bool] = field(
        default_factory=dict, init=False, repr=False, compare=False)

    def hides(self, unit_id: str, period: str, n: int, complement: int, thresholds: Thresholds) -> bool:
        """Whether the figure of a unit in a period would give away one with too few answers, counted or left out.

        n: answers that are counted; complement: answers of the same unit and period that a filter leaves out.
        """
        if 0 < complement < thresholds.privacy:
            return True
        parent = self.parents.get(unit_id)
        if parent is None or (parent, period) not in self.families:
            return False
        if self._is_harmless(parent, period, thresholds):
            return 0 < n < thresholds.privacy
        return (self._hides(unit_id, period, n, 0, thresholds)
                or self._hides(unit_id, period, complement, 1, thresholds))

    def _is_harmless(self, parent: str, period: str, thresholds: Thresholds) -> bool:
        """Whether among the parts of a unit no private one could be had: then none has to be hidden for another.

        Asked for each of thousands of units, and true of nearly all families.
        """
        key = (parent, period, thresholds)
        if key not in self._harmless:
            self._harmless[key] = not any(
                0 < family.private_answers < thresholds.privacy
                or (family.private_answers == 0 and self._hides(parent, period, family.total, table, thresholds))
                for table, family in enumerate(self.families[parent, period]))
        return self._harmless[key]

    def protected_answers(self, unit_id: str, period: str) -> int:
        """Answers of the parts beside a unit in a period that are so few that they are private."""
        families = self.families.get((self.parents.get(unit_id) or "", period))
        return families[0].private_answers if families else 0

    def _hides(self, unit_id: str, period: str, n: int, table: int, thresholds: Thresholds) -> bool:
        parent = self.parents.get(unit_id)
        families = self.families.get((parent, period)) if parent is not None else None
        if parent is None or families is None:
            return False
        family, key = families[table], (parent, period, table, thresholds)
        if key not in self._hidden_totals:  # asked for each of thousands of units
            self._hidden_totals[key] = self._hides(parent, period, family.total, table, thresholds)
        return is_hidden(n, family, thresholds, total_is_hidden=self._hidden_totals[key])


NO_PROTECTION = Protection({}, {})


@dataclass(frozen=True)
class TrendPoint:
    """One unit in one period. `estimate` is None when `withheld` says why; `missing` answers would be needed."""

    period: str
    starts_on: date
    n: int
    blanks: int
    estimate: Estimate | None
    weighted: Estimate | None
    withheld: Withheld | None
    missing: int
    firm: bool
    sent: int | None
    answered: int | None

    @property
    def response_rate(self) -> float | None:
        """Share of the questionnaires sent that came back with an answer, in [0, 1]; None where unknown."""
        return self.answered / self.sent if self.sent and self.answered is not None else None


@dataclass(frozen=True)
class TrendSeries:
    """The periods of one unit, oldest first, and whether the last one moved (plain and weighted; None: no verdict)."""

    unit_id: str
    name: str
    points: tuple[TrendPoint, ...]
    movement: Movement | None
    weighted_movement: Movement | None

    @property
    def shown(self) -> tuple[TrendPoint, ...]:
        """The points that carry a figure."""
        return tuple(point for point in self.points if point.estimate is not None)

    @property
    def n(self) -> int:
        """Valid answers in all periods."""
        return sum(point.n for point in self.points)


@dataclass(frozen=True)
class Trends:
    """Trends of one kind of survey: the total first where there is one, then its parts.

    total_id: the unit that the others are the parts of, None where there is none. periods: every period of any series,
    oldest first. is_weighted: whether the answers carry weights. compared_with: "wave" (against the wave before) or
    "months" (against the months before). mix_changed: names of the parts that
    answered so much more or less than before that the totals cannot be compared.
    """

    survey: str
    total_id: str | None
    series: tuple[TrendSeries, ...]
    periods: tuple[str, ...]
    is_weighted: bool
    compared_with: str
    mix_changed: tuple[str, ...]

    @property
    def main(self) -> TrendSeries | None:
        """The total, or the only series; None when several units stand side by side."""
        return self.series[0] if self.series and (self.total_id is not None or len(self.series) == 1) else None

    @property
    def withheld(self) -> int:
        """Number of unit-periods without a figure although there were answers."""
        return sum(point.estimate is None and point.n > 0 for series in self.series for point in series.points)


def trends(
    survey: str, cells: Sequence[PeriodCounts], names: Mapping[str, str], total_id: str | None,
    thresholds: Thresholds, smallest_change: float, protection: Protection = NO_PROTECTION,
    tau2: float | None = None,
) -> Trends:
    """Trends of the units in `names` (id → name, in the order to show), from the counts of their periods.

    `total_id` is the unit that the others are the parts of, None when they are not. `protection` says which figures
    would give away another one by subtraction. `smallest_change` is in units of NPS ([0, 2]).
    `tau2` is the usual noise of months (`month_noise`); None takes it from the parts themselves.
    """
    cells = sorted(cells, key=lambda cell: (cell.starts_on, cell.period))
    points: dict[str, list[TrendPoint]] = {unit_id: [] for unit_id in names}
    for cell in cells:
        hidden = protection.hides(cell.unit_id, cell.period, cell.n, cell.complement, thresholds)
        points[cell.unit_id].append(_point(cell, hidden, thresholds))
    by_wave = survey != "transaction"
    series = [TrendSeries(unit_id, name, tuple(points[unit_id]), None, None) for unit_id, name in names.items()]
    if tau2 is None:
        tau2 = month_noise([cell for cell in cells if cell.unit_id != total_id])
    judge = _Judge(by_wave, tau2, thresholds, smallest_change)
    series = _with_movements(series, total_id, judge)
    mix_changed = _mix_changed(series, total_id, by_wave, series[0].points) if series else ()
    if mix_changed:
        series[0] = replace(series[0], movement=_untold(series[0].movement),
                            weighted_movement=_untold(series[0].weighted_movement))
    periods = dict.fromkeys(cell.period for cell in cells)
    is_weighted = any(cell.weighted != cell.counts for cell in cells)
    return Trends(survey, total_id, tuple(series), tuple(periods), is_weighted, "wave" if by_wave else "months",
                  mix_changed)


def _point(cell: PeriodCounts, hidden: bool, thresholds: Thresholds) -> TrendPoint:
    reason = withheld(cell.n, thresholds) or (Withheld.PROTECTS_OTHERS if hidden else None)
    estimate = weighted = None
    if reason is None:
        estimate = nps_estimate(cell.counts, design_effect=cell.design_effect)
        if cell.weighted == cell.counts:
            weighted = estimate
        elif cell.weighted.total > 0:
            weighted = nps_estimate(cell.weighted, n=cell.n, design_effect=cell.weighted_design_effect)
    return TrendPoint(
        cell.period, cell.starts_on, cell.n, cell.blanks, estimate, weighted, reason,
        missing_answers(cell.n, thresholds), cell.n >= thresholds.firm, cell.sent, cell.answered)


def month_noise(cells: Sequence[PeriodCounts]) -> float:
    """Real variance of the NPS between months, tau², over units of one level: of the 12 months before the newest.

    The newest month is what is judged, so it is left out: an outlier must not pass for the usual noise.
    """
    newest = max((cell.starts_on for cell in cells), default=None)
    months: dict[str, list[Estimate]] = {}
    for cell in cells:
        if newest and 1 <= months_between(cell.starts_on, newest) <= REFERENCE_MONTHS and cell.n >= NOISE_MIN_ANSWERS:
            months.setdefault(cell.unit_id, []).append(
                nps_estimate(cell.counts, design_effect=cell.design_effect))
    return excess_variance(list(months.values()))


def reference_points(points: Sequence[TrendPoint], by_wave: bool) -> tuple[TrendPoint, ...]:
    """The points that the newest one is compared with: the wave before it, or the 12 calendar months before it.

    Points whose figure is withheld are left out.
    """
    if not points:
        return ()
    earlier = [point for point in points[:-1] if point.estimate is not None]
    if by_wave:
        return tuple(earlier[-1:])
    return tuple(point for point in earlier
                 if months_between(point.starts_on, points[-1].starts_on) <= REFERENCE_MONTHS)


def period_movements(trends: Trends, tau2: float, thresholds: Thresholds, smallest_change: float, *,
                     weighted: bool = False) -> tuple[Movement | None, ...]:
    """For each period of the total, or of the only unit, what the rule for the newest one would have said of it.

    The newest one therefore has the verdict of the page. Among the earlier waves, each judged at 95 %, the rate of
    false discoveries is controlled. None for a period that is withheld or has nothing before it, or where several
    units stand side by side. `tau2`, `smallest_change`: as in `trends`.
    """
    if trends.main is None:
        return ()
    by_wave, points = trends.compared_with == "wave", trends.main.points
    judge = _Judge(by_wave, tau2, thresholds, smallest_change)
    found = []
    for place in range(1, len(points) + 1):
        movement = judge.movement(points[:place], lambda point: point.weighted if weighted else point.estimate)
        mixed = _mix_changed(trends.series, trends.total_id, by_wave, points[:place])
        found.append(_untold(movement) if mixed else movement)
    if not by_wave:  # months are judged by 3 sigma, which hardly ever errs in three years
        return tuple(found)
    earlier = _without_false_discoveries({str(place): one for place, one in enumerate(found[:-1])}, None)
    return (*earlier.values(), *found[-1:])


def _mix_changed(series: Sequence[TrendSeries], total_id: str | None, by_wave: bool,
                 points: Sequence[TrendPoint]) -> tuple[str, ...]:
    """Names of the parts whose share of the answers shifted, where so much shifted that totals differ by make-up.

    `points`: those of the total, the newest of which is compared with the others.
    """
    if total_id is None or not (before := reference_points(points, by_wave)):
        return ()
    last = points[-1]
    periods, total = {point.period for point in before}, sum(point.n for point in before)
    if not last.n or not total:
        return ()
    shifts = {one.name: sum(point.n for point in one.points if point.period == last.period) / last.n
              - sum(point.n for point in one.points if point.period in periods) / total for one in series[1:]}
    rest = -sum(shifts.values())  # answers given to the total itself
    if (sum(abs(shift) for shift in shifts.values()) + abs(rest)) / 2 <= MIX_SHIFT:
        return ()
    named = sorted((name for name in shifts if abs(shifts[name]) > NAMED_SHIFT), key=lambda name: -abs(shifts[name]))
    return tuple(named) or (series[0].name,)


def _untold(movement: Movement | None) -> Movement | None:
    """The movement without a verdict; too few answers stay too few."""
    if movement is None or movement.verdict is Verdict.TOO_FEW:
        return movement
    return replace(movement, verdict=Verdict.CANNOT_TELL)


@dataclass(frozen=True)
class _Judge:
    """What a verdict depends on beside the figures."""

    by_wave: bool
    tau2: float
    thresholds: Thresholds
    smallest_change: float

    def movement(self, points: Sequence[TrendPoint], figure: Callable[[TrendPoint], Estimate | None]
                 ) -> Movement | None:
        """Whether the newest period moved against its past; None when it is withheld or there is no past."""
        newest = figure(points[-1]) if points else None
        earlier = [estimate for point in reference_points(points, self.by_wave)
                   if (estimate := figure(point)) is not None]
        if newest is None or not earlier:
            return None
        if self.by_wave:
            return wave_movement(earlier[-1], newest, self.thresholds, self.smallest_change)
        return month_movement(newest, earlier, self.tau2, self.thresholds, self.smallest_change)


def _with_movements(series: Sequence[TrendSeries], total_id: str | None, judge: _Judge) -> list[TrendSeries]:
    """The series with their verdicts; among units side by side the rate of false discoveries is controlled.

    Parts of a total are judged only if they answered in its newest period: an old move is no news.
    """
    newest = max((one.points[-1].starts_on for one in series if one.points), default=None)
    judged = [one for one in series if one.points and (total_id is None or one.points[-1].starts_on == newest)]
    plain = _without_false_discoveries(
        {one.unit_id: judge.movement(one.points, lambda point: point.estimate) for one in judged}, total_id)
    weighted = plain
    if any(point.weighted != point.estimate for one in judged for point in one.points):
        weighted = _without_false_discoveries(
            {one.unit_id: judge.movement(one.points, lambda point: point.weighted) for one in judged}, total_id)
    return [replace(one, movement=plain.get(one.unit_id), weighted_movement=weighted.get(one.unit_id))
            for one in series]


def _without_false_discoveries(
    movements: Mapping[str, Movement | None], total_id: str | None
) -> dict[str, Movement | None]:
    """Movements in which a unit among many is said to have moved only if Benjamini-Hochberg lets it stand.

    One that it does not let stand is beyond its expected range, and yet no discovery: that cannot be told.

    The total is judged by itself: it is one question, not one of many.
    """
    tested = {unit_id: movement for unit_id, movement in movements.items()
              if unit_id != total_id and movement is not None and movement.p_value is not None}
    adjusted = adjusted_p_values([movement.p_value for movement in tested.values() if movement.p_value is not None])
    judged = dict(movements)
    for (unit_id, movement), q_value in zip(tested.items(), adjusted, strict=True):
        if movement.verdict is Verdict.MOVED and q_value > FALSE_DISCOVERY_RATE:
            judged[unit_id] = replace(movement, verdict=Verdict.CANNOT_TELL)
    return judged
