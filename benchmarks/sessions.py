"""Many people at once: `python -m benchmarks.sessions --sessions 50 --think 5 --seconds 60`.

Each is a tab of its own over Streamlit's WebSocket: it opens the trends page, thinks, changes the unit or the first
month, and again. Before that one tab alone makes the same changes without thinking: the single session. The clients run
on the same machine as the server.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rerun import PAGE, new_views
from benchmarks.rig.server import Server, running_server
from benchmarks.rig.tab import PageError, open_tab
from benchmarks.rig.table import Ratio, Report, Sample, publish
from cx.settings import settings

TARGET = 4
SINGLE_RUNS = 40
SINGLE_THINK_S = 0.2


@dataclass
class Crowd:
    """What the tabs of one measurement saw: seconds of the first opening and of each change, and errors in words."""

    openings: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def person(url: str, seed: int, think_s: float, until: float, runs: int, crowd: Crowd) -> None:
    """One session: open, think, change, until the time or the number of runs is over."""
    draw = random.Random(seed)
    try:
        async with open_tab(url) as tab:
            opened = await tab.open(PAGE, {})
            crowd.openings.append(opened.seconds)
            for key, value in itertools.islice(new_views(tab, seed), runs):
                await asyncio.sleep(think_s * draw.uniform(0.5, 1.5))
                if time.monotonic() > until:
                    return
                crowd.changes.append((await tab.change(key, value)).seconds)
    except (PageError, OSError, RuntimeError, TimeoutError) as error:
        crowd.errors.append(f"{type(error).__name__}: {error}")


async def crowd_of(url: str, sessions: int, think_s: float, seconds: float) -> Crowd:
    """What that many sessions saw, all opened at once."""
    crowd, until = Crowd(), time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(sessions):
            group.create_task(person(url, 1000 + number, think_s, until, 10**6, crowd))
    return crowd


async def single(url: str, runs: int = SINGLE_RUNS) -> Crowd:
    """What one session saw alone."""
    crowd = Crowd()
    await person(url, 1, SINGLE_THINK_S, float("inf"), runs, crowd)
    return crowd


def report(server: Server, sessions: int, think_s: float, seconds: float, single_runs: int = SINGLE_RUNS) -> Report:
    """The crowd against the single session, errors, and the memory of the server before and after."""
    alone = asyncio.run(single(server.url, single_runs))
    before_mb, before_s = server.memory_mb, server.cpu_s
    crowd = asyncio.run(crowd_of(server.url, sessions, think_s, seconds))
    after_mb, after_s = server.memory_mb, server.cpu_s
    errors = [*alone.errors, *crowd.errors]
    if not alone.changes or not crowd.changes:
        raise RuntimeError(f"nothing was measured: {errors[:3]}")
    one, many = Sample("one session", tuple(alone.changes)), Sample(f"{sessions} sessions", tuple(crowd.changes))
    rate = len(crowd.changes) / seconds
    facts = [f"{sessions} sessions, {think_s:g} s of thinking, {seconds:g} s: {rate:.1f} changes/s",
             f"errors: {len(errors)}" + "".join(f"; {error}" for error in errors[:5])]
    if before_mb is not None and after_mb is not None:
        facts.append(f"resident memory of the server: {before_mb:.0f} MB before, {after_mb:.0f} MB after")
    if before_s is not None and after_s is not None:
        per_run_ms = 1000 * (after_s - before_s) / (len(crowd.changes) + len(crowd.openings))
        facts.append(f"processor time of the server: {per_run_ms:.0f} ms a run, "
                     f"{100 * (after_s - before_s) / seconds:.0f} % of one processor")
    ratios = (
        Ratio("p95 of many against the median of one", many.percentile_s(95) / one.median_s, at_most=TARGET),
        Ratio("median of many against the median of one", many.median_s / one.median_s),
        Ratio("errors", len(errors), "", at_most=0),
    )
    openings = Sample(f"opening, {sessions} at once", tuple(crowd.openings))
    return Report("sessions", tuple(facts), (one, many, openings), ratios)


def main() -> None:
    """Start a server, let them in, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=__doc__)
    parser.add_argument("--home", type=Path, default=settings().home, help="CX_HOME of the data, such as scale's")
    parser.add_argument("--sessions", type=int, default=50, help="people at once")
    parser.add_argument("--think", type=float, default=5, help="seconds of thinking between changes, on average")
    parser.add_argument("--seconds", type=float, default=60, help="how long they stay")
    asked = parser.parse_args()
    with running_server(asked.home.resolve()) as server:
        path = publish(report(server, asked.sessions, asked.think, asked.seconds))
    print(f"the same as JSON: {path}")


if __name__ == "__main__":
    main()
