-- grain: one row: recorded excerpts of a touchpoint at the units asked for that may be played on a day
-- reads: excerpts
select count(*) from excerpts
where touchpoint_id = $touchpoint and unit_id = any($units) and consent = 'given'
    and (expires_on is null or expires_on >= $day)
