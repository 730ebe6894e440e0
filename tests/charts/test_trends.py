"""The pictures of the trends carry the right values, gaps where figures are withheld, and one scale."""

from __future__ import annotations

import ast
import itertools
import re
from datetime import date

import pytest

from cx.charts import trends as pictures
from cx.charts.style import DETRACTOR, PASSIVE, PROMOTER, TOTAL, UNITS, dot_size
from cx.charts.trends import (
    MAX_LINES,
    MAX_PANELS,
    EventMark,
    Shown,
    panel_alt,
    response_rates,
    shares,
    small_multiples,
    together,
)
from cx.say.translator import translator
from cx.settings import PROJECT_FOLDER
from tests.made_trends import THRESHOLDS, made

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]
# T: +50, +30, withheld (7 answers), +40; A: +60, +20, private, +40; B: +30, +45, +25, +40.
COMPANY = {
    "T": dict(zip(MONTHS, ("70/10/20", "60/10/30", "4/2/1", "60/20/20"), strict=True)),
    "A": dict(zip(MONTHS, ("70/20/10", "50/20/30", "1/1/1", "15/0/5"), strict=True)),
    "B": dict(zip(MONTHS, ("50/30/20", "60/25/15", "50/25/25", "60/20/20"), strict=True)),
}


def shown(units=COMPANY, total="T", code="en", weighted=False, **options):
    return Shown(made(units, total=total, **options), translator(code), THRESHOLDS, weighted)


def line_of(figure, name):
    return next(trace for trace in figure.data if trace.name == f"Unit {name}")


def many(count):
    return {"T": {"2025-01": "500/200/300"}} | {
        f"{number}": {"2025-01": f"{20 + number}/10/10", "2025-02": f"{20 + number}/10/10"} for number in range(count)
    }


def test_lines_carry_nps_in_points_with_gaps_where_it_is_withheld():
    figure = together(shown(), [])
    assert list(line_of(figure, "T").y) == pytest.approx([50, 30, None, 40])
    assert list(line_of(figure, "A").y) == pytest.approx([60, 20, None, 50])
    assert list(line_of(figure, "B").y) == pytest.approx([30, 45, 25, 40])
    assert list(line_of(figure, "T").x) == [date(2025, month, 1) for month in (1, 2, 3, 4)]
    assert all(trace.connectgaps is False for trace in figure.data if trace.mode == "lines+markers")


def test_the_band_is_the_interval_and_has_the_same_gaps():
    one = shown({"T": COMPANY["T"]}, total=None)
    band = next(trace for trace in together(one, []).data if trace.fill == "toself")
    runs = [
        list(run)
        for known, run in itertools.groupby(zip(band.x, band.y, strict=True), lambda at: at[1] is not None)
        if known
    ]
    expected = [
        [point.estimate for point in one.trends.series[0].points[:2]],
        [one.trends.series[0].points[3].estimate],
    ]
    for run, estimates in zip(runs, expected, strict=True):
        half = len(run) // 2
        assert [y for _, y in run[:half]] == pytest.approx([100 * estimate.high for estimate in estimates])
        assert [y for _, y in run[half:]][::-1] == pytest.approx([100 * estimate.low for estimate in estimates])


def runs_of(xs, ys):
    """The stretches that Plotly joins: the x between two gaps."""
    pairs = itertools.groupby(zip(xs, ys, strict=True), lambda at: at[0] is not None and at[1] is not None)
    return [[x for x, _ in stretch] for known, stretch in pairs if known]


def test_missing_months_break_line_band_and_rates_and_every_dot_stays():
    held = ["2024-10", "2024-11", "2025-01", "2025-02", "2026-02"]
    view = shown({"A": dict.fromkeys(held, "50/30/20")}, total=None, sent={"A": 400})
    days = [date.fromisoformat(f"{month}-01") for month in held]
    stretches = [days[:2], days[2:4], days[4:]]
    for figure in (together(view, []), *small_multiples(view), response_rates(view)):
        line = line_of(figure, "A")
        assert runs_of(line.x, line.y) == stretches
        assert line.connectgaps is False
        for each in (line.hovertext, line.marker.size, line.marker.opacity):
            assert each is None or len(each) == len(line.x)
    band = next(trace for trace in together(view, []).data if trace.fill == "toself")
    assert runs_of(band.x, band.y) == [[*stretch, *stretch[::-1]] for stretch in stretches]


