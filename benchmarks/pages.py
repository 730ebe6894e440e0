"""What does each picture cost that nobody has seen before? `python -m benchmarks.pages --units 2000`.

The functions that the pages ask, with every cache emptied before each run, over a small and a large invented company:
pages read counts, so that the large one must cost about the same. The first level has three units, the lowest all.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.rig.synthetic import Built, snapshot
from benchmarks.rig.table import BUILD_FOLDER, Ratio, Report, Sample, publish, timed
from cx.settings import Settings
from cx.warehouse.change_parts import parts_of_change
from cx.warehouse.compare import Asked, asked_for, compared_units
from cx.warehouse.compare_touchpoints import compared_touchpoints
from cx.warehouse.course import unit_course
from cx.warehouse.filters import Filters
from cx.warehouse.level import unit_level
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope, authorize
from cx.warehouse.snapshot import Snapshot, forget, open_snapshot
from cx.warehouse.units import hierarchy

SURVEY, RUNS = "transaction", 7
Picture = Callable[[], object]


def pictures(opened: Snapshot, scope: Scope, settings: Settings) -> Mapping[str, Picture]:
    """What each picture of the pages asks, by its name."""
    everything, one = Filters(), Filters(units=("sub0",))
    tree = hierarchy(opened, scope)

    def asked(level: int) -> Asked:
        return asked_for(tree, (), SURVEY, level, "")

    lowest = len(tree.levels(())) - 1
    return {
        "trends: together": lambda: nps_trends(opened, scope, SURVEY, everything, settings),
        "trends: level": lambda: unit_level(opened, scope, SURVEY, one, settings),
        "trends: why, by units": lambda: parts_of_change(opened, scope, SURVEY, one, settings, "unit", False),
        "trends: why, by product": lambda: parts_of_change(opened, scope, SURVEY, one, settings, "product", False),
        "trends: why, by touchpoint": lambda: parts_of_change(
            opened, scope, SURVEY, one, settings, "touchpoint", False),
        "trends: R against T": lambda: unit_course(opened, scope, one, settings),
        "compare: first level": lambda: compared_units(opened, scope, asked(0), everything, settings),
        "compare: lowest level": lambda: compared_units(opened, scope, asked(lowest), everything, settings),
        "compare: touchpoints of the first level": lambda: compared_touchpoints(
            opened, scope, asked(0), everything, settings),
        "compare: touchpoints of the lowest level": lambda: compared_touchpoints(
            opened, scope, asked(lowest), everything, settings),
    }


def samples(built: Built, settings: Settings, runs: int = RUNS) -> dict[str, Sample]:
    """For each picture the seconds of asking for it with nothing remembered; the first is cold."""
    scope, found = authorize(settings), {}
    opened = open_snapshot(built.path, settings)
    with closing(opened.con):
        for name, ask in pictures(opened, scope, settings).items():

            def run(ask: Picture = ask) -> None:
                forget()
                ask()

            found[name] = timed(name, run, runs)
    return found


def report(builts: list[Built], settings: Settings, runs: int = RUNS) -> Report:
    """What the pictures cost over companies of these sizes, and how it grows from the smallest to the largest."""
    measured = [samples(built, settings, runs) for built in builts]
    named = [Sample(f"{built.answers:,} · {name}", sample.seconds, sample.first_s)
             for built, found in zip(builts, measured, strict=True) for name, sample in found.items()]
    small, large = builts[0], builts[-1]
    ratios = [Ratio(f"{name}: {small.answers:,} to {large.answers:,} answers",
                    measured[-1][name].median_s / measured[0][name].median_s, at_most=3) for name in measured[0]]
    return Report(f"pages-{large.units}-units", (f"{large.units:,} units, nothing remembered before a run",),
                  tuple(named), tuple(ratios) if large.answers > small.answers else ())


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--answers", type=int, nargs="+", default=[1_000_000, 10_000_000], help="numbers of answers")
    parser.add_argument("--units", type=int, default=2000, help="units of the hierarchy")
    parser.add_argument("--folder", type=Path, default=BUILD_FOLDER / "scale", help="where snapshots are kept")
    asked = parser.parse_args()
    builts = [snapshot(asked.folder, answers, asked.units) for answers in sorted(asked.answers)]
    print(f"the same as JSON: {publish(report(builts, Settings()))}")


if __name__ == "__main__":
    main()
