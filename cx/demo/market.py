"""The world around: competitors, targets, events on the time axis, mystery visits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.calendar import DAY_S, END_DAY, FIRST_S, day_text, quarter_names
from cx.demo.expected import Plan
from cx.demo.tables import as_table, decimal, flags, keys, labels, whole
from cx.demo.truths import Truths
from cx.demo.units import BANK, BROKERS, LIFE, SUBSIDIARIES, SUBSIDIARY_NAMES

_MARKETS = {"Life insurance": (("Evergreen Life", 21.0), ("Summit Life", 14.0), ("Pearl Mutual", 27.0)),
            "Motor insurance": (("Swift Motor", 4.0), ("Roadway", -9.0)),
            "Retail banking": (("Delta Bank", 17.0), ("First Garden Bank", 9.0), ("Bank Nova", 31.0)),
            "Brokers": (("Compass Advisers", 33.0), ("Meridian", 24.0))}
_BENCHMARK_NOISE_PTS = 2.0
_PANEL_PTS = -7.0  # a panel asks by another way and reaches those who never answer the company
_OWN_DICE = 36
_TARGETS = {"HL": (32.0, 26.0, 0.90), "HM": (24.0, 0.0, 0.80), "HB": (30.0, 20.0, 0.78), "HK": (40.0, 45.0, None)}
_DECOYS = (  # events without any effect
    ("2024-03-15", "New advertising campaign", None), ("2024-06-01", "Branch uniforms changed", "HB"),
    ("2024-10-01", "Prices of motor cover raised by 4 %", "HM"), ("2025-01-15", "New chief executive", None),
    ("2025-03-01", "App redesigned", "HB"), ("2025-08-12", "Typhoon week", None),
    ("2025-11-03", "Hotline hours extended to midnight", "HL"), ("2026-02-10", "Sponsor of the lantern festival", None),
    ("2026-05-05", "Service award won", "HK"), ("2026-08-20", "Competitor Swift Motor cuts prices", "HM"),
)
_VISITS = 400


def benchmarks_table(rng: np.random.Generator, plan: Plan, seed: int) -> pa.Table:
    """The `benchmarks` table: bought scores of competitors by quarter, without trend; and our own in the same panel.

    Our own follow the true level of the relationship survey, lower by what a panel asks in another way. They are drawn
    by dice of their own, so that they change nothing else.
    """
    rows = [(competitor, market, quarter, level) for market, competitors in _MARKETS.items()
            for competitor, level in competitors for quarter in dict.fromkeys(quarter_names())]
    nps = np.array([row[3] for row in rows]) + _BENCHMARK_NOISE_PTS * rng.standard_normal(len(rows))
    n = rng.integers(300, 900, len(rows))
    own_rng, own = np.random.default_rng((seed, _OWN_DICE)), _own_scores(plan)
    rows += own
    nps = np.append(nps, [row[3] for row in own] + _BENCHMARK_NOISE_PTS * own_rng.standard_normal(len(own)))
    n = np.append(n, own_rng.integers(300, 900, len(own)))
    return as_table("benchmarks", competitor=[row[0] for row in rows], market=[row[1] for row in rows],
                    period=[row[2] for row in rows], nps=decimal(nps, 1), n=whole(n),
                    method=["online panel, double-blind"] * len(rows), source=["Harbour market panel"] * len(rows))


def _own_scores(plan: Plan) -> list[tuple[str, str, str, float]]:
    """Name, market, quarter and expected panel score of each subsidiary."""
    truths, units = plan.truths, plan.units
    found = []
    for number, (subsidiary, market) in enumerate(zip(SUBSIDIARIES, _MARKETS, strict=True)):
        leaves = units.of(number)
        level = float(units.leaf_share[leaves] @ units.leaf_level_pts[leaves])
        level += truths.survey.relationship_offset_pts[subsidiary] + _PANEL_PTS
        for quarter in dict.fromkeys(quarter_names()):
            moved = number == BROKERS and quarter >= truths.relationship_move.when
            found.append((SUBSIDIARY_NAMES[number], market, quarter,
                          level + (truths.relationship_move.value if moved else 0.0)))
    return found


def targets_table() -> pa.Table:
    """The `targets` table: yearly targets of the subsidiaries; NPS in points, renewal rate as a share."""
    rows = [(unit, metric, str(year), str(value)) for unit, values in _TARGETS.items() for year in (2025, 2026)
            for metric, value in zip(("t_nps", "r_nps", "renewal_rate"), values, strict=True) if value is not None]
    return as_table("targets", **{name: [row[place] for row in rows]
                                  for place, name in enumerate(("unit_id", "metric", "period", "target"))})


def events_table(truths: Truths) -> pa.Table:
    """The `events` table: causes of planted changes, and events without effect; by day."""
    move = truths.relationship_move
    year, quarter = move.when.split(" Q")
    relaunch_on = f"{year}-{int(quarter) * 3 - 2:02}-07"
    planted = (
        (truths.payout_fall.when.isoformat(), truths.payout_fall.event, SUBSIDIARIES[LIFE]),
        (relaunch_on, move.event, SUBSIDIARIES[BROKERS]),
        (truths.quick_win_works.when.isoformat(), "Pilot starts: change the contract in one call", SUBSIDIARIES[LIFE]),
        (truths.quick_win_fails.when.isoformat(), "Pilot starts: queue ticket at the counter", SUBSIDIARIES[BANK]),
    )
    rows = sorted((*planted, *_DECOYS), key=lambda row: (row[0], row[1]))
    return as_table("events", **{name: [row[place] for row in rows]
                                 for place, name in enumerate(("on_date", "title", "unit_id"))})


def visits_table(rng: np.random.Generator, plan: Plan) -> pa.Table:
    """The `visits` table: mystery visits to branches; the score follows the level of the branch, announced or not."""
    branches = np.array([number for number, leaf in enumerate(plan.units.leaves) if len(leaf) > len("HM-N")])
    leaf = rng.choice(branches, _VISITS)
    day = np.sort(rng.integers(FIRST_S // DAY_S, END_DAY, _VISITS))
    in_branch = [t.channel in ("branch", "phone") for t in journey.TOUCHPOINTS]
    use = journey.USE * in_branch
    touchpoint = np.array([rng.choice(use.shape[1], p=row / row.sum())
                           for row in use[plan.units.leaf_subsidiary[leaf]]])
    planned = rng.random(_VISITS) < 0.3
    score = 70 + 0.4 * plan.units.leaf_level_pts[leaf] + 6 * planned + 7 * rng.standard_normal(_VISITS)
    return as_table(
        "visits", visit_id=keys("V", np.arange(_VISITS), 4), unit_id=labels(leaf, plan.units.leaves),
        touchpoint_id=labels(touchpoint, journey.TOUCHPOINT_IDS), visited_on=day_text(day),
        channel=labels(journey.CHANNEL_OF[touchpoint], journey.CHANNELS), score_pct=decimal(score.clip(0, 100), 1),
        planned=flags(planned))
