"""Units against their targets and their best rivals in words, made by rule from the intervals."""

from __future__ import annotations

from collections.abc import Sequence

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.comparison import ComparedUnit
from cx.stats.nps import Estimate
from cx.stats.outlook import Target
from cx.warehouse.yardsticks import MarketLead, Yardsticks

_NAMED = 4


def target_sentences(t: Translator, units: Sequence[ComparedUnit], held_against: Yardsticks) -> list[str]:
    """Which units lie above their target, which below, and of which it cannot be told; few answers are no verdict.

    Of many units only the number is said; the table has their figures.
    """
    above, below, untold = [], [], []
    for unit in units:
        target = held_against.targets.get(unit.unit_id)
        if target is None or unit.estimate is None:
            continue
        said = _against(t, unit, unit.estimate, target)
        if unit.firm and unit.estimate.low > target.nps:
            above.append(said)
        elif unit.firm and unit.estimate.high < target.nps:
            below.append(said)
        else:
            untold.append(said)
    return [sentence for sentence in (
        t("Above the target: {units}.", units=_listed(t, above)) if above else "",
        t("Below the target: {units}.", units=_listed(t, below)) if below else "",
        t("Above or below the target, cannot tell yet: {units}.", units=_listed(t, untold)) if untold else "",
    ) if sentence]


def lead_sentence(t: Translator, unit: str, ahead: MarketLead) -> str:
    """Whether a unit leads its best rival, with the study that both scores are from."""
    write, gap = formatter(t.code), ahead.lead.difference
    names = {"unit": unit, "rival": ahead.lead.rival.name, "size": write.size_of_change(gap.nps),
             "interval": write.interval(gap.low, gap.high), "market": ahead.market, "period": ahead.period,
             "method": ahead.method, "n": write.count(ahead.lead.own.n), "rival_n": write.count(ahead.lead.rival.n)}
    if gap.low <= 0 <= gap.high:
        return t("{unit} and its best rival {rival} cannot be told apart: the difference is {size} (95% interval "
                 "{interval}; {market}, {period}, {method}; n = {n} and {rival_n}).",
                 **names | {"size": write.change(gap.nps)})
    if gap.nps > 0:
        return t("{unit} leads its best rival {rival} by {size} (95% interval {interval}; {market}, {period}, "
                 "{method}; n = {n} and {rival_n}).", **names)
    return t("{unit} lies {size} behind its best rival {rival} (95% interval {interval}; {market}, {period}, "
             "{method}; n = {n} and {rival_n}).", **names)


def _against(t: Translator, unit: ComparedUnit, estimate: Estimate, target: Target) -> str:
    write = formatter(t.code)
    return t("{unit} ({nps}, 95% interval {interval}, n = {n}; target {target})", unit=unit.name,
             nps=write.nps(estimate.nps), interval=write.interval(estimate.low, estimate.high),
             n=write.count(unit.n), target=write.nps(target.nps))


def _listed(t: Translator, names: Sequence[str]) -> str:
    """The names; of many their number."""
    return formatter(t.code).listing(names) if len(names) <= _NAMED else t.plural("{n} unit", "{n} units", len(names))
