-- grain: one row per unit and period with a target of this metric
-- reads: targets
select unit_id, period, target from targets where metric = $metric and unit_id = any($units) order by unit_id, period
