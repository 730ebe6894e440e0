"""Competitors in words: the unit against each of them where both were asked alike, or why levels are not compared."""

from __future__ import annotations

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.difference import published_difference
from cx.stats.suppression import Thresholds
from cx.warehouse.benchmarks import Benchmark, Competitor, Market


def competitor_sentences(t: Translator, unit: str, market: Market, thresholds: Thresholds) -> tuple[str, ...]:
    """How the unit stands against the competitors of a market.

    Scores are compared only where the table has the unit's own for the same period, asked in the same way: the
    company's own survey asks other people in another way than a panel does.
    """
    said = tuple(sentence for other in market.others
                 if (sentence := _against(t, unit, market.own, other, thresholds)))
    method = formatter(t.code).listing(market.methods) or t("method not named")
    if said:
        return (t("Dashed: scores from another survey ({method}). The line of {unit} from its own survey cannot be "
                  "compared with them in level; its dashed line can.", method=method, unit=unit), *said)
    return (t("Dashed: scores from another survey ({method}). Their levels cannot be compared with those of the "
              "own survey of {unit}, which asks other people in another way: only changes.", method=method, unit=unit),)


def _against(t: Translator, unit: str, own: Competitor | None, other: Competitor, thresholds: Thresholds) -> str:
    pair = newest_pair(own, other)
    if pair is None:
        return ""
    ours, theirs = pair
    write = formatter(t.code)
    names = {"unit": unit, "ours": write.nps(ours.nps), "other": other.name, "theirs": write.nps(theirs.nps),
             "period": ours.period, "change": write.change(ours.nps - theirs.nps)}
    fewest = min(ours.n or 0, theirs.n or 0)
    if fewest < thresholds.firm:
        return t("{period}: {unit} {ours}, {other} {theirs}, difference {change}; how sure it is cannot be told, "
                 "because the numbers of answers are not known or fewer than {needed}.", needed=thresholds.firm,
                 **names)
    found = published_difference(theirs.nps, theirs.n or 0, ours.nps, ours.n or 0)
    names |= {"size": write.size_of_change(found.nps), "interval": write.interval(found.low, found.high),
              "our_n": write.count(ours.n),
              "their_n": write.count(theirs.n)}
    if found.low > 0:
        return t("{period}: {unit} {ours} (n = {our_n}) is ahead of {other} {theirs} (n = {their_n}) by {size} (95% "
                 "interval {interval}).", **names)
    if found.high < 0:
        return t("{period}: {unit} {ours} (n = {our_n}) is behind {other} {theirs} (n = {their_n}) by {size} (95% "
                 "interval {interval}).", **names)
    return t("{period}: {unit} {ours} (n = {our_n}) and {other} {theirs} (n = {their_n}) cannot be told apart: "
             "difference {change} (95% interval {interval}).", **names)


def newest_pair(own: Competitor | None, other: Competitor) -> tuple[Benchmark, Benchmark] | None:
    """The newest scores of two for the same period, asked in the same way that is named; None without such."""
    if own is None:
        return None
    theirs = {(score.period, score.method): score for score in other.scores if score.method}
    pairs = [(score, theirs[score.period, score.method]) for score in own.scores
             if (score.period, score.method) in theirs]
    return pairs[-1] if pairs else None
