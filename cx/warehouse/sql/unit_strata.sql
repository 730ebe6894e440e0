-- grain: one row per unit and stratum (a value of the dimension, empty text: without one) in a span of months, without
-- the periods of units that are left out. Of a wave (empty text: none) its answers alone
with left_out as (
    select unnest($left_out_units::varchar[]) as unit_id, unnest($left_out_periods::varchar[]) as period
)
select unit_id, coalesce(case $dimension when 'product' then product when 'segment' then segment else channel end, '')
        as stratum,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors
from counts anti join left_out using (unit_id, period)
where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
    and ($wave = '' or period = $wave)
group by all
having promoters + passives + detractors > 0
order by all
