-- grain: one row per touchpoint, in the order of journeys and stages
-- reads: touchpoints
select touchpoint_id, name, journey, stage from touchpoints order by journey, stage_order, name
