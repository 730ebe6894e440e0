-- grain: one row per rejected record of a file, with its cells and the rules that it breaks, in the order of the file
-- reads: rejected_records, rejects
with records as (
    select line, cells from rejected_records where source = $source and file = $file and line > $after
    order by line limit $limit
)
select records.line, any_value(cells) as cells,
    list(struct_pack(table_name, column_name, rule) order by table_name, column_name, rule) as broken
from records join rejects on rejects.source = $source and rejects.file = $file and rejects.line = records.line
group by records.line order by records.line
