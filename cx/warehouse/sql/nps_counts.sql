-- grain: one row per period and unit of a survey: counts, and sums of weights
select period, starts_on, unit_id, sum(blanks)::bigint as blanks,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
    sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors
from counts
where survey = $survey and unit_id = any($units)
group by all
order by starts_on, period