def test_waves_are_joined_however_far_apart():
    waves = {"A": {f"wave {number}": "50/30/20" for number in (1, 3, 7)}}
    view = shown(waves, total=None, survey="relationship")
    line, band = line_of(together(view, []), "A"), together(view, []).data[0]
    assert len(runs_of(line.x, line.y)) == len(runs_of(band.x, band.y)) == 1


def test_dots_grow_with_the_number_of_answers_and_few_answers_are_faint():
    line = line_of(together(shown(), []), "A")
    sizes, opacities = line.marker.size, line.marker.opacity
    assert sizes[0] == sizes[1] > sizes[3] > sizes[2]
    assert (opacities[0], opacities[3]) == (1.0, pytest.approx(0.45))
    # Area, not diameter, is in proportion: beyond the smallest dot a quarter of the answers has half the diameter.
    assert dot_size(400, 400) - 4 == pytest.approx(2 * (dot_size(100, 400) - 4))


def test_no_withheld_figure_stands_in_the_picture_and_a_cross_says_why():
    for figure in (together(shown(), []), *small_multiples(shown()), shares(shown(), shown().trends.series[0])):
        text = figure.to_json()
        for hidden in ("42.857", "+42.9", "57.1", "28.6"):
            assert hidden not in text
    crosses = [trace for figure in small_multiples(shown()) for trace in figure.data if trace.marker.symbol == "x-thin"]
    said = [text for trace in crosses for text in trace.hovertext or ()]
    assert any("7 of the 10 needed" in text for text in said)
    assert any("fewer than 5 answers" in text for text in said)


def test_all_panels_have_one_scale_and_their_band():
    figures = small_multiples(shown())
    assert len(figures) == 3
    assert len({tuple(figure.layout.yaxis.range) for figure in figures}) == 1
    low, high = figures[0].layout.yaxis.range
    values = [y for figure in figures for trace in figure.data for y in trace.y or () if y is not None]
    assert low <= min(values)
    assert high >= max(values)
    assert [sum(trace.fill == "toself" for trace in figure.data) for figure in figures] == [1, 1, 1]


@pytest.mark.parametrize(
    ("picture", "most"), [(lambda view: [together(view, [])], MAX_LINES), (small_multiples, MAX_PANELS)]
)
def test_only_the_largest_units_are_drawn(picture, most):
    lines = [trace for figure in picture(shown(many(40))) for trace in figure.data if trace.mode == "lines+markers"]
    names = {trace.name for trace in lines}
    assert names == {"Unit T"} | {f"Unit {number}" for number in range(40 - most, 40)}
    assert [trace.line.color for trace in lines].count(TOTAL) == 1


def test_lines_have_colours_that_differ_and_are_none_of_the_classes():
    colours = [trace.line.color for trace in together(shown(many(MAX_LINES)), []).data if trace.mode == "lines+markers"]
    assert len(set(colours)) == MAX_LINES + 1
    assert not {PROMOTER, PASSIVE, DETRACTOR} & {*colours, *UNITS, TOTAL}


def test_shares_add_up_and_have_the_colours_of_the_classes():
    view = shown()
    bars = shares(view, view.trends.series[0]).data
    assert [bar.marker.color for bar in bars] == [DETRACTOR, PASSIVE, PROMOTER]
    assert [list(bar.y) for bar in bars] == [
        pytest.approx(share) for share in ([20, 30, 20], [10, 10, 20], [70, 60, 60])
    ]
    assert [sum(column) for column in zip(*(bar.y for bar in bars), strict=True)] == pytest.approx([100] * 3)
    assert list(bars[0].x) == [date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1)]


def test_weighted_pictures_carry_the_weighted_figures():
    weights = {("T", "2025-01"): "20/10/70"}
    assert line_of(together(shown(weights=weights), []), "T").y[0] == pytest.approx(50)
    assert line_of(together(shown(weights=weights, weighted=True), []), "T").y[0] == pytest.approx(-50)
    assert shares(shown(weights=weights, weighted=True), shown(weights=weights).trends.series[0]).data[0].y[0] == (
        pytest.approx(70)
    )


