-- grain: one row per wave of a survey that began by a month, the newest first
-- reads: counts_unit
select period, starts_on from counts_unit
where survey = $survey and starts_on <= $last_month and promoters + passives + detractors > 0
group by all order by starts_on desc, period desc
