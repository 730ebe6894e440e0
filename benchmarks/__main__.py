"""All benchmarks with modest sizes, a few minutes in all: `python -m benchmarks`."""

from __future__ import annotations

from benchmarks import load, pages, rerun, scale, sessions
from benchmarks.rig.server import running_server
from benchmarks.rig.synthetic import snapshot
from benchmarks.rig.table import BUILD_FOLDER, publish
from cx.settings import Settings

ANSWERS = (1_000_000, 10_000_000)
UNITS = 24
SESSIONS, THINK_S, SECONDS = 20, 5.0, 20.0


def main() -> None:
    """Measure what one command each measures at full size; the pages on the larger of the invented companies."""
    builts = [snapshot(BUILD_FOLDER / "scale", answers, UNITS) for answers in ANSWERS]
    publish(load.report(BUILD_FOLDER / "load", ANSWERS[0]))
    publish(scale.report(builts, Settings()))
    publish(pages.report(builts, Settings()))
    with running_server(builts[-1].home) as server:
        publish(rerun.report(server))
        publish(sessions.report(server, SESSIONS, THINK_S, SECONDS))


if __name__ == "__main__":
    main()
