-- grain: one row per event on the time axis
-- reads: events
select on_date, title, unit_id from events order by on_date, title
