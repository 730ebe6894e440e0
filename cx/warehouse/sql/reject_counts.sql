-- grain: one row per source, file, table, column and rule: faults found
-- reads: rejects
select source, file, table_name, coalesce(nullif(file_column, ''), column_name) as file_column, rule, count(*) as n
from rejects group by all order by n desc, file, source, table_name, file_column, rule
