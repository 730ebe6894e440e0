"""The company looks like one: small cells, repeat customers, response rates, weights, comments in three languages."""

from __future__ import annotations

import itertools

import pytest

from cx.demo.comments import CLASSES, LANGUAGES, fill, read_patterns
from cx.demo.truths import read_truths


def test_small_branches_have_months_with_too_few_answers_to_show(company):
    few, months = company.rows("""select count(*) filter (n < 10), count(*) from (
        select unit_id, m, count(*) as n from answers where survey = 'transaction' group by all)""")[0]
    assert 0.05 < few / months < 0.35
    withheld = company.rows("select count(*) from (select 1 from answers group by unit_id, m having count(*) < 5)")
    assert withheld[0][0] > 10


def test_customers_answer_about_twice_and_their_answers_resemble_each_other(company):
    assert 1.7 < company.rows("select count(*) / count(distinct customer_id) from answers")[0][0] < 2.7
    between = company.rows("""select corr(a.s, b.s) from answers a join answers b using (customer_id)
        where a.response_id < b.response_id and a.survey = 'transaction' and b.survey = 'transaction'""")[0][0]
    assert 0.1 < between < 0.4


def test_response_rates_are_believable_and_never_above_one(company):
    rates = company.rows("""
        with sent as (select survey, unit_id, touchpoint_id, month, sum(sent::int) as sent
                      from invitations group by all),
             answered as (select survey, unit_id, touchpoint_id, strftime(invited_at::timestamp, '%Y-%m') as month,
                                 count(*) as n from responses group by all)
        select coalesce(a.survey, s.survey) as kind, coalesce(a.unit_id, s.unit_id) as unit, sum(n) / sum(sent),
               count(*) filter (n is not null and (sent is null or sent < n))
        from answered a full join sent s on s.survey = a.survey and s.unit_id = a.unit_id and s.month = a.month
                and s.touchpoint_id is not distinct from a.touchpoint_id
        group by kind, unit""")
    assert {survey for survey, *_ in rates} == {"transaction", "relationship", "strategic"}
    assert all(above == 0 for *_, above in rates)
    gaming = read_truths().gaming.where
    ordinary = [rate for survey, unit, rate, _ in rates if unit != gaming and survey == "transaction"]
    assert 0.08 < min(ordinary) < max(ordinary) < 0.26


def test_relationship_weights_undo_the_sampling_by_segment(company):
    truth = read_truths().mix
    special = ", ".join(f"'{t.where}'" for t in read_truths().mix_only)
    shares = company.rows(f"""select segment, sum(weight) / sum(sum(weight)) over (), avg(weight) from answers
        where survey = 'relationship' and unit_id not in ({special}) group by segment""")
    for segment, share, _ in shares:
        assert share == pytest.approx(truth.segment_share[segment], abs=0.01)
    mean = company.rows("select avg(weight) from answers where survey <> 'transaction'")[0][0]
    assert mean == pytest.approx(1, abs=0.01)


def test_one_score_in_a_hundred_is_blank(company):
    blank = company.rows("select avg((score is null)::int) from responses")[0][0]
    assert blank == pytest.approx(read_truths().survey.blank_score_share, abs=0.001)


def test_surveys_have_their_shape(company):
    shares = dict(company.rows("select survey, count(*) / 200000 from responses group by survey"))
    assert shares["transaction"] > 0.6
    assert 0.2 < shares["relationship"] < 0.35
    assert company.rows("""select count(distinct wave) from responses where survey = 'relationship'
                           and unit_id not like 'HM%'""") == [(12,)]
    assert company.rows("select count(distinct wave) from responses where survey = 'strategic'") == [(1,)]
    early = company.rows("""select count(*) from responses a join renewals r using (customer_id)
        where a.survey = 'relationship' and a.unit_id like 'HM%'
          and datediff('day', a.responded_at::date, r.due_on::date) between 75 and 105""")[0][0]
    assert early == company.rows("""select count(*) from responses
                                    where survey = 'relationship' and unit_id like 'HM%'""")[0][0]


def test_comments_fit_the_score_and_speak_three_languages(company):
    share = company.rows("select avg((comment is not null)::int) from responses")[0][0]
    assert share == pytest.approx(read_truths().survey.comment_share, abs=0.005)
    spoken = {language for (language,) in company.rows("select distinct language from responses")}
    assert spoken == set(LANGUAGES)
    liked = company.rows("""select min(score) from answers where comment like '%were easy to read%'
        or comment like '%客服小姐馬上幫我解決%' or comment like '%客服马上帮我解决了%'""")[0][0]
    assert liked >= 9


def test_comments_on_pay_outs_name_slow_transfers_only_after_the_cause(company):
    slow = "(comment like '%transfer%' or comment like '%匯款%' or comment like '%转账%')"
    dates = company.rows(f"""select min(answered)::date::varchar, count(*) from answers
                             where touchpoint_id = 'payout' and {slow}""")[0]
    assert dates[0] >= read_truths().payout_fall.when.isoformat()
    assert dates[1] > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_forty_patterns_in_each_language_and_every_slot_has_values(language):
    spoken = read_patterns()[language]
    patterns = [pattern for theme, classes in spoken.items() if theme not in ("slots", "tails")
                for loyalty in CLASSES for pattern in classes[loyalty]]
    assert len(set(patterns)) >= 40
    assert not [text for pattern in patterns for text in fill(pattern, spoken["slots"]) if "{" in text]


def test_languages_share_their_themes():
    shapes = [{(theme, loyalty): len(texts) for theme, classes in read_patterns()[language].items() if theme != "slots"
               for loyalty, texts in classes.items()} for language in LANGUAGES]
    for first, second in itertools.pairwise(shapes):
        assert first == second


def test_contacts_stay_within_their_limit_and_are_handed_over_to_the_same_customer(company):
    assert len(company.tables["contacts"]) <= 150_000
    pairs = company.rows("""select count(*), count(*) filter (b.customer_id = a.customer_id and b."at" > a."at"
                                and b.owner <> a.owner and b.touchpoint_id = a.touchpoint_id)
                            from contacts b join contacts a on b.handed_over_from = a.contact_id""")[0]
    assert pairs[0] == pairs[1] > 1000


def test_claims_review_falls_from_a_week_to_less_than_a_day(company):
    days = company.rows("""select avg(response_seconds_median::double) / 86400 from touchpoint_metrics
        where unit_id = 'HL' and touchpoint_id = 'claim_review' and month in ('2023-11', '2026-10') group by month
        order by month""")
    assert days[0][0] == pytest.approx(7, rel=0.2)
    assert days[1][0] == pytest.approx(0.91, rel=0.2)
