-- grain: one row per survey, period and unit: counts, sums of weights and of their squares (0 where the rollup has none)
select survey, period, starts_on, unit_id,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
    sum(blanks)::bigint as blanks,
    sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors
from counts
where survey = $survey and list_contains($units, unit_id)
group by all
order by starts_on, period
