-- grain: one row per period and unit of a survey: counts, weights, and the sums over customers for the standard error
select period, starts_on, unit_id, blanks, promoters, passives, detractors, w_promoters, w_passives, w_detractors,
    customers, c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
from clusters
where survey = $survey and unit_id = any($units)
order by starts_on, period
