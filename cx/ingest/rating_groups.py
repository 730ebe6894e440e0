"""Columns of a file that look like ratings of drivers: numbers on one scale, or labels of a known order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from types import MappingProxyType

from rapidfuzz import process

from cx.ingest.column_profile import NO_ANSWER_NUMBERS, ColumnProfile
from cx.phrase import Phrase, phrase_n

# Labels in their order, from the lowest; what stands in one place means the same.
LABEL_SCALES: tuple[tuple[str, ...], ...] = (
    ("Very unfavorably", "Somewhat unfavorably", "Neither favorably nor unfavorably", "Somewhat favorably",
     "Very favorably"),
    ("Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied"),
    ("Very dissatisfied", "Somewhat dissatisfied", "Neither satisfied nor dissatisfied", "Somewhat satisfied",
     "Very satisfied"),
    ("Extremely dissatisfied", "Somewhat dissatisfied", "Neither satisfied nor dissatisfied", "Somewhat satisfied",
     "Extremely satisfied"),
    ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"),
    ("Strongly disagree", "Somewhat disagree", "Neither agree nor disagree", "Somewhat agree", "Strongly agree"),
    ("Very poor", "Poor", "Fair", "Good", "Very good"),
    ("Poor", "Fair", "Good", "Very good", "Excellent"),
    ("Very difficult", "Difficult", "Neither easy nor difficult", "Easy", "Very easy"),
    ("Not at all important", "Slightly important", "Moderately important", "Very important", "Extremely important"),
    ("Very unlikely", "Unlikely", "Neutral", "Likely", "Very likely"),
    ("Sehr unzufrieden", "Eher unzufrieden", "Teils, teils", "Eher zufrieden", "Sehr zufrieden"),
    ("Sehr unzufrieden", "Unzufrieden", "Neutral", "Zufrieden", "Sehr zufrieden"),
    ("Très insatisfait", "Insatisfait", "Neutre", "Satisfait", "Très satisfait"),
    ("Muy insatisfecho", "Insatisfecho", "Neutral", "Satisfecho", "Muy satisfecho"),
    ("非常不满意", "不满意", "一般", "满意", "非常满意"),
    ("非常不滿意", "不滿意", "普通", "滿意", "非常滿意"),
    ("非常不同意", "不同意", "普通", "同意", "非常同意"),
    ("とても不満", "不満", "どちらともいえない", "満足", "とても満足"),
)
# Alike enough for the same label written a little differently, such as "Neither … (neutral)".
_LEAST_ALIKE = 80
_LEAST_LABELS_FOUND = 3
_MOST_LABELS = 9
_KEY_CHARACTERS = 60
# Scales that are common, with the numbers beside them that survey tools write for no answer or not used.
_SCALES_WITH_CODES: Mapping[tuple[int, int], frozenset[int]] = MappingProxyType({
    (1, 5): frozenset({0, 6, 8, 9}), (1, 7): frozenset({0, 8, 9}), (0, 10): frozenset(), (1, 10): frozenset(),
})


@dataclass(frozen=True)
class RatingsProposal:
    """Columns that may be melted into ratings. drivers: column → key of its driver; names: key → what readers see.

    lowest, highest: the scale as far as it was seen; values: translation of labels; unused: labels without a rating.
    """

    drivers: Mapping[str, str]
    names: Mapping[str, str]
    lowest: int
    highest: int
    score: int
    why: Phrase
    values: Mapping[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def rating_groups(profiles: Sequence[ColumnProfile]) -> tuple[RatingsProposal, ...]:
    """The groups of columns that share a scale: labels first, then scales that plainly have codes, the larger first."""
    groups: dict[tuple[object, ...], list[ColumnProfile]] = {}
    for profile in profiles:
        signature = _signature(profile)
        if signature:
            groups.setdefault(signature, []).append(profile)
    proposals = [_proposal(signature, members) for signature, members in groups.items() if len(members) > 1]
    proposals += filter(None, (_with_codes(profiles, *scale) for scale in _SCALES_WITH_CODES))
    return tuple(sorted(proposals, key=lambda proposal: (-proposal.score, -len(proposal.drivers))))


def _signature(profile: ColumnProfile) -> tuple[object, ...]:
    if profile.kind == "integers" and profile.lowest is not None and profile.highest is not None:
        on_scale = profile.lowest >= 0 and 4 <= profile.highest <= 10 and profile.distinct >= 3 and not profile.strays
        return ("numbers", int(profile.lowest), int(profile.highest)) if on_scale else ()
    if profile.kind == "labels" and 2 < profile.distinct <= _MOST_LABELS:
        scale, places = _label_scale(profile)
        return ("labels", scale) if len(set(places.values())) >= _LEAST_LABELS_FOUND else ()
    return ()


def _label_scale(profile: ColumnProfile) -> tuple[int, dict[str, int]]:
    """The known scale that holds the most labels of a column, and the place of each of them on it, from 1."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, scale in enumerate(LABEL_SCALES):
        known = [label.casefold() for label in scale]
        places = {}
        for label, _ in profile.values:
            found = process.extractOne(label.casefold(), known, score_cutoff=_LEAST_ALIKE)
            if found and not _is_opposite(label, scale[found[2]]):
                places[label] = found[2] + 1
        if len(set(places.values())) == len(places) and len(places) > len(best[1]):
            best = (number, places)
    return best


