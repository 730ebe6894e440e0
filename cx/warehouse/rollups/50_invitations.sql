-- grain: one row per survey, period and unit (every level): questionnaires sent, and those of them that came back
-- A questionnaire belongs to the month in which it was sent, or to the wave whose months hold that month. Late answers
-- make waves overlap: then a month belongs to the wave with the most answers that were invited in it, and to no other.
create table response_counts as
with waves as (
    select survey, period, min(invited_month) as first_month, max(ends_on) as last_month
    from answers where survey <> 'transaction' group by all
),
invited as (
    select survey, period, invited_month as month, sum(promoters + passives + detractors + blanks) as n
    from answers where survey <> 'transaction' group by all
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
    select invitations.survey, unit_id, sent,
        case when invitations.survey = 'transaction' then strftime(month, '%Y-%m') else period end as period
    from invitations left join wave_of_month using (survey, month)
),
sent as (
    select survey, period, ancestor_id as unit_id, sum(sent)::bigint as sent
    from placed join unit_ancestors using (unit_id) where period is not null group by all
),
answered as (
    select survey, case when survey = 'transaction' then strftime(invited_month, '%Y-%m') else answers.period end as period,
        ancestor_id as unit_id, sum(promoters + passives + detractors) as answered
    from answers join unit_ancestors using (unit_id) group by all
)
select survey, period, unit_id, sent, coalesce(answered, 0)::bigint as answered
from sent left join answered using (survey, period, unit_id)
order by all;
