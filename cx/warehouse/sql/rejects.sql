-- grain: one row per broken rule of a rejected record
-- reads: rejects
select table_name, source, file, line, coalesce(file_column, ''), column_name, value, rule
from rejects
where $rule = '' or (rule = $rule and source = $source and file = $file and table_name = $table
    and coalesce(nullif(file_column, ''), column_name) = $column)
order by file, source, line, table_name, column_name, rule limit $limit
