-- grain: one row per response (dated), and one per survey, period, month, month of invitation, unit, touchpoint, product,
-- segment and channel (answers): what the rollups count; both temporary
-- A period is a calendar month in the report's time zone for transaction surveys, and a wave for the others; a wave
-- without a name is the quarter. A customer without a key is a cluster of one answer.
-- No time zone is a whole day away from UTC, so only the edges of a month need converting, which is slow.
create temp view dated as
with months as (
    select survey, unit_id, touchpoint_id, product, segment, channel, wave, score,
        coalesce(customer_id, '#' || response_id) as customer,
        coalesce(weight, 1) as weight,
        date_trunc('month', case when day(responded_at) between 2 and 27 then responded_at
            else timezone((select time_zone from snapshot), timezone('UTC', responded_at)) end)::date as month,
        coalesce(invited_at, responded_at) as asked_at,
        date_trunc('month', case when day(asked_at) between 2 and 27 then asked_at
            else timezone((select time_zone from snapshot), timezone('UTC', asked_at)) end)::date as invited_month
    from responses
)
select survey, unit_id, touchpoint_id, product, segment, channel, customer, weight, month, invited_month,
    case when survey = 'transaction' then strftime(month, '%Y-%m')
        else coalesce(wave, year(month) || ' Q' || quarter(month)) end as period,
    case when score >= 9 then 1 when score >= 7 then 0 when score >= 0 then -1 end::tinyint as sign
from months;

create temp table answers as
with cells as (
    select survey, period, month, invited_month, unit_id, touchpoint_id, product, segment, channel,
        count(*) filter (sign = 1) as promoters,
        count(*) filter (sign = 0) as passives,
        count(*) filter (sign = -1) as detractors,
        count(*) filter (sign is null) as blanks,
        coalesce(sum(weight) filter (sign = 1), 0) as w_promoters,
        coalesce(sum(weight) filter (sign = 0), 0) as w_passives,
        coalesce(sum(weight) filter (sign = -1), 0) as w_detractors,
        coalesce(sum(weight * weight) filter (sign = 1), 0) as w2_promoters,
        coalesce(sum(weight * weight) filter (sign = 0), 0) as w2_passives,
        coalesce(sum(weight * weight) filter (sign = -1), 0) as w2_detractors
    from dated group by all
),
by_month as (
    select survey, period, month, sum(promoters + passives + detractors + blanks) as n from cells group by all
),
-- A wave stands on the time axis in the month with the most answers: one wrong date must not put it elsewhere.
wave_starts as (
    select survey, period, arg_max(month, (n, -epoch(month))) as starts_on, max(month) as ends_on from by_month group by all
)
select cells.*, starts_on, ends_on from cells join wave_starts using (survey, period);
