"""What the benchmarks are made of: invented snapshots, a server, browser tabs without a browser, tables."""
