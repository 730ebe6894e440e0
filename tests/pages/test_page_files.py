"""Every page file runs its guard before anything else, also where Streamlit runs the file alone (stack.md B)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cx.settings import PROJECT_FOLDER
from cx.ui.pages import PAGES
from tests.pages.reader import at_home

FILES = sorted((PROJECT_FOLDER / "pages").glob("*.py"))


def first_statement(source: str) -> ast.stmt:
    """The first statement after the docstring and the imports."""
    body = ast.parse(source).body
    rest = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return rest[1] if isinstance(rest[0], ast.Expr) and isinstance(rest[0].value, ast.Constant) else rest[0]


def test_every_page_file_is_in_the_navigation() -> None:
    assert {file.stem for file in FILES} == {page.name for page in PAGES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_first_statement_is_the_guard(file: Path) -> None:
    statement = first_statement(file.read_text(encoding="utf-8"))
    assert isinstance(statement, ast.Assign)
    call = statement.value
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    assert call.func.id == "open_page"
    assert isinstance(call.args[0], ast.Constant)
    assert call.args[0].value == file.stem


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_page_file_run_alone_shows_the_guard_and_nothing_else(file: Path, tmp_path: Path) -> None:
    with at_home(tmp_path):
        at = AppTest.from_file(str(file), default_timeout=60).run()
    assert not at.exception
    assert [title.value for title in at.title] == ["Nothing is loaded yet"]


@pytest.mark.parametrize(
    "source",
    [
        '"""x"""\nimport streamlit as st\nst.title("x")\nview = open_page("x")',
        'import a\nopen("x")\nview = open_page("x")',
    ],
)
def test_the_test_sees_a_statement_before_the_guard(source: str) -> None:
    assert isinstance(first_statement(source), ast.Expr)
