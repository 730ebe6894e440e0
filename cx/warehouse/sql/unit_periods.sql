-- grain: one row per unit and period of a survey in a span of months: answers by class, how many independent answers they
-- are worth (n / design effect of repeat customers, as cx.stats.nps.design_effect), and answers that a filter leaves out
with counted as (
    select unit_id, period, sum(promoters)::bigint as promoters, sum(passives)::bigint as passives,
        sum(detractors)::bigint as detractors, sum(promoters + passives + detractors)::bigint as n
    from counts
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
    group by all
),
coarse as (
    select unit_id, period, promoters + passives + detractors as n, customers,
        (promoters - detractors) / n as nps, (promoters + detractors) / n - nps * nps as variance,
        c_ss, c_sm, c_mm
    from clusters
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units) and customers > 0
),
effects as (
    select unit_id, period, case
        when variance <= 1e-12 or customers < 2 then n / customers
        when customers = n and c_mm = n then 1
        else greatest(1, customers / (customers - 1)
            * greatest(0, c_ss - 2 * nps * c_sm + nps * nps * c_mm) / n / n / (variance / n)) end as design_effect
    from coarse
),
whole as (
    select unit_id, period, promoters + passives + detractors as n from everything
    where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
)
select unit_id, period, promoters, passives, detractors, counted.n / coalesce(design_effect, 1) as n_effective,
    greatest(0, coalesce(whole.n, counted.n) - counted.n)::bigint as left_out
from counted left join effects using (unit_id, period) left join whole using (unit_id, period)
where counted.n > 0
order by unit_id, period
