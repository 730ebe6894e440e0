-- grain: one row per survey, period, unit (every level), touchpoint, product, segment and channel
-- Sums of weights and of squared weights stand beside the counts; they are equal to the counts where nothing is weighted,
-- so only what weights add is stored. Ordered by touchpoint: only filters that name one read this table, and then skip the
-- rest of it.
create temp table ancestors as
select unit_id::unit_code as unit_id, ancestor_id::unit_code as ancestor_id from unit_ancestors;

create temp table own as
select period_no, unit_id, touchpoint_id, product, segment, channel,
    count(*) filter (sign = 1) as promoters, count(*) filter (sign = 0) as passives,
    count(*) filter (sign = -1) as detractors, count(*) filter (sign is null) as blanks
from dated join period_of using (slot)
group by all;

create temp table cells as
with units_with_others_below as (
    select distinct ancestor_id as unit_id from ancestors where ancestor_id <> unit_id
),
added_up as (
    select period_no, ancestor_id as unit_id, touchpoint_id, product, segment, channel,
        sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
        sum(blanks)::bigint as blanks
    from own join ancestors using (unit_id)
    where ancestor_id in (from units_with_others_below) group by all
)
from added_up
union all
from own where unit_id not in (from units_with_others_below);

-- What weights add to the counts of a cell: nothing where nothing is weighted, which is the common case.
create temp table added as
with own_added as (
    select period_no, unit_id, touchpoint_id, product, segment, channel,
        coalesce(sum(more_than_one) filter (sign = 1), 0) as w_promoters,
        coalesce(sum(more_than_one) filter (sign = 0), 0) as w_passives,
        coalesce(sum(more_than_one) filter (sign = -1), 0) as w_detractors,
        coalesce(sum(more_than_one * (more_than_one + 2)) filter (sign = 1), 0) as w2_promoters,
        coalesce(sum(more_than_one * (more_than_one + 2)) filter (sign = 0), 0) as w2_passives,
        coalesce(sum(more_than_one * (more_than_one + 2)) filter (sign = -1), 0) as w2_detractors
    from dated join period_of using (slot)
    where more_than_one <> 0 group by all
)
select period_no, ancestor_id as unit_id, touchpoint_id, product, segment, channel, sum(columns('^w.*'))
from own_added join ancestors using (unit_id) group by all;

create table counts_all_cells as
with ordered as (
    select cells.*, w_promoters, w_passives, w_detractors, w2_promoters, w2_passives, w2_detractors
    from cells left join added
        on added.period_no = cells.period_no and added.unit_id = cells.unit_id
        and added.touchpoint_id is not distinct from cells.touchpoint_id
        and added.product is not distinct from cells.product and added.segment is not distinct from cells.segment
        and added.channel is not distinct from cells.channel
    order by touchpoint_id, unit_id, period_no
)
select period_no, unit_id::varchar as unit_id, touchpoint_id::varchar as touchpoint_id,
    product::varchar as product, segment::varchar as segment, channel::varchar as channel,
    promoters, passives, detractors, blanks,
    coalesce(w_promoters, 0) as w_promoters, coalesce(w_passives, 0) as w_passives,
    coalesce(w_detractors, 0) as w_detractors, coalesce(w2_promoters, 0) as w2_promoters,
    coalesce(w2_passives, 0) as w2_passives, coalesce(w2_detractors, 0) as w2_detractors
from ordered;

create view counts_all as
select survey, period, starts_on, unit_id, touchpoint_id, product, segment, channel,
    promoters, passives, detractors, blanks,
    promoters + w_promoters as w_promoters, passives + w_passives as w_passives, detractors + w_detractors as w_detractors,
    promoters + w2_promoters as w2_promoters, passives + w2_passives as w2_passives,
    detractors + w2_detractors as w2_detractors
from counts_all_cells join periods using (period_no);

-- grain: one row per survey, period, unit (every level), product, segment and channel
create table counts_mix as
with mixed as (
    select period_no, unit_id, product, segment, channel, sum(promoters)::bigint as promoters,
        sum(passives)::bigint as passives, sum(detractors)::bigint as detractors, sum(blanks)::bigint as blanks
    from cells group by all
),
added_to_mix as (
    select period_no, unit_id, product, segment, channel, sum(columns('^w.*')) from added group by all
)
select survey, period, starts_on, mixed.unit_id::varchar as unit_id, mixed.product::varchar as product,
    mixed.segment::varchar as segment, mixed.channel::varchar as channel, promoters, passives, detractors, blanks,
    promoters + coalesce(w_promoters, 0) as w_promoters, passives + coalesce(w_passives, 0) as w_passives,
    detractors + coalesce(w_detractors, 0) as w_detractors, promoters + coalesce(w2_promoters, 0) as w2_promoters,
    passives + coalesce(w2_passives, 0) as w2_passives, detractors + coalesce(w2_detractors, 0) as w2_detractors
from mixed join periods using (period_no) left join added_to_mix
    on added_to_mix.period_no = mixed.period_no and added_to_mix.unit_id = mixed.unit_id
    and added_to_mix.product is not distinct from mixed.product
    and added_to_mix.segment is not distinct from mixed.segment
    and added_to_mix.channel is not distinct from mixed.channel
order by survey, unit_id, starts_on, period, product, segment, channel;
