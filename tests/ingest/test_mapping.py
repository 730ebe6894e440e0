"""Mapping files: what they may say, and that every mistake is answered with its place."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from cx.errors import MappingError
from cx.ingest.mapping import _DATE_CODES, Cell, read_mapping
from cx.settings import PROJECT_FOLDER
from tests.companies import mapping_of

GOOD = """
source = "s"
[responses]
response_id = "ID"
survey = { constant = "transaction" }
score = "NPS"
responded_at = "WHEN"
unit_id = "UNIT"
"""


def message_of(folder: Path, text: str) -> str:
    """The message of the error that a mapping file raises; its title names the file."""
    with pytest.raises(MappingError) as caught:
        mapping_of(folder, text)
    assert "mapping.toml" in str(caught.value.title)
    assert str(caught.value.remedy)
    return str(caught.value.message)


def test_a_mapping_is_read_as_written(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        """
        source = " survey-2026 "
        title = "Survey"
        scale = "1-10"
        time_zone = "Asia/Taipei"
        [file]
        encoding = "big5"
        delimiter = ";"
        header_rows = 3
        [responses]
        response_id = { template = "x-{ID}" }
        survey = { constant = "strategic" }
        score = { column = "NPS", blank = [11, "NA"], unused = [12] }
        responded_at = { parts = { year = 2017, month = "M", day = "D" } }
        unit_id = { column = "U", values = { 1 = "North" } }
        [ratings]
        blank = [0]
        unused = ["6"]
        [ratings.columns]
        Q1 = "speed"
        [[drivers]]
        driver = "speed"
        name = "Speed"
        scale_min = 1
        scale_max = 5
    """,
    )
    assert (mapping.source, mapping.title, mapping.scale, mapping.time_zone) == (
        "survey-2026",
        "Survey",
        "1-10",
        "Asia/Taipei",
    )
    assert (mapping.layout.encoding, mapping.layout.delimiter, mapping.layout.header_rows) == ("big5", ";", 3)
    assert mapping.columns["responses"]["score"] == Cell(column="NPS", blank=("11", "NA"), unused=("12",))
    assert mapping.columns["responses"]["unit_id"].values == {"1": "North"}
    assert mapping.rows["drivers"] == ({"driver": "speed", "name": "Speed", "scale_min": "1", "scale_max": "5"},)
    assert mapping.tables == ("responses", "drivers", "ratings")


@pytest.mark.parametrize(
    "path", sorted((PROJECT_FOLDER / "data" / "mappings").glob("*.toml")), ids=lambda path: path.stem
)
def test_the_mapping_files_of_the_product_can_be_used(path: Path) -> None:
    assert read_mapping(path).source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source = \n", ("not valid TOML", "line 1")),
        (GOOD.replace('"s"', '""'), ("source is missing",)),
        (GOOD.replace('"s"', "5"), ("source is missing",)),
        ("responces = 5\n" + GOOD, ("responces is not known", "responses")),
        ("responses = 5\nsource = 's'", ("responses must be a section",)),
        ("source = 's'\nunits = [1]", ("units must be a section",)),
        ('scale = "1-5"\n' + GOOD, ("scale == '1-5'", "0-10, 1-10", "ratings")),
        ("scale = 10\n" + GOOD, ("scale == '10'",)),
        ('time_zone = "Taipei"\n' + GOOD, ("time_zone == 'Taipei'", "Asia/Taipei")),
        ('time_zone = "../../etc/passwd"\n' + GOOD, ("time_zone",)),
        (
            GOOD.replace('survey = { constant = "transaction" }\n', ""),
            ("responses.survey is required and not mapped",),
        ),
        (GOOD + 'scor = "x"', ("responses.scor is not known", "responses.score")),
        (GOOD + 'zzzzzz = "x"', ("responses.zzzzzz is not known.",)),
        (GOOD + "weight = 5", ("responses.weight must be the name of a column",)),
        (GOOD + "weight = { colum = 'W' }", ("responses.weight.colum", "responses.weight.column")),
        (GOOD + "weight = { column = 'W', constant = '1' }", ("responses.weight must have exactly one of column",)),
        (GOOD + "weight = { blank = ['1'] }", ("responses.weight must have exactly one of column",)),
        (GOOD + "weight = { constant = '' }", ("responses.weight must have exactly one",)),
        (GOOD + "weight = { column = 5 }", ("responses.weight.column == 5", "text in quotes")),
        (GOOD + "weight = { column = 'W', blank = '11' }", ("responses.weight.blank == '11'", "list")),
        (GOOD + "weight = { column = 'W', unused = [[1]] }", ("responses.weight.unused", "list")),
        (GOOD + "weight = { column = 'W', values = 'x' }", ("responses.weight.values == 'x'", "translation")),
        (GOOD + "weight = { column = 'W', values = { a = [1] } }", ("responses.weight.values", "translation")),
        (GOOD + "weight = { template = 5 }", ("responses.weight.template == 5",)),
        (GOOD + "weight = { from_record = 'yes' }", ("responses.weight.from_record == 'yes'", "true")),
        (GOOD + "weight = { constant = [1] }", ("responses.weight.constant", "one value")),
        (GOOD + "weight = { column = 'W', format = '%d' }", ("responses.weight has a format, but is not a date",)),
        (GOOD + "invited_at = { column = 'W', format = '%d.%Q.%Y' }", ("responses.invited_at.format has %Q",)),
        (GOOD + "invited_at = { column = 'W', format = '%d.%m.%' }", ("responses.invited_at.format",)),
        (GOOD + "invited_at = { column = 'W', format = 5 }", ("responses.invited_at.format == 5",)),
        (GOOD + "invited_at = { parts = { year = 2017, month = 'M' } }", ("responses.invited_at.parts must hold",)),
        (GOOD + "invited_at = { parts = 2017 }", ("responses.invited_at.parts == 2017",)),
        (GOOD + "invited_at = { parts = { year = 2017, month = 'M', day = true } }", ("responses.invited_at.parts",)),
        ("file = 5\n" + GOOD, ("file must be a section [file]",)),
        (GOOD + "[file]\ndelimeter = ';'", ("file.delimeter", "file.delimiter")),
        (GOOD + "[file]\ndelimiter = 5", ("file.delimiter == 5",)),
        (GOOD + "[file]\ndelimiter = '::'", ("one character",)),
        (GOOD + "[file]\nquote = ''", ("one character",)),
        (GOOD + "[file]\nquote = ','", ("must differ",)),
        (GOOD + '[file]\ndelimiter = "\\n"', ("end of a line",)),
        (GOOD + "[file]\nheader_rows = 0", ("file.header_rows must be at least 1",)),
        (GOOD + "[file]\nheader_rows = '2'", ("file.header_rows == '2'", "whole number")),
        (GOOD + "[file]\nheader_rows = true", ("file.header_rows == True",)),
        (GOOD + "[file]\nencoding = 'utf-9'", ("file.encoding == 'utf-9'",)),
        (GOOD + "[file]\nencoding = 'base64'", ("file.encoding == 'base64'",)),
        (GOOD + "[file]\nencoding = 'a\\u0000'".replace("'", '"'), ("file.encoding",)),
        (GOOD + "[[units]]\nunit = 'A'", ("units.unit is not known", "units.unit_id")),
        ("source = 's'\n[ratings.columns]\nQ = 'd'", ("[ratings] needs [responses]",)),
        (GOOD + "[ratings]\nblank = ['0']", ("[ratings.columns] is empty",)),
        (GOOD + "[ratings]\ncolums = 1", ("ratings.colums", "ratings.columns")),
        (GOOD + "[ratings]\ncolumns = 'Q'", ("[ratings.columns]",)),
        (GOOD + "[ratings]\nblank = '0'\ncolumns = { Q = 'd' }", ("ratings.blank == '0'", "list")),
        (GOOD + "[ratings.columns]\nQ1 = 'd'\nQ2 = 'd'", ("ratings.columns.Q1 == 'd'", "of its own")),
        (GOOD + "[ratings.columns]\nQ1 = 5", ("ratings.columns.Q1 == 5",)),
        (
            GOOD + "[ratings]\nblank=[0]\nunused=['0']\ncolumns = { Q = 'd' }",
            ("The code 0 stands in ratings.blank and",),
        ),
    ],
)
def test_a_mistake_is_answered_with_its_place(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    message = message_of(tmp_path, text)
    for word in words:
        assert word in message


def test_a_file_that_is_missing_or_not_utf_8_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no such file"):
        read_mapping(tmp_path / "nothing.toml")
    (tmp_path / "latin.toml").write_bytes(b'source = "caf\xe9"')
    with pytest.raises(MappingError, match="not valid TOML"):
        read_mapping(tmp_path / "latin.toml")


def test_every_part_of_a_date_that_may_be_declared_is_one_that_duckdb_reads() -> None:
    for code in sorted(_DATE_CODES):
        duckdb.connect().execute(f"select typeof(try_strptime('', '%{code}'))").fetchall()
    for code in ("Q", "s"):
        with pytest.raises(duckdb.Error, match=f"%{code}"):
            duckdb.connect().execute(f"select try_strptime('', '%{code}')").fetchall()