def test_response_rates_are_answers_of_questionnaires_sent():
    view = shown(sent={"T": 400, "B": 1000})
    figure = response_rates(view)
    assert {trace.name for trace in figure.data} == {"Unit T", "Unit B"}
    assert list(line_of(figure, "T").y) == pytest.approx([25, 25, 1.75, 25])
    assert list(line_of(figure, "B").y) == pytest.approx([10] * 4)


def test_a_unit_has_one_colour_in_all_lines_and_rates_are_those_of_the_units_drawn():
    view = shown(many(40), sent={"T": 5000} | {f"{number}": 500 for number in range(40)})
    lines, rates = (
        {trace.name: trace.line.color for trace in figure.data if trace.name}
        for figure in (together(view, []), response_rates(view))
    )
    assert rates == lines
    assert set(rates) == {"Unit T"} | {f"Unit {number}" for number in range(40 - MAX_LINES, 40)}
    # A unit whose rate is unknown lends its colour to nobody.
    some = shown(many(5), sent={"1": 500, "4": 500})
    drawn = {trace.name: trace.line.color for trace in together(some, []).data}
    assert {trace.name: trace.line.color for trace in response_rates(some).data} == {
        name: drawn[name] for name in ("Unit 1", "Unit 4")
    }


def test_every_withheld_figure_of_a_drawn_unit_has_a_cross_of_its_own_that_names_the_unit():
    units = {"T": {"2025-01": "60/20/20", "2025-02": "60/20/20"}} | {
        name: {"2025-01": "4/2/1", "2025-02": "50/30/20"} for name in "ABC"
    }
    for total in ("T", None):
        view = shown(units, total=total)
        figure = together(view, [EventMark(1, date(2025, 1, 14), "An event")])
        (crosses,) = [trace for trace in figure.data if trace.marker.symbol == "x-thin"]
        withheld = [(one, point) for one in view.trends.series for point in one.points if point.withheld]
        assert len(withheld) >= 3
        assert list(crosses.x) == [point.starts_on for _, point in withheld]
        assert [text.split("<br>")[0] for text in crosses.hovertext] == [one.name for one, _ in withheld]
        assert len(set(zip(crosses.x, crosses.y, strict=True))) == len(withheld)
        low, high = figure.layout.yaxis.range
        assert all(low < y < high for y in crosses.y)


LONG = "The very long name of a unit far away & beyond"


@pytest.mark.parametrize("name", [LONG, "客" * 40])
def test_long_names_are_cut_in_legends_and_titles_and_whole_in_hovers(name):
    view = shown({name: COMPANY["B"], "B": COMPANY["B"]}, total=None, sent={name: 400})
    full = f"Unit {name}".replace("&", "&amp;")
    titles = []
    for figure in (together(view, []), *small_multiples(view), response_rates(view)):
        titles += [note.text.split("</b>")[0].removeprefix("<b>") for note in figure.layout.annotations]
        for trace in figure.data:
            hovers = [text for text in trace.hovertext or () if text]
            if trace.name and trace.name != "Unit B":
                titles.append(trace.name)
                assert all(text.startswith(f"{full}<br>") for text in hovers)
                assert hovers
    cut = {title for title in titles if title != "Unit B"}
    assert len(cut) == 1
    (title,) = cut
    assert title.endswith("…")
    assert full.startswith(title[:-1])
    assert 12 <= len(title) <= 28


def test_each_panel_says_its_own_unit_figure_interval_n_and_verdict():
    view = shown()
    said = [panel_alt(view, series) for series in view.with_total(MAX_PANELS)]
    for text, name, figure, n in zip(said, "TAB", ("+40.0", "+50.0", "+40.0"), (100, 20, 100), strict=True):
        assert text.startswith(f"Unit {name} · Apr 2025 · NPS {figure} (")
        assert re.search(r"\([+−]\d+\.\d to [+−]\d+\.\d\)", text)
        assert f"n = {n}" in text
    assert "too few answers for a verdict: 20 of the 30 needed" in said[1]
    fell = shown({"A": {month: "800/100/100" for month in MONTHS[:3]} | {"2025-04": "100/100/800"}}, total=None)
    assert "moved down" in panel_alt(fell, fell.trends.series[0])
    few = shown({"A": {"2025-01": "4/2/1"}, "B": {}}, total=None)
    assert [panel_alt(few, series) for series in few.trends.series] == [
        "Unit A · Jan 2025 · too few answers: 7 of the 10 needed",
        "Unit B has no answers in this view.",
    ]


