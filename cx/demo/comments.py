"""Comments in English, Traditional and Simplified Chinese: patterns with slots, by theme and by class of the score."""

from __future__ import annotations

import tomllib
from functools import cache
from itertools import product
from pathlib import Path
from string import Formatter

import numpy as np
import pyarrow as pa

from cx.demo import journey
from cx.demo.answers import Answers
from cx.demo.calendar import DAY_S, Ints, day_of
from cx.demo.expected import Plan
from cx.demo.scores import score_class
from cx.demo.tables import labels
from cx.demo.units import LIFE

LANGUAGES = ("en", "zh_Hant", "zh_Hans")
CLASSES = ("detractor", "passive", "promoter")
_FILE = Path(__file__).with_name("comments.toml")
_AFTER = "payout_after"
_THEMES = (*journey.THEMES, _AFTER)


def read_patterns() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Patterns by language, theme and class; theme `slots` holds the values of each slot, `tails` the endings."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def fill(pattern: str, slots: dict[str, list[str]]) -> list[str]:
    """All texts of a pattern; KeyError for a slot without values.

    >>> fill("It took {days} days.", {"days": ["3", "5"]})
    ['It took 3 days.', 'It took 5 days.']
    """
    names = sorted({name for _, name, _, _ in Formatter().parse(pattern) if name})
    return [pattern.format(**dict(zip(names, values, strict=True)))
            for values in product(*(slots[name] for name in names))]


@cache
def _texts() -> tuple[tuple[str, ...], Ints, Ints]:
    """Every text, and for each language, theme and class where its texts start and how many there are."""
    texts: list[str] = []
    starts, counts = [], []
    patterns = read_patterns()
    for language, theme, loyalty in product(LANGUAGES, _THEMES, CLASSES):
        spoken = patterns[language]
        slots, tails = spoken["slots"], spoken["tails"][loyalty]
        bodies = [text for pattern in spoken[theme][loyalty] for text in fill(pattern, slots)]
        made = [body + tail for body in bodies for tail in tails]
        starts.append(len(texts))
        counts.append(len(made))
        texts += made
    return tuple(texts), np.array(starts), np.array(counts)


def comment_texts(rng: np.random.Generator, plan: Plan, answers: Answers, language: Ints) -> pa.Array:
    """A comment for the planted share of answers, null for the others.

    After the day of the planted fall, comments on pay-outs of the life insurer name slow transfers and late notices.
    """
    texts, starts, counts = _texts()
    theme = np.where(answers.touchpoint >= 0, journey.THEME_OF[answers.touchpoint.clip(0)],
                     journey.THEMES.index("general"))
    fall = plan.truths.payout_fall
    fallen = ((answers.touchpoint == journey.number_of(fall.touchpoint)) & (answers.at >= day_of(fall.when) * DAY_S)
              & (plan.units.leaf_subsidiary[answers.leaf] == LIFE))
    theme = np.where(fallen, _THEMES.index(_AFTER), theme)
    place = (language * len(_THEMES) + theme) * len(CLASSES) + score_class(answers.score)
    chosen = starts[place] + (rng.random(len(answers)) * counts[place]).astype(np.int64)
    written = rng.random(len(answers)) < plan.truths.survey.comment_share
    return labels(np.where(written, chosen, -1), texts)
