-- grain: one row per survey, period and unit (every level): questionnaires sent, and valid answers to them
-- Answers count only where questionnaires are known: in the same survey, period, unit and touchpoint (any touchpoint where
-- invitations do not tell them apart). Where more answers than questionnaires are known, there is no rate to speak of.
-- A questionnaire belongs to the month in which it was sent, or to the wave whose months hold that month. Late answers
-- make waves overlap: then a month belongs to the wave with the most answers that were invited in it, and to no other.
create table response_counts as
with asked_in as (
    select periods.survey, period, invited_month, ends_on, unit_id::varchar as unit_id,
        touchpoint_id::varchar as touchpoint_id, sum(valid) as valid, sum(n) as n
    from asked join period_of using (slot)
        join periods using (period_no)
    group by all
),
waves as (
    select survey, period, min(invited_month) as first_month, max(ends_on) as last_month
    from asked_in where survey <> 'transaction' group by all
),
invited as (
    select survey, period, invited_month as month, sum(n) as n
    from asked_in where survey <> 'transaction' group by all
),
months as (
    select distinct survey, month from invitations where survey <> 'transaction'
),
wave_of_month as (
    select months.survey, months.month, waves.period
    from months
        join waves on waves.survey = months.survey and months.month between first_month and last_month
        left join invited
            on invited.survey = months.survey and invited.month = months.month and invited.period = waves.period
    qualify row_number() over (
        partition by months.survey, months.month order by coalesce(n, 0) desc, first_month desc, waves.period) = 1
),
placed as (
    select invitations.survey, unit_id, touchpoint_id, sent,
        case when invitations.survey = 'transaction' then strftime(month, '%Y-%m') else period end as period
    from invitations left join wave_of_month using (survey, month)
),
sent as (
    select survey, period, ancestor_id as unit_id, sum(sent)::bigint as sent
    from placed join unit_ancestors using (unit_id) where period is not null group by all
),
own_answers as (
    select survey, case when survey = 'transaction' then strftime(invited_month, '%Y-%m') else asked_in.period end as period,
        unit_id, touchpoint_id, sum(valid) as n
    from asked_in group by all
),
rated as (
    select distinct survey, period, unit_id, touchpoint_id from placed where period is not null
),
answered as (
    select survey, period, ancestor_id as unit_id, sum(n) as answered
    from own_answers semi join rated
        on rated.survey = own_answers.survey and rated.period = own_answers.period and rated.unit_id = own_answers.unit_id
        and (rated.touchpoint_id is null or rated.touchpoint_id = own_answers.touchpoint_id)
    join unit_ancestors on unit_ancestors.unit_id = own_answers.unit_id
    group by all
)
select survey, period, unit_id, sent, coalesce(answered, 0)::bigint as answered
from sent left join answered using (survey, period, unit_id)
where coalesce(answered, 0) <= sent
order by all;
