-- grain: one row per response (dated); one per slot, month of invitation, unit and touchpoint (asked), a slot being a number
-- for survey, wave and month; one per survey and period, with a number (periods), and per slot the number of its period
-- (period_of): what the rollups count; all but periods temporary
-- A period is a calendar month in the report's time zone for transaction surveys, and a wave for the others; a wave
-- without a name is the quarter.
-- Dimensions are enums until the counts are written: grouping by codes costs half of grouping by texts.
create type unit_code as enum (select unit_id from unit_tree order by unit_id);
create type survey_code as enum (select unnest(['relationship', 'strategic', 'transaction']));
create type touchpoint_code as enum (
    select distinct touchpoint_id from responses where touchpoint_id is not null order by touchpoint_id);
create type product_code as enum (select distinct product from responses where product is not null order by product);
create type segment_code as enum (select distinct segment from responses where segment is not null order by segment);
create type channel_code as enum (select distinct channel from responses where channel is not null order by channel);
create type wave_code as enum (select distinct wave from responses where wave is not null order by wave);

-- No time zone is a whole day away from UTC, so only the edges of a month need converting, which is slow. Months are counted
-- from year 0 until they are few: whole numbers cost a fifth of dates.
-- more_than_one is what the weight of an answer adds to counting it once. Customers are told apart by 64 bits of a hash.
create temp table dated as
with answered as (
    select *, coalesce(invited_at, responded_at) as asked_at, (select time_zone from snapshot) as report_zone from responses
),
answered_there as (
    select *,
        case when day(responded_at) between 2 and 27 or report_zone = 'UTC' then responded_at
            else timezone(report_zone, timezone('UTC', responded_at)) end as responded_there,
        case when day(asked_at) between 2 and 27 or report_zone = 'UTC' then asked_at
            else timezone(report_zone, timezone('UTC', asked_at)) end as asked_there
    from answered
),
coded as (
    select survey::survey_code as survey, case when survey <> 'transaction' then wave end::wave_code as wave,
        unit_id::unit_code as unit_id, touchpoint_id::touchpoint_code as touchpoint_id, product::product_code as product,
        segment::segment_code as segment, channel::channel_code as channel,
        case when customer_id is not null then hash(customer_id) end as customer,
        weight - 1 as more_than_one,
        12 * year(responded_there) + month(responded_there) - 1 as month_no,
        (12 * year(asked_there) + month(asked_there) - 1)::integer as invited_no,
        case when score >= 9 then 1 when score >= 7 then 0 when score >= 0 then -1 end::tinyint as sign
    from answered_there
)
select * exclude (survey, wave, month_no),
    month_no + 65536 * (enum_code(survey) + 3 * coalesce(enum_code(wave)::bigint + 1, 0)) as slot
from coded;

create temp table asked as
with counted as (
    select slot, invited_no, unit_id, touchpoint_id, count(*) as n, count(sign) as valid from dated group by all
),
read as (
    select *, slot % 65536 as month_no, slot // 65536 % 3 as survey_no, slot // 65536 // 3 as wave_no from counted
)
select slot, enum_range(null::survey_code)[survey_no + 1]::survey_code as survey,
    case when wave_no > 0 then enum_range(null::wave_code)[wave_no] end::wave_code as wave,
    make_date(month_no // 12, month_no % 12 + 1, 1) as month,
    make_date(invited_no // 12, invited_no % 12 + 1, 1) as invited_month, unit_id, touchpoint_id, n, valid
from read;

-- A wave stands on the time axis in the month with the most answers: one wrong date must not put it elsewhere.
create table periods as
with by_month as (
    select survey, wave, month, sum(n) as n,
        case when survey = 'transaction' then strftime(month, '%Y-%m')
            else coalesce(wave::varchar, year(month) || ' Q' || quarter(month)) end as period
    from asked group by all
),
named as (
    select survey::varchar as survey, period, arg_max(month, (n, -epoch(month))) as starts_on, max(month) as ends_on
    from (select survey, period, month, sum(n) as n from by_month group by all) group by all
)
select row_number() over (order by survey, period)::integer as period_no, survey, period, starts_on, ends_on from named;

create temp table period_of as
select distinct slot, period_no
from asked join periods on periods.survey = asked.survey::varchar
    and period = case when asked.survey = 'transaction' then strftime(month, '%Y-%m')
        else coalesce(wave::varchar, year(month) || ' Q' || quarter(month)) end;
