"""Every table and column has words for readers."""

from cx.contract.tables import TABLES
from cx.say.table_names import TABLE_NAMES, column_words, table_words
from cx.say.translator import LANGUAGES, translator


def test_every_table_has_a_name_of_its_own_in_every_language() -> None:
    for code in LANGUAGES:
        words = [table_words(translator(code), name) for name in TABLES]
        assert len(set(words)) == len(words) == len(TABLE_NAMES)
        assert not set(words) & set(TABLES)


def test_a_column_is_named_by_its_meaning_and_what_is_none_by_itself() -> None:
    t = translator("en")
    assert column_words(t, "responses", "response_id") == "Key of the answer"
    assert column_words(t, "responses", "Q1") == "Q1"
