-- grain: one row per unit and scale on which it was asked in a survey
-- reads: scales
select unit_id, scale from scales where survey = $survey order by scale
