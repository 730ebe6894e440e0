-- grain: one row per broken rule of a rejected record
-- reads: rejects
select table_name, source, file, line, coalesce(file_column, ''), column_name, value, rule
from rejects where ($rule = '' or rule = $rule) and ($file = '' or file = $file)
order by file, line, table_name, column_name limit $limit
