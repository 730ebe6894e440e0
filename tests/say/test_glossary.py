"""The glossary: each term once, named and explained in every language."""

import pytest

from cx.say.glossary import counting_rules, glossary, help_text
from cx.say.translator import LANGUAGES, translator

# The terms that pages put a question mark beside (product.md, data.md, methods 16).
NEEDED = {
    "nps", "r_nps", "t_nps", "strategic_nps", "promoter", "passive", "detractor", "n", "interval", "weighted_nps",
    "response_rate", "wave", "repeat_customers", "withheld", "too_few", "moved", "normal", "cannot_tell",
    "expected_range", "blank_answers", "rejects", "snapshot", "freshness", "scope",
}


def test_the_terms_are_there():
    assert set(glossary()) >= NEEDED


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_two_terms_have_one_name(code):
    t = translator(code)
    names = [t(term.name) for term in glossary().values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_meaning_is_a_sentence_and_a_formula_is_not(code):
    t, stop = translator(code), "." if code == "en" else "。"
    for term in glossary().values():
        assert t(term.meaning).endswith(stop)
        assert term.formula is None or not t(term.formula).endswith(stop)


def test_keys_are_those_of_the_terms():
    assert all(key == term.key for key, term in glossary().items())


def test_the_glossary_cannot_be_changed():
    with pytest.raises(TypeError):
        glossary()["nps"] = glossary()["n"]


def test_help_holds_meaning_and_formula():
    assert help_text(translator("en"), "renewal_rate") == (
        "Share of the contracts that were renewed, among those decided. Formula: renewed / (renewed + lapsed).")
    assert help_text(translator("zh_Hant"), "promoter") == "給 9 或 10 分的顧客。"
    with pytest.raises(KeyError):
        help_text(translator("en"), "netpromoterish")


def test_the_rules_of_counting_name_the_settings_they_depend_on():
    rules = [str(rule) for rule in
             counting_rules(privacy_min_answers=6, figure_min_answers=12, time_zone="Asia/Taipei")]
    assert len(rules) == 16
    assert any("fewer than 6 answers" in rule and "fewer than 12" in rule for rule in rules)
    assert any("Asia/Taipei" in rule for rule in rules)
