"""The demo company as something to load: through the same contract, checks and rollups as every company."""

from __future__ import annotations

from cx.demo.company import DEMO_SEED, company_tables
from cx.ingest.sources import LoadJob, table_job


def demo_jobs(seed: int = DEMO_SEED) -> tuple[LoadJob, ...]:
    """A job for each table of the demo company that grows from the seed."""
    return tuple(table_job("demo", "Demo company (generated)", name, table)
                 for name, table in company_tables(seed).items())
