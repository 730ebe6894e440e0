"""Every metric and term once, in words an executive understands: tooltips, the Data page and the reports read this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from cx.phrase import Phrase, phrase
from cx.say.translator import Translator


@dataclass(frozen=True)
class Term:
    """A term: its key in the code, its name, what it means, and its formula if it is a figure."""

    key: str
    name: Phrase
    meaning: Phrase
    formula: Phrase | None = None


_TERMS = (
    # Scores
    Term("nps", phrase("NPS (Net Promoter Score)"),
         phrase("How many more customers would recommend us than warn against us, from −100 to +100."),
         phrase("100 × (promoters − detractors) / valid answers")),
    Term("r_nps", phrase("R-NPS (relationship)"),
         phrase("NPS of the whole brand, asked in fixed waves or before a contract ends. Like a term exam.")),
    Term("t_nps", phrase("T-NPS (touchpoint)"),
         phrase("NPS of one touchpoint, asked straight after the interaction. Like a quiz after class.")),
    Term("strategic_nps", phrase("Strategic NPS"),
         phrase("NPS of a one-off survey that finds out anew which touchpoints matter, when T-NPS and R-NPS "
                "part ways.")),
    Term("promoter", phrase("Promoter"), phrase("A customer who answers 9 or 10.")),
    Term("passive", phrase("Passive"), phrase("A customer who answers 7 or 8. Counts as an answer, adds nothing.")),
    Term("detractor", phrase("Detractor"), phrase("A customer who answers 0 to 6.")),
    Term("weighted_nps", phrase("Weighted NPS"),
         phrase("NPS in which each answer counts by its survey weight, so that the answers stand for all customers."),
         phrase("100 × (weights of promoters − weights of detractors) / weights of all valid answers")),
    Term("points", phrase("Point"), phrase("The unit of NPS: from +30 to +33 is 3 points, not 3 percent.")),
    # Answers
    Term("n", phrase("n (number of answers)"),
         phrase("How many valid answers stand behind a figure. The fewer, the less sure it is.")),
    Term("response_rate", phrase("Response rate"),
         phrase("Share of those asked who answered. Those who stay silent may think otherwise."),
         phrase("valid answers / questionnaires sent")),
    Term("wave", phrase("Wave"), phrase("One round of a relationship survey, such as a quarter or a year.")),
    Term("repeat_customers", phrase("Design effect (repeat customers)"),
         phrase("Several answers of one customer tell less than answers of several customers. The design effect says "
                "how much less; intervals take it into account."),
         phrase("actual variance / variance if every answer came from another customer")),
    Term("blank_answers", phrase("Blank answers"),
         phrase("Questionnaires that came back without an answer to the recommend question. Counted apart.")),
    # Certainty
    Term("interval", phrase("95% interval"),
         phrase("The range in which the true value lies, as far as chance is concerned, 19 times out of 20.")),
    Term("expected_range", phrase("Expected range"),
         phrase("Where a figure with this many answers counts as normal variation, "
                "if nothing changed since the reference.")),
    Term("level", phrase("NPS level"),
         phrase("The score behind the scatter of single months or waves, found from all of them and their numbers of "
                "answers. It may drift, as fast as those of like units do.")),
    Term("target_chance", phrase("Chance of a target"),
         phrase("How likely the level in the last month of a target's period is at or above it. Up to 10% is very "
                "unlikely, up to a third unlikely, from two thirds likely, from 90% very likely.")),
    Term("reference", phrase("Reference"),
         phrase("What a month is compared with: the 12 months before it together, never the last month alone.")),
    Term("moved", phrase("Moved"),
         phrase("The figure changed more than chance explains, and enough to act on.")),
    Term("normal", phrase("Within normal variation"),
         phrase("The figure lies in its expected range. There is nothing to explain.")),
    Term("cannot_tell", phrase("Cannot tell yet"),
         phrase("The answers so far fit a change that matters as well as one that does not. "
                "More answers will decide.")),
    Term("too_few", phrase("Too few answers"),
         phrase("So few answers that a figure would mislead; their number is shown instead.")),
    Term("withheld", phrase("Withheld"),
         phrase("Not shown, so that no answer can be traced to a person, not even by subtraction.")),
    Term("associated", phrase("Associated with"),
         phrase("Two things go together. Whether one brings about the other is not known.")),
    Term("estimated_effect", phrase("Estimated effect"),
         phrase("What a change brought about, compared with similar units that did not make it.")),
    # Comparison
    Term("best_guess", phrase("Best guess given its size"),
         phrase("The score of a unit, pulled towards the units of its level: the fewer answers it has, the more.")),
    Term("against_all", phrase("Against the units together"),
         phrase("The NPS of a unit at a touchpoint less that of all compared units together there, in points.")),
    Term("against_past", phrase("Against its own past"),
         phrase("The NPS of a touchpoint in the newest 12 months less that in the 12 months before, at the same unit, "
                "segment or channel; of a single month less that of the 12 months before it.")),
    Term("group_rule", phrase("Rule of the group figure"),
         phrase("By what the units weigh when they are counted together: their answers, their customers, "
                "their revenue or their premium."),
         phrase("sum of weight × NPS / sum of weights, over the units with a figure")),
    Term("target", phrase("Target"),
         phrase("The NPS that a unit is to reach in a year, quarter or month. "
                "Held against the newest one that has begun.")),
    Term("lead", phrase("Lead over the best rival"),
         phrase("The NPS of a unit less that of the best competitor in the same market study. "
                "The interval is the widest that the two published scores allow.")),
    # Programme
    Term("touchpoint", phrase("Touchpoint"), phrase("A moment at which a customer deals with the company.")),
    Term("journey", phrase("Journey"), phrase("All touchpoints that a customer passes through for one purpose.")),
    Term("driver", phrase("Driver"), phrase("A part of the experience, rated on its own, that may move the NPS.")),
    Term("pain_point", phrase("Pain point"),
         phrase("A problem of customers on the register, with an owner and a due date.")),
    Term("mystery_visit", phrase("Mystery visit"),
         phrase("A visit or call by somebody who plays a customer and scores what happens.")),
    Term("loss", phrase("Loss of a step"),
         phrase("Share of the customers who entered a step and did not complete it."),
         phrase("1 − completed / entered")),
    Term("case", phrase("Case"), phrase("The follow-up of one customer who gave a low score.")),
    Term("closed_loop", phrase("Closed loop"),
         phrase("From the score to the cause, the solution, and the proof that the score moved.")),
    Term("quick_win", phrase("Quick win"),
         phrase("A short project of high impact and high feasibility, with a measure set before the start.")),
    Term("renewal_rate", phrase("Renewal rate"),
         phrase("Share of the contracts that were renewed, among those decided."),
         phrase("renewed / (renewed + lapsed)")),
    Term("inert_renewer", phrase("Inert renewer"),
         phrase("A customer who renews without contact and without loyalty, and leaves for a lower price.")),
    # Data
    Term("snapshot", phrase("Snapshot"),
         phrase("The checked data of one load. It never changes; a new load makes a new one.")),
    Term("freshness", phrase("Freshness"), phrase("How old the newest answer and the last load are.")),
    Term("rejects", phrase("Rejects"),
         phrase("Records that were not loaded because they break a rule, each with the reason and how to mend it.")),
    Term("scope", phrase("Scope"),
         phrase("The units that you may see. All figures on all pages come from these alone.")),
)


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, Term]:
    """All terms by their key, in the order in which a page lists them."""
    return MappingProxyType({term.key: term for term in _TERMS})


def help_text(t: Translator, key: str) -> str:
    """The tooltip of a term: meaning, and formula if there is one. KeyError for a term that is not in the glossary."""
    term = glossary()[key]
    if term.formula is None:
        return t(term.meaning)
    return t("{meaning} Formula: {formula}.", meaning=term.meaning, formula=term.formula)


def counting_rules(*, privacy_min_answers: int, figure_min_answers: int, time_zone: str) -> tuple[Phrase, ...]:
    """The rules of counting that hold for every figure, with the settings they depend on; shown on the Data page."""
    return (
        phrase("NPS = 100 × (promoters 9–10 − detractors 0–6) / valid answers. "
               "Blank answers are not valid answers and are counted apart."),
        phrase("A scale other than 0–10 must be declared. 1–10 is accepted as declared and labelled; "
               "other scales are never turned into an NPS, they are loaded as ratings."),
        phrase("Every valid answer counts once. Intervals take into account that some customers answer repeatedly."),
        phrase("A comparison over 12 months adds up months as if nobody answered in two of them."),
        phrase("A group counts the answers of all its units alike. "
               "Weighted figures use the survey weights of the answers."),
        phrase("Compared units together weigh by answers, customers, revenue or premium: always the units that have a "
               "figure. Which rule is used is said with the figure."),
        phrase("Units with too few answers for a verdict have a figure and no rank."),
        phrase("The same mix is that of the answers. Where little of it is covered there is no score at the same mix, "
               "and a difference is not split; values with few answers count together as others."),
        phrase("At a touchpoint a unit is compared with all compared units together; of the differences that are "
               "marked, about 1 in 10 may be by chance."),
        phrase("On the map of journeys a cell is compared with its own past alone, 12 months with the 12 before; of "
               "the moves that are marked, about 1 in 10 may be by chance."),
        phrase("A lead over a rival needs both scores from one study: the same market, period and method."),
        phrase("A month is a calendar month in the report's time zone ({time_zone}).", time_zone=time_zone),
        phrase("The unit of an answer is the unit at the time of the answer."),
        phrase("Figures from fewer than {answers} answers are withheld, also by subtraction of units or of one filter; "
               "from fewer than {figure} there is a number of answers and no figure.",
               answers=privacy_min_answers, figure=figure_min_answers),
        phrase("A target is judged by the NPS level in the last month of its period, from all answers of the unit. "
               "Competitors are compared with the unit only where both were asked by one method for one period."),
        phrase("With filters by product, segment or channel, the effect of repeat customers on an interval is taken "
               "from all answers of the unit in that period."),
    )
