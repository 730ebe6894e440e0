"""Pictures of comparisons: a map whose colours are the marks, one scale for every map, units under the unit above."""

from __future__ import annotations

from cx.charts.compare import MAX_ROWS, Compared, ranks, scores
from cx.charts.compare_touchpoints import MAX_TOUCHPOINTS, MAX_UNITS, Mapped, touchpoint_map
from cx.say.translator import translator
from cx.stats.comparison import SpanCounts, comparison
from cx.stats.nps import Counts
from cx.stats.suppression import Thresholds
from cx.stats.touchpoint_map import touchpoint_map as map_of
from cx.warehouse.compare_touchpoints import NamedMap, Touchpoint

LIMITS = Thresholds()
EN = translator("en")


def mapped(touchpoints: int, units: int, promoters: int = 70) -> Mapped:
    """A map in which the last unit stands out at the last touchpoint, and nobody else; the first cell is private."""
    ids, unit_ids = [f"t{k}" for k in range(touchpoints)], [f"u{k}" for k in range(units)]
    spans = {(one, unit): SpanCounts(Counts(50, 30, 20), 100.0, 0) for one in ids for unit in unit_ids}
    spans[ids[-1], unit_ids[-1]] = SpanCounts(Counts(promoters, 20, 10), 100.0, 0)
    spans[ids[0], unit_ids[0]] = SpanCounts(Counts(2, 1, 0), 3.0, 0)
    named = NamedMap(map_of(ids, unit_ids, spans, lambda *_: False, [], LIMITS),
                     tuple(Touchpoint(one, f"Touch <{one}>", "J", f"S{place // 2}") for place, one in enumerate(ids)),
                     {unit: f"Unit & {unit}" for unit in unit_ids})
    return Mapped(named, EN, LIMITS)


def test_only_marked_cells_have_a_colour_and_the_words_say_the_same():
    figure = touchpoint_map(mapped(4, 3, promoters=95))
    colours, texts = figure.data
    rows = [(label, row) for label, row in zip(figure.layout.yaxis.ticktext, colours.z, strict=True)]
    assert [label for label, _ in rows] == ["", "Touch &lt;t0>", "Touch &lt;t1>", "", "Touch &lt;t2>", "Touch &lt;t3>"]
    assert {note.y: note.text for note in figure.layout.annotations} == {0: "<b>J · S0</b>", 3: "<b>J · S1</b>"}
    coloured = {(y, x) for y, (_, row) in enumerate(rows) for x, value in enumerate(row) if value is not None}
    marked = {(y, x) for x, y, text in zip(texts.x, texts.y, texts.text, strict=True) if "▲" in text or "▼" in text}
    assert coloured == marked
    assert (5, 2) in coloured
    assert all("▲" in text for x, y, text in zip(texts.x, texts.y, texts.text, strict=True) if (y, x) == (5, 2))
    assert texts.text[0] == "×"
    assert "withheld" in texts.hovertext[0]
    assert "&lt;t0>" in texts.hovertext[0]
    assert "100" in texts.text[1]


def test_every_map_has_the_same_scale_around_zero():
    scales = [touchpoint_map(mapped(3, units, promoters)).data[0] for units, promoters in ((2, 95), (5, 60))]
    assert {(one.zmin, one.zmid, one.zmax) for one in scales} == {(-30, 0, 30)}


def test_of_many_touchpoints_and_units_those_that_stand_out_are_drawn():
    figure = touchpoint_map(mapped(40, 30, promoters=98))
    assert len(figure.layout.xaxis.ticktext) == MAX_UNITS
    assert figure.layout.xaxis.ticktext[-1] == "Unit &amp; u29"  # short enough to be read whole
    names = [name for name in figure.layout.yaxis.ticktext if name]
    assert len(names) == MAX_TOUCHPOINTS
    assert names[-1] == "Touch &lt;t39>"


def compared(count: int, heads: dict[str, str]) -> Compared:
    names = {f"u{place}": f"Unit {place}" for place in range(count)}
    spans = {unit: SpanCounts(Counts(60 - place % 50, 20, 20 + place % 50), 100.0, 0)
             for place, unit in enumerate(names)}
    made = comparison(names, spans, lambda *_: False, LIMITS)
    return Compared(made, EN, made.shown, heads, 0.2)


def test_units_stand_under_the_unit_above_them_in_every_picture():
    shown = compared(6, {f"u{place}": f"Head {place % 2}" for place in range(6)})
    for draw in (scores, ranks):
        labels = list(draw(shown).layout.yaxis.ticktext)
        assert labels == ["<b>Head 0</b>", "Unit 0", "Unit 2", "Unit 4", "<b>Head 1</b>", "Unit 1", "Unit 3", "Unit 5"]
    dots = next(trace for trace in scores(shown).data if trace.name == "Raw score")
    assert list(dots.y) == [1, 2, 3, 5, 6, 7]
    assert [round(x) for x in dots.x] == [40, 36, 32, 38, 34, 30]


def test_a_score_at_the_same_mix_is_drawn_with_its_interval_inside_the_picture():
    strata = {"u0": {"x": Counts(5, 5, 5), "y": Counts(9, 0, 3)},
              "u1": {"x": Counts(50, 20, 30), "y": Counts(0, 0, 12)}}
    spans = {"u0": SpanCounts(Counts(14, 5, 8), 27.0, 0), "u1": SpanCounts(Counts(50, 20, 42), 112.0, 0)}
    made = comparison({"u0": "A", "u1": "B"}, spans, lambda *_: False, LIMITS, strata=strata)
    figure = scores(Compared(made, EN, made.shown, {}, None))
    tick = next(trace for trace in figure.data if trace.name == "At the same mix")
    lines = [(trace.x[k], trace.x[k + 1], trace.y[k]) for trace in figure.data if trace.mode == "lines"
             for k in range(0, len(trace.x), 3)]
    for unit, x, y in zip(made.shown, tick.x, tick.y, strict=True):
        assert unit.fair is not None
        assert (100 * unit.fair.low, 100 * unit.fair.high, y) in lines
        first, last = figure.layout.xaxis.range
        assert first <= 100 * unit.fair.low < x < 100 * unit.fair.high <= last


def test_without_heads_the_rows_are_the_units_and_many_are_cut():
    assert list(scores(compared(3, {})).layout.yaxis.ticktext) == ["Unit 0", "Unit 1", "Unit 2"]
    assert len(scores(compared(90, {})).layout.yaxis.ticktext) == MAX_ROWS


def test_long_names_of_columns_lose_the_words_that_all_begin_with_and_no_other():
    shown = mapped(2, 3)
    names = {"u0": "Harbour Brokers Orchid Garden", "u1": "Harbour Brokers Orchid Quay", "u2": "Harbour Brokers Bay"}
    named = NamedMap(shown.named.map, shown.named.touchpoints, names)
    labels = touchpoint_map(Mapped(named, EN, LIMITS)).layout.xaxis.ticktext
    assert list(labels) == ["…Orchid Garden", "…Orchid Quay", "…Bay"]
    alike = NamedMap(shown.named.map, shown.named.touchpoints, dict.fromkeys(names, "One name for every single unit"))
    assert set(touchpoint_map(Mapped(alike, EN, LIMITS)).layout.xaxis.ticktext) == {"…unit"}
