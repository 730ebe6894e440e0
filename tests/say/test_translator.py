"""The translator: the reader's language, English where a translation is missing, never a broken page."""

import gettext

import pytest

from cx.phrase import phrase, phrase_n
from cx.say.translator import LANGUAGES, Translator, best_language, translator


class Catalogue(gettext.NullTranslations):
    """A catalogue of the given texts, with one plural form."""

    def __init__(self, texts):
        super().__init__()
        self.texts = texts

    def gettext(self, message):
        return self.texts.get(message, message)

    def ngettext(self, one, many, n):
        return self.texts.get(one, one if n == 1 else many)


def chinese(**texts):
    return Translator(LANGUAGES["zh_Hant"], Catalogue(texts.pop("texts", {}) | texts))


def test_languages_have_a_tag_and_their_own_name():
    assert {code: (language.tag, language.own_name) for code, language in LANGUAGES.items()} == {
        "en": ("en", "English"), "zh_Hant": ("zh-Hant", "繁體中文"), "zh_Hans": ("zh-Hans", "简体中文")}


@pytest.mark.parametrize(("code", "said"), [("en", "Promoter"), ("zh_Hant", "推薦者"), ("zh_Hans", "推荐者")])
def test_a_text_is_said_in_the_language(code, said):
    t = translator(code)
    assert (t("Promoter"), t(phrase("Promoter")), t.code, t.tag) == (said, said, code, code.replace("_", "-"))


def test_there_is_one_translator_a_language():
    assert translator("zh_Hans") is translator("zh_Hans")
    assert translator("zh_Hans") is not translator("zh_Hant")


@pytest.mark.parametrize("code", ["fr", "zh", "zh-Hant", "", "../en"])
def test_an_unknown_language_is_refused_with_the_allowed_ones(code):
    with pytest.raises(ValueError, match="must be one of en, zh_Hant, zh_Hans") as error:
        translator(code)
    assert repr(code) in str(error.value)


def test_what_is_not_translated_is_said_in_english():
    t = translator("zh_Hant")
    assert t("Nobody translated {this}", this="it") == "Nobody translated it"
    assert t.plural("{n} unheard thing", "{n} unheard things", 1) == "1 unheard thing"
    assert t.plural("{n} unheard thing", "{n} unheard things", 0) == "0 unheard things"
    assert t(phrase_n("{n} unheard thing", "{n} unheard things", 2)) == "2 unheard things"


def test_the_empty_text_stays_empty():
    assert [translator(code)("") for code in LANGUAGES] == ["", "", ""]


@pytest.mark.parametrize("broken", ["{wrong} 檔", "{file 檔", "{} 檔", "{file:d} 檔"])
def test_a_broken_translation_is_said_in_english(broken):
    t = chinese(texts={"Loaded {file}": broken})
    assert t("Loaded {file}", file="a.csv") == "Loaded a.csv"


def test_a_value_that_nobody_gave_is_an_error_in_every_language():
    for code in LANGUAGES:
        with pytest.raises(KeyError):
            translator(code)("The file {file} is missing.")


def test_phrases_inside_phrases_are_translated():
    sentence = phrase("{what} is associated with {outcome}", what=phrase("Promoter"), outcome=phrase("Renewal rate"))
    assert translator("zh_Hant")(sentence) == "推薦者與續約率相關"
    assert translator("en")(sentence) == "Promoter is associated with Renewal rate"
    assert sentence.values["what"] == phrase("Promoter"), "the phrase itself must not change"


def test_braces_in_values_are_left_alone():
    assert translator("zh_Hans")("The file {file} is missing.", file="{x}.csv") == "缺少文件 {x}.csv。"


@pytest.mark.parametrize(("n", "english"), [(0, "0 bytes"), (1, "1 byte"), (2, "2 bytes"), (1234, "1,234 bytes")])
def test_plural_forms_follow_the_language(n, english):
    assert translator("en").plural("{n} byte", "{n} bytes", n) == english
    number = english.split()[0]
    assert translator("zh_Hant").plural("{n} byte", "{n} bytes", n) == f"{number} 位元組"
    assert translator("zh_Hans")(phrase_n("{n} byte", "{n} bytes", n)) == f"{number} 字节"


def test_a_text_given_as_n_is_taken_as_it_is():
    assert translator("en").plural("{n} byte", "{n} bytes", 5, n="five") == "five bytes"


@pytest.mark.parametrize(("header", "code"), [
    ("zh-TW,zh;q=0.9,en;q=0.8", "zh_Hant"), ("zh-HK", "zh_Hant"), ("zh-Hant-CN", "zh_Hant"), ("zh-mo", "zh_Hant"),
    ("zh-CN,zh;q=0.9", "zh_Hans"), ("zh", "zh_Hans"), ("zh-Hans-TW", "zh_Hans"), ("zh-SG", "zh_Hans"),
    ("en-GB", "en"), ("en;q=0.3, zh-TW;q=0.7", "zh_Hant"), ("de, fr;q=0.9, zh-CN;q=0.1", "zh_Hans"),
    ("zh-TW;q=0, en", "en"), ("zh-TW;q=high, en;q=0.1", "en"), ("en, zh-TW", "en"), ("zh_TW", "zh_Hant"),
])
def test_the_browser_is_heard(header, code):
    assert best_language(header, "en" if code != "en" else "zh_Hans") == code


@pytest.mark.parametrize("header", [
    None, "", "*", "zh-CN;q=0", "en;q=-1", "zh-CN;q=nan", "de, ja;q=0.5", ";;;,,,q=", "zho", "x" * 10_000,
])
def test_a_browser_without_a_language_of_ours_gets_the_default(header):
    assert best_language(header, "zh_Hant") == "zh_Hant"
    assert best_language(header) == "en"
