-- grain: one row per rejected record of a file of a load, with its cells and the rules that it breaks, in file order
-- reads: rejected_records, rejects
with records as (
    select line, cells from rejected_records
    where load_id = $load_id and source = $source and file = $file and line > $after order by line limit $limit
)
select records.line, any_value(cells) as cells,
    list(struct_pack(table_name, column_name, rule) order by table_name, column_name, rule) as broken
from records join rejects on rejects.load_id = $load_id and rejects.source = $source and rejects.file = $file
    and rejects.line = records.line
group by records.line order by records.line
