"""A reader of the pages without a browser: Streamlit's AppTest over a home, and everything that it received."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe, Node

from cx.settings import PROJECT_FOLDER, settings
from cx.ui.frame import warehouse

SHELL = PROJECT_FOLDER / "cx" / "ui" / "shell.py"
RUN_SECONDS = 60


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """The pages of this process read `home`."""
    before = os.environ["CX_HOME"]
    _use(home)
    try:
        yield
    finally:
        _use(Path(before))


def _use(home: Path) -> None:
    os.environ["CX_HOME"] = str(home)
    settings.cache_clear()
    warehouse.clear()


def visit(page: str = "trends", **query: str | list[str]) -> AppTest:
    """A page as a link with these parameters shows it; the shell runs first, as on the server."""
    at = AppTest.from_file(str(SHELL), default_timeout=RUN_SECONDS)
    for name, value in query.items():
        at.query_params[name.rstrip("_")] = value
    at.run()
    if page != "trends":
        at.switch_page(os.path.relpath(PROJECT_FOLDER / "pages" / f"{page}.py", SHELL.parent)).run()
    return at


def is_whole(at: AppTest) -> bool:
    """Whether a page ran to its end: no exception, no message of a failure."""
    assert not at.exception, [element.value for element in at.exception]
    assert not at.error, [element.value for element in at.error]
    return True


def elements(at: AppTest) -> list[Any]:
    """Every element that the browser would have received, in the order of the page."""
    found: list[Any] = []

    def walk(node: Node) -> None:
        if isinstance(node, Block):
            for child in node.children.values():
                walk(child)
        else:
            found.append(node)

    walk(at._tree)
    return found


def received(at: AppTest) -> str:
    """All texts and numbers that the browser would have received: titles, cards, figures, tables."""
    parts = []
    for element in elements(at):
        if isinstance(element, Dataframe):
            parts.append(element.value.to_csv())
        elif hasattr(element, "proto"):
            parts.append(text_format.MessageToString(element.proto, as_utf8=True))
    return "\n".join(parts)


def figures_of(at: AppTest) -> list[dict[str, Any]]:
    """The figures on the page, as Plotly draws them: data and layout."""
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]  # type: ignore[union-attr]


def drawn(at: AppTest) -> dict[str, Any]:
    """The one figure on the page."""
    (figure,) = figures_of(at)
    return figure


def said(text: str) -> str:
    """A text as it is read: without the signs that keep Markdown from reading it, and from making links."""
    signs = iter(text.replace("\u2060", ""))
    return "".join(next(signs, "") if sign == "\\" else sign for sign in signs)


def table_of(at: AppTest) -> list[dict[str, Any]]:
    """The rows behind 'Show as table', by the names of the columns."""
    at.toggle(key="as_table").set_value(True).run()
    assert is_whole(at)
    return list(at.dataframe[0].value.to_dict("records"))
