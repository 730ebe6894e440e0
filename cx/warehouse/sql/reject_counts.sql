-- grain: one row per table, file, column and rule: faults found
-- reads: rejects
select table_name, file, coalesce(nullif(file_column, ''), column_name), rule, count(*) as n
from rejects group by all order by n desc, file, rule
