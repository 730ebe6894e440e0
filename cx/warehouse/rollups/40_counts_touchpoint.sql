-- grain: one row per survey, period, unit (every level) and touchpoint (counts_touchpoint); the same without touchpoint
-- (counts_unit). Both carry the sums over customers that the standard error needs: with the answers of a customer m and
-- the sum of their signs s, customers counts them, c_ss = sum s*s, c_sm = sum s*m, c_mm = sum m*m; cw_* the same weighted.
-- A customer seen in one unit only adds up over the levels; one seen in several is summed again at every level.
create temp table clusters as
with per_customer as (
    select survey, period, unit_id, touchpoint_id, grouping(touchpoint_id) = 1 as all_touchpoints, customer,
        count(*) as m, sum(sign) as s, sum(weight) as wm, sum(weight * sign) as ws
    from answers where sign is not null
    group by grouping sets (
        (survey, period, unit_id, touchpoint_id, customer), (survey, period, unit_id, customer))
),
marked as (
    select *, count(*) over (partition by survey, period, all_touchpoints, touchpoint_id, customer) > 1 as in_several
    from per_customer
),
single as (
    select survey, period, unit_id, touchpoint_id, all_touchpoints, count(*) as customers,
        sum(s * s) as c_ss, sum(s * m) as c_sm, sum(m * m) as c_mm,
        sum(ws * ws) as cw_ss, sum(ws * wm) as cw_sm, sum(wm * wm) as cw_mm
    from marked where not in_several group by all
),
several as (
    select survey, period, ancestor_id as unit_id, touchpoint_id, all_touchpoints, customer,
        sum(m) as m, sum(s) as s, sum(wm) as wm, sum(ws) as ws
    from marked join unit_ancestors using (unit_id) where in_several group by all
),
every_level as (
    select survey, period, ancestor_id as unit_id, touchpoint_id, all_touchpoints, customers,
        c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
    from single join unit_ancestors using (unit_id)
    union all
    select survey, period, unit_id, touchpoint_id, all_touchpoints, count(*), sum(s * s), sum(s * m), sum(m * m),
        sum(ws * ws), sum(ws * wm), sum(wm * wm)
    from several group by all
)
select survey, period, unit_id, touchpoint_id, all_touchpoints, sum(customers)::bigint as customers,
    sum(c_ss)::double as c_ss, sum(c_sm)::double as c_sm, sum(c_mm)::double as c_mm,
    sum(cw_ss) as cw_ss, sum(cw_sm) as cw_sm, sum(cw_mm) as cw_mm
from every_level group by all;

create table counts_touchpoint as
with cells as (
    select survey, period, starts_on, unit_id, touchpoint_id,
        sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
        sum(blanks)::bigint as blanks,
        sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors
    from counts_all group by all
)
select cells.*, customers, c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
from cells left join (from clusters where not all_touchpoints) as clusters
    on clusters.survey = cells.survey and clusters.period = cells.period and clusters.unit_id = cells.unit_id
    and clusters.touchpoint_id is not distinct from cells.touchpoint_id
order by cells.survey, cells.unit_id, cells.starts_on, cells.period, cells.touchpoint_id;

create table counts_unit as
with cells as (
    select survey, period, starts_on, unit_id,
        sum(promoters)::bigint as promoters, sum(passives)::bigint as passives, sum(detractors)::bigint as detractors,
        sum(blanks)::bigint as blanks,
        sum(w_promoters) as w_promoters, sum(w_passives) as w_passives, sum(w_detractors) as w_detractors
    from counts_mix group by all
)
select cells.*, customers, c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
from cells left join (from clusters where all_touchpoints) as clusters
    on clusters.survey = cells.survey and clusters.period = cells.period and clusters.unit_id = cells.unit_id
order by cells.survey, cells.unit_id, cells.starts_on, cells.period;

drop table clusters;
