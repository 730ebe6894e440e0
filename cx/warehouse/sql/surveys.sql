-- grain: one row per kind of survey: its valid answers, first and last month
-- reads: counts_unit, unit_tree
select survey, sum(promoters + passives + detractors)::bigint as n, min(starts_on), max(starts_on)
from counts_unit semi join (select unit_id from unit_tree) using (unit_id)
where unit_id in (select unit_id from unit_tree where parent_id is null or parent_id not in (select unit_id from unit_tree))
group by survey order by array_position(['relationship', 'transaction', 'strategic'], survey)
