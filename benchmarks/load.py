"""What does loading cost? `python -m benchmarks.load`, against bare DuckDB reading the same file into a table.

Each run is a process of its own, in turn: bare DuckDB, a check (read, checked, duplicates looked for, counted), a load
(with rollups and switch). The careful path, for files that DuckDB must not read, is measured on a part of the rows with
one comment over two lines.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig.synthetic import answers_file
from benchmarks.rig.table import BUILD_FOLDER, Ratio, Report, Sample, publish
from cx.settings import PROJECT_FOLDER, settings

ANSWERS, UNITS, RUNS = 10_000_000, 24, 3
CAREFUL_ROWS = 1_000_000


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds on the clock, seconds of processors, peak memory in megabytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


# Bare DuckDB in a process that imports nothing else: reads the file into a table, as it does by itself.
BARE = """
import sys, duckdb
with duckdb.connect(sys.argv[2] + "/bare.duckdb") as con:
    con.execute("set enable_progress_bar = false")
    con.execute("create table answers as select * from read_csv(?)", [sys.argv[1]])
    con.execute("checkpoint")
"""


# What a load does in the child process of a server, which imports nothing else either. check: read, check, look for
# duplicates and count, change nothing. load: the same, then rollups and the switch to the new snapshot.
OURS = """
import csv, sys
from pathlib import Path
from cx.ingest.load import load
from cx.ingest.mapping import read_mapping
from cx.ingest.sources import file_job
from cx.settings import settings
from cx.warehouse.home import Home

file, folder, work = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
with file.open(encoding="utf-8", newline="") as stream:
    header = next(csv.reader(stream))
mapping = folder / "benchmark.toml"
mapping.write_text("\\n".join(['source = "benchmark"', "[responses]", *(f'{name} = "{name}"' for name in header)]))
job = file_job(read_mapping(mapping), (file,))
report = load(Home(folder / "home"), (job,), "UTC", dry=work == "check", memory=settings().load_database_memory)
if report.rejected or report.read != report.loaded:
    sys.exit(f"{report.rejected} of {report.read} records were rejected; the file is not clean")
"""
WORK = ("check", "load")


def cost(work: str, file: Path, folder: Path) -> Cost:
    """What the work costs in a process of its own; RuntimeError when it fails."""
    place = Path(tempfile.mkdtemp(dir=folder, prefix="run-"))
    command = [sys.executable, "-c", BARE if work == "bare" else OURS, str(file.resolve()), str(place.resolve()), work]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=PROJECT_FOLDER)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    shutil.rmtree(place)
    if status:
        raise RuntimeError(f"{work} ended with status {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def careful_file(file: Path, folder: Path, rows: int) -> Path:
    """The first rows of a file, with a first record that stands on two lines."""
    path = folder / f"careful-{rows}-{file.name}"
    with file.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8", newline="") as target:
        reader, writer = csv.reader(source), csv.writer(target)
        writer.writerow(next(reader))
        first = next(reader)
        writer.writerow([*first[:7], "two\nlines", *first[8:]])
        writer.writerows(itertools.islice(reader, rows - 1))
    return path


def report(folder: Path, answers: int = ANSWERS, units: int = UNITS, runs: int = RUNS,
           careful_rows: int = CAREFUL_ROWS) -> Report:
    """Costs of bare DuckDB, check and load, in turn, and of the careful path."""
    folder.mkdir(parents=True, exist_ok=True)
    # In a process of its own: what it used of memory would count as the peak of every process that this one starts.
    make = f"from benchmarks.rig.synthetic import answers_file; answers_file(Path({str(folder)!r}), {answers}, {units})"
    subprocess.run([sys.executable, "-c", f"from pathlib import Path; {make}"], check=True)
    file = answers_file(folder, answers, units)
    costs: dict[str, list[Cost]] = {name: [] for name in ("bare", *WORK)}
    for _ in range(runs):
        for name in costs:
            costs[name].append(cost(name, file, folder))
    careful = careful_file(file, folder, min(careful_rows, answers))
    try:
        costs["careful check"] = [cost("check", careful, folder) for _ in range(runs)]
    finally:
        careful.unlink()
    samples = {name: Sample(name, tuple(one.seconds for one in found)) for name, found in costs.items()}
    cpu = {name: Sample(name, tuple(one.cpu_seconds for one in found)) for name, found in costs.items()}
    peak = {name: max(one.peak_mb for one in found) for name, found in costs.items()}
    rows = min(careful_rows, answers)
    return Report(
        f"load-{answers}-rows",
        (f"{answers:,} records, {file.stat().st_size / 1e6:,.0f} MB of CSV; memory of the database limited to "
         f"{settings().load_database_memory}",
         "CPU seconds, median: " + ", ".join(f"{name} {sample.median_s:.1f}" for name, sample in cpu.items()),
         "peak memory, MB: " + ", ".join(f"{name} {megabytes:,.0f}" for name, megabytes in peak.items()),
         f"careful path: {samples['careful check'].median_s * 1e6 / rows:.1f} s for a million records"),
        tuple(samples.values()),
        (Ratio("check against bare: time", samples["check"].median_s / samples["bare"].median_s, at_most=1.5),
         Ratio("load with rollups and switch against bare: time",
               samples["load"].median_s / samples["bare"].median_s, at_most=2),
         Ratio("load with rollups and switch against bare: peak memory", peak["load"] / peak["bare"], at_most=2)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--answers", type=int, default=ANSWERS, help="rows of the file")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each")
    parser.add_argument("--folder", type=Path, default=BUILD_FOLDER / "load", help="where files are kept")
    asked = parser.parse_args()
    path = publish(report(asked.folder, asked.answers, runs=asked.runs))
    print(f"the same as JSON: {path}")


if __name__ == "__main__":
    main()
