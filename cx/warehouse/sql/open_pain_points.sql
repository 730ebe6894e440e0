-- grain: one row per open pain point of a touchpoint at the units asked for, the first that is due at the head
-- reads: pain_points
select title, unit_id, severity, owner, opened_on, due_on from pain_points
where touchpoint_id = $touchpoint and unit_id = any($units) and closed_on is null
order by due_on nulls last, opened_on, pain_point_id
