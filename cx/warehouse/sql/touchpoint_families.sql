-- grain: one row per touchpoint, period in a span and unit with parts: as in families, for each touchpoint as if a filter
-- named it
-- reads: unit_tree
with visible as (
    select unit_id, case when parent_id in (select unit_id from unit_tree) then parent_id end as parent_id from unit_tree
),
asked as (
    select unit_id, parent_id from visible
    where list_contains($parents, parent_id) or list_contains($parents, unit_id)
),
counted as (
    select touchpoint_id, period, unit_id, sum(promoters + passives + detractors) as n
    from counts
    where survey = $survey and starts_on between $first_month and $last_month and touchpoint_id is not null
        and unit_id in (select unit_id from asked)
    group by all
),
touched as (
    select distinct touchpoint_id, period from counted
),
cells as (
    select touchpoint_id, period, asked.unit_id, asked.parent_id, coalesce(counted.n, 0) as kept,
        every.promoters + every.passives + every.detractors - coalesce(counted.n, 0) as left_out
    from everything as every join asked using (unit_id) join touched using (period)
        left join counted using (touchpoint_id, period, unit_id)
    where every.survey = $survey and every.starts_on between $first_month and $last_month
),
parts as (
    select touchpoint_id, period, parent_id, kept, left_out from cells where list_contains($parents, parent_id)
    union all
    select whole.touchpoint_id, whole.period, whole.unit_id, any_value(whole.kept) - coalesce(sum(part.kept), 0),
        any_value(whole.left_out) - coalesce(sum(part.left_out), 0)
    from cells as whole left join cells as part on part.parent_id = whole.unit_id and part.period = whole.period
        and part.touchpoint_id = whole.touchpoint_id
    where list_contains($parents, whole.unit_id)
    group by whole.touchpoint_id, whole.period, whole.unit_id
)
select touchpoint_id, period, parent_id,
    coalesce(sum(kept) filter (kept between 1 and $privacy - 1), 0)::bigint, min(kept) filter (kept >= $privacy)::bigint,
    sum(kept)::bigint,
    coalesce(sum(left_out) filter (left_out between 1 and $privacy - 1), 0)::bigint,
    min(left_out) filter (left_out >= $privacy)::bigint, sum(left_out)::bigint
from parts group by all
