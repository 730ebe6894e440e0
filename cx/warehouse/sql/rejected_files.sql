-- grain: one row per load and file with rejected records whose cells are kept: its column names and how many there are
-- reads: rejected_records, loads, headers, sources
with loaded as (select load_id, source, file, max(loaded_at) as loaded_at from loads group by all)
select load_id, loaded_at, source, any_value(title) as title, file, any_value(names) as names, count(distinct line) as n,
    any_value(mapping_text) as mapping_text
from rejected_records join headers using (load_id, source, file) join loaded using (load_id, source, file)
    join sources using (source)
group by all order by source, file, loaded_at, load_id
