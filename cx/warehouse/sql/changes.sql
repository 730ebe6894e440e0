-- grain: one row per value that a corrected row replaced, of one load or of all
-- reads: changes
select load_id, table_name, key, column_name, before, after, source, file, line
from changes where $load_id = '' or load_id = $load_id
order by load_id desc, table_name, key, column_name limit $limit
