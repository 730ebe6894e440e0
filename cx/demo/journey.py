"""Six journeys with 40 touchpoints: stage, channel, owner, who uses them how often, and how well they are liked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cx.demo.calendar import Floats
from cx.demo.tables import as_table

STAGES = {
    "Buy": ("Need", "Advice", "Decision"),
    "Onboard": ("Start", "First use"),
    "Service": ("Ask", "Change", "Every day"),
    "Claim and pay-out": ("Report", "Review", "Pay-out"),
    "Renew": ("Notice", "Decision", "Payment"),
    "Leave and complain": ("Complain", "Solve", "Leave"),
}
CHANNELS = ("branch", "app", "web", "phone", "agent")
THEMES = ("buy", "onboard", "app", "phone", "branch", "claim", "payout", "renew", "complain", "general")


@dataclass(frozen=True)
class Touchpoint:
    """A touchpoint; `use` is its share of transactional answers in life, motor, bank, brokers before scaling to 1.

    `liked_pts`: how far its NPS lies from that of the unit before centring. `theme`: what its comments are about.
    """

    touchpoint_id: str
    name: str
    journey: str
    stage: str
    channel: str
    owner: str
    theme: str
    liked_pts: float
    use: tuple[float, float, float, float]
    is_key: bool = False
    valid_from: str | None = None


def _t(touchpoint_id: str, name: str, place: str, made: str, theme: str, liked_pts: float,
       use: tuple[float, float, float, float], *, key: bool = False, since: str | None = None) -> Touchpoint:
    journey, stage = place.split("/")
    channel, owner = made.split("/")
    return Touchpoint(touchpoint_id, name, journey, stage, channel, owner, theme, liked_pts, use, key, since)


# Motor: purchases (quote_online, purchase_completed), contacts in the term, renewals; scaled within each of the three.
TOUCHPOINTS = (
    _t("offer_seen", "See the offer online", "Buy/Need", "web/Marketing", "buy", -4, (2, 0, 3, 3)),
    _t("quote_online", "Get a quote online", "Buy/Need", "web/Online sales", "buy", -1, (3, 30, 0, 0)),
    _t("first_meeting", "First meeting with an adviser", "Buy/Advice", "agent/Sales", "buy", 9, (5, 0, 0, 15),
       key=True),
    _t("branch_advice", "Advice at the branch", "Buy/Advice", "branch/Branches", "branch", 5, (0, 0, 8, 0)),
    _t("needs_check", "Needs analysis", "Buy/Advice", "agent/Sales", "buy", 3, (3, 0, 0, 10)),
    _t("application", "Fill in the application", "Buy/Decision", "app/Online sales", "app", -8, (4, 0, 4, 0)),
    _t("identity_check", "Identity check", "Buy/Decision", "app/Operations", "app", -12, (2, 0, 4, 0)),
    _t("purchase_completed", "Purchase completed", "Buy/Decision", "web/Online sales", "buy", 2, (0, 70, 0, 8),
       key=True),
    _t("welcome_pack", "Welcome pack", "Onboard/Start", "agent/Marketing", "onboard", 4, (3, 0, 0, 5)),
    _t("policy_delivery", "Policy delivered", "Onboard/Start", "web/Operations", "onboard", 2, (4, 0, 0, 0)),
    _t("account_opening", "Open an account", "Onboard/Start", "branch/Branches", "branch", -2, (0, 0, 6, 0), key=True),
    _t("card_delivery", "Card delivered", "Onboard/Start", "agent/Operations", "onboard", 3, (0, 0, 4, 0)),
    _t("app_activation", "Activate the app", "Onboard/First use", "app/Digital", "app", -3, (3, 0, 5, 0)),
    _t("first_payment", "First payment", "Onboard/First use", "web/Payments", "onboard", 0, (3, 0, 0, 0)),
    _t("hotline", "Call the hotline", "Service/Ask", "phone/Hotline", "phone", -7, (10, 20, 14, 8)),
    _t("chat", "Chat in the app", "Service/Ask", "app/Digital", "app", -5, (4, 15, 5, 0), since="2023-01-01"),
    _t("counter_visit", "Visit to the counter", "Service/Ask", "branch/Branches", "branch", 6, (0, 0, 14, 0), key=True),
    _t("adviser_callback", "Call back by the adviser", "Service/Ask", "agent/Sales", "phone", 7, (4, 0, 0, 15)),
    _t("policy_change", "Change the contract", "Service/Change", "phone/Operations", "phone", -6, (16, 0, 0, 10)),
    _t("address_change", "Change the address", "Service/Change", "app/Operations", "app", 4, (2, 0, 2, 0)),
    _t("app_banking", "Banking in the app", "Service/Every day", "app/Digital", "app", 2, (0, 0, 10, 0), key=True),
    _t("transfer", "Money transfer", "Service/Every day", "app/Payments", "app", 3, (0, 0, 6, 0)),
    _t("loan_service", "Question about a loan", "Service/Ask", "branch/Lending", "branch", -9, (0, 0, 5, 0)),
    _t("statement", "Yearly statement", "Service/Every day", "web/Operations", "onboard", -2, (3, 0, 3, 0)),
    _t("claim_report", "Report a claim", "Claim and pay-out/Report", "phone/Claims", "claim", 1, (14, 25, 0, 6),
       key=True),
    _t("claim_documents", "Hand in documents", "Claim and pay-out/Report", "web/Claims", "claim", -10, (5, 0, 0, 0)),
    _t("claim_review", "Review of the claim", "Claim and pay-out/Review", "web/Claims", "claim", -6, (6, 10, 0, 0)),
    _t("garage_repair", "Repair at the garage", "Claim and pay-out/Review", "agent/Claims", "claim", 3, (0, 15, 0, 0)),
    _t("payout", "Pay-out received", "Claim and pay-out/Pay-out", "app/Payments", "payout", 12, (12, 0, 0, 0),
       key=True),
    _t("claim_settled", "Claim settled", "Claim and pay-out/Pay-out", "web/Claims", "claim", 4, (0, 15, 0, 0),
       key=True),
    _t("maturity_notice", "Notice of a maturing policy", "Claim and pay-out/Report", "agent/Operations", "claim", -3,
       (3, 0, 0, 0)),
    _t("renewal_notice", "Renewal notice", "Renew/Notice", "web/Marketing", "renew", -4, (2, 70, 0, 0), key=True),
    _t("renewal_talk", "Talk before the renewal", "Renew/Decision", "agent/Sales", "renew", 8, (0, 0, 0, 10), key=True),
    _t("renewal_payment", "Renewal payment", "Renew/Payment", "web/Payments", "renew", 1, (2, 30, 0, 0)),
    _t("deposit_rollover", "Deposit rolls over", "Renew/Decision", "app/Operations", "renew", -2, (0, 0, 5, 0)),
    _t("rate_offer", "Offer of a new rate", "Renew/Notice", "phone/Sales", "renew", -5, (0, 0, 2, 0)),
    _t("complaint_sent", "Complaint received", "Leave and complain/Complain", "phone/Complaints", "complain", -22,
       (2, 0, 3, 5), key=True),
    _t("complaint_answer", "Answer to the complaint", "Leave and complain/Solve", "phone/Complaints", "complain", -16,
       (2, 0, 4, 5)),
    _t("cancellation", "Cancel a contract", "Leave and complain/Leave", "web/Operations", "complain", -18,
       (2, 0, 1, 0)),
    _t("account_closing", "Close an account", "Leave and complain/Leave", "branch/Branches", "branch", -14,
       (0, 0, 2, 0)),
)
TOUCHPOINT_IDS = tuple(t.touchpoint_id for t in TOUCHPOINTS)
CHANNEL_OF = np.array([CHANNELS.index(t.channel) for t in TOUCHPOINTS], dtype=np.int64)
THEME_OF = np.array([THEMES.index(t.theme) for t in TOUCHPOINTS], dtype=np.int64)
LIKED_PTS = np.array([t.liked_pts for t in TOUCHPOINTS])
USE = np.array([t.use for t in TOUCHPOINTS]).T
"""Use by subsidiary (rows) and touchpoint (columns), before scaling."""


def number_of(touchpoint_id: str) -> int:
    """The number of a touchpoint."""
    return TOUCHPOINT_IDS.index(touchpoint_id)


def use_shares(subsidiary: int) -> Floats:
    """Share of each touchpoint in the transactional answers of a subsidiary; they add to 1."""
    shares: Floats = USE[subsidiary] / USE[subsidiary].sum()
    return shares


def touchpoints_table() -> pa.Table:
    """The `touchpoints` table."""
    return as_table(
        "touchpoints", touchpoint_id=TOUCHPOINT_IDS, name=[t.name for t in TOUCHPOINTS],
        journey=[t.journey for t in TOUCHPOINTS], stage=[t.stage for t in TOUCHPOINTS],
        stage_order=[str(STAGES[t.journey].index(t.stage) + 1) for t in TOUCHPOINTS],
        channel=[t.channel for t in TOUCHPOINTS], owner=[t.owner for t in TOUCHPOINTS],
        is_key_moment=["true" if t.is_key else "false" for t in TOUCHPOINTS],
        valid_from=[t.valid_from for t in TOUCHPOINTS], valid_to=[None] * len(TOUCHPOINTS))
