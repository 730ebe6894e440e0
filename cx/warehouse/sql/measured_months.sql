-- grain: one row per unit and month: what the systems measured at a touchpoint
-- reads: touchpoint_metrics
select unit_id, date_trunc('month', month)::date, entered, completed, response_seconds_median, response_seconds_p90,
    contacts, solved_centrally, sent_to_branch, solved_by_expert
from touchpoint_metrics
where touchpoint_id = $touchpoint and unit_id = any($units)
order by month, unit_id
