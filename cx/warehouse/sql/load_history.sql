-- grain: one row per load that stands in the snapshot, the newest first
-- reads: loads
select load_id, max(loaded_at) as loaded_at, list(distinct source order by source) as sources,
    list(distinct file order by file) as files, sum(read)::bigint as read, sum(loaded)::bigint as loaded,
    sum(rejected)::bigint as rejected, sum(replaced)::bigint as replaced
from loads group by load_id order by loaded_at desc, load_id
