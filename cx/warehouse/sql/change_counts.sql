-- grain: one row per load: values that it replaced
-- reads: changes
select load_id, count(*) as n from changes group by all order by load_id desc
