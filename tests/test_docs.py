"""The documentation says what the code does: nothing is left out, the examples run, the links lead somewhere."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from cx.cli import app
from cx.contract.tables import TABLES
from cx.ingest import mapping as mapping_files
from cx.ingest import mapping_cells
from cx.ingest.load import load
from cx.ingest.sources import file_job
from cx.say.glossary import counting_rules
from cx.say.translator import LANGUAGES, translator
from cx.say.trends import TrendRow, headline, trend_rows, weighted_sentence
from cx.settings import PROJECT_FOLDER, Settings, settings
from cx.ui.filter_bar import PARAMETERS
from cx.ui.frame import IMPORT_PARAMETER, PAGE_PARAMETERS
from cx.ui.pages import PAGES, PICTURES
from cx.warehouse.filters import SURVEYS, Filters
from cx.warehouse.home import Home
from cx.warehouse.layout import KEPT_SNAPSHOTS
from cx.warehouse.nps import nps_trends, thresholds
from cx.warehouse.scope import authorize
from tests.companies import current_snapshot, mapping_of, public_home, rows_of, write_csv

README = (PROJECT_FOLDER / "README.md").read_text(encoding="utf-8")
MAPPINGS = (PROJECT_FOLDER / "data" / "mappings" / "README.md").read_text(encoding="utf-8")
CONTRACT = (PROJECT_FOLDER / "data" / "contract" / "README.md").read_text(encoding="utf-8")
MAKEFILE = (PROJECT_FOLDER / "Makefile").read_text(encoding="utf-8")

# What a machine leaves in a file: its folders, and where it fetches packages from.
_MACHINE = re.compile(
    r"(?<![\w.~$}{/-])/(?:work|root|home|Users|private)/[\w.-]"
    r"|[A-Z]:\\\\?Users|(?:py)pi[.](?:org|python)|python(?:hosted)[.]org|registry[.](?:npmjs|yarnpkg)"
    r"|index[-_]url|trusted[-_]host|proxy[.]golang|artifact[o]ry", re.IGNORECASE)


def section(heading: str, text: str = README) -> str:
    """A section of a page, without those of the same level that follow."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[2]


def in_code(text: str) -> set[str]:
    """Everything that stands in backquotes."""
    return set(re.findall(r"`([^`\n]+)`", text))


