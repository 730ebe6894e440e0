"""Does the product find what is true? `python -m benchmarks.truths` over the demo company grown from other seeds.

Each line says how often the product said a thing, of how many times it could have: where it is planted these are hits,
where nothing is planted they are false alarms. All of it is asked by the functions that the pages ask.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks.rig.table import BUILD_FOLDER, Ratio, Report, publish
from cx.demo.company import DEMO_SEED
from cx.demo.jobs import demo_jobs
from cx.demo.truths import Truths, read_truths
from cx.ingest.load import load
from cx.settings import Settings
from cx.stats.comparison import difference_split
from cx.stats.course import Step
from cx.stats.difference import Difference
from cx.stats.divergence import Course
from cx.stats.funnel import Standing
from cx.stats.months import month_after
from cx.stats.movement import Movement, Verdict
from cx.stats.standardise import Split
from cx.warehouse.change_parts import parts_of_change
from cx.warehouse.compare import Asked, compared_units, span, strata
from cx.warehouse.course import unit_course
from cx.warehouse.dimensions import dimensions
from cx.warehouse.drivers import drifting_drivers
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends, thresholds
from cx.warehouse.scope import Scope
from cx.warehouse.snapshot import Snapshot, open_snapshot
from cx.warehouse.units import hierarchy

SEEDS = tuple(range(1, 11))
LAST_MONTH = date(2026, 10, 1)
JUDGED_MONTHS = 24
MIX_WORTH_PTS = 3.0
ALL = Scope(None)


@dataclass(frozen=True)
class Asking:
    """What is asked: a snapshot of a demo company, its truths."""

    snapshot: Snapshot
    settings: Settings
    truths: Truths


@dataclass(frozen=True)
class Said:
    """How often a thing was said, of how many times it could have been; planted: whether it is true.

    has_power: whether so many answers and chances are enough for a target.
    """

    what: str
    planted: bool
    times: int
    of: int
    has_power: bool = True

    def __add__(self, other: Said) -> Said:
        """The same over two companies."""
        return replace(self, times=self.times + other.times, of=self.of + other.of)


def r_against_t(asking: Asking) -> Iterator[Said]:
    """The bank's T-NPS rises while its R-NPS stands still; life and motor do not part that way."""
    def rises_more(unit: str) -> bool:
        course = unit_course(asking.snapshot, ALL, Filters(units=(unit,)), asking.settings)
        found = course.divergence if course else None
        return found is not None and found.course is Course.DIVERGING and found.difference > 0

    yield Said("the bank's T-NPS parts from its R-NPS", True, rises_more(asking.truths.divergence.where), 1)
    yield Said("T-NPS parts upwards elsewhere", False, sum(map(rises_more, ("HL", "HM", "HK"))), 3)


def moved_waves(asking: Asking) -> Iterator[Said]:
    """The brokers' R-NPS moves with the wave of the relaunch, and no wave of the units without change."""
    move = asking.truths.relationship_move
    quarter = int(move.when[-1])
    found = _movement(asking, "relationship", move.where, date(int(move.when[:4]), 3 * quarter, 1))
    yield Said("the brokers' R-NPS moved with the relaunch", True, _moved(found) > 0, 1)
    quiet = [found for unit in asking.truths.no_change.relationship for wave in range(11)
             if (found := _movement(asking, "relationship", unit, month_after(LAST_MONTH, -3 * wave))) is not None]
    yield Said("a wave without change moved", False, sum(_moved(one) != 0 for one in quiet), len(quiet))


def why_waves_moved(asking: Asking) -> Iterator[Said]:
    """The brokers' move is how customers score; nowhere does the mix explain a change of a wave."""
    units = ("HL", "HM", "HB", "HK")
    found = [(unit, parts) for unit in units for dimension in ("unit", "segment", "channel") if (
        parts := parts_of_change(asking.snapshot, ALL, "relationship", Filters(units=(unit,)), asking.settings,
                                 dimension, False)) is not None]
    mixes = [parts.split.mix for _, parts in found]
    yield Said("the mix explains 3 points or more of a wave's change", False,
               sum(_is_told(one) and 100 * abs(one.nps) >= MIX_WORTH_PTS for one in mixes), len(mixes))


