-- grain: one row per value that can be filtered by, with its number of answers (field = product, segment or channel)
create table filter_values as
select 'product' as field, product as value, sum(promoters + passives + detractors)::bigint as n
from counts_mix semi join (from unit_tree where depth = 0) using (unit_id) where product is not null group by all
union all
select 'segment', segment, sum(promoters + passives + detractors)::bigint
from counts_mix semi join (from unit_tree where depth = 0) using (unit_id) where segment is not null group by all
union all
select 'channel', channel, sum(promoters + passives + detractors)::bigint
from counts_mix semi join (from unit_tree where depth = 0) using (unit_id) where channel is not null group by all
union all
select 'touchpoint', touchpoint_id, sum(promoters + passives + detractors)::bigint
from counts_touchpoint semi join (from unit_tree where depth = 0) using (unit_id)
where touchpoint_id is not null group by all
order by all;

-- grain: one row per survey, unit (every level) and scale on which the question was asked there
create table scales as
select distinct survey, ancestor_id as unit_id, scale
from (select distinct survey, unit_id, _origin from responses)
    join origins on origin_no = _origin
    join sources using (source)
    join unit_ancestors using (unit_id)
order by all;

-- grain: one row per unit (every level): when its newest answer was given, in UTC
create table freshness as
with own as (
    select unit_id, max(responded_at) as answers_to from responses group by all
)
select ancestor_id as unit_id, max(answers_to) as answers_to
from own join unit_ancestors using (unit_id) group by all order by all;
