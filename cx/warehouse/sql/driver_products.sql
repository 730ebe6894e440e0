-- grain: one row per period and bucket of customers of units: sums of products of (1, ratings or marks, sign of the score)
-- reads: driver_products
select period, starts_on, bucket, ratings, marks from driver_products
where survey = $survey and unit_id = any($units)
order by starts_on, period, bucket
