"""Contacts of customers with the company, answered by a survey or not: exposure, hand-offs, response times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.answers import Answers
from cx.demo.calendar import DAY_S, END_S, FIRST_S, Flags, Ints, time_text
from cx.demo.customers import Customers
from cx.demo.expected import Plan
from cx.demo.motor import Motor
from cx.demo.tables import as_table, decimal, keys, labels
from cx.demo.truths import Handoff
from cx.demo.units import SUBSIDIARIES, Units

OWNERS = tuple(dict.fromkeys([t.owner for t in journey.TOUCHPOINTS]))
SOLVERS = ("central", "branch", "expert", "nobody")
_CHANNEL_OF_OWNER = {"Hotline": "phone", "Branches": "branch", "Lending": "branch"}
_HOTLINE_SOLVED = np.array([0.88, 0.05, 0.04, 0.03])  # share solved by each of SOLVERS
_EXPERTS_OF_HARD = 0.44  # of the cases that the hotline hands on, solved by experts with delegated authority
_CONTACT_BEFORE_INVITATION_S = (1800, 4 * 3600)


@dataclass(frozen=True)
class Contacts:
    """Contacts; `came_from` is the place of the contact that was handed over, -1 where there was none."""

    customer: Ints
    leaf: Ints
    at: Ints
    touchpoint: Ints
    channel: Ints
    owner: Ints
    came_from: Ints
    solved_by: Ints

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self.at)


def _join(parts: Sequence[Contacts]) -> Contacts:
    starts = np.cumsum([0, *(len(part) for part in parts)])
    columns = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Contacts)}
    columns["came_from"] = np.concatenate([np.where(part.came_from >= 0, part.came_from + start, -1)
                                           for part, start in zip(parts, starts[:-1], strict=True)])
    return Contacts(**columns)


def _plain(rng: np.random.Generator, customer: Ints, leaf: Ints, at: Ints, touchpoint: Ints) -> Contacts:
    owner = np.array([OWNERS.index(t.owner) for t in journey.TOUCHPOINTS])[touchpoint]
    central = np.array([t.channel != "branch" for t in journey.TOUCHPOINTS])[touchpoint]
    solved = rng.choice(len(SOLVERS), len(at), p=_HOTLINE_SOLVED)
    solved = np.where(central, solved, np.where(solved == 0, 1, solved))
    return Contacts(customer, leaf, at, touchpoint, journey.CHANNEL_OF[touchpoint], owner, np.full(len(at), -1), solved)


def _with_handoffs(rng: np.random.Generator, plan: Plan, answers: Answers, truth: Handoff) -> Contacts:
    """The contact before each answer at the touchpoint, and the contact to which some of them were handed over."""
    here = answers.rows((answers.touchpoint == journey.number_of(truth.touchpoint))
                        & (plan.units.leaf_subsidiary[answers.leaf] == SUBSIDIARIES.index(truth.where)))
    n, second = len(here), np.flatnonzero(here.handed_over)
    at = here.invited - rng.integers(*_CONTACT_BEFORE_INVITATION_S, n)
    hard = np.where(rng.random(len(second)) < _EXPERTS_OF_HARD, SOLVERS.index("expert"), SOLVERS.index("branch"))

    def part(rows: Ints, owner: str, moment: Ints, came_from: Ints, solved: Ints) -> Contacts:
        return Contacts(here.customer[rows], here.leaf[rows], moment, here.touchpoint[rows],
                        np.full(len(rows), journey.CHANNELS.index(_CHANNEL_OF_OWNER[owner])),
                        np.full(len(rows), OWNERS.index(owner)), came_from, solved)

    solved_first = np.where(here.handed_over, SOLVERS.index("nobody"), SOLVERS.index("central"))
    first = part(np.arange(n), truth.from_owner, at, np.full(n, -1), solved_first)
    then = part(second, truth.to_owner, at[second] + 900, second, hard)
    joined = _join([first, then])
    came_from = joined.came_from.copy()
    came_from[n:] = second  # both parts count from the same first contact
    return Contacts(**{**{field.name: getattr(joined, field.name) for field in fields(Contacts)},
                       "came_from": came_from})


def build_contacts(rng: np.random.Generator, plan: Plan, branch: Customers, answers: Answers, motor: Motor,
                   left_day: Ints, n_more: int) -> Contacts:
    """All contacts: around hand-offs, within motor terms, and `n_more` that nobody asked about; by time."""
    parts = [_with_handoffs(rng, plan, answers, truth) for truth in (plan.truths.handoff, plan.truths.handoff_decoy)]
    parts.append(_plain(rng, motor.contact_customer, motor.contact_leaf, motor.contact_at, motor.contact_touchpoint))
    customer = rng.integers(0, len(branch), n_more)
    at = rng.integers(FIRST_S, END_S, n_more) // DAY_S * DAY_S + rng.integers(8 * 3600, 20 * 3600, n_more)
    still_there = (left_day[customer] < 0) | (at < left_day[customer] * DAY_S)
    customer, at = customer[still_there], at[still_there]
    leaf, touchpoint = branch.leaf[customer], np.zeros(len(at), dtype=np.int64)
    for subsidiary in np.unique(plan.units.leaf_subsidiary[branch.leaf]):
        here = np.flatnonzero(plan.units.leaf_subsidiary[leaf] == subsidiary)
        touchpoint[here] = rng.choice(len(journey.TOUCHPOINTS), len(here), p=journey.use_shares(int(subsidiary)))
    # Touchpoints with planted hand-offs have only the contacts of their own, so that the join to answers is exact.
    planted = [journey.number_of(truth.touchpoint) for truth in (plan.truths.handoff, plan.truths.handoff_decoy)]
    free = ~np.isin(touchpoint, planted)
    parts.append(_plain(rng, customer[free], leaf[free], at[free], touchpoint[free]))
    return _by_time(_join(parts))


def _by_time(contacts: Contacts) -> Contacts:
    order = np.argsort(contacts.at, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    columns = {field.name: getattr(contacts, field.name)[order] for field in fields(Contacts)}
    columns["came_from"] = np.where(columns["came_from"] >= 0, place[columns["came_from"]], -1)
    return Contacts(**columns)


def count_in_terms(contacts: Contacts, customer: Ints, due_day: Ints, term_days: int = 365) -> Ints:
    """Number of contacts of each customer in the days before a day of expiry."""
    scale = 2**34
    moments = np.sort(contacts.customer * scale + contacts.at)
    found: Ints = (np.searchsorted(moments, customer * scale + due_day * DAY_S)
                   - np.searchsorted(moments, customer * scale + (due_day - term_days) * DAY_S))
    return found


def contacts_table(rng: np.random.Generator, units: Units, contacts: Contacts) -> pa.Table:
    """The `contacts` table."""
    median = np.array([30.0, 20.0, 3600.0, 90.0, 5400.0])[contacts.channel]  # seconds, by CHANNELS
    seconds = median * np.exp(0.8 * rng.standard_normal(len(contacts)))
    handed: Flags = contacts.came_from >= 0
    return as_table(
        "contacts", contact_id=keys("K", np.arange(len(contacts))), customer_id=keys("C", contacts.customer),
        unit_id=labels(contacts.leaf, units.leaves), at=time_text(contacts.at),
        touchpoint_id=labels(contacts.touchpoint, journey.TOUCHPOINT_IDS),
        channel=labels(contacts.channel, journey.CHANNELS), owner=labels(contacts.owner, OWNERS),
        handed_over_from=keys("K", contacts.came_from.clip(0), known=handed), response_seconds=decimal(seconds, 1),
        solved_by=labels(contacts.solved_by, SOLVERS))
