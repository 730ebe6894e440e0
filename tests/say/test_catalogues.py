"""The catalogues: complete, with the same placeholders, in the right script, without English left over."""

import json
import re

import pytest
from babel.messages.catalog import Catalog

from cx.contract.tables import TABLES
from cx.say import catalogues
from cx.say.catalogue_checks import foreign_characters, problems
from cx.say.catalogues import TRANSLATED, catalogue_text, read_catalogue, updated
from cx.say.extraction import Message, UntranslatableTextError, file_messages, project_messages
from cx.say.translator import catalogue_path

# What stays in Latin letters in a Chinese sentence.
ALLOWED = {"NPS", "R-NPS", "T-NPS", "n", "CSV", "TOML", "IANA", "PowerPoint", "Excel", "PDF", "UTC", "CURRENT",
           "DuckDB", "YYYY-MM-DD", "YYYY-MM", "HH", "MM", "SS", "Asia", "Taipei",
           "CX_ADDRESS", "CX_PORT", "snapshots", "true",
           "false", "streamlit", "config", "toml", "server", "address", "file", "encoding", "delimiter", "quote",
           "scale", "source",
           "survey-2026", "ratings", "responses", "columns", "parts", "year", "month", "day", "column",
           "constant", "template", "format", "blank", "unused", "driver", "CX_HOME", "python",
           "cx", "demo", "load", "some", "folder", "MAPPING", "FILE", "m", "invitations", "drivers", "contacts",
           "revenue", "CX", "XLSX", "HTML", "URL", "CPU", "JSON", "show", "trends", "CX_",
           # encodings and characters
           "ASCII", "Unicode", "UTF-8", "UTF-16", "utf-16", "Big5", "Big5-HKSCS", "GB18030", "Shift", "JIS", "DOS",
           "CP850", "Windows-1252", "Macintosh", "NUL", "U", "FFFD",
           # formats of files
           "Parquet", "PAR1", "ZIP", "gzip", "OpenDocument", "xls", "xlsx", "xlsb", "ods",
           # what is typed: commands, keys and values of the mapping file, parts of a date format
           "doctor", "mend", "confirm", "confirmed", "truncated", "sheet", "hidden", "read", "skip", "merged", "fill",
           "names", "joined", "escape", "values", "d", "Y", "H", "M", "S", "Z", "z", "CST", "MB",
           "Ctrl-C", "rule", "level",
           # metrics of the table business
           "premium"}
COLUMN_NAMES = {column.name for table in TABLES.values() for column in table.columns} | set(TABLES)


def entries():
    for code in TRANSLATED:
        for entry in read_catalogue(code):
            if entry.id:
                for text in filter(None, [entry.string] if isinstance(entry.string, str) else entry.string):
                    yield code, entry.id, text


def test_every_text_of_the_product_is_translated():
    assert catalogues.all_problems() == []


def test_the_files_are_written_as_the_tool_writes_them():
    for code in TRANSLATED:
        assert catalogue_path(code).read_text(encoding="utf-8") == catalogue_text(read_catalogue(code))


