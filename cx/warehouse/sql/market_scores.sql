-- grain: one row per competitor, market and period with a score, its number of answers and how it was asked, of the markets
-- in which a unit that may be seen has a score of its own
-- reads: benchmarks, unit_tree
with own as (
    select distinct market from benchmarks join unit_tree on unit_tree.name = benchmarks.competitor
)
select competitor, market, period, nps, n, coalesce(method, '') as method
from benchmarks semi join own using (market)
order by all
