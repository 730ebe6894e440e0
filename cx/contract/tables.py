"""The contract: every table that a company can bring, declared once.

The documentation page, the empty templates and the checks are generated from this file. It is longer than other files
because it is one declaration; a table stands beside the others in the order in which a company usually brings them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cx.contract.columns import Column, Rule, Table, Type
from cx.phrase import phrase

UNIT = Column("unit_id", Type.LABEL, phrase("Business unit, at any level of the hierarchy."),
              required=True, references="units")
OPTIONAL_UNIT = Column("unit_id", Type.LABEL, phrase("Business unit; blank means all units."), references="units")
TOUCHPOINT = Column("touchpoint_id", Type.LABEL, phrase("Touchpoint of the journey."), references="touchpoints")
REQUIRED_TOUCHPOINT = Column("touchpoint_id", Type.LABEL, phrase("Touchpoint of the journey."), required=True,
                             references="touchpoints")
CUSTOMER = Column("customer_id", Type.LABEL, phrase("Customer, as a pseudonym."), joins="customers")
REQUIRED_CUSTOMER = Column("customer_id", Type.LABEL, phrase("Customer, as a pseudonym."), required=True,
                           joins="customers")
SURVEY = Column("survey", Type.LABEL, phrase("Kind of survey."), required=True,
                allowed=("relationship", "transaction", "strategic"))
MONTH = Column("month", Type.MONTH, phrase("Calendar month in the report's time zone."), required=True)
PRODUCT = Column("product", Type.LABEL, phrase("Product."))
SEGMENT = Column("segment", Type.LABEL, phrase("Customer segment."))
CHANNEL = Column("channel", Type.LABEL, phrase("Channel of the interaction."))


def _count(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.INTEGER, phrase(meaning), required=required, minimum=0)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.DATE, phrase(meaning), required=required)


def _time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.TIMESTAMP, phrase(meaning), required=required)


def _label(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Type.LABEL, phrase(meaning), required=required)


def _not_before(later: str, earlier: str) -> Rule:
    return Rule(f"{later}_not_before_{earlier}", later, f"{later} is null or {earlier} is null or {later} >= {earlier}",
                phrase("{later} must not lie before {earlier}.", later=later, earlier=earlier))


def _happened(column: str) -> tuple[Rule, Rule]:
    """What was observed lies in the past, and not before anyone asked customers by computer."""
    value = f'"{column}"'
    now = "coalesce(getvariable('as_of')::timestamp, timezone('UTC', now()))"
    return (
        Rule(f"{column}_in_the_past", column, f"{value} is null or {value} <= {now} + interval 1 day",
             phrase("{column} lies in the future. Look at the format of the date and at the clock of the source.",
                    column=column)),
        Rule(f"{column}_since_1990", column, f"{value} is null or {value} >= date '1990-01-01'",
             phrase("{column} lies before 1990. Look at the format of the date; the year may have two digits.",
                    column=column)),
    )


_TABLES = (
    Table(
        "units", phrase("a business unit at any level of the hierarchy"),
        (
            _label("unit_id", "Key of the unit.", required=True),
            _label("name", "Name that readers see.", required=True),
            Column("parent_id", Type.LABEL, phrase("Unit above; blank at the top."), references="units"),
            _label("kind", "Level, such as group, subsidiary, region or branch."),
        ),
        key=("unit_id",),
        rules=(
            Rule("parent_is_another_unit", "parent_id", "parent_id is null or parent_id <> unit_id",
                 phrase("Name another unit as the parent, or leave it blank for a unit at the top.")),
        ),
    ),
    Table(
        "touchpoints", phrase("a touchpoint of a journey"),
        (
            _label("touchpoint_id", "Key of the touchpoint.", required=True),
            _label("name", "Name that readers see.", required=True),
            _label("journey", "Journey that the touchpoint belongs to.", required=True),
            _label("stage", "Stage of the journey.", required=True),
            _count("stage_order", "Place of the stage in its journey, from 1.", required=True),
            CHANNEL,
            _label("owner", "Line that owns the touchpoint."),
            Column("is_key_moment", Type.BOOLEAN, phrase("Whether it is a moment of truth.")),
            _date("valid_from", "First day on which the touchpoint exists."),
            _date("valid_to", "Last day on which the touchpoint exists."),
        ),
        key=("touchpoint_id",),
        rules=(_not_before("valid_to", "valid_from"),),
    ),
    Table(
        "customers", phrase("a customer of a unit"),
        (
            _label("customer_id", "Key of the customer, as a pseudonym.", required=True),
            UNIT, PRODUCT, SEGMENT,
            _label("region", "Region where the customer lives."),
            _date("joined_on", "Day on which the customer came."),
            _date("left_on", "Day on which the customer left; blank for a customer who is still there."),
        ),
        key=("customer_id",),
        rules=(_not_before("left_on", "joined_on"),),
    ),
    Table(
        "responses", phrase("one answer to the recommend question"),
        (
            _label("response_id", "Key of the answer.", required=True),
            SURVEY,
            Column("score", Type.INTEGER, phrase("Answer to the recommend question; blank means not answered."),
                   required=True, may_be_blank=True, minimum=0, maximum=10),
            _time("responded_at", "When the customer answered.", required=True),
            UNIT, CUSTOMER, TOUCHPOINT, PRODUCT, SEGMENT, CHANNEL,
            _label("language", "Language of the answer."),
            Column("weight", Type.NUMBER, phrase("Survey weight; blank means 1."), minimum=0),
            Column("comment", Type.TEXT, phrase("What the customer wrote.")),
            _label("wave", "Name of the wave of a relationship or strategic survey."),
            _time("invited_at", "When the questionnaire was sent."),
        ),
        key=("response_id",),
        rules=(_not_before("responded_at", "invited_at"), *_happened("responded_at")),
    ),
    Table(
        "drivers", phrase("a driver and its scale"),
        (
            _label("driver", "Key of the driver.", required=True),
            _label("name", "Name that readers see.", required=True),
            Column("scale_min", Type.NUMBER, phrase("Lowest rating possible."), required=True),
            Column("scale_max", Type.NUMBER, phrase("Highest rating possible."), required=True),
            TOUCHPOINT,
        ),
        key=("driver",),
        rules=(
            Rule("scale_has_a_width", "scale_max", "scale_max > scale_min",
                 phrase("scale_max must be greater than scale_min.")),
        ),
    ),
    Table(
        "ratings", phrase("a driver rating inside an answer"),
        (
            Column("response_id", Type.LABEL, phrase("Answer that the rating belongs to."), required=True,
                   references="responses"),
            Column("driver", Type.LABEL, phrase("Driver that was rated."), required=True, references="drivers"),
            Column("rating", Type.NUMBER, phrase("Rating on the driver's scale."), required=True),
        ),
        key=("response_id", "driver"),
        rules=(
            Rule("rating_on_scale", "rating",
                 "ref_driver.scale_min is null or rating between ref_driver.scale_min and ref_driver.scale_max",
                 phrase("The rating lies outside the scale of its driver. Declare codes that mean blank or not used "
                        "in the mapping file, or mend the scale in drivers.")),
        ),
    ),
    Table(
        "invitations", phrase("questionnaires sent, by survey, unit, month and touchpoint"),
        (
            SURVEY, UNIT, MONTH,
            _count("sent", "Number of questionnaires sent.", required=True),
            TOUCHPOINT, SEGMENT,
        ),
        key=("survey", "unit_id", "month", "touchpoint_id", "segment"),
    ),
    Table(
        "renewals", phrase("a contract that came up for renewal"),
        (
            _label("renewal_id", "Key of the renewal.", required=True),
            REQUIRED_CUSTOMER, UNIT,
            _date("due_on", "Day on which the contract ends.", required=True),
            Column("outcome", Type.LABEL, phrase("What became of it."), required=True,
                   allowed=("renewed", "lapsed", "pending")),
            PRODUCT,
            Column("premium_before", Type.NUMBER, phrase("Yearly price before."), minimum=0),
            Column("premium_after", Type.NUMBER, phrase("Yearly price offered."), minimum=0),
            _count("contacts_in_term", "Contacts with the customer during the term."),
            _date("decided_on", "Day on which the customer decided."),
        ),
        key=("renewal_id",),
    ),
    Table(
        "business", phrase("a business figure of a unit in a month"),
        (
            UNIT, MONTH,
            _label("metric", "Name of the figure, such as customers_start, customers_won, customers_lost, revenue, "
                             "market_share, service_cost or contacts.", required=True),
            Column("value", Type.NUMBER, phrase("Value of the figure."), required=True),
        ),
        key=("unit_id", "month", "metric"),
    ),
    Table(
        "contacts", phrase("one interaction of a customer with the company"),
        (
            _label("contact_id", "Key of the contact.", required=True),
            REQUIRED_CUSTOMER, UNIT,
            _time("at", "When it took place.", required=True),
            TOUCHPOINT, CHANNEL,
            _label("owner", "Line that handled it."),
            Column("handed_over_from", Type.LABEL, phrase("Contact that was handed over."), joins="contacts"),
            Column("response_seconds", Type.NUMBER, phrase("Seconds until the company answered."), minimum=0),
            Column("solved_by", Type.LABEL, phrase("Who solved it."),
                   allowed=("central", "branch", "expert", "nobody")),
        ),
        key=("contact_id",),
        rules=_happened("at"),
    ),
    Table(
        "touchpoint_metrics", phrase("what the systems measured at a touchpoint of a unit in a month"),
        (
            REQUIRED_TOUCHPOINT, UNIT, MONTH,
            _count("entered", "Customers who entered the step."),
            _count("completed", "Customers who completed the step."),
            Column("response_seconds_median", Type.NUMBER, phrase("Median seconds until the company answered."),
                   minimum=0),
            Column("response_seconds_p90", Type.NUMBER, phrase("Seconds within which 90 % were answered."), minimum=0),
            _count("contacts", "Contacts in the month."),
            _count("solved_centrally", "Contacts solved centrally."),
            _count("sent_to_branch", "Contacts sent to a branch."),
            _count("solved_by_expert", "Contacts solved by experts."),
            _count("repeat_contacts", "Contacts about the same matter again."),
        ),
        key=("touchpoint_id", "unit_id", "month"),
        rules=(
            Rule("completed_at_most_entered", "completed",
                 "completed is null or entered is null or completed <= entered",
                 phrase("completed must not be more than entered.")),
        ),
    ),
    Table(
        "pain_points", phrase("a problem on the register"),
        (
            _label("pain_point_id", "Key of the pain point.", required=True),
            _label("title", "What hurts, in one line.", required=True),
            UNIT, TOUCHPOINT,
            Column("source", Type.LABEL, phrase("Where it was noticed."),
                   allowed=("survey", "agent", "mystery_visit", "system", "complaint")),
            _label("severity", "Severity."),
            _label("owner", "Line that must solve it.", required=True),
            _date("opened_on", "Day on which it was opened.", required=True),
            _date("due_on", "Day on which it is due."),
            _date("delivered_on", "Day on which the solution was delivered."),
            _date("verified_on", "Day on which the measure had moved."),
            _date("closed_on", "Day on which it was closed."),
            Column("horizon", Type.LABEL, phrase("Quick or long-term work."), allowed=("quick", "long_term")),
            _count("customers_touched", "Customers that it touches."),
            Column("cause", Type.TEXT, phrase("Root cause.")),
            Column("solution", Type.TEXT, phrase("Solution.")),
        ),
        key=("pain_point_id",),
        rules=(_not_before("closed_on", "opened_on"), _not_before("delivered_on", "opened_on")),
    ),
    Table(
        "cases", phrase("one follow-up of one low score"),
        (
            _label("case_id", "Key of the case.", required=True),
            Column("response_id", Type.LABEL, phrase("Answer that opened the case."), required=True,
                   references="responses"),
            UNIT,
            _time("opened_at", "When the case was opened.", required=True),
            _time("first_contact_at", "When the customer was first contacted."),
            _time("closed_at", "When the case was closed."),
            _label("outcome", "What came of it."),
            _time("reopened_at", "When the case was opened again."),
            _label("owner", "Person or line that follows up."),
        ),
        key=("case_id",),
        rules=(_not_before("first_contact_at", "opened_at"), _not_before("closed_at", "opened_at"),
               *_happened("opened_at")),
    ),
    Table(
        "initiatives", phrase("a quick win or pilot"),
        (
            _label("initiative_id", "Key of the initiative.", required=True),
            _label("title", "What is done, in one line.", required=True),
            TOUCHPOINT,
            _label("owner", "Line that does it."),
            Column("hypothesis", Type.TEXT, phrase("What is expected to change, and why.")),
            _label("measure", "Measure that decides, written before the start.", required=True),
            Column("impact", Type.NUMBER, phrase("Expected impact, 1 to 5."), minimum=1, maximum=5),
            Column("feasibility", Type.NUMBER, phrase("Feasibility, 1 to 5."), minimum=1, maximum=5),
            Column("cost", Type.NUMBER, phrase("Cost in the company's currency."), minimum=0),
            _date("planned_on", "Day on which it was planned."),
            _date("started_on", "Day on which it started."),
            _date("decided_on", "Day of the decision."),
            _label("decision", "Decision, such as replicate, stop or continue."),
            _label("phase", "Phase of the programme."),
        ),
        key=("initiative_id",),
    ),
    Table(
        "initiative_units", phrase("a unit that took part in an initiative or serves as its control"),
        (
            Column("initiative_id", Type.LABEL, phrase("Initiative."), required=True, references="initiatives"),
            UNIT,
            Column("role", Type.LABEL, phrase("Part of the unit."), required=True, allowed=("treated", "control")),
            _date("started_on", "Day on which the unit started."),
        ),
        key=("initiative_id", "unit_id"),
    ),
    Table(
        "benchmarks", phrase("a competitor's published or bought score"),
        (
            _label("competitor", "Competitor.", required=True),
            _label("market", "Market.", required=True),
            _label("period", "Year, quarter or month of the score.", required=True),
            Column("nps", Type.NUMBER, phrase("NPS from -100 to 100."), required=True, minimum=-100, maximum=100),
            _count("n", "Number of answers behind it."),
            _label("method", "How it was asked."),
            _label("source", "Who published it."),
        ),
        key=("competitor", "market", "period"),
    ),
    Table(
        "targets", phrase("a target of a unit"),
        (
            UNIT,
            _label("metric", "Figure that the target is for.", required=True),
            _label("period", "Year, quarter or month of the target.", required=True),
            Column("target", Type.NUMBER, phrase("Value to reach."), required=True),
        ),
        key=("unit_id", "metric", "period"),
    ),
    Table(
        "events", phrase("a note on the time axis"),
        (
            _date("on_date", "Day of the event.", required=True),
            _label("title", "What happened, in one line.", required=True),
            OPTIONAL_UNIT,
        ),
        key=("on_date", "title", "unit_id"),
    ),
    Table(
        "visits", phrase("a mystery visit or spot check"),
        (
            _label("visit_id", "Key of the visit.", required=True),
            UNIT, TOUCHPOINT,
            _date("visited_on", "Day of the visit.", required=True),
            CHANNEL,
            Column("score_pct", Type.NUMBER, phrase("Score in percent."), required=True, minimum=0, maximum=100),
            Column("planned", Type.BOOLEAN, phrase("Whether the visit was announced.")),
        ),
        key=("visit_id",),
    ),
    Table(
        "excerpts", phrase("a piece of recorded voice"),
        (
            _label("excerpt_id", "Key of the excerpt.", required=True),
            _label("media", "File name in the media folder.", required=True),
            Column("start_s", Type.NUMBER, phrase("Second at which it starts."), minimum=0),
            Column("end_s", Type.NUMBER, phrase("Second at which it ends."), minimum=0),
            Column("transcript", Type.TEXT, phrase("What is said.")),
            _label("language", "Language spoken."),
            OPTIONAL_UNIT, TOUCHPOINT,
            Column("response_id", Type.LABEL, phrase("Answer that it belongs to."), joins="responses"),
            _date("recorded_on", "Day of the recording."),
            Column("consent", Type.LABEL, phrase("Whether the customer agreed to its use."), required=True,
                   allowed=("given", "refused", "withdrawn", "unknown")),
            _date("expires_on", "Last day on which it may be played."),
            _label("title", "What it is about, in one line."),
        ),
        key=("excerpt_id",),
        rules=(
            Rule("end_after_start", "end_s", "end_s is null or end_s > coalesce(start_s, 0)",
                 phrase("end_s must be greater than start_s.")),
        ),
    ),
    Table(
        "masks", phrase("a span to silence in a recording"),
        (
            _label("media", "File name in the media folder.", required=True),
            Column("start_s", Type.NUMBER, phrase("Second at which the silence starts."), required=True, minimum=0),
            Column("end_s", Type.NUMBER, phrase("Second at which the silence ends."), required=True, minimum=0),
            _label("reason", "Why it is silenced."),
        ),
        key=("media", "start_s", "end_s"),
        rules=(Rule("end_after_start", "end_s", "end_s > start_s", phrase("end_s must be greater than start_s.")),),
    ),
    Table(
        "commitments", phrase("what somebody promised in a workshop or committee"),
        (
            _label("commitment_id", "Key of the commitment.", required=True),
            _label("title", "What is promised, in one line.", required=True),
            _label("owner", "Who promised it.", required=True),
            _date("due_on", "Day on which it is due.", required=True),
            _date("made_on", "Day on which it was made.", required=True),
            OPTIONAL_UNIT,
            _label("status", "Where it stands."),
        ),
        key=("commitment_id",),
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _TABLES})
