-- grain: one row per scale on which the units were asked in a survey
-- reads: scales
select distinct scale from scales where survey = $survey and unit_id = any($units) order by scale
