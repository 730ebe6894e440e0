"""The command line: python -m cx demo | load | check | rejects | undo | doctor | templates | show | serve."""

from __future__ import annotations

import typer

from cx.cli.care import demo, doctor, serve, templates, undo
from cx.cli.comparing import compare
from cx.cli.figures import trends
from cx.cli.loading import check, load
from cx.cli.rejected import rejects
from cx.cli.terminal import EXIT_CODES

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, epilog=EXIT_CODES,
                  help="CX dashboard: from survey files to an honest NPS on screen.")
show = typer.Typer(no_args_is_help=True, help="The figures of a page, by the same functions.")

for command in (demo, load, check, rejects, undo, doctor, templates):
    app.command()(command)
show.command()(trends)
show.command()(compare)
app.add_typer(show, name="show")
app.command()(serve)
