"""The floors of the product: which may import which, and a few habits that no reviewer should have to watch.

Each check reads the source, and each is also shown a text that breaks it: a check that cannot
fail is a defect.
"""

from __future__ import annotations

import ast
import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cx.settings import PROJECT_FOLDER

BASE = {"cx", "phrase", "errors", "settings"}

# floor: the floors it may import. Every floor may import BASE and itself.
ARROWS: dict[str, set[str]] = {
    "phrase": set(),
    "errors": set(),
    "settings": set(),
    "stats": set(),
    "contract": set(),
    "warehouse": {"contract", "stats"},
    "ingest": {"contract", "warehouse"},
    "demo": {"contract", "ingest"},
    "say": {"stats", "contract", "warehouse"},
    "charts": {"stats", "warehouse", "say"},
    "report": {"stats", "warehouse", "say", "charts"},
    "ops": {"contract"},
    "ui": {"stats", "contract", "warehouse", "ingest", "say", "charts", "report", "ops"},
    "pages": {"stats", "warehouse", "say", "charts", "report", "ops", "ui"},
    "app": {"ui"},
    "cli": {"stats", "contract", "warehouse", "ingest", "demo", "say", "charts", "report", "ops", "ui"},
    "__main__": {"cli"},
}
# stats is pure: numbers in, numbers out.
WITHOUT_BASE = {"stats"}

# A library: the floors that may import it.
LIBRARIES: dict[str, set[str]] = {
    "streamlit": {"ui", "pages", "app"},
    "plotly": {"charts", "report"},
    "duckdb": {"warehouse", "ingest", "contract"},
    "sqlalchemy": {"ops"},
}
STATS_LIBRARIES = {"numpy", "scipy"}
NOT_IN_PAGES = {"duckdb", "plotly", "pandas", "numpy", "pyarrow"}


def sources() -> list[Path]:
    """Every Python file of the product."""
    return [
        PROJECT_FOLDER / "app.py",
        *sorted((PROJECT_FOLDER / "pages").glob("*.py")),
        *sorted((PROJECT_FOLDER / "cx").rglob("*.py")),
    ]


def floor_of(path: Path) -> str:
    """The floor that a file belongs to: its folder below cx, or its own name."""
    first, *rest = path.relative_to(PROJECT_FOLDER).with_suffix("").parts
    return rest[0] if first == "cx" and rest != ["__init__"] else first


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def wrong_imports(floor: str, tree: ast.AST) -> list[str]:
    """The imports of a file that its floor may not have."""
    wrong = []
    for line, name in imports(tree, f"cx.{floor}"):
        library, _, below = name.partition(".")
        if library in {"cx", "pages", "app"}:
            target = below.split(".")[0] if library == "cx" and below else library
            allowed = ARROWS[floor] | {floor} | (set() if floor in WITHOUT_BASE else BASE)
            if target not in allowed:
                wrong.append(f"line {line}: {floor} → {target}")
        elif floor not in LIBRARIES.get(library, {floor}) or (floor == "pages" and library in NOT_IN_PAGES):
            wrong.append(f"line {line}: {floor} → {library}")
        elif floor == "stats" and library not in STATS_LIBRARIES | sys.stdlib_module_names:
            wrong.append(f"line {line}: stats → {library}")
    return wrong


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def unsafe_caches(tree: ast.AST) -> list[str]:
    """Arguments of cached functions that are left out of the key (leading underscore) or hashed from a sample."""
    wrong = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = {_dotted(decorator).rsplit(".", 1)[-1] for decorator in node.decorator_list}
        if not names & {"cache_data", "cache_resource"}:
            continue
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            annotation = ast.unparse(argument.annotation) if argument.annotation else ""
            if argument.arg.startswith("_") or "DataFrame" in annotation:
                wrong.append(f"line {argument.lineno}: {node.name}({argument.arg})")
    return wrong


def unsafe_html(tree: ast.AST) -> list[str]:
    """Calls that hand HTML to the page unescaped."""
    return [
        f"line {node.value.lineno}: {node.arg}"
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html"
    ]


def markdown_of_values(tree: ast.AST) -> list[str]:
    """Calls of `st.write` and `st.markdown` with anything but literal text: they load remote images."""
    return [
        f"line {node.lineno}: {_dotted(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"write", "markdown"}
        and not all(isinstance(argument, ast.Constant) for argument in node.args)
    ]


def grain_of(sql: str) -> str:
    """The comment that a SQL file starts with; empty when it starts with anything else."""
    first = sql.lstrip().splitlines()[0] if sql.strip() else ""
    return first.removeprefix("--").strip() if first.startswith("--") else ""


def taken_names(names: set[str]) -> set[str]:
    """Module names that are also names of libraries: Streamlit puts the script's folder first on the path."""
    return names & (sys.stdlib_module_names | set(importlib.metadata.packages_distributions()))