def block(language: str, text: str = README) -> str:
    """The first fenced example of a language, without its indent."""
    found = re.search(rf"^( *)```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    assert found, language
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command of the command line with its name, groups of commands left out."""
    for name, command in group.commands.items():
        full = f"{path} {name}".strip()
        yield from commands(command, full) if hasattr(command, "commands") else [(full, command)]


def committed_files() -> Iterator[Path]:
    """Every file of the project that git does not ignore."""
    ignored = [line.rstrip("/") for line in (PROJECT_FOLDER / ".gitignore").read_text("utf-8").split()] + [".git"]

    def kept(folder: Path, name: str) -> bool:
        inside = (folder / name).relative_to(PROJECT_FOLDER).as_posix()
        return not any(fnmatch.fnmatch(name, pattern) or inside == pattern for pattern in ignored)

    for folder, folders, files in os.walk(PROJECT_FOLDER):
        folders[:] = [name for name in folders if kept(Path(folder), name)]
        yield from (Path(folder) / name for name in files if kept(Path(folder), name))


def text_of(path: Path) -> str:
    """The text of a file; empty for a file that is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_every_setting_is_documented() -> None:
    documented = in_code(section("Settings"))
    assert {f"CX_{name.upper()}" for name in Settings.model_fields} <= documented


def test_every_filter_and_parameter_of_the_address_is_documented() -> None:
    documented = in_code(section("Filters and links"))
    assert {"lang", *PARAMETERS, *PAGE_PARAMETERS, IMPORT_PARAMETER} <= documented
    assert {*SURVEYS, *PICTURES, *LANGUAGES} <= documented


def test_every_command_and_option_is_documented_as_its_help_says() -> None:
    text = section("Command line")
    for name, command in commands(typer.main.get_command(app)):
        usage = " ".join([name, *(parameter.metavar for parameter in command.params
                                  if parameter.param_type_name == "argument")])
        assert f"| `python -m cx {usage}` | {command.help} |" in text
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert f"| `{parameter.opts[0]}` | {parameter.help} |" in text, (name, parameter.opts)


def test_no_command_and_no_option_is_documented_that_is_not_there() -> None:
    known = dict(commands(typer.main.get_command(app)))
    options = {option for command in known.values() for parameter in command.params for option in parameter.opts}
    for page in (README, MAPPINGS):
        for line in re.findall(r"python -m cx ([^`\n]*)", page):
            assert any(line == name or line.startswith(f"{name} ") for name in known), line
            assert set(re.findall(r"(?<!\S)--[a-z-]+", line)) <= options, line
    assert set(re.findall(r"`(--[a-z-]+)`", README)) <= options


def test_every_field_of_the_json_is_documented() -> None:
    assert {field.name for field in fields(TrendRow)} | {"withheld_because"} <= in_code(section("Command line"))


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", README, re.MULTILINE))
    assert named <= targets
    assert {"run", "test", "catalogues", "screenshots", "bench"} <= named


def test_every_key_of_a_mapping_file_is_documented() -> None:
    layout = {field.name for field in fields(mapping_files.FileLayout)}
    for heading, keys in {"The top": {*mapping_files.TOP_LEVEL, *layout},
                          "A column of the contract": mapping_cells.CELL_KEYS,
                          "Ratings": mapping_cells.MELT_KEYS}.items():
        rows = set(re.findall(r"^\| `(\w+)` \|", section(heading, MAPPINGS), re.MULTILINE))
        assert rows == set(keys), heading
    assert {f'"{scale}"' for scale in mapping_files.SCALES} <= in_code(section("The top", MAPPINGS))
    defaults = mapping_files.FileLayout()
    for name in ("encoding", "delimiter"):
        assert f'| `{name}` | `"{getattr(defaults, name)}"` |' in MAPPINGS


def test_the_example_of_a_mapping_file_holds_every_key_and_loads(tmp_path: Path) -> None:
    example = block("toml", MAPPINGS)
    mapping = mapping_of(tmp_path, example)
    for key in (*mapping_files.TOP_LEVEL, *(key for key in mapping_cells.CELL_KEYS if key != "from_record")):
        assert re.search(rf"\b{key}\b", example), key
    header = ["ID", "Q1", "Answered", "Year", "Month", "Branch", "Via", "Remark", "Q2a", "Q2b"]
    same = ["2025", "11", "B01"]
    path = write_csv(tmp_path / "answers.csv", header, [
        ["1", "10", "03/11/2025 14:30", *same, "2", "fine", "5", "6"],
        ["2", "99", "03/11/2025 14:30", *same, "9", "", "0", "1"]])
    home = Home(tmp_path / "home")
    report = load(home, (file_job(mapping, (path,)),), "UTC")
    assert report.rejected == 0
    found = rows_of(home, "select response_id, score, responded_at::varchar, invited_at::varchar, channel "
                          "from responses order by all")
    day = "2025-11-01 00:00:00"  # a day without a time is midnight in the report's zone
    assert found == [("branch-1", 10, "2025-11-03 06:30:00", day, "Hotline"),
                     ("branch-2", None, "2025-11-03 06:30:00", day, "9")]
    assert rows_of(home, "select response_id, driver, rating from ratings order by all") == [
        ("branch-1", "waiting_time", 5.0), ("branch-2", "friendliness", 1.0)]


def test_the_example_of_the_readme_loads_and_says_what_the_readme_says(tmp_path: Path) -> None:
    for name, language in (("answers.csv", "csv"), ("branch_survey.toml", "toml")):
        (tmp_path / name).write_text(block(language), encoding="utf-8")
    before = os.environ["CX_HOME"]
    os.environ["CX_HOME"] = str(tmp_path / "home")
    settings.cache_clear()
    try:
        arguments = [str(tmp_path / "branch_survey.toml"), str(tmp_path / "answers.csv")]
        checked, loaded = (CliRunner().invoke(app, [command, *arguments]) for command in ("check", "load"))
    finally:
        os.environ["CX_HOME"] = before
        settings.cache_clear()
    assert (checked.exit_code, loaded.exit_code) == (0, 0)
    for line in block("text").splitlines():
        for result in (checked, loaded):
            assert " ".join(line.split()) in " ".join(result.output.split())
    assert rows_of(Home(tmp_path / "home"), "select unit_id, score from responses order by all") == [
        ("North", 10), ("North", None), ("South", 6)]


def test_the_figures_of_the_readme_are_those_of_the_public_surveys() -> None:
    snapshot = current_snapshot(public_home())
    set_ = Settings(home=public_home().folder)
    found = nps_trends(snapshot, authorize(set_), "relationship", Filters(units=("SFO",)), set_)
    for row in trend_rows(found):
        if row.unit_id == "SFO":
            assert f"| {row.period} | {row.n:,} | {row.nps_pts:.1f} | {row.weighted_nps_pts:.1f} |" in README
    t, words = translator("en"), " ".join(README.split())
    assert headline(t, found, thresholds(set_)) in words
    assert weighted_sentence(t, found) in words


def test_every_table_of_the_contract_has_its_section_and_template() -> None:
    for table in TABLES:
        assert f"\n## {table}\n" in CONTRACT
        assert (PROJECT_FOLDER / "data" / "contract" / "templates" / f"{table}.csv").is_file()
    assert f"Contract of {len(TABLES)} tables" in (PROJECT_FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_folder_of_the_code_is_in_the_map() -> None:
    there = {f"cx/{path.parent.name}/" for path in (PROJECT_FOLDER / "cx").glob("*/__init__.py")}
    assert {name for name in in_code(section("Map of the code")) if re.fullmatch(r"cx/\w+/", name)} >= there
    for name in in_code(section("Map of the code")):
        if name.endswith(("/", ".py")):
            assert (PROJECT_FOLDER / name).exists(), name


def test_every_page_is_named() -> None:
    assert all(f"**{page.title.message}**" in section("Questions it answers now") for page in PAGES)


def test_every_rule_of_counting_is_documented() -> None:
    set_ = Settings()
    for rule in counting_rules(privacy_min_answers=set_.privacy_min_answers,
                               figure_min_answers=set_.figure_min_answers, time_zone=set_.time_zone):
        assert f"- {rule}\n" in section("How figures are counted")
    limits = section("Security")
    assert f"A figure needs {set_.figure_min_answers} answers, a verdict {set_.firm_min_answers}." in limits
    assert f"fewer than {set_.privacy_min_answers}" in limits
    assert f"The newest {KEPT_SNAPSHOTS} snapshots are kept." in section("Where the data live")


def test_every_package_that_the_product_stands_on_is_named() -> None:
    requirements = (PROJECT_FOLDER / "requirements.txt").read_text("utf-8")
    pinned = re.findall(r"^([A-Za-z0-9_-]+)[\[=]", requirements, re.MULTILINE)
    assert len(pinned) > 10
    table = section("What it stands on")
    assert [name for name in pinned if not re.search(rf"[ |]{re.escape(name)}[ ,|]", table)] == []


def test_every_link_leads_to_something() -> None:
    broken = []
    for path in committed_files():
        if path.suffix == ".md":
            text = text_of(path)
            anchors = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
                       for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
            for link in re.findall(r"\]\(([^)\s]+)\)", text):
                target, _, anchor = link.partition("#")
                if "://" in link or link.startswith("mailto:"):
                    continue
                there = (path.parent / target).exists() if target else anchor in anchors
                if not there:
                    broken.append(f"{path.relative_to(PROJECT_FOLDER)}: {link}")
    assert broken == []


@pytest.mark.parametrize("text", ["see /" + "work/main", '"/' + 'home/ann/x"', "C:" + "\\Users\\ann",
                                  "--index" + "-url x", "https://py" + "pi.org/simple"])
def test_what_a_machine_leaves_in_a_file_is_found(text: str) -> None:
    assert _MACHINE.search(text)
    assert not _MACHINE.search("data/home/x ../work/x ~/tmp/x https://example.org/home/ $HOME/work/x")


def test_no_file_names_a_folder_of_a_machine_or_an_address_of_a_registry() -> None:
    found = [f"{path.relative_to(PROJECT_FOLDER)}:{number}" for path in committed_files()
             for number, line in enumerate(text_of(path).splitlines(), start=1) if _MACHINE.search(line)]
    assert found == []
