-- grain: one row per unit and figure that can weigh units: customers at the start of the newest month in a span, revenue and
-- premium a month (mean of the months in the span that are known), as loaded, without the units below
-- reads: business
with known as (
    select unit_id, metric, month, value from business
    where metric in ('customers_start', 'revenue', 'premium') and month between $first_month and $last_month
)
select unit_id, metric, case when metric = 'customers_start' then arg_max(value, month) else avg(value) end as weight
from known group by unit_id, metric
order by unit_id, metric
