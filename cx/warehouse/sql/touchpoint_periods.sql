-- grain: one row per unit, touchpoint and period of a survey in a span where the period may be hidden. Those that nothing
-- hides are added up in one row a unit and touchpoint, and so are those with fewer than $privacy answers (period empty)
-- What may be hidden: the smallest of the units below one unit, counted or left out, and whatever leaves out too few.
-- Answers by class, how many independent answers they are worth (as in unit_periods), and answers at other touchpoints.
-- reads: unit_tree
with counted as (
    select unit_id, touchpoint_id, period, sum(promoters)::bigint as promoters, sum(passives)::bigint as passives,
        sum(detractors)::bigint as detractors, sum(promoters + passives + detractors)::bigint as n
    from counts
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
        and touchpoint_id is not null and ($wave = '' or period = $wave)
    group by all
),
coarse as (
    select unit_id, touchpoint_id, period, promoters + passives + detractors as n, customers,
        (promoters - detractors) / n as nps, (promoters + detractors) / n - nps * nps as variance, c_ss, c_sm, c_mm
    from clusters
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
        and touchpoint_id is not null and customers > 0
),
effects as (
    select unit_id, touchpoint_id, period, case
        when variance <= 1e-12 or customers < 2 then n / customers
        when customers = n and c_mm = n then 1
        else greatest(1, customers / (customers - 1)
            * greatest(0, c_ss - 2 * nps * c_sm + nps * nps * c_mm) / n / n / (variance / n)) end as design_effect
    from coarse
),
whole as (
    select unit_id, period, promoters + passives + detractors as n from everything
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
),
cells as (
    select counted.*, counted.n / coalesce(design_effect, 1) as n_effective,
        greatest(0, coalesce(whole.n, counted.n) - counted.n) as left_out, parent_id
    from counted join unit_tree using (unit_id)
        left join effects using (unit_id, touchpoint_id, period) left join whole using (unit_id, period)
    where counted.n > 0
),
placed as (
    select *, case
        when n < $privacy then ''
        when left_out between 1 and $privacy - 1
            or n = min(n) filter (n >= $privacy) over (partition by parent_id, touchpoint_id, period)
            or left_out = min(left_out) filter (left_out >= $privacy) over (partition by parent_id, touchpoint_id, period)
        then period else '' end as kept_period
    from cells
)
select touchpoint_id, unit_id, kept_period, sum(promoters)::bigint, sum(passives)::bigint, sum(detractors)::bigint,
    sum(n_effective), sum(left_out)::bigint
from placed
group by touchpoint_id, unit_id, kept_period, n < $privacy
order by all
