"""Each planted truth is found in the data again, within its sampling error and clearly enough to be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from scipy.stats import chi2

from cx.demo.truths import Planted, QuickWin, RenewalGap, read_truths

TRUTHS = read_truths()
FARTHEST_SE = 3.0
Measured = tuple[float, float]


def _minus(after: Measured, before: Measured) -> Measured:
    return after[0] - before[0], float(np.hypot(after[1], before[1]))


def _in(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


def measured_rise_of_bank(company) -> Measured:
    return company.slope("sub = 'HB' and survey = 'transaction'")


def measured_fall_of_payout(company) -> Measured:
    where = "sub = 'HL' and touchpoint_id = 'payout' and answered {} '2025-06-01'"
    return _minus(company.nps(where.format(">=")), company.nps(where.format("<")))


def _did(company, truth: QuickWin) -> Measured:
    def change(units: tuple[str, ...]) -> Measured:
        where = f"touchpoint_id = '{truth.touchpoint}' and unit_id in {_in(units)} and answered {{}} '{truth.when}'"
        return _minus(company.nps(where.format(">=")), company.nps(where.format("<")))
    return _minus(change(truth.treated), change(truth.control))


def measured_quick_win_that_works(company) -> Measured:
    return _did(company, TRUTHS.quick_win_works)


def measured_quick_win_that_fails(company) -> Measured:
    return _did(company, TRUTHS.quick_win_fails)


def measured_move_of_brokers(company) -> Measured:
    where = "sub = 'HK' and survey = 'relationship' and wave {} '2025 Q3'"
    return _minus(company.nps(where.format(">=")), company.nps(where.format("<")))


def _handoff(company, subsidiary: str, touchpoint: str) -> Measured:
    data = company.columns(f"""
        select a.s, a.customer_id, bool_or(c.handed_over_from is not null) as handed
        from answers a join contacts c on c.customer_id = a.customer_id and c.touchpoint_id = a.touchpoint_id
             and c.at::timestamp between a.invited - interval 1 day and a.invited
        where a.sub = '{subsidiary}' and a.touchpoint_id = '{touchpoint}' group by a.response_id, a.s, a.customer_id""")
    share = data["handed"].mean()
    truth = TRUTHS.handoff if subsidiary == TRUTHS.handoff.where else TRUTHS.handoff_decoy
    assert share == pytest.approx(truth.share, abs=4 * np.sqrt(0.21 / len(data["handed"])))
    return _minus(*(_plain_nps(data["s"][data["handed"] == handed]) for handed in (True, False)))


def _plain_nps(s: np.ndarray) -> Measured:
    return 100 * s.mean(), float(100 * s.std(ddof=1) / np.sqrt(len(s)))


def measured_handoff(company) -> Measured:
    return _handoff(company, "HL", "claim_report")


def measured_handoff_decoy(company) -> Measured:
    return _handoff(company, "HB", "hotline")


def measured_inert_share(company) -> Measured:
    silent, n = company.rows("""select count(*) filter (contacts_in_term = '0'), count(*) from renewals
                                where outcome = 'renewed' and unit_id like 'HM%'""")[0]
    # Weighted: affluent customers are more often promoters and answer more often.
    q, m = company.rows(f"""select sum(weight) filter (loyalty < 2) / sum(weight), sum(weight) ** 2 / sum(weight ** 2)
                            from ({_linked('HM')}) where outcome = 'renewed' and contacts = 0""")[0]
    p = silent / n
    return p * q, float(np.sqrt(q * q * p * (1 - p) / n + p * p * q * (1 - q) / m))


def measured_contact_gap(company) -> Measured:
    rows = company.rows("""select contacts_in_term <> '0' as met, avg((outcome = 'renewed')::int), count(*)
                           from renewals where unit_id like 'HM%' and outcome <> 'pending' group by met order by met""")
    (_, p0, n0), (_, p1, n1) = rows
    return p1 - p0, float(np.sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1))


def _linked(subsidiary: str) -> str:
    """Renewals with the class of the last relationship answer 60 to 120 days before expiry."""
    return f"""
        select r.renewal_id, r.outcome, r.contacts_in_term::int as contacts, a.weight, a.s + 1 as loyalty,
               c.segment = 'Affluent' as rich,
               datediff('day', c.joined_on::date, r.due_on::date) > 5 * 365 as long
        from renewals r join customers c using (customer_id)
             join answers a on a.customer_id = r.customer_id and a.survey = 'relationship'
                  and datediff('day', a.answered::date, r.due_on::date) between 60 and 120
        where r.unit_id like '{subsidiary}%'
        qualify row_number() over (partition by r.renewal_id order by a.answered desc) = 1"""


def renewal_gaps(company, truth: RenewalGap) -> tuple[Measured, float]:
    """The gap promoter minus detractor, standardised over tenure and segment, and the crude gap."""
    rows = company.rows(f"""select loyalty, long, rich, count(*), avg((outcome = 'renewed')::int)
                            from ({_linked(truth.where)}) where outcome <> 'pending' group by all""")
    cells = {(loyalty, long, rich): (n, p) for loyalty, long, rich, n, p in rows}
    strata = {key[1:] for key in cells}
    total = sum(n for n, _ in cells.values())
    gap = variance = 0.0
    for stratum in strata:
        share = sum(n for key, (n, _) in cells.items() if key[1:] == stratum) / total
        for loyalty, sign in ((2, 1), (0, -1)):
            n, p = cells[(loyalty, *stratum)]
            gap += sign * share * p
            variance += share**2 * p * (1 - p) / n
    detractors, promoters = ([cell for key, cell in cells.items() if key[0] == loyalty] for loyalty in (0, 2))
    crude = _rate(promoters) - _rate(detractors)
    return (gap, float(np.sqrt(variance))), crude


def _rate(cells: list[tuple[int, float]]) -> float:
    return sum(n * p for n, p in cells) / sum(n for n, _ in cells)


MEASURED: tuple[tuple[Planted, Callable[..., Measured]], ...] = (
    (TRUTHS.divergence, measured_rise_of_bank),
    (TRUTHS.payout_fall, measured_fall_of_payout),
    (TRUTHS.quick_win_works, measured_quick_win_that_works),
    (TRUTHS.quick_win_fails, measured_quick_win_that_fails),
    (TRUTHS.relationship_move, measured_move_of_brokers),
    (TRUTHS.handoff, measured_handoff),
    (TRUTHS.handoff_decoy, measured_handoff_decoy),
    (TRUTHS.inert_renewers, measured_inert_share),
    (TRUTHS.contact_gap, measured_contact_gap),
    *((truth, lambda company, truth=truth: renewal_gaps(company, truth)[0]) for truth in TRUTHS.renewal),
)


@pytest.mark.parametrize(("truth", "measure"), MEASURED, ids=[f"{t.kind}-{t.where}" for t, _ in MEASURED])
def test_planted_truth_is_found_within_its_error_and_stands_out_from_zero(company, truth, measure):
    value, se = measure(company)
    assert abs(value - truth.value) < FARTHEST_SE * se
    if truth.value:
        assert abs(value) > 2.5 * se


def test_bank_relationship_score_stands_still(company):
    value, se = company.slope("sub = 'HB' and survey = 'relationship'")
    assert abs(value - TRUTHS.divergence.relationship_change_pts) < FARTHEST_SE * se
    assert se < TRUTHS.divergence.value / 3


def test_weight_of_the_fading_driver_falls_and_of_the_growing_driver_rises(company):
    drift = TRUTHS.importance_drift
    early, late = (_importances(company, months) for months in ("m < 12", "m >= 24"))
    fading, growing = drift.fading_driver, drift.growing_driver
    # Mean true weights of the two years: from 0.35 to 0.13 and back.
    assert 0.15 < late[fading] / early[fading] < 0.65
    assert 0.15 < early[growing] / late[growing] < 0.65
    others = [driver for driver in early if driver not in (fading, growing)]
    assert max(abs(late[driver] - early[driver]) for driver in others) < 0.08


def _importances(company, months: str) -> dict[str, float]:
    drivers = sorted(TRUTHS.importance)
    rated = ", ".join(f"max(rating::double) filter (driver = '{driver}') as {driver}" for driver in drivers)
    data = company.columns(f"""select * exclude (response_id) from (
        select a.response_id, a.s, {rated} from answers a join ratings using (response_id)
        where a.sub = 'HB' and a.survey = 'relationship' and {months} group by a.response_id, a.s)
        where {" and ".join(f"{driver} is not null" for driver in drivers)}""")
    x = np.column_stack([data[driver] for driver in drivers])
    x = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    beta = np.linalg.lstsq(x, data["s"] / data["s"].std(), rcond=None)[0][1:]
    return dict(zip(drivers, beta, strict=True))


@pytest.mark.parametrize("truth", TRUTHS.renewal, ids=lambda truth: truth.where)
def test_crude_renewal_gap_exceeds_the_adjusted_one(company, truth):
    (adjusted, _), crude = renewal_gaps(company, truth)
    assert crude > adjusted + 0.02


def test_other_touchpoints_of_the_life_insurer_stay_when_payout_falls(company):
    where = """sub = 'HL' and survey = 'transaction' and touchpoint_id not in ('payout', 'policy_change')
               and answered {} '2025-06-01'"""
    value, se = _minus(company.nps(where.format(">=")), company.nps(where.format("<")))
    assert abs(value) < FARTHEST_SE * se
    assert se < 1.5


def test_touchpoint_with_the_quick_win_stays_in_control_units(company):
    truth = TRUTHS.quick_win_works
    where = f"touchpoint_id = '{truth.touchpoint}' and unit_id in {_in(truth.control)} and answered {{}} '{truth.when}'"
    value, se = _minus(company.nps(where.format(">=")), company.nps(where.format("<")))
    assert abs(value) < FARTHEST_SE * se


def unit_errors(company) -> dict[str, float]:
    """How many standard errors each leaf lies from its expected NPS, without the months of planted changes of life."""
    gaps = {truth.where: truth.value for truth in TRUTHS.mix_only}
    errors = {}
    for unit, level in TRUTHS.levels_pts.items():
        where = f"unit_id = '{unit}' and survey = 'transaction'"
        where += " and answered < '2025-06-01'" if unit.startswith("HL") else ""
        where += f" and answered < '{TRUTHS.gaming.when}'" if unit == TRUTHS.gaming.where else ""
        value, se = company.nps(where)
        passed = company.rows(f"select avg(m) / 35 from answers where {where}")[0][0]
        expected = level + gaps.get(unit, 0) + TRUTHS.divergence.value * passed * unit.startswith("HB")
        errors[unit] = (value - expected) / se
    return errors


def test_every_unit_has_its_planted_level(company):
    errors = np.array(list(unit_errors(company).values()))
    assert len(errors) == 63
    assert chi2.sf((errors**2).sum(), len(errors)) > 0.001
    assert np.abs(errors).max() < 4


@pytest.mark.parametrize("truth", TRUTHS.mix_only, ids=lambda truth: truth.where)
def test_gap_of_the_mix_branch_vanishes_at_equal_mix(company, truth):
    subsidiary = truth.where[:2]
    special = _in((*(t.where for t in TRUTHS.mix_only), *TRUTHS.quick_win_works.treated))
    peers = f"sub = '{subsidiary}' and survey = 'transaction' and unit_id not in {special}"
    here = f"unit_id = '{truth.where}' and survey = 'transaction'"
    level = company.rows("select avg(level) from (values " + ", ".join(
        f"('{unit}', {points})" for unit, points in TRUTHS.levels_pts.items())
        + f") l(unit_id, level) join answers using (unit_id) where {peers}")[0][0]
    level_gap = TRUTHS.levels_pts[truth.where] - level
    crude, se = _minus(company.nps(here), company.nps(peers))
    assert abs(crude - level_gap - truth.value) < FARTHEST_SE * se
    adjusted, variance = 0.0, 0.0
    groups = company.rows(f"select {truth.dimension}, count(*) from answers where {peers} group by 1")
    for group, n in groups:
        value, error = _minus(*(company.nps(f"{where} and {truth.dimension} = '{group}'") for where in (here, peers)))
        share = n / sum(count for _, count in groups)
        adjusted, variance = adjusted + share * value, variance + (share * error) ** 2
    assert abs(adjusted - level_gap) < FARTHEST_SE * np.sqrt(variance)
    assert abs(adjusted - level_gap) < abs(crude - level_gap)


def test_gaming_shows_as_tens_missing_detractors_and_fewer_invitations(company):
    truth = TRUTHS.gaming
    answers = company.rows(f"""select answered >= '{truth.when}' as later, count(*), avg((s = -1)::int),
        avg((score = 10)::int), avg((score = 10)::int) filter (s >= 0) from answers
        where unit_id = '{truth.where}' and survey = 'transaction' group by later order by later""")
    (_, n0, d0, t0, r0), (_, n1, d1, t1, r1) = answers
    se = np.sqrt(d0 * (1 - d0) / n0 * 0.16 + d1 * (1 - d1) / n1)
    assert abs(d1 - (1 - truth.detractors_not_asked_share) * d0) < FARTHEST_SE * se
    expected_tens = r0 + truth.scores_turned_to_ten_share * (1 - r0)
    assert abs(r1 - expected_tens) < FARTHEST_SE * np.sqrt(0.25 / (n0 * (1 - d0)) + 0.25 / (n1 * (1 - d1)))
    assert t1 > t0 + 0.15
    sent = dict(company.rows(f"""select month >= '2026-01', avg(sent) from (select month, sum(sent::int) as sent
        from invitations where unit_id = '{truth.where}' and survey = 'transaction' group by month) group by 1"""))
    assert sent[True] < 0.75 * sent[False]


def wave_surprise(company, where: str, period: str) -> float:
    """The probability of so uneven a series of NPS when nothing changes."""
    estimates = [company.nps(f"{where} and {period} = {value!r}")
                 for (value,) in company.rows(f"select distinct {period} from answers where {where} order by 1")]
    value, se = np.array(estimates).T
    mean = (value / se**2).sum() / (1 / se**2).sum()
    return float(chi2.sf((((value - mean) / se) ** 2).sum(), len(value) - 1))


@pytest.mark.parametrize("unit", TRUTHS.no_change.transaction)
def test_unit_without_change_has_a_flat_transactional_series(company, unit):
    # Quarters: with very few answers in a month the error of a month is not known well enough.
    where = f"unit_id = '{unit}' and survey = 'transaction'"
    assert wave_surprise(company, where, "m // 3") > 0.001


@pytest.mark.parametrize("subsidiary", TRUTHS.no_change.relationship)
def test_subsidiary_without_change_has_flat_waves(company, subsidiary):
    assert wave_surprise(company, f"sub = '{subsidiary}' and survey = 'relationship'", "wave") > 0.001


def test_relationship_level_is_level_of_the_units_plus_offset(company):
    for subsidiary, offset in TRUTHS.survey.relationship_offset_pts.items():
        where = f"sub = '{subsidiary}' and survey = 'relationship' and wave < '{TRUTHS.relationship_move.when}'"
        levels = ", ".join(f"('{unit}', {points})" for unit, points in TRUTHS.levels_pts.items())
        mixes = {truth.where: truth.value for truth in TRUTHS.mix_only}
        gap = ", ".join(f"('{unit}', {mixes.get(unit, 0)})" for unit in TRUTHS.levels_pts)
        expected = company.rows(f"""select avg(level + gap) from answers join (values {levels}) l(unit_id, level)
            using (unit_id) join (values {gap}) g(unit_id, gap) using (unit_id) where {where}""")[0][0] + offset
        value, se = company.nps(where)
        assert abs(value - expected) < FARTHEST_SE * se, subsidiary


def test_pain_points_have_the_planted_resolution_rates(company):
    truth = TRUTHS.pain_points
    year = "opened_on between '2025-11-01' and '2026-10-31'"
    counts = company.rows(f"""
        select count(*), count(closed_on), count(delivered_on), count(verified_on),
               count(*) filter (severity = 'high'), count(closed_on) filter (severity = 'high'),
               sum(customers_touched::int), sum(customers_touched::int) filter (closed_on is not null)
        from pain_points where {year}""")[0]
    assert counts == (truth.opened, truth.closed, truth.delivered, truth.verified, truth.severe, truth.severe_closed,
                      truth.customers_touched, truth.customers_touched_by_closed)
    assert truth.closed / truth.opened == truth.value
    assert company.rows(f"""select count(*), count(closed_on), count(delivered_on), count(verified_on)
        from pain_points where not ({year})""")[0] == (
        truth.older_opened, truth.older_closed, truth.older_delivered, truth.older_verified)


def test_sentences_of_the_truths_name_their_own_values():
    pain = TRUTHS.pain_points
    for share in (pain.closed / pain.opened, pain.delivered / pain.opened, pain.verified / pain.opened,
                  pain.customers_touched_by_closed / pain.customers_touched, pain.severe_closed / pain.severe,
                  (pain.closed + pain.older_closed) / (pain.opened + pain.older_opened)):
        assert f"{share * 100:.0f} %" in pain.sentence
    for truth in (TRUTHS.divergence, TRUTHS.payout_fall, TRUTHS.quick_win_works, TRUTHS.handoff,
                  TRUTHS.relationship_move, *TRUTHS.mix_only):
        assert f"{abs(truth.value):.0f} points" in truth.sentence
    for truth in (TRUTHS.contact_gap, *TRUTHS.renewal):
        assert f"{truth.value * 100:.0f} percentage points" in truth.sentence


def test_cause_of_the_payout_fall_is_an_event_on_its_day(company):
    fall = TRUTHS.payout_fall
    assert isinstance(fall.when, date)
    assert company.rows(f"select title from events where on_date = '{fall.when}' and unit_id = 'HL'") == [(fall.event,)]
