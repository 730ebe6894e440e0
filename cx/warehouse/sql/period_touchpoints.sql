-- grain: one row per period and touchpoint (empty text: without one) of units together
select period, coalesce(touchpoint_id, '') as touchpoint_id,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
    sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors
from counts
where survey = $survey and unit_id = any($units) and period = any($periods)
group by all
order by all
