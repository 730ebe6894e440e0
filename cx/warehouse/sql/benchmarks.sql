-- grain: one row per competitor, market and period with a published or bought score
-- reads: benchmarks
select market, competitor, period, nps, n, method, source from benchmarks order by market, competitor, period