def tree_of(path: Path) -> ast.Module:
    """The parsed source."""
    return ast.parse(path.read_text("utf-8"), str(path))


def report(found: dict[Path, list[str]]) -> str:
    """One line a finding."""
    return "\n".join(f"{path.relative_to(PROJECT_FOLDER)} {line}" for path, lines in found.items() for line in lines)


def test_every_floor_is_known() -> None:
    assert {floor_of(path) for path in sources()} <= set(ARROWS) | {"cx"}


def test_imports_follow_the_arrows() -> None:
    found = {path: wrong_imports(floor_of(path), tree_of(path)) for path in sources() if floor_of(path) != "cx"}
    assert not report(found)


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("stats", "from cx.phrase import phrase"),
        ("stats", "import pandas as pd"),
        ("contract", "from cx.warehouse import query"),
        ("warehouse", "import cx.say.numbers"),
        ("warehouse", "def f():\n    from cx.ui import page"),
        ("charts", "import streamlit as st"),
        ("say", "from cx import charts"),
        ("pages", "import duckdb"),
        ("pages", "import plotly.graph_objects as go"),
        ("pages", "from pandas import DataFrame"),
        ("pages", "from cx.ingest import load"),
        ("cli", "import pages.trends"),
        ("ui", "import duckdb"),
        ("demo", "import duckdb"),
        ("errors", "from cx.contract import tables"),
        ("warehouse", "from ..charts import trends"),
    ],
)
def test_an_arrow_upwards_is_found(floor: str, line: str) -> None:
    assert len(wrong_imports(floor, ast.parse(line))) == 1


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("stats", "import math, numpy as np\nfrom scipy import special\nfrom cx.stats.interval import wilson"),
        ("warehouse", "import duckdb\nfrom cx.stats import interval\nfrom cx.errors import CxError"),
        ("charts", "import plotly.graph_objects as go\nfrom cx.say import numbers"),
        ("pages", "import streamlit as st\nfrom cx.ui import page\nfrom cx.charts import trends"),
        ("cli", "from cx.demo import build\nfrom cx.ui.server import serve"),
    ],
)
def test_an_arrow_downwards_is_allowed(floor: str, line: str) -> None:
    assert wrong_imports(floor, ast.parse(line)) == []


def test_cached_functions_key_on_every_argument() -> None:
    assert not report({path: unsafe_caches(tree_of(path)) for path in sources()})


@pytest.mark.parametrize(
    "function",
    [
        "@st.cache_data\ndef f(_scope): ...",
        "@st.cache_data(ttl=5)\ndef f(a, *, _user): ...",
        "@st.cache_resource\ndef f(rows: pd.DataFrame): ...",
        "@cache_data\nasync def f(rows: 'list[DataFrame]'): ...",
    ],
)
def test_a_cache_that_forgets_an_argument_is_found(function: str) -> None:
    assert len(unsafe_caches(ast.parse(function))) == 1
    assert unsafe_caches(ast.parse("@st.cache_data\ndef f(snapshot: str, scope: Scope): ...")) == []


def test_no_html_goes_to_a_page_unescaped() -> None:
    assert not report({path: unsafe_html(tree_of(path)) for path in sources()})
    assert unsafe_html(ast.parse("st.markdown(x, unsafe_allow_html=True)"))


def test_pages_write_values_by_functions_that_load_nothing() -> None:
    pages = [path for path in sources() if floor_of(path) == "pages"]
    assert not report({path: markdown_of_values(tree_of(path)) for path in pages})
    assert markdown_of_values(ast.parse("st.write(comment)"))
    assert markdown_of_values(ast.parse("st.sidebar.markdown(f'{comment}')"))
    assert markdown_of_values(ast.parse("st.markdown('## text')")) == []


def test_every_sql_file_states_its_grain() -> None:
    files = sorted((PROJECT_FOLDER / "cx").rglob("*.sql"))
    assert [path.name for path in files if not grain_of(path.read_text("utf-8"))] == []
    assert grain_of("-- one row per unit and month\nselect 1") == "one row per unit and month"
    assert grain_of("select 1 -- rows") == ""
    assert grain_of("") == ""


def test_modules_beside_the_script_hide_no_library() -> None:
    names = {path.stem for path in (PROJECT_FOLDER / "cx" / "ui").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert taken_names(names - {"__init__", "__pycache__"}) == set()
    assert taken_names({"numbers", "pandas", "failure"}) == {"numbers", "pandas"}


def test_the_longest_modules_are_reported(record_property: Callable[[str, object], None]) -> None:
    lengths = sorted(((len(path.read_text("utf-8").splitlines()), path.name) for path in sources()), reverse=True)
    long = [f"{name} {length}" for length, name in lengths if length > 300]
    record_property("longer_than_300_lines", ", ".join(long))
    print("modules longer than 300 lines:", ", ".join(long) or "none")