def _is_opposite(label: str, known: str) -> bool:
    """Whether two labels are alike in letters because one denies the other, such as satisfied and dissatisfied."""
    denied = [bool(re.search(r"\b(un|dis|in|not|poor|very poor)|不", text.casefold())) for text in (label, known)]
    return denied[0] != denied[1]


def _proposal(signature: tuple[object, ...], members: list[ColumnProfile]) -> RatingsProposal:
    drivers, names = _driver_keys([member.name for member in members])
    blank = tuple(dict.fromkeys(code for member in members for code in member.codes))
    if signature[0] == "numbers":
        lowest, highest = int(str(signature[1])), int(str(signature[2]))
        why = phrase_n("{n} column holds whole numbers from {lowest} to {highest}.",
                       "{n} columns hold whole numbers from {lowest} to {highest}.", len(members), lowest=lowest,
                       highest=highest)
        return RatingsProposal(drivers, names, lowest, highest, 40, why, blank=blank)
    places = {label: place for member in members for label, place in _label_scale(member)[1].items()}
    labels = {label for member in members for label, _ in member.values}
    unused = tuple(sorted(labels - set(places)))
    highest = len(LABEL_SCALES[int(str(signature[1]))])
    first, *_, last = sorted(places, key=lambda label: places[label])
    why = phrase_n("{n} column holds labels of a known order, from {first} to {last}.",
                   "{n} columns hold labels of a known order, from {first} to {last}.", len(members), first=first,
                   last=last)
    values = {label: str(place) for label, place in sorted(places.items(), key=lambda pair: pair[1])}
    return RatingsProposal(drivers, names, 1, highest, 80, why, values, blank, unused)


def _with_codes(profiles: Sequence[ColumnProfile], lowest: int, highest: int) -> RatingsProposal | None:
    """The columns that hold a scale, at least one of them with codes beside it; None if no two columns do."""
    members = [profile for profile in profiles if _holds_scale(profile, lowest, highest)]
    codes = sorted({number for profile in members for number in _numbers(profile) if not lowest <= number <= highest})
    if len(members) < 2 or not codes:
        return None
    drivers, names = _driver_keys([member.name for member in members])
    why = phrase_n("{n} column holds ratings from {lowest} to {highest} and codes that may be no ratings: {codes}.",
                   "{n} columns hold ratings from {lowest} to {highest} and codes that may be no ratings: {codes}.",
                   len(members), lowest=lowest, highest=highest, codes=", ".join(map(str, codes)))
    # 0 or the next number alone can also belong to the scale itself; together, or far from it, they do not.
    is_plain = len(codes) > 1 or codes[0] not in (lowest - 1, highest + 1)
    unused = tuple(str(code) for code in codes if code == highest + 1)
    blank = tuple(str(code) for code in codes if code != highest + 1)
    texts = tuple(dict.fromkeys(code for member in members for code in member.codes))
    return RatingsProposal(drivers, names, lowest, highest, 45 if is_plain else 35, why, blank=(*texts, *blank),
                           unused=unused)


def _holds_scale(profile: ColumnProfile, lowest: int, highest: int) -> bool:
    """Whether a column holds a scale with its ends and all between but one, and beside it nothing but codes."""
    numbers, codes = _numbers(profile), _SCALES_WITH_CODES[lowest, highest] | NO_ANSWER_NUMBERS
    scale = set(range(lowest, highest + 1))
    return {lowest, highest} <= numbers and len(scale - numbers) <= 1 and numbers <= scale | codes


def _numbers(profile: ColumnProfile) -> set[int]:
    """The whole numbers in a column with few values; empty if there are others."""
    return set() if profile.strays or profile.kind != "integers" else {int(value) for value, _ in profile.values}


def _driver_keys(columns: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """A key for each column, of what distinguishes its name, and the name that readers see."""
    alike = takewhile(lambda characters: len(set(characters)) == 1, zip(*columns, strict=False))
    shared = "".join(characters[0] for characters in alike)
    cut = next((shared.rfind(sign) + len(sign) for sign in (" / ", "[", ": ", "_", " ") if sign in shared), 0)
    drivers: dict[str, str] = {}
    names: dict[str, str] = {}
    for column in columns:
        shown = column[cut:].strip(" []") or column.strip()
        key = re.sub(r"\W+", "_", shown.casefold()).strip("_")[:_KEY_CHARACTERS] or "driver"
        number = 2
        while key in names:
            key = f"{re.sub(r'_[0-9]+$', '', key)}_{number}"
            number += 1
        drivers[column], names[key] = key, shown[:300]
    return drivers, names
