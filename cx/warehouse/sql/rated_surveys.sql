-- grain: one row per kind of survey with two core drivers or more
-- reads: core_drivers
select survey from core_drivers group by survey having count(*) > 1 order by survey
