-- grain: one row, about the snapshot
-- reads: snapshot, counts_unit, unit_tree, rejects, freshness
select created_at, time_zone, is_demo,
    (select coalesce(sum(promoters + passives + detractors), 0)::bigint from counts_unit
        where unit_id in (select unit_id from unit_tree where parent_id is null
            or parent_id not in (select unit_id from unit_tree))) as answers,
    (select max(answers_to) from freshness) as answers_to,
    (select count(distinct (load_id, source, file, table_name, line)) from rejects) as rejected
from snapshot