def moved_months(asking: Asking) -> Iterator[Said]:
    """No month of the units without change moves, and none of their levels steps."""
    units = asking.truths.no_change.transaction
    quiet = [found for unit in units for back in range(JUDGED_MONTHS)
             if (found := _movement(asking, "transaction", unit, month_after(LAST_MONTH, -back))) is not None]
    yield Said("a month without change moved", False, sum(_moved(one) != 0 for one in quiet), len(quiet))
    yield Said("a level without change stepped", False,
               sum(bool(_steps(asking, Filters(units=(unit,)))) for unit in units), len(units))


def fallen_touchpoint(asking: Asking) -> Iterator[Said]:
    """The pay-out touchpoint steps down in a range of months with the one of its cause; the others do not step."""
    truth, changed = asking.truths.payout_fall, asking.truths.quick_win_works.touchpoint
    month = truth.when.replace(day=1)
    steps = _steps(asking, Filters(units=(truth.where,), touchpoint=truth.touchpoint))
    yield Said("pay-out stepped down, in a range with the month of its cause", True, any(
        step.found.after < step.found.before and step.first_month <= month <= step.last_month for step in steps), 1)
    others = [one for one in dimensions(asking.snapshot, ALL).touchpoint_names
              if one not in (truth.touchpoint, changed)]
    yield Said("another touchpoint of the life insurer stepped", False, sum(bool(_steps(
        asking, Filters(units=(truth.where,), touchpoint=one))) for one in others), len(others))


def who_differs(asking: Asking) -> Iterator[Said]:
    """The branch that games its score stands out; others do not."""
    leaves = _leaves(asking, "HG")
    compared = compared_units(asking.snapshot, ALL, Asked("transaction", leaves, "HG", ""), Filters(), asking.settings)
    out = {unit.unit_id for unit in compared.units if unit.standing in (Standing.ABOVE, Standing.BELOW)} \
        if compared else set()
    gaming = asking.truths.gaming.where
    yield Said("the branch that games its score stands out", True, gaming in out, 1)
    yield Said("another branch stands out", False, len(out - {gaming}), len(leaves) - 1)


def mix_alone(asking: Asking) -> Iterator[Said]:
    """Of three branches the mix makes the gap; of ordinary ones it makes nothing.

    A year of one branch has 200 to 500 answers: too few to be sure to find a part of 8 points.
    """
    truths, levels = asking.truths.mix_only, asking.truths.levels_pts
    found, wrong, ordinary = 0, 0, list[Difference]()
    for truth in truths:
        whole = truth.where[:2]
        splits = _splits(asking, whole, truth.dimension)
        mine, others = splits[truth.where], [level for unit, level in levels.items() if unit.startswith(whole)]
        found += _is_told(mine.mix) and mine.mix.nps * truth.value > 0
        gap = (levels[truth.where] - sum(others) / len(others)) / 100
        wrong += not mine.performance.low <= gap <= mine.performance.high
        ordinary += [split.mix for unit, split in splits.items() if unit not in {one.where for one in truths}]
    yield Said("the mix makes the gap of a branch", True, found, len(truths), has_power=False)
    yield Said("a branch with another mix is said to perform otherwise than it does", False, wrong, len(truths),
               has_power=False)
    yield Said("the mix is said to make 3 points or more of an ordinary branch's gap", False,
               sum(_is_told(one) and 100 * abs(one.nps) >= MIX_WORTH_PTS for one in ordinary), len(ordinary))


def importance_drifts(asking: Asking) -> Iterator[Said]:
    """The bank's fading driver fades and its growing one grows; nothing drifts in the other subsidiaries."""
    truth = asking.truths.importance_drift
    named = dict(zip(*_core_drivers(asking), strict=True))
    found = _drifts(asking, truth.where)
    yield Said("the driver that fades, and the one that grows, are named", True,
               (found.get(named[truth.fading_driver], 0) < 0) + (found.get(named[truth.growing_driver], 0) > 0), 2)
    others = [found for unit in ("HL", "HM", "HK") for found in _drifts(asking, unit).values()]
    yield Said("a driver drifted elsewhere", False, sum(change != 0 for change in others), len(others))


