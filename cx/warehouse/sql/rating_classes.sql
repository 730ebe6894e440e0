-- grain: one row per unit and driver: answers by class among those that rate it low (up to 0.6 of its scale) and the others, of
-- the 12 months that end with the newest one read
-- reads: rating_counts, drivers
with newest as (
    select max(starts_on) as last_month from rating_counts where survey = $survey and unit_id = any($units)
)
select unit_id, rating_counts.driver, coalesce(any_value(name), rating_counts.driver) as name,
    coalesce(sum(promoters) filter (mark <= 0.6), 0)::bigint as low_promoters,
    coalesce(sum(passives) filter (mark <= 0.6), 0)::bigint as low_passives,
    coalesce(sum(detractors) filter (mark <= 0.6), 0)::bigint as low_detractors,
    coalesce(sum(promoters) filter (mark > 0.6), 0)::bigint as promoters,
    coalesce(sum(passives) filter (mark > 0.6), 0)::bigint as passives,
    coalesce(sum(detractors) filter (mark > 0.6), 0)::bigint as detractors
from rating_counts join newest on starts_on > last_month - interval 12 month
    left join drivers on drivers.driver = rating_counts.driver
where survey = $survey and unit_id = any($units) and mark is not null
group by unit_id, rating_counts.driver
order by unit_id, rating_counts.driver
