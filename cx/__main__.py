"""python -m cx."""

from cx.cli import app

app(prog_name="python -m cx")
