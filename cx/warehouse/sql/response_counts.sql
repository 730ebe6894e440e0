-- grain: one row per period and unit of a survey: questionnaires sent, and those that came back
-- reads: response_counts
select period, unit_id, sent, answered from response_counts
where survey = $survey and unit_id = any($units)
