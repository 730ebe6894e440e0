-- grain: one row per unit that was visited at a touchpoint in a span of months: visits and their mean score in percent
-- reads: visits
select unit_id, count(*), avg(score_pct) from visits
where touchpoint_id = $touchpoint and unit_id = any($units)
    and date_trunc('month', visited_on) between $first_month and $last_month
group by unit_id order by unit_id
