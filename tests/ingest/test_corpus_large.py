"""Files of the corpus that are too big to keep: what they cost in memory, and that every record of them is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cx.settings import PROJECT_FOLDER, Settings
from cx.ui.downloads import csv_text
from cx.warehouse.home import Home
from cx.warehouse.loads import reject_counts, rejected_records
from cx.warehouse.scope import authorize
from tests.companies import current_snapshot
from tests.corpus import generated

# Loads the file argv[1] by the layout argv[2] into the home argv[3], and prints what became of it and the memory that
# it took. VmHWM is the peak of this program alone; ru_maxrss would begin with that of the process that started it.
LOADER = """
import json, resource, sys
from pathlib import Path
from cx.errors import CxError
from cx.ingest.load import load
from cx.warehouse.home import Home
from tests.corpus.manifest import job_of

def peak_bytes():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 1024 * int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1])

path, before = Path(sys.argv[1]), peak_bytes()
try:
    report = load(Home(Path(sys.argv[3])), (job_of(path.name, sys.argv[2], path.parent),), "UTC", memory="300MB")
    found = {"loaded": report.loaded, "rejected": report.rejected, "shown": len(report.rejects),
             "total": report.rejects_total, "waits": report.waits,
             "counts": sorted([one.column, one.rule, one.n] for one in report.reject_counts)}
except CxError as error:
    found = {"error": str(error)}
print(json.dumps({"before": before, "peak": peak_bytes(), **found}))
"""


def load_apart(path: Path, layout: str, home: Path) -> dict[str, Any]:
    """What a process of its own loaded or refused, and its peak of memory in bytes."""
    program = path.with_suffix(".py")  # a file: without one DuckDB takes the process for a person's and draws progress
    program.write_text(LOADER, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(program), str(path), layout, str(home)], cwd=PROJECT_FOLDER,
        env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER)}, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = generated.zip_bomb(tmp_path)
    assert path.stat().st_size < 2_000_000
    found = load_apart(path, '{ format = "xlsx" }', tmp_path / "home")
    assert "would unpack" in found["error"]
    assert found["peak"] - found["before"] < 100_000_000
    assert not (tmp_path / "home").exists()


def test_a_million_rejects_are_counted_kept_and_cost_no_more_memory_than_good_rows(tmp_path: Path) -> None:
    good = load_apart(generated.million_good(tmp_path), "", tmp_path / "good")
    bad = load_apart(generated.million_rejects(tmp_path), "", tmp_path / "bad")
    rows, without_unit = generated.MILLION, -(-generated.MILLION // 10)
    assert (good["loaded"], good["rejected"], good["waits"]) == (rows, 0, False)
    assert (bad["loaded"], bad["rejected"], bad["waits"]) == (0, rows, False)
    assert bad["total"] == rows + without_unit
    assert bad["counts"] == [["score", "maximum", rows], ["unit_id", "required", without_unit]]
    assert 0 < bad["shown"] <= 1000
    assert bad["peak"] < 1.6 * good["peak"]
    own = Settings(home=tmp_path / "bad")
    snapshot, scope = current_snapshot(Home(own.home)), authorize(own)
    assert {(one.rule, one.n) for one in reject_counts(snapshot, scope)} == {
        ("maximum", rows), ("required", without_unit),
    }  # fmt: skip
    records = rejected_records(snapshot, scope, bad["total"])
    text = csv_text(["line", "value"], ((record.line, record.value) for record in records))
    assert text.count("\r\n") == 1 + rows + without_unit
