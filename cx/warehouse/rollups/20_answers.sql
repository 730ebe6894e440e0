-- grain: one row per response (temporary; what the rollups count)
-- A period is a calendar month in the report's time zone for transaction surveys, and a wave for the others; a wave
-- without a name is the quarter. A customer without a key is a cluster of one answer.
create temp table answers as
with dated as (
    select survey, unit_id, touchpoint_id, product, segment, channel, wave, score,
        coalesce(customer_id, '#' || response_id) as customer,
        coalesce(weight, 1) as weight,
        date_trunc('month', timezone((select time_zone from snapshot), timezone('UTC', responded_at)))::date as month,
        date_trunc('month', timezone((select time_zone from snapshot),
            timezone('UTC', coalesce(invited_at, responded_at))))::date as invited_month
    from responses
),
labelled as (
    select *, case when survey = 'transaction' then strftime(month, '%Y-%m')
        else coalesce(wave, year(month) || ' Q' || quarter(month)) end as period,
        case when survey = 'transaction' then strftime(invited_month, '%Y-%m')
        else coalesce(wave, year(month) || ' Q' || quarter(month)) end as invited_period
    from dated
),
wave_starts as (
    select survey, period, min(month) as starts_on, max(month) as ends_on from labelled group by all
)
select survey, period, starts_on, ends_on, invited_month, invited_period, unit_id, touchpoint_id, product, segment,
    channel, customer, weight,
    case when score >= 9 then 1 when score >= 7 then 0 when score >= 0 then -1 end::tinyint as sign
from labelled join wave_starts using (survey, period);
