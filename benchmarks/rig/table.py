"""Results of a benchmark: a table on the screen, the same as JSON in build/benchmarks/."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from cx.settings import PROJECT_FOLDER

BUILD_FOLDER = PROJECT_FOLDER / "build" / "benchmarks"


@dataclass(frozen=True)
class Sample:
    """Seconds that something took, run by run. first_s: the run before them, on a cold start, where there was one."""

    name: str
    seconds: tuple[float, ...]
    first_s: float | None = None

    @property
    def median_s(self) -> float:
        """Median in seconds."""
        return statistics.median(self.seconds)

    def percentile_s(self, percent: int) -> float:
        """The run, in seconds, that so many percent of the runs do not exceed.

        >>> Sample("", tuple(range(1, 101))).percentile_s(95)
        95
        """
        return sorted(self.seconds)[max(0, -(-len(self.seconds) * percent // 100) - 1)]


@dataclass(frozen=True)
class Ratio:
    """A ratio or difference within one run, with its target: `at_most` or `at_least`, None where there is none."""

    name: str
    value: float
    unit: str = "×"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.at_most is None and self.at_least is None:
            return None
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least)


@dataclass(frozen=True)
class Report:
    """What one benchmark found. facts: lines about what was measured; samples and ratios: the tables."""

    name: str
    facts: tuple[str, ...]
    samples: tuple[Sample, ...]
    ratios: tuple[Ratio, ...]


def timed(name: str, run: Callable[[], object], runs: int) -> Sample:
    """The seconds of `runs` calls after a first one that is kept apart."""
    seconds = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return Sample(name, tuple(seconds[1:]), seconds[0])


def publish(report: Report, folder: Path = BUILD_FOLDER) -> Path:
    """The JSON file that the report was written to, after printing it."""
    console = Console(width=None if Console().is_terminal else 120)
    console.print(f"[bold]{report.name}[/bold] on {_machine()}")
    for fact in report.facts:
        console.print(f"  {fact}", highlight=False)
    if report.samples:
        console.print(_sample_table(report.samples))
    if report.ratios:
        console.print(_ratio_table(report.ratios))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.name}.json"
    path.write_text(json.dumps({"machine": _machine(), **asdict(report)}, indent=1), encoding="utf-8")
    return path


def _sample_table(samples: Sequence[Sample]) -> Table:
    table = Table("milliseconds", "n", "first", "median", "p95", "min", "max")
    for column in table.columns[1:]:
        column.justify = "right"
    for sample in samples:
        first = "" if sample.first_s is None else _ms(sample.first_s)
        table.add_row(sample.name, str(len(sample.seconds)), first, _ms(sample.median_s), _ms(sample.percentile_s(95)),
                      _ms(min(sample.seconds)), _ms(max(sample.seconds)))
    return table


def _ratio_table(ratios: Sequence[Ratio]) -> Table:
    table = Table("within this run", "found", "target", "")
    table.columns[1].justify = "right"
    for ratio in ratios:
        target = f"≤ {ratio.at_most:g}" if ratio.at_most is not None else (
            f"≥ {ratio.at_least:g}" if ratio.at_least is not None else "")
        met = {True: "met", False: "not met", None: ""}[ratio.is_met]
        table.add_row(ratio.name, f"{ratio.value:.3g} {ratio.unit}", f"{target} {ratio.unit}" if target else "", met)
    return table


def _ms(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:,.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
            f"Python {platform.python_version()}, DuckDB {duckdb.__version__}{load}")
