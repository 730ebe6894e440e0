"""From a changed widget to a finished page: `python -m benchmarks.rerun`, over Streamlit's own WebSocket.

Measured against an empty page of the same server process, change by change in turn, so that both see the same machine.
"Seen" changes go back and forth between two values; "new" changes choose what no run of this server has shown before, so
that no cache of results can answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rig.server import FLOOR_WIDGET, Server, running_server
from benchmarks.rig.tab import Tab, open_tab
from benchmarks.rig.table import Ratio, Report, Sample, publish
from cx.settings import settings

PAGE = "trends"
FILTERS = ("filter_product", "filter_segment", "filter_channel", "filter_touchpoint")
TARGET_MS = 60
RUNS = 40
WARM_UP = 5


def new_views(tab: Tab, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Changes of one filter at a time, none of which leads to a combination that was shown before."""
    options = {key: tab.options(key) for key in FILTERS if len(tab.options(key)) > 1}
    if not options:
        raise RuntimeError(f"the page has none of the widgets {', '.join(FILTERS)}")
    draw = random.Random(seed)
    current = {key: values[0] for key, values in options.items()}
    seen = {tuple(current.values())}
    while True:
        for _ in range(1000):
            key = draw.choice(list(options))
            value = draw.choice(options[key])
            view = tuple((current | {key: value}).values())
            if view not in seen:
                break
        else:
            return
        seen.add(view)
        current[key] = value
        yield key, value


def seen_views(tab: Tab) -> Iterator[tuple[str, str]]:
    """Changes of the first filter, there and back."""
    key = next(key for key in FILTERS if len(tab.options(key)) > 1)
    first, second = tab.options(key)[:2]
    return itertools.cycle([(key, second), (key, first)])


async def measure(server: Server, runs: int = RUNS) -> tuple[tuple[Sample, Sample, Sample], int, tuple[str, ...]]:
    """The floor, seen views and new views; charts on the page; and what went over the wire, in words."""
    async with open_tab(server.url) as floor, open_tab(server.url) as page:
        await floor.open("", {"floor": "1"})
        opened = await page.open(PAGE, {})
        if not page.charts:
            raise RuntimeError("the page shows no chart: is there data in CX_HOME?")
        charts = page.charts
        numbers = itertools.cycle(floor.options(FLOOR_WIDGET))
        next(numbers)
        samples, facts = [], []
        floors: list[float] = []
        for name, changes in (("seen before", seen_views(page)), ("never seen", new_views(page))):
            seconds, sizes, messages = [], [], []
            for at, (key, value) in enumerate(itertools.islice(changes, runs + WARM_UP)):
                empty = await floor.change(FLOOR_WIDGET, next(numbers))
                run = await page.change(key, value)
                if at >= WARM_UP:
                    floors.append(empty.seconds)
                    seconds.append(run.seconds)
                    sizes.append(run.received_bytes)
                    messages.append(run.messages)
            samples.append(Sample(f"{PAGE}, a view {name}", tuple(seconds)))
            facts.append(f"a view {name}: {sorted(sizes)[len(sizes) // 2]:,} bytes in "
                         f"{sorted(messages)[len(messages) // 2]} messages a run (median)")
    facts.append(f"first opening of {PAGE} in this server: {opened.seconds * 1000:.0f} ms, {opened.received_bytes:,} bytes")
    return (Sample("empty page", tuple(floors)), samples[0], samples[1]), charts, tuple(facts)


def report(server: Server, runs: int = RUNS) -> Report:
    """How far the page lies above the empty page of the same server."""
    samples, charts, facts = asyncio.run(measure(server, runs))
    floor, *pages = samples
    ratios = tuple(Ratio(f"{page.name}: median above the empty page's", (page.median_s - floor.median_s) * 1000, "ms",
                         at_most=TARGET_MS) for page in pages)
    return Report("rerun", (*facts, f"{charts} chart(s) on the page"), samples, ratios)


def main() -> None:
    """Start a server, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rerun", description=__doc__)
    parser.add_argument("--home", type=Path, default=settings().home, help="CX_HOME of the data, such as one of scale's")
    parser.add_argument("--runs", type=int, default=RUNS, help="changes measured of each kind")
    asked = parser.parse_args()
    with running_server(asked.home.resolve()) as server:
        path = publish(report(server, asked.runs))
    print(f"the same as JSON: {path}")


if __name__ == "__main__":
    main()
