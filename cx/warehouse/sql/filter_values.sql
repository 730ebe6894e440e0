-- grain: one row per value that can be filtered by, most answers first
-- reads: filter_values
select field, value, n from filter_values order by field, n desc, value
