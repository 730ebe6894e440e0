-- grain: one row per file, content and table, the newest load of each: files of two months may have the same name
-- reads: loads, sources
select loaded_at, source, title, file, size_bytes, table_name, read, loaded, rejected, blank, without_value, replaced,
    ignored_columns, scale
from loads join sources using (source)
qualify row_number() over (partition by source, file, table_name, sha256 order by loaded_at desc) = 1
order by loaded_at desc, source, table_name, file
