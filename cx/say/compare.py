"""A comparison of units in words: the finding, what was compared, one row a unit. Made by rule from the statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cx.phrase import Phrase, phrase
from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.say.trends import MEASURES
from cx.stats.comparison import COMPARABLE, ComparedUnit, Comparison, is_comparable
from cx.stats.difference import Difference
from cx.stats.funnel import FUNNEL_MIN_UNITS, Standing
from cx.stats.group_figure import GroupFigure
from cx.stats.standardise import Split
from cx.stats.suppression import Thresholds
from cx.warehouse.compare import Span

STANDING_WORDS: Mapping[Standing, Phrase] = MappingProxyType({
    Standing.ABOVE: phrase("above what units usually score"),
    Standing.BELOW: phrase("below what units usually score"),
    Standing.NORMAL: phrase("within normal variation"),
    Standing.TOO_FEW: phrase("too few answers"),
    Standing.CANNOT_TELL: phrase("cannot tell yet"),
})
RULE_WORDS: Mapping[str, Phrase] = MappingProxyType({
    "answers": phrase("by answers"), "customers": phrase("by customers"), "revenue": phrase("by revenue"),
    "premium": phrase("by premium"),
})
RULE_MEANINGS: Mapping[str, Phrase] = MappingProxyType({
    "answers": phrase("Every answer counts alike: units with many answers weigh more."),
    "customers": phrase("Every unit weighs as its number of customers, at the start of the newest month known."),
    "revenue": phrase("Every unit weighs as its revenue, over the months known of the 12 months."),
    "premium": phrase("Every unit weighs as its premium, over the months known of the 12 months."),
})
_ALL = 0.9995  # shown as 100 %
_NAMED = 4
_NAMED_GROUPS, _NAMED_IN_GROUP = 2, 3
_NAMED_LEFT_OUT = 3


def compare_headline(t: Translator, comparison: Comparison) -> str:
    """The finding as one sentence: who stands out, who can be told apart, or that nobody can."""
    shown = comparison.shown
    if not shown:
        return t("No unit of this level has enough answers to be compared.")
    if len(shown) == 1:
        return t("Only {unit} has enough answers, so there is nothing to compare it with.", unit=shown[0].name)
    if len(shown) >= FUNNEL_MIN_UNITS:
        return _who_stands_out(t, comparison)
    ranked = comparison.ranked
    if not ranked:
        return t("Fewer than two units have enough answers to be ranked.")
    if not comparison.pairs_apart:
        return t("None of the {n} units can be told apart from another.", n=len(ranked))
    first, last = ranked[0], ranked[-1]
    return t("{apart} of {pairs} pairs of units can be told apart; {first} is expected first, {last} last.",
             apart=comparison.pairs_apart, pairs=comparison.pairs, first=_with_nps(t, first), last=_with_nps(t, last))


def _who_stands_out(t: Translator, comparison: Comparison) -> str:
    shown = comparison.shown
    out = [unit for unit in shown if unit.standing in (Standing.ABOVE, Standing.BELOW)]
    if not out:
        return t("None of the {n} units stands out: they differ no more than units usually do.", n=len(shown))
    names = formatter(t.code).listing(_with_nps(t, unit) for unit in out[:_NAMED])
    if len(out) > _NAMED:
        return t("{k} of {n} units stand out from what units usually score, among them {names}.", k=len(out),
                 n=len(shown), names=names)
    return t.plural("{n} of {total} units stands out from what units usually score: {names}.",
                    "{n} of {total} units stand out from what units usually score: {names}.", len(out),
                    total=len(shown), names=names)


def compared_what(t: Translator, survey: str, found: Span, comparison: Comparison) -> str:
    """What is compared: measure, period, units and answers."""
    write = formatter(t.code)
    period = found.wave or write.months(found.first_month, found.last_month)
    return t("{measure} in {period}, {units} with {n} answers.", measure=MEASURES[survey], period=period,
             units=t.plural("{n} unit", "{n} units", len(comparison.shown)),
             n=write.count(sum(unit.n for unit in comparison.shown)))


def group_sentence(t: Translator, name: str, rule: str, figure: GroupFigure) -> str:
    """The figure of all units together, and by which rule it is made; empty name: there is no unit above them."""
    write = formatter(t.code)
    said = t("{unit} {rule}: {nps} ({interval}), n = {n}.", unit=name or t("These units together"),
             rule=RULE_WORDS[rule], nps=write.nps(figure.nps), interval=write.interval(figure.low, figure.high),
             n=write.count(figure.n))
    return t.paragraph([said, *_left_out(t, figure)])


def _left_out(t: Translator, figure: GroupFigure) -> list[str]:
    """How much of the weight the figure stands for, and which units do not count in it."""
    write, share = formatter(t.code), formatter(t.code).percent(figure.covered, 0)
    named = figure.left_out if len(figure.left_out) <= _NAMED_LEFT_OUT else ()
    units = write.listing(named) if named else t.plural("{n} unit", "{n} units", len(figure.left_out))
    if figure.covered > _ALL:
        return [t("Left out: {units}.", units=units)] if figure.left_out else []
    if figure.left_out:
        return [t("Units with a figure have {share} of the weight; left out: {units}.", share=share, units=units)]
    return [t("Units with a figure have {share} of the weight; the others are left out.", share=share)]


def rule_help(t: Translator, rule: str, figure: GroupFigure) -> str:
    """What a rule counts, and how much of the weight lies at units with a figure."""
    said = [t(RULE_MEANINGS[rule])]
    if figure.is_whole:
        said.append(t("It is the figure of the unit above them, of which they are all."))
    said += _left_out(t, figure)
    if figure.without_weight:
        said.append(t.plural("{n} unit with a figure has no weight and is left out.",
                             "{n} units with a figure have no weight and are left out.", figure.without_weight))
    return t.paragraph(said)


def withheld_units(t: Translator, comparison: Comparison) -> str:
    """How many units have no figure; empty text when all have one."""
    missing = len(comparison.units) - len(comparison.shown)
    if not missing:
        return ""
    return t.plural("{n} unit has too few answers to be compared, or would give away another one.",
                    "{n} units have too few answers to be compared, or would give away another one.", missing)


def uncovered_sentence(t: Translator, units: Sequence[ComparedUnit], dimension: Phrase, thresholds: Thresholds) -> str:
    """Which units have no score at the same mix, and why; empty text when all have one, or none was asked for."""
    write = formatter(t.code)
    without = [unit.name for unit in units if unit.mix_covered is not None and unit.fair is None]
    if not without:
        return ""
    named = (write.listing(without) if len(without) <= _NAMED
             else t.plural("{n} unit", "{n} units", len(without)))
    return t("No score at the same mix: {units}. Less than {share} of the mix by {dimension} lies where they have "
             "{n} answers or more.", units=named, share=write.percent(COMPARABLE, 0), dimension=dimension,
             n=thresholds.figure)


def unranked_sentence(t: Translator, units: Sequence[ComparedUnit], thresholds: Thresholds) -> str:
    """How many of the units have a figure and too few answers for a rank; empty text when all have one."""
    few = sum(unit.estimate is not None and not unit.firm for unit in units)
    if not few:
        return ""
    return t.plural("{n} unit with fewer than {firm} answers has no rank.",
                    "{n} units with fewer than {firm} answers have no rank.", few, firm=thresholds.firm)


def groups_sentence(t: Translator, comparison: Comparison) -> str:
    """The groups of units that cannot be told apart; of many units the number of pairs that can."""
    names = {unit.unit_id: unit.name for unit in comparison.shown}
    groups = [group for group in comparison.groups if len(group) > 1]
    if len(names) >= FUNNEL_MIN_UNITS and comparison.pairs:
        return t("{apart} of {pairs} pairs of units can be told apart.", apart=f"{comparison.pairs_apart:,}",
                 pairs=f"{comparison.pairs:,}")
    if not groups:
        return ""
    said = [_group(t, [names[unit_id] for unit_id in group]) for group in groups]
    listed = ("；" if t.code.startswith("zh") else "; ").join(said[:_NAMED_GROUPS])
    if len(said) > _NAMED_GROUPS:
        return t("Cannot be told apart: {groups}; and {n} more groups that overlap with these.", groups=listed,
                 n=len(said) - _NAMED_GROUPS) if len(said) > _NAMED_GROUPS + 1 else t(
            "Cannot be told apart: {groups}; and one more group that overlaps with these.", groups=listed)
    return t("Cannot be told apart: {groups}.", groups=listed)


def _group(t: Translator, names: list[str]) -> str:
    """The units of a group; of many the first and the last, and how many lie between."""
    write = formatter(t.code)
    if len(names) <= _NAMED_IN_GROUP + 1:
        return write.listing(names)
    return t("{first} to {last} ({n} units)", first=names[0], last=names[-1], n=write.count(len(names)))


def unit_words(t: Translator, unit: ComparedUnit, comparison: Comparison) -> list[str]:
    """What is known of one unit, line by line: score, best guess, rank, standing, score at the same mix."""
    write, said = formatter(t.code), [unit.name]
    if unit.estimate is not None:
        said.append(f"NPS {write.nps(unit.estimate.nps)} ({write.interval(unit.estimate.low, unit.estimate.high)}) · "
                    + write.sample(unit.n))
    if unit.pooled is not None:
        said.append(t("Best guess given its size: {nps} ({interval})", nps=write.nps(unit.pooled.nps),
                      interval=write.interval(unit.pooled.low, unit.pooled.high)))
    if unit.rank is not None:
        said.append(t("Rank {low} to {high} of {units}", low=unit.rank.low, high=unit.rank.high,
                      units=len(comparison.ranked)))
    elif unit.estimate is not None and not unit.firm:
        said.append(t("Too few answers for a rank"))
    if unit.standing is not None and len(comparison.shown) >= FUNNEL_MIN_UNITS:
        said.append(t(STANDING_WORDS[unit.standing]))
    if unit.fair is None and unit.mix_covered is not None:
        said.append(t("At the same mix: not told, only {covered} of the mix covered",
                      covered=write.percent(unit.mix_covered, 0)))
    if unit.fair is not None:
        said.append(t("At the same mix: {nps} ({interval}), {covered} of the mix covered",
                      nps=write.nps(unit.fair.nps), interval=write.interval(unit.fair.low, unit.fair.high),
                      covered=write.percent(unit.fair.covered, 0)))
    return said


def pair_sentence(
    t: Translator, comparison: Comparison, first: ComparedUnit, second: ComparedUnit, change: Difference,
    thresholds: Thresholds,
) -> str:
    """How two units differ, as one sentence with its verdict: that of all pairs together, as in the groups."""
    write, told = formatter(t.code), comparison.told_apart(first.unit_id, second.unit_id)
    names = {"first": first.name, "second": second.name, "size": write.size_of_change(change.nps),
             "interval": write.interval(change.low, change.high)}
    untold = names | {"size": write.change(change.nps)}  # without a verdict only the sign says which is higher
    few = [unit.name for unit in (first, second) if not unit.firm]
    if few:
        return t("The difference of {first} and {second} is {size} (95% interval {interval}): no verdict, because "
                 "{few} has fewer than {n} answers.", **untold, few=few[0], n=thresholds.firm) if len(few) == 1 else t(
            "The difference of {first} and {second} is {size} (95% interval {interval}): no verdict, because both "
            "have fewer than {n} answers.", **untold, n=thresholds.firm)
    if not told and not change.low <= 0 <= change.high:
        return t("{first} and {second} cannot be told apart among {n} units: the difference is {size} (95% interval "
                 "of the two alone {interval}).", **untold, n=len(comparison.ranked))
    if change.low <= 0 <= change.high:
        return t("{first} and {second} cannot be told apart: the difference is {size} (95% interval {interval}).",
                 **untold)
    if change.nps > 0:
        return t("{second} scores higher than {first} by {size} (95% interval {interval}).", **names)
    return t("{second} scores lower than {first} by {size} (95% interval {interval}).", **names)


def split_sentence(t: Translator, first: str, second: str, split: Split, dimension: Phrase) -> str:
    """How much of the answers the parts of a difference rest on; or that there are no parts, and why."""
    names = {"share": formatter(t.code).percent(split.compared, 0), "first": first, "second": second,
             "dimension": dimension}
    if not is_comparable(split) and split.compared >= COMPARABLE:
        return t("{first} and {second} have too few answers by {dimension} to split their difference.", **names)
    if not is_comparable(split):
        return t("{first} and {second} cannot be compared by {dimension}: only {share} of the answers lie where both "
                 "have some, so the difference is not split.", **names)
    return t("The two parts add up to the difference. {share} of the answers lie where both units have some.", **names)


def _with_nps(t: Translator, unit: ComparedUnit) -> str:
    estimate = unit.estimate
    return t("{unit} ({nps})", unit=unit.name, nps=formatter(t.code).nps(estimate.nps if estimate else None))
