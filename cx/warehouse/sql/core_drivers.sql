-- grain: one row per driver of a survey that most answers with ratings rate, in its place
-- reads: core_drivers
select driver, name, touchpoint_id from core_drivers where survey = $survey order by place