def test_no_english_is_left_in_a_chinese_sentence():
    left = []
    for code, english, text in entries():
        words = re.findall(r"[A-Za-z][A-Za-z0-9_-]*", re.sub(r"\{[^{}]*\}", " ", text))
        left += [(code, english, word) for word in words
                 if word not in ALLOWED | COLUMN_NAMES and not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", word)]
    assert left == []


def test_a_translation_is_not_the_english_text():
    assert [text for _, english, text in entries()
            if text == english and re.search(r"[a-z]{2}", re.sub(r"\{.*?\}", "", text))] == []


def test_sentences_end_as_sentences_do():
    english_of = {"。": (".", "?"), "？": ("?",)}
    for _, english, text in entries():
        source = english if isinstance(english, str) else english[0]
        assert source.endswith(english_of.get(text[-1:], source[-1])), (english, text)
        assert not source.endswith(".") or text.endswith("。"), (english, text)


CATALOGUE = Catalog(locale="zh_Hant")
CATALOGUE.add("Loaded {file}", "已載入 {file}")
CATALOGUE.add(("{n} row", "{n} rows"), ("{n} 列",))
WANTED = [Message("Loaded {file}"), Message("{n} row", "{n} rows")]


def saying(english, translation):
    def change(catalogue):
        catalogue.get(english).string = translation
    return change


def problems_after(change, wanted=WANTED):
    catalogue = updated(CATALOGUE, WANTED, {})
    change(catalogue)
    return list(problems("zh_Hant", catalogue, wanted))


@pytest.mark.parametrize(("change", "problem"), [
    (lambda catalogue: catalogue.delete("Loaded {file}"), "missing: 'Loaded {file}'"),
    (saying("Loaded {file}", ""), "missing: 'Loaded {file}'"),
    (saying("{n} row", ("",)), "missing: '{n} row'"),
    (lambda catalogue: catalogue.add("Old", "舊"), "obsolete: 'Old'"),
    (saying("Loaded {file}", "已載入 {檔案}"), "placeholders differ"),
    (saying("Loaded {file}", "已載入"), "placeholders differ"),
    (saying("Loaded {file}", "已載入 {file!r}"), "placeholders differ"),
    (saying("Loaded {file}", "已載入 {file"), "braces do not match"),
    (saying("Loaded {file}", "已载入 {file}"), "characters of the other script '载'"),
])
def test_a_fault_in_a_catalogue_is_found(change, problem):
    assert problems_after(lambda _: None) == []
    found = problems_after(change)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_each_script_is_told_from_the_other():
    assert foreign_characters("zh_Hant", "净赢续约载入检查评分") == "净赢续约载检评"
    assert foreign_characters("zh_Hans", "淨贏續約載入檢查評分") == "淨贏續約載檢評"
    assert foreign_characters("zh_Hant", "淨贏續約載入檢查評分") == ""
    assert foreign_characters("zh_Hans", "净赢续约载入检查评分") == ""


def test_updating_keeps_translations_adds_texts_and_drops_old_ones():
    new = updated(CATALOGUE, [Message("Loaded {file}"), Message("New")], {"New": "新"})
    assert {entry.id: entry.string for entry in new if entry.id} == {"Loaded {file}": "已載入 {file}", "New": "新"}
    assert catalogue_text(new) == catalogue_text(updated(new, [Message("New"), Message("Loaded {file}")], {}))


def test_a_catalogue_names_no_machine_and_no_moment():
    for code in TRANSLATED:
        text = catalogue_path(code).read_text(encoding="utf-8")
        assert not re.search(r"POT-Creation|Revision-Date|Generated-By|^#:|\r", text, re.MULTILINE)


def test_texts_are_found_where_they_are_said(tmp_path):
    page = tmp_path / "page.py"
    page.write_text("""
title = t("A title")
text = f"{t('inside an f-string')} and {page.t('by attribute', x=1)}"
nested = phrase("outer {x}", x=phrase("inner"))
joined = t("joined "
           "text")
many = t.plural("{n} row", "{n} rows", 3)
later = phrase_n("{n} wave", "{n} waves", n)
column = _label("column_name", "The meaning.", required=True)
t(variable); phrase(meaning); other("not said"); t()
""", encoding="utf-8")
    assert set(file_messages(page)) == {
        Message("A title"), Message("inside an f-string"), Message("by attribute"), Message("outer {x}"),
        Message("inner"), Message("joined text"), Message("{n} row", "{n} rows"), Message("{n} wave", "{n} waves"),
        Message("The meaning.")}


def test_a_text_that_is_built_at_run_time_is_refused(tmp_path):
    page = tmp_path / "page.py"
    page.write_text('t(f"Loaded {file}")', encoding="utf-8")
    with pytest.raises(UntranslatableTextError, match=r"page\.py, line 1"):
        list(file_messages(page))


def test_the_contract_is_among_the_texts():
    texts = {message.text for message in project_messages()}
    assert {column.meaning.message for table in TABLES.values() for column in table.columns} <= texts
    assert {table.grain.message for table in TABLES.values()} <= texts
    assert {rule.remedy.message for table in TABLES.values() for rule in table.rules} <= texts


def test_the_command_reports_what_is_missing_and_fills_it_in(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("cx.say.translator.LOCALES", tmp_path)
    assert catalogues.main(["check"]) == 1
    assert "zh_Hans: missing: 'Promoter'" in capsys.readouterr().out
    assert catalogues.main(["update"]) == 0
    capsys.readouterr()
    catalogues.main(["missing", "zh_Hant"])
    texts = json.loads(capsys.readouterr().out)
    assert texts["Promoter"] == ""
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps({"Promoter": "推薦者", "{n} byte": "{n} 位元組"}), encoding="utf-8")
    catalogues.main(["merge", "zh_Hant", str(draft)])
    merged = read_catalogue("zh_Hant")
    assert (merged.get("Promoter").string, merged.get("{n} byte").string) == ("推薦者", ("{n} 位元組",))
    assert len(catalogues.missing("zh_Hant")) == len(texts) - 2
