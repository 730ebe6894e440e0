-- grain: one row per survey and driver of its core (core_drivers), place counting from 0: a driver that four of five answers
-- with ratings rate; the answers that rate all of the core are complete
create table core_drivers as
with rated as (
    select survey, response_id, driver from ratings join responses using (response_id) where score is not null
),
answers as (
    select survey, count(distinct response_id) as n from rated group by all
),
often as (
    select survey, driver from rated join answers using (survey) group by survey, driver, n having count(*) >= 0.8 * n
)
select survey, driver, coalesce(name, driver) as name, touchpoint_id,
    (row_number() over (partition by survey order by driver) - 1)::integer as place
from often left join drivers using (driver)
order by survey, place;

-- grain: one row per survey, period, unit (every level) and bucket of customers: sums over complete answers of the products
-- of each two of (1, ratings in their places, sign of the score), the upper triangle row by row
-- Only units with enough complete answers in all: below, nothing is said of drivers. Buckets are those of methods 0.2:
-- stable, so that they are the same in every version.
create table driver_products as
with zone as (
    select time_zone from snapshot
),
complete as (
    select survey, response_id, list(rating order by place) as ratings
    from ratings join responses using (response_id) join core_drivers using (survey, driver)
    where score is not null
    group by survey, response_id
    having count(*) = (select count(*) from core_drivers where core_drivers.survey = responses.survey)
),
placed as (
    select survey, unit_id, timezone(time_zone, timezone('UTC', responded_at)) as responded_there, wave,
        ('0x' || md5(coalesce(customer_id, response_id))[1:8])::bigint % 20 as bucket,
        list_concat([1.0], ratings, [case when score >= 9 then 1.0 when score >= 7 then 0.0 else -1.0 end]) as x
    from complete join responses using (survey, response_id), zone
),
answered as (
    select survey, unit_id, bucket, x,
        case when survey = 'transaction' then strftime(responded_there, '%Y-%m')
            else coalesce(wave, year(responded_there) || ' Q' || quarter(responded_there)) end as period
    from placed
),
pairs as (
    select first, second
    from generate_series(1, (select coalesce(max(len(x)), 0) from answered)) as one(first),
        generate_series(1, (select coalesce(max(len(x)), 0) from answered)) as other(second)
    where second >= first
),
own as (
    select survey, period, unit_id, bucket, first, second, sum(x[first] * x[second]) as total
    from answered join pairs on second <= len(x) group by all
),
added_up as (
    select survey, period, ancestor_id as unit_id, bucket, first, second, sum(total) as total
    from own join unit_ancestors using (unit_id) group by all
),
enough as (
    select survey, unit_id from added_up where first = 1 and second = 1 group by all having sum(total) >= 300
)
select survey, period, starts_on, unit_id, bucket::tinyint as bucket,
    list(total order by first, second) as products
from added_up semi join enough using (survey, unit_id) join periods using (survey, period)
group by all
order by survey, unit_id, starts_on, period, bucket;