def test_panel_alt_follows_the_weights():
    weights = {("B", month): "20/10/70" for month in MONTHS}
    plain, weighted = (shown(weights=weights, weighted=on) for on in (False, True))
    assert "NPS +40.0" in panel_alt(plain, plain.trends.series[2])
    assert "NPS −50.0" in panel_alt(weighted, weighted.trends.series[2])


@pytest.mark.parametrize("how_many", [1, 2, 7, 8, 9])
def test_at_most_four_waves_are_labelled_level_and_the_newest_always(how_many):
    waves = {f"wave {number}": "50/30/20" for number in range(1, how_many + 1)}
    view = shown({"A": waves}, total=None, survey="relationship")
    for figure, most in ((together(view, []), 4), (small_multiples(view)[0], 2)):
        axis = figure.layout.xaxis
        assert axis.tickangle == 0
        assert len(axis.tickvals) == len(axis.ticktext) <= most
        assert len(axis.ticktext) == how_many or how_many > most
        assert axis.ticktext[-1] == f"wave {how_many}"
        labels = [int(text.split()[1]) for text in axis.ticktext]
        assert [day.month for day in axis.tickvals] == labels
        assert len({later - earlier for earlier, later in itertools.pairwise(labels)}) <= 1


def test_events_stand_at_their_day_and_their_text_stays_text():
    figure = together(shown(), [EventMark(1, date(2025, 2, 14), "<b>A & B</b>")])
    assert [shape.x0 for shape in figure.layout.shapes] == [date(2025, 2, 14)]
    (mark,) = [trace for trace in figure.data if trace.text]
    assert "&lt;b>A &amp; B" in mark.hovertext[0]


def test_names_of_units_and_waves_stay_text():
    waves = {"<i>A": {"<a href='http://x'>1": "50/20/30", "<a href='http://x'>2": "50/20/30"}}
    view = shown(waves, total=None, survey="relationship")
    for figure in (together(view, []), *small_multiples(view), shares(view, view.trends.series[0])):
        texts = (
            figure.to_json()
            .replace("\\u003c", "<")
            .replace("<br>", "")
            .replace("<b>Unit", "")
            .replace("<\\u002fb>", "")
        )
        assert "<i>" not in texts
        assert "<a href" not in texts


@pytest.mark.parametrize("how_many", [1, 2, 3, 5])
def test_few_months_are_labelled_once_each(how_many):
    figure = together(
        shown(
            {
                "A": dict(itertools.islice(COMPANY["B"].items(), how_many))
                | ({"2025-05": "60/20/20"} if how_many == 5 else {})
            },
            total=None,
        ),
        [],
    )
    axis = figure.layout.xaxis
    assert list(axis.tickvals) == [date(2025, month, 1) for month in range(1, how_many + 1)]


@pytest.mark.parametrize("code", ["en", "zh_Hant", "zh_Hans"])
def test_nothing_known_is_a_picture_too(code):
    for units in ({"A": {}}, {"A": {"2025-01": "0/0/0"}}, {"A": {"2025-01": "2/1/0"}, "B": {}}):
        view = shown(units, total=None, code=code)
        for figure in (
            together(view, []),
            *small_multiples(view),
            shares(view, view.trends.series[0]),
            response_rates(view),
        ):
            assert figure.layout.height > 0


def test_every_figure_is_one_constructor_call():
    for file in (PROJECT_FOLDER / "cx" / "charts").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith(
                    ("update_", "add_trace", "add_shape", "add_hline", "add_vline", "add_annotation", "add_h", "add_v")
                ), (file.name, node.lineno)
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not {"plotly.express", "plotly.subplots", "express"} & names, file.name
    made_here = [
        node.lineno
        for node in ast.walk(ast.parse((PROJECT_FOLDER / "cx/charts/trends.py").read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "go.Figure"
    ]
    assert len(made_here) == sum(
        callable(getattr(pictures, name)) for name in ("together", "small_multiples", "shares", "response_rates")
    )
