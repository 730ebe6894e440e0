-- grain: one row per survey, period, unit (every level) and touchpoint (counts_touchpoint); the same without touchpoint
-- (counts_unit). Both carry the sums over customers that the standard error needs: with the answers of a customer m and
-- the sum of their signs s, customers counts them, c_ss = sum s*s, c_sm = sum s*m, c_mm = sum m*m; cw_* the same weighted.
-- Most customers answer once in a period, and what they add can be read from the counts. So every answer is first taken
-- for a customer of its own; only customers who answered again are looked at, for what they add beyond that. An answer
-- without a customer is one customer. Who answered again is found by putting hashes in order, which costs half of counting.
create temp table per_touchpoint as
select period_no, unit_id, touchpoint_id, sum(promoters)::bigint as promoters, sum(passives)::bigint as passives,
    sum(detractors)::bigint as detractors, sum(blanks)::bigint as blanks
from cells group by all;

create temp table added_per_touchpoint as
select period_no, unit_id, touchpoint_id, sum(columns('^w.*')) from added group by all;

create temp table often as
select distinct answer_of from (
    select answer_of, lag(answer_of) over (order by answer_of) as before
    from (select hash(period_no, customer) as answer_of
        from dated join period_of using (slot) where sign is not null and customer is not null))
where answer_of = before;

create temp table clusters as
with placed as (
    select period_no, unit_id, touchpoint_id, customer, sign, coalesce(more_than_one, 0) + 1 as weight
    from dated join period_of using (slot)
    where sign is not null and customer is not null and hash(period_no, customer) in (from often)
),
per_unit as (
    select period_no, unit_id, touchpoint_id, customer, count(*) as m, sum(sign) as s, sum(sign * sign) as ss,
        sum(weight) as wm, sum(weight * sign) as ws, sum(weight * weight) as wwm, sum(weight * weight * sign) as wws,
        sum(weight * weight * sign * sign) as wwss
    from placed group by all
),
per_customer as (
    select period_no, ancestor_id as unit_id, touchpoint_id, grouping(touchpoint_id) = 1 as all_touchpoints,
        customer, sum(m) as m, sum(s) as s, sum(ss) as ss, sum(wm) as wm, sum(ws) as ws, sum(wwm) as wwm,
        sum(wws) as wws, sum(wwss) as wwss
    from per_unit join ancestors using (unit_id)
    group by grouping sets (
        (period_no, ancestor_id, touchpoint_id, customer), (period_no, ancestor_id, customer))
    having sum(m) > 1
),
counted as (
    select * exclude (blanks), 0 as w2_promoters, 0 as w2_passives, 0 as w2_detractors from per_touchpoint
    union all
    select period_no, unit_id, touchpoint_id, 0, 0, 0, w2_promoters, w2_passives, w2_detractors
    from added_per_touchpoint
),
as_if_once as (
    select period_no, unit_id, touchpoint_id, grouping(touchpoint_id) = 1 as all_touchpoints,
        sum(promoters + passives + detractors) as customers,
        sum(promoters + detractors) as c_ss, sum(promoters - detractors) as c_sm,
        sum(promoters + passives + detractors) as c_mm,
        sum(promoters + detractors + w2_promoters + w2_detractors) as cw_ss,
        sum(promoters - detractors + w2_promoters - w2_detractors) as cw_sm,
        sum(promoters + passives + detractors + w2_promoters + w2_passives + w2_detractors) as cw_mm
    from counted
    group by grouping sets ((period_no, unit_id, touchpoint_id), (period_no, unit_id))
    having sum(promoters + passives + detractors) > 0
),
beyond_that as (
    select period_no, unit_id, touchpoint_id, all_touchpoints, sum(1 - m) as customers,
        sum(s * s - ss) as c_ss, sum(s * m - s) as c_sm, sum(m * m - m) as c_mm,
        sum(ws * ws - wwss) as cw_ss, sum(ws * wm - wws) as cw_sm, sum(wm * wm - wwm) as cw_mm
    from per_customer group by all
)
select period_no, unit_id, touchpoint_id, all_touchpoints,
    sum(customers)::bigint as customers, sum(c_ss)::double as c_ss, sum(c_sm)::double as c_sm,
    sum(c_mm)::double as c_mm, sum(cw_ss) as cw_ss, sum(cw_sm) as cw_sm, sum(cw_mm) as cw_mm
from (from as_if_once union all from beyond_that) group by all;

create table counts_touchpoint as
select survey, period, starts_on, cell.unit_id::varchar as unit_id, cell.touchpoint_id::varchar as touchpoint_id,
    promoters, passives, detractors, blanks, promoters + coalesce(w_promoters, 0) as w_promoters,
    passives + coalesce(w_passives, 0) as w_passives, detractors + coalesce(w_detractors, 0) as w_detractors,
    customers, c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
from per_touchpoint as cell join periods using (period_no)
    left join added_per_touchpoint as more on more.period_no = cell.period_no and more.unit_id = cell.unit_id
        and more.touchpoint_id is not distinct from cell.touchpoint_id
    left join (from clusters where not all_touchpoints) as clusters
        on clusters.period_no = cell.period_no and clusters.unit_id = cell.unit_id
        and clusters.touchpoint_id is not distinct from cell.touchpoint_id
order by survey, cell.unit_id, starts_on, period, cell.touchpoint_id;

create table counts_unit as
with per_unit as (
    select period_no, unit_id, sum(promoters)::bigint as promoters, sum(passives)::bigint as passives,
        sum(detractors)::bigint as detractors, sum(blanks)::bigint as blanks
    from per_touchpoint group by all
),
added_per_unit as (
    select period_no, unit_id, sum(columns('^w_.*')) from added_per_touchpoint group by all
)
select survey, period, starts_on, cell.unit_id::varchar as unit_id, promoters, passives, detractors, blanks,
    promoters + coalesce(w_promoters, 0) as w_promoters, passives + coalesce(w_passives, 0) as w_passives,
    detractors + coalesce(w_detractors, 0) as w_detractors, customers, c_ss, c_sm, c_mm, cw_ss, cw_sm, cw_mm
from per_unit as cell join periods using (period_no)
    left join added_per_unit as more on more.period_no = cell.period_no and more.unit_id = cell.unit_id
    left join (from clusters where all_touchpoints) as clusters
        on clusters.period_no = cell.period_no and clusters.unit_id = cell.unit_id
order by survey, cell.unit_id, starts_on, period;
