"""The pictures of the page NPS trends: each says for itself what it shows, and what is left out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cx.charts.trends import MAX_LINES
from cx.warehouse.home import Home
from tests.pages import homes
from tests.pages.reader import at_home, figures_of, is_whole, visit

UNITS = [f"u{number}" for number in range(MAX_LINES + 3)]


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A company with more units than lines, the later the larger, whose questionnaires are counted."""
    units = [{"unit_id": "top", "name": "All", "parent_id": ""}]
    units += [{"unit_id": unit, "name": f"Branch {unit}", "parent_id": "top"} for unit in UNITS]
    rows = [row for place, unit in enumerate(UNITS) for row in homes.answers(
        100 * place, [10] * (20 + place) + [3] * 15, unit=unit, invited_at="2024-01-10")]
    sent = [{"survey": "transaction", "unit_id": unit, "month": "2024-01", "sent": 200} for unit in UNITS]
    return homes.company(Path(tmp_path_factory.mktemp("branches")), rows, units=units, invitations=sent)


def test_each_panel_has_an_alt_of_its_own(branches: Home) -> None:
    with at_home(branches.folder):
        at = visit(chart="multiples")
    assert is_whole(at)
    alts = [chart.proto.alt for chart in at.get("plotly_chart")]  # type: ignore[union-attr]
    assert [alt.split(" · ")[0] for alt in alts] == ["All", *(f"Branch {unit}" for unit in UNITS)]
    for place, alt in enumerate(alts[1:]):
        assert f"NPS {100 * (20 + place - 15) / (35 + place):+.1f} (" in alt
        assert f"n = {35 + place}" in alt


def test_response_rates_have_the_units_and_colours_of_the_lines_and_say_what_is_left_out(branches: Home) -> None:
    with at_home(branches.folder):
        lines, rates = visit(chart="together"), visit(chart="response")
    assert is_whole(rates)
    colours = [{trace["name"]: trace["line"]["color"] for trace in figures_of(at)[0]["data"] if trace.get("name")}
               for at in (lines, rates)]
    assert colours[0] == colours[1]
    assert set(colours[0]) == {"All", *(f"Branch {unit}" for unit in UNITS[-MAX_LINES:])}
    said = f"Drawn are the {MAX_LINES} units with the most answers, of {len(UNITS)}"
    assert any(said in caption.value for caption in rates.caption)
