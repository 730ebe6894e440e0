-- grain: one row per unit and stratum (a value of the dimension, empty text: without one) in a span of months
select unit_id, coalesce(case $dimension when 'product' then product when 'segment' then segment else channel end, '')
        as stratum,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors
from counts
where survey = $survey and starts_on between $first_month and $last_month and unit_id = any($units)
group by all
having promoters + passives + detractors > 0
order by all
