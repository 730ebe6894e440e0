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

-- grain: one row per answer to the question that rates anything; mark: where each rating lies on its scale, 0 to 1 (null: the
-- scale is not known). The bucket of a customer is that of methods 0.2: stable, so that it is the same in every version.
create temp table rated_answers as
with zone as (
    select time_zone from snapshot
),
rated as (
    select response_id, list({'driver': driver, 'rating': rating,
        'mark': (rating - scale_min) / (scale_max - scale_min)} order by driver) as ratings
    from ratings left join drivers using (driver) group by response_id
)
select survey, unit_id, ratings,
    case when score >= 9 then 1 when score >= 7 then 0 else -1 end as sign,
    ('0x' || md5(coalesce(customer_id, response_id))[1:8])::bigint % 20 as bucket,
    case when survey = 'transaction' then strftime(timezone(time_zone, timezone('UTC', responded_at)), '%Y-%m')
        else coalesce(wave, year(timezone(time_zone, timezone('UTC', responded_at))) || ' Q'
            || quarter(timezone(time_zone, timezone('UTC', responded_at)))) end as period
from rated join responses using (response_id), zone
where score is not null;

-- grain: one row per survey, period, unit (every level), driver and rating: answers by class
create table rating_counts as
with own as (
    select survey, period, unit_id, sign, unnest(ratings, recursive := true) from rated_answers
)
select survey, period, starts_on, ancestor_id as unit_id, driver, rating, any_value(mark) as mark,
    count(*) filter (sign = 1) as promoters, count(*) filter (sign = 0) as passives,
    count(*) filter (sign = -1) as detractors
from own join unit_ancestors using (unit_id) join periods using (survey, period)
group by all
order by survey, unit_id, starts_on, period, driver, rating;

-- grain: one row per survey, period, unit (every level) and bucket of customers: sums over complete answers of the products of
-- each two of (1, values in their places, sign of the score), the upper triangle row by row. In ratings the values are the
-- ratings; in marks first whether each is low on its scale (up to 0.6), then whether it is high (from 0.9).
-- Only units with enough complete answers in all: below, nothing is said of drivers.
create table driver_products as
with core as (
    select survey, list(driver) as core from core_drivers group by all
),
complete as (
    select survey, period, unit_id, bucket, sign, len(core) as size,
        list_filter(ratings, lambda one: list_contains(core, one.driver)) as core_ratings
    from rated_answers join core using (survey)
),
vectors as (
    select survey, period, unit_id, bucket,
        list_concat([1.0], list_transform(core_ratings, lambda one: one.rating::double), [sign::double]) as ratings,
        list_concat([1.0], list_transform(core_ratings, lambda one: coalesce(one.mark <= 0.6, false)::int::double),
            list_transform(core_ratings, lambda one: coalesce(one.mark >= 0.9, false)::int::double),
            [sign::double]) as marks
    from complete where len(core_ratings) = size
),
cells as (
    select survey, period, unit_id, bucket, row_number() over () as cell
    from (select distinct survey, period, unit_id, bucket from vectors)
),
answered as (
    select cell, ratings, marks from vectors join cells using (survey, period, unit_id, bucket)
),
places as (
    select unnest(generate_series(1, coalesce((select max(len(marks)) from answered), 0))) as place
),
pairs as (
    select one.place as first, other.place as second, (100 * one.place + other.place)::integer as pair
    from places as one join places as other on other.place >= one.place
),
own as (
    select cell, pair, sum(ratings[first] * ratings[second]) as of_ratings, sum(marks[first] * marks[second]) as of_marks
    from answered join pairs on second <= len(marks) group by all
),
reached as (
    select cell, survey, period, ancestor_id as unit_id, bucket,
        dense_rank() over (order by survey, period, ancestor_id, bucket) as place
    from cells join unit_ancestors using (unit_id)
),
enough as (
    select survey, reached.unit_id from own join reached using (cell) where pair = 101
    group by all having sum(of_ratings) >= 300
),
added_up as (
    select place, pair, sum(of_ratings) as of_ratings, sum(of_marks) as of_marks
    from own join (from reached semi join enough using (survey, unit_id)) using (cell) group by all
),
listed as (
    select place, list(of_ratings order by pair) filter (of_ratings is not null) as ratings,
        list(of_marks order by pair) as marks
    from added_up group by place
)
select survey, period, starts_on, unit_id, bucket::tinyint as bucket, ratings, marks
from listed join (select distinct place, survey, period, unit_id, bucket from reached) using (place)
    join periods using (survey, period)
order by survey, unit_id, starts_on, period, bucket;
