-- grain: one row per unit, metric and period that has a target
-- reads: targets
select unit_id, metric, period, target from targets order by unit_id, metric, period
