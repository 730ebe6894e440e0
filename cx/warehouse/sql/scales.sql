-- grain: one row per scale on which the units were asked in a survey
-- reads: scales
select distinct scale from scales where survey = $survey and list_contains($units, unit_id) order by scale
