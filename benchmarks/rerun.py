"""From a changed widget to a finished page: `python -m benchmarks.rerun`, over Streamlit's own WebSocket.

Measured against an empty page of the same server process, change by change in turn, so that both see the same
machine. "Seen" changes go back and forth between two values; "new" changes choose what no run of this server has shown
before, so that no cache of results can answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rig.server import FLOOR_WIDGET, Server, running_server
from benchmarks.rig.tab import Run, Tab, open_tab
from benchmarks.rig.table import Ratio, Report, Sample, publish
from cx.settings import settings

PAGE = "trends"
FILTERS = ("filter_product", "filter_segment", "filter_channel", "filter_touchpoint")
TARGET_MS = 60
RUNS = 40
WARM_UP = 5


def new_views(tab: Tab, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Changes of the unit or of the first month, never to a pair that was shown before."""
    units, months = tab.options("filter_unit"), tab.options("filter_from")
    if not units or not months:
        raise RuntimeError("the page has no widgets with the keys filter_unit and filter_from")
    draw = random.Random(seed)
    months = months[: max(2, len(months) // 2)]  # enough months stay for a picture
    unit, month = "", months[0]
    seen = {(unit, month)}
    while True:
        unseen = [("filter_unit", other, month) for other in units if (other, month) not in seen]
        unseen += [("filter_from", unit, other) for other in months if (unit, other) not in seen]
        if not unseen:
            return
        key, unit, month = draw.choice(unseen)
        seen.add((unit, month))
        yield key, unit if key == "filter_unit" else month


def seen_views(tab: Tab) -> Iterator[tuple[str, str]]:
    """Changes of one filter, there and back."""
    key = next((key for key in FILTERS if len(tab.options(key)) > 1), None)
    if key is None:
        raise RuntimeError(f"the page has none of the widgets with the keys {', '.join(FILTERS)}")
    first, second = tab.options(key)[:2]
    return itertools.cycle([(key, second), (key, first)])


async def measure(server: Server, runs: int = RUNS) -> tuple[tuple[Sample, Sample, Sample], tuple[str, ...]]:
    """The floor, seen views and new views; and what went over the wire, in words."""
    async with open_tab(server.url) as floor, open_tab(server.url) as page:
        await floor.open("", {"floor": "1"})
        opened = await page.open(PAGE, {})
        if not page.charts:
            raise RuntimeError("the page shows no chart: is there data in CX_HOME?")
        charts = page.charts
        numbers = itertools.cycle(floor.options(FLOOR_WIDGET))
        next(numbers)
        samples, facts, without_chart = [], [], 0
        floors: list[float] = []
        for name, changes in (("seen before", seen_views(page)), ("never seen", new_views(page))):
            taken: list[Run] = []
            for at, (key, value) in enumerate(changes):
                empty = await floor.change(FLOOR_WIDGET, next(numbers))
                run = await page.change(key, value)
                if at < WARM_UP:
                    continue
                if not page.charts:  # too few answers for a picture: less work than what is measured here
                    without_chart += 1
                    continue
                floors.append(empty.seconds)
                taken.append(run)
                if len(taken) == runs:
                    break
            samples.append(Sample(f"{PAGE}, a view {name}", tuple(run.seconds for run in taken)))
            facts.append(f"a view {name}: {statistics.median_low(run.received_bytes for run in taken):,} bytes in "
                         f"{statistics.median_low(run.messages for run in taken)} messages a run (median)")
    facts.append(f"{charts} chart(s) on the page; left out, because too few answered for one: {without_chart} runs")
    facts.append(f"first opening of {PAGE} in this server: {opened.seconds * 1000:.0f} ms, "
                 f"{opened.received_bytes:,} bytes")
    return (Sample("empty page", tuple(floors)), samples[0], samples[1]), tuple(facts)


def report(server: Server, runs: int = RUNS) -> Report:
    """How far the page lies above the empty page of the same server."""
    samples, facts = asyncio.run(measure(server, runs))
    floor, *pages = samples
    ratios = tuple(Ratio(f"{page.name}: median above the empty page's", (page.median_s - floor.median_s) * 1000, "ms",
                         at_most=TARGET_MS) for page in pages)
    return Report("rerun", facts, samples, ratios)


def main() -> None:
    """Start a server, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rerun", description=__doc__)
    parser.add_argument("--home", type=Path, default=settings().home, help="CX_HOME of the data, such as scale's")
    parser.add_argument("--runs", type=int, default=RUNS, help="changes measured of each kind")
    asked = parser.parse_args()
    with running_server(asked.home.resolve()) as server:
        path = publish(report(server, asked.runs))
    print(f"the same as JSON: {path}")


if __name__ == "__main__":
    main()
