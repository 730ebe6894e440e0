-- grain: one row per survey, period, unit (every level), touchpoint, product, segment and channel
-- Sums of weights and of squared weights stand beside the counts; they are equal to the counts where nothing is weighted.
-- Ordered by touchpoint: only filters that name one read this table, and then skip the rest of it.
create table counts_all as
with own as (
    select survey, period, starts_on, unit_id, touchpoint_id, product, segment, channel,
        sum(promoters)::bigint as promoters, sum(passives)::bigint as passives,
        sum(detractors)::bigint as detractors, sum(blanks)::bigint as blanks,
        sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors,
        sum(w2_promoters) as w2_promoters, sum(w2_passives) as w2_passives, sum(w2_detractors) as w2_detractors
    from answers group by all
)
select survey, period, starts_on, ancestor_id as unit_id, touchpoint_id, product, segment, channel,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
    sum(blanks)::bigint as blanks,
    sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors,
    sum(w2_promoters) as w2_promoters, sum(w2_passives) as w2_passives, sum(w2_detractors) as w2_detractors
from own join unit_ancestors using (unit_id)
group by all
order by survey, touchpoint_id, ancestor_id, starts_on, period, product, segment, channel;

-- grain: one row per survey, period, unit (every level), product, segment and channel
create table counts_mix as
select survey, period, starts_on, unit_id, product, segment, channel,
    sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
    sum(blanks)::bigint as blanks,
    sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors,
    sum(w2_promoters) as w2_promoters, sum(w2_passives) as w2_passives, sum(w2_detractors) as w2_detractors
from counts_all group by all
order by survey, unit_id, starts_on, period, product, segment, channel;
