"""Quick wins with their treated and control units, and the promises of workshops and committees."""

from __future__ import annotations

import pyarrow as pa

from cx.demo.tables import as_table
from cx.demo.truths import QuickWin, Truths

# In the order of _COLUMNS.
_OTHERS = (
    ("QW-03", "Notify the payer and the insured of each pay-out", "payout", "Payments",
     "Two notices instead of one bring back the points lost since the new system.", "T-NPS of the touchpoint",
     "5", "4", "90000", "2026-08-10", None, None, None, "planning"),
    ("QW-04", "Greeting by the unit that once helped the customer", "renewal_notice", "Marketing",
     "A known sender turns inert renewers into loyal ones.", "Renewal rate", "4", "3", "60000", "2026-09-07", None,
     None, None, "planning"),
    ("QW-05", "Storm warning by region and care afterwards", "claim_settled", "Claims",
     "A contact without a bill raises relationship NPS.", "R-NPS", "3", "4", "40000", "2026-09-21", None, None, None,
     "planning"),
    ("QW-06", "Plain words in the yearly statement", "statement", "Operations",
     "Fewer questions about the statement reach the hotline.", "Contacts per customer", "2", "5", "15000", "2026-06-01",
     None, "2026-07-06", "postpone", "planning"),
)
_COLUMNS = ("initiative_id", "title", "touchpoint_id", "owner", "hypothesis", "measure", "impact", "feasibility",
            "cost", "planned_on", "started_on", "decided_on", "decision", "phase")

_COMMITMENTS = (  # title, owner, due, made, unit, status
    ("Call back every detractor within 48 hours", "Head of Life branches", "2026-03-31", "2026-01-20", "HL", "kept"),
    ("Sit with the hotline for half a day", "Chief executive", "2026-04-30", "2026-01-20", None, "kept"),
    ("Name one owner for the hand-over of claims", "Head of Claims", "2026-05-15", "2026-01-20", "HL", "open"),
    ("Fix the face check on older phones", "Head of Digital", "2026-06-30", "2026-03-17", "HB", "broken"),
    ("Rewrite the renewal notice with five customers", "Head of Marketing", "2026-07-31", "2026-03-17", "HM", "kept"),
    ("Visit three branches without notice", "Head of Bank branches", "2026-06-15", "2026-03-17", "HB", "kept"),
    ("Find a mobile number for 20,000 old policies", "Head of Operations", "2026-12-31", "2026-05-19", "HL", "open"),
    ("Repeat the strategic survey on what matters now", "Head of Customer Experience", "2026-12-15", "2026-09-15", "HB",
     "open"),
    ("Show the claim's progress in the app", "Head of Digital", "2026-11-30", "2026-05-19", "HM", "open"),
    ("Instant payment up to 1,000", "Head of Payments", "2027-01-31", "2026-07-21", "HL", "open"),
    ("Ask every customer, also after a complaint", "Head of Brokers", "2026-10-15", "2026-07-21", "HK", "open"),
    ("Share one delight story in each meeting", "Chief executive", "2026-10-31", "2026-07-21", None, "kept"),
    ("Close the ten oldest pain points or say why not", "Head of Operations", "2026-10-31", "2026-09-15", None, "open"),
    ("Judge the queue ticket by the control branches", "Head of Bank branches", "2026-10-20", "2026-09-15", "HB",
     "kept"),
    ("Bring the contract change in one call to all branches", "Head of Life branches", "2026-12-31", "2026-10-13", "HL",
     "open"),
)


def _pilot(truth: QuickWin, title: str, owner: str, hypothesis: str, costs: tuple[str, str, str],
           days: tuple[str, str], decision: str, phase: str) -> tuple[str | None, ...]:
    return (truth.initiative_id, title, truth.touchpoint, owner, hypothesis, "T-NPS of the touchpoint", *costs,
            days[0], truth.when.isoformat(), days[1], decision, phase)


def initiatives_table(truths: Truths) -> pa.Table:
    """The `initiatives` table: the two quick wins with planted effects, then ideas that have not started."""
    rows = [
        _pilot(truths.quick_win_works, "Change the contract in one call", "Operations",
               "One call without forms raises the touchpoint by at least 10 points.", ("4", "4", "120000"),
               ("2025-07-14", "2026-09-08"), "replicate", "consolidation"),
        _pilot(truths.quick_win_fails, "Queue ticket at the counter", "Branches",
               "A visible queue raises the touchpoint by at least 5 points.", ("3", "5", "80000"),
               ("2025-03-10", "2026-04-14"), "continue", "quick wins"),
        *_OTHERS,
    ]
    return as_table("initiatives", **{name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)})


def initiative_units_table(truths: Truths) -> pa.Table:
    """The `initiative_units` table."""
    rows = [(truth.initiative_id, unit, role, truth.when.isoformat() if role == "treated" else None)
            for truth in (truths.quick_win_works, truths.quick_win_fails)
            for role, units in (("treated", truth.treated), ("control", truth.control)) for unit in units]
    names = ("initiative_id", "unit_id", "role", "started_on")
    return as_table("initiative_units", **{name: [row[place] for row in rows] for place, name in enumerate(names)})


def commitments_table() -> pa.Table:
    """The `commitments` table."""
    names = ("title", "owner", "due_on", "made_on", "unit_id", "status")
    columns = {name: [row[place] for row in _COMMITMENTS] for place, name in enumerate(names)}
    return as_table("commitments", commitment_id=[f"CM-{n:03}" for n in range(1, len(_COMMITMENTS) + 1)], **columns)
