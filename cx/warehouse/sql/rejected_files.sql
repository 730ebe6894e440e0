-- grain: one row per file with rejected records whose cells are kept: its column names and how many there are
-- reads: rejected_records, headers, sources
select source, any_value(title) as title, file, any_value(names) as names, count(distinct line) as n,
    any_value(mapping_text) as mapping_text
from rejected_records join headers using (source, file) join sources using (source)
group by all order by source, file
