-- grain: one row per period and unit with parts: what is small among its parts, by the answers that are counted (kept)
-- and by those that a filter leaves out (left). Answers of the unit itself that belong to no part are a part of their own.
-- reads: unit_tree
with visible as (
    select unit_id, case when parent_id in (select unit_id from unit_tree) then parent_id end as parent_id from unit_tree
),
asked as (
    select unit_id, parent_id from visible
    where list_contains($parents, parent_id) or list_contains($parents, unit_id)
),
counted as (
    select period, unit_id, sum(promoters + passives + detractors) as n
    from counts where survey = $survey and unit_id in (select unit_id from asked) group by all
),
cells as (
    select every.period, asked.unit_id, asked.parent_id, coalesce(counted.n, 0) as kept,
        every.promoters + every.passives + every.detractors - coalesce(counted.n, 0) as left_out
    from everything as every join asked using (unit_id)
        left join counted on counted.period = every.period and counted.unit_id = every.unit_id
    where every.survey = $survey
),
parts as (
    select period, parent_id, kept, left_out from cells where list_contains($parents, parent_id)
    union all
    select whole.period, whole.unit_id, any_value(whole.kept) - coalesce(sum(part.kept), 0),
        any_value(whole.left_out) - coalesce(sum(part.left_out), 0)
    from cells as whole left join cells as part on part.parent_id = whole.unit_id and part.period = whole.period
    where list_contains($parents, whole.unit_id)
    group by whole.period, whole.unit_id
)
select period, parent_id,
    coalesce(sum(kept) filter (kept between 1 and $privacy - 1), 0)::bigint, min(kept) filter (kept >= $privacy)::bigint,
    sum(kept)::bigint,
    coalesce(sum(left_out) filter (left_out between 1 and $privacy - 1), 0)::bigint,
    min(left_out) filter (left_out >= $privacy)::bigint, sum(left_out)::bigint
from parts group by all