QUESTIONS: tuple[Callable[[Asking], Iterator[Said]], ...] = (
    r_against_t, moved_waves, why_waves_moved, moved_months, fallen_touchpoint, who_differs, mix_alone,
    importance_drifts)


def said_of(asking: Asking) -> list[Said]:
    """All that the product says of one company."""
    return [said for question in QUESTIONS for said in question(asking)]


def _movement(asking: Asking, survey: str, unit: str, last_month: date) -> Movement | None:
    main = nps_trends(asking.snapshot, ALL, survey, Filters(units=(unit,), last_month=last_month), asking.settings).main
    return main.movement if main else None


def _moved(movement: Movement | None) -> int:
    if movement is None or movement.verdict is not Verdict.MOVED:
        return 0
    return 1 if (movement.change or 0) > 0 else -1


def _steps(asking: Asking, filters: Filters) -> tuple[Step, ...]:
    course = unit_course(asking.snapshot, ALL, filters, asking.settings)
    return course.steps if course else ()


def _core_drivers(asking: Asking) -> tuple[list[str], list[str]]:
    rows = asking.snapshot.query(ALL, "core_drivers", survey="relationship")
    return [driver for driver, _, _ in rows], [name for _, name, _ in rows]


def _drifts(asking: Asking, unit: str) -> dict[str, float]:
    """The name of each driver and the change of its share; 0 where it is not said to drift."""
    found = drifting_drivers(asking.snapshot, ALL, "relationship", unit, Filters())
    return {name: one.after - one.before if one.drifted else 0.0
            for name, one in zip(found.names, found.drifts.drivers, strict=True)} if found else {}


def _leaves(asking: Asking, below: str) -> tuple[str, ...]:
    return tuple(unit.id for unit in hierarchy(asking.snapshot, ALL).levels((below,))[-1])


def _is_told(part: Difference) -> bool:
    return not part.low <= 0 <= part.high


def _splits(asking: Asking, whole: str, dimension: str) -> dict[str, Split]:
    """The gap of each branch to its subsidiary, split into performance and mix."""
    leaves = _leaves(asking, whole)
    asked, filters = Asked("transaction", leaves, whole, dimension), Filters()
    during = span(asking.snapshot, ALL, "transaction", filters)
    if during is None:
        raise RuntimeError("the demo company has no transaction survey")
    counted = strata(asking.snapshot, ALL, asked, (*leaves, whole), filters, during, asking.settings)
    limits = thresholds(asking.settings)
    splits = {leaf: difference_split(counted.get(whole, {}), counted.get(leaf, {}), limits) for leaf in leaves}
    return {leaf: split for leaf, split in splits.items() if split}


def company(seed: int, folder: Path) -> Asking:
    """The demo company of a seed, loaded into a home of its own."""
    home = Home(folder / f"seed-{seed}")
    report = load(home, demo_jobs(seed), "UTC", is_demo=True)
    own = Settings(home=home.folder)
    return Asking(open_snapshot(home.snapshot_path(str(report.snapshot_id)), own), own, read_truths())


def report(seeds: tuple[int, ...] = SEEDS) -> Report:
    """What the product says of the companies of these seeds."""
    total: dict[str, Said] = {}
    missed: list[str] = []
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        folder = Path(tempfile.mkdtemp(dir=BUILD_FOLDER, prefix="truths-"))
        try:
            for one in said_of(company(seed, folder)):
                total[one.what] = total[one.what] + one if one.what in total else one
                if one.planted and one.has_power and one.times < one.of:
                    missed.append(f"seed {seed}: missed {one.of - one.times} of {one.of}: {one.what}")
        finally:
            shutil.rmtree(folder)
    ratios = [Ratio(f"{'planted' if one.planted else 'false alarm'}: {one.what} ({one.times} of {one.of})",
                    100 * one.times / one.of, "%", 5.0 if one.has_power and not one.planted else None,
                    80.0 if one.has_power and one.planted else None)
              for one in total.values()]
    return Report("truths", (f"demo company grown from {len(seeds)} other seeds than {DEMO_SEED}", *missed), (),
                  tuple(ratios))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truths", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS, help="seeds of the demo company")
    publish(report(tuple(parser.parse_args().seeds)))


if __name__ == "__main__":
    main()
