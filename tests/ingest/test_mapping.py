"""Mapping files: what they may say, and that every mistake is answered with its place."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import duckdb
import pytest

from cx.errors import MappingError
from cx.ingest.mapping import Cell, FileLayout, Melt, read_mapping
from cx.ingest.mapping_cells import DATE_CODES
from cx.settings import PROJECT_FOLDER, Settings, is_time_zone
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
        (GOOD + "weight = { column = '' }", ("responses.weight must have exactly one",)),
        (GOOD + "weight = { column = 'W', constant = '' }", ("responses.weight must have exactly one",)),
        (GOOD + "weight = ''", ("responses.weight must be the name of a column",)),
        (GOOD.replace('"UNIT"', "{ constant = ' ' }"), ("responses.unit_id.constant is empty", "required")),
        ("confirmed = 'truncated'\n" + GOOD, ("confirmed == 'truncated'", "list")),
        ("confirmed = [1]\n" + GOOD, ("confirmed == [1]",)),
        ("confirmed = ['one-day']\n" + GOOD, ("one-day is not known", "one_day")),
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
        (GOOD + "invited_at = { parts = { year = 2017.5, month = 'M', day = 'D' } }", ("responses.invited_at.parts",)),
        (GOOD + "invited_at = { parts = { year = 2017, month = 'M', day = ' ' } }", ("responses.invited_at.parts",)),
        (GOOD + "invited_at = { column = 'W', format = '%d.%m.%Y %Z' }", ("%Z", "CST", "time_zone", "%z")),
        (GOOD + "weight = { column = 'W', blank = ['1', ' '] }", ("responses.weight.blank holds an empty text",)),
        (GOOD + "weight = { column = 'W', unused = [''] }", ("responses.weight.unused holds an empty text",)),
        (GOOD + "weight = { column = 'W', values = { '' = 1 } }", ("responses.weight.values holds an empty text",)),
        (GOOD + "weight = { column = 'W', values = { 'a' = 1, 'a ' = 2 } }", ("translates 'a' twice",)),
        (GOOD + "[ratings]\nblank = ['']\ncolumns = { Q = 'd' }", ("ratings.blank holds an empty text",)),
        (GOOD + "[file]\nheader_rows = 101", ("file.header_rows == 101", "at most 100")),
        (GOOD + "[file]\nskip_rows = 1000001", ("file.skip_rows == 1000001", "at most 1,000,000")),
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
        (GOOD + "[file]\nskip_rows = -1", ("file.skip_rows == -1", "0 or more")),
        (GOOD + "[file]\nskip_rows = '1'", ("file.skip_rows == '1'", "whole number")),
        (GOOD + "[file]\nformat = 'xls'", ("file.format == 'xls'", "csv, xlsx, parquet")),
        (GOOD + "[file]\nstray_bytes = 'ignore'", ("file.stray_bytes == 'ignore'", "refuse, escape")),
        (GOOD + "[file]\nnames = 'last'", ("file.names == 'last'", "first, joined")),
        (GOOD + "[file]\nnames = 'joined'", ("file.names == 'joined'", "two rows")),
        (GOOD + "[file]\nformat = 'xlsx'\nhidden = 'no'", ("file.hidden == 'no'", "refuse, read, skip")),
        (GOOD + "[file]\nformat = 'xlsx'\nmerged = 'x'", ("file.merged == 'x'", "refuse, fill")),
        (GOOD + "[file]\nsheet = 'Data'", ("file.sheet says nothing", "csv", "xlsx")),
        (GOOD + "[file]\nformat = 'xlsx'\ndelimiter = ';'", ("file.delimiter says nothing", "xlsx")),
        (GOOD + "[file]\nformat = 'parquet'\nheader_rows = 2", ("file.header_rows says nothing", "parquet")),
        (GOOD + "[file]\nencoding = 'utf-9'", ("file.encoding == 'utf-9'",)),
        (GOOD + "[file]\nencoding = 'base64'", ("file.encoding == 'base64'",)),
        (GOOD + "[file]\nencoding = 'a\\u0000'".replace("'", '"'), ("file.encoding",)),
        (GOOD + "[[units]]\nunit = 'A'", ("units.unit is not known", "units.unit_id")),
        ("source = 's'\n[ratings.columns]\nQ = 'd'", ("[ratings] needs [responses]",)),
        ("source = 's'\n[ratings]\nresponse_id = {}\ncolumns = { Q = 'd' }", ("ratings.response_id must have",)),
        (GOOD + "[ratings]\nresponse_id = 'ID'\ncolumns = { Q = 'd' }", ("ratings.response_id is said twice",)),
        (GOOD + "[ratings]\nvalues = ['x']\ncolumns = { Q = 'd' }", ("ratings.values == ['x']", "translation")),
        (GOOD + "[ratings]\nrating = 'R'\ncolumns = { Q = 'd' }", ("either columns, or response_id",)),
        ("source = 's'\n[ratings]\nrating = 'R'\ndriver = 'D'", ("ratings.response_id is required",)),
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
    for code in sorted(DATE_CODES):
        duckdb.connect().execute(f"select typeof(try_strptime('', '%{code}'))").fetchall()
    for code in ("Q", "s"):
        with pytest.raises(duckdb.Error, match=f"%{code}"):
            duckdb.connect().execute(f"select try_strptime('', '%{code}')").fetchall()


def test_codes_are_trimmed_as_cells_are(tmp_path: Path) -> None:
    text = GOOD + "weight = { column = 'W', blank = [' 99'], unused = ['NA\\t'], values = { ' a ' = ' b ' } }"
    cell = mapping_of(tmp_path, text.replace("'NA\\t'", '"NA\\t"')).columns["responses"]["weight"]
    assert cell == Cell(column="W", blank=("99",), unused=("NA",), values={"a": " b "})


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "posix/Asia/Taipei", "right/UTC", "+08:00"])
def test_a_time_zone_that_the_database_does_not_know_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    assert f"time_zone == '{zone}'" in message_of(tmp_path, f'time_zone = "{zone}"\n{GOOD}')
    monkeypatch.setenv("CX_TIME_ZONE", zone)
    with pytest.raises(ValueError, match="must be an IANA name"):
        Settings()


def test_every_time_zone_that_may_be_declared_is_one_that_duckdb_knows() -> None:
    known = {name for (name,) in duckdb.connect().execute("select name from pg_timezone_names()").fetchall()}
    taken = {name for name in zoneinfo.available_timezones() if is_time_zone(name)}
    assert taken <= known
    assert len(taken) > 500


def test_a_constant_may_be_nothing_zero_or_false(tmp_path: Path) -> None:
    text = GOOD.replace('"NPS"', "{ constant = '' }").replace('"UNIT"', "{ constant = 0 }")
    text += """
        customer_id = { constant = "" }
        weight = { constant = 0.5 }
        [touchpoints]
        touchpoint_id = "T"
        name = "N"
        journey = "J"
        stage = "S"
        stage_order = { constant = 1 }
        is_key_moment = { constant = false }
    """
    columns = mapping_of(tmp_path, text).columns
    assert columns["responses"]["score"] == Cell(constant="")
    assert columns["responses"]["unit_id"] == Cell(constant="0")
    assert columns["responses"]["customer_id"].constant == ""
    assert columns["responses"]["weight"].constant == "0.5"
    assert columns["touchpoints"]["is_key_moment"].constant == "false"
    assert columns["responses"]["responded_at"].constant is None


def test_ratings_are_columns_of_answers_columns_of_a_file_of_their_own_or_rows(tmp_path: Path) -> None:
    in_answers = mapping_of(tmp_path, GOOD + "[ratings]\nvalues = { Good = 5 }\ncolumns = { Q = 'd' }")
    assert in_answers.ratings == Melt({"Q": "d"}, values={"Good": "5"})
    alone = mapping_of(tmp_path, "source='s'\n[ratings]\nresponse_id = { template = 'x-{ID}' }\ncolumns = { Q = 'd' }")
    assert alone.ratings == Melt({"Q": "d"}, response_id=Cell(template="x-{ID}"))
    assert alone.tables == ("ratings",)
    rows = mapping_of(tmp_path, "source='s'\n[ratings]\nresponse_id='I'\ndriver='D'\nrating={ column='R', blank=[0] }")
    assert rows.ratings is None
    assert rows.columns["ratings"]["rating"] == Cell(column="R", blank=("0",))
    assert rows.tables == ("ratings",)


def test_what_a_file_is_and_what_was_confirmed_is_read(tmp_path: Path) -> None:
    text = "confirmed = ['truncated', 'one_day']\n" + GOOD + """
        [file]
        format = "xlsx"
        sheet = "Data"
        skip_rows = 2
        header_rows = 2
        names = "joined"
        hidden = "skip"
        merged = "fill"
    """
    mapping = mapping_of(tmp_path, text)
    assert mapping.confirmed == ("truncated", "one_day")
    assert mapping.layout == FileLayout(format="xlsx", sheet="Data", skip_rows=2, header_rows=2, names="joined",
                                        hidden="skip", merged="fill")


def test_a_mapping_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert read_mapping(tmp_path / "m.toml").source == "s"
