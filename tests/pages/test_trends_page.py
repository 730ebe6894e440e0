"""The page NPS trends, run by Streamlit itself: what it shows is what the raw answers say, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import date

import pandas as pd
import pytest

from cx.charts.trends import MAX_LINES, MAX_PANELS
from cx.say.course import course_headline
from cx.say.numbers import formatter
from cx.say.silent import newest_asked, response_headline
from cx.say.translator import LANGUAGES, translator
from cx.say.trends import headline
from cx.settings import settings
from cx.stats.suppression import Thresholds
from cx.ui.pages import COMPARE, TRENDS
from cx.warehouse.course import unit_course
from cx.warehouse.filters import Filters
from cx.warehouse.home import Home
from cx.warehouse.nps import nps_trends
from cx.warehouse.scope import Scope
from tests.companies import current_snapshot
from tests.pages import homes
from tests.pages.raw_answers import Figures, figures
from tests.pages.reader import at_home, drawn, elements, figures_of, is_whole, received, said, table_of, visit

Demo = tuple[Home, dict[str, pd.DataFrame]]
COMPANIES = ("demo", "public", "one_period", "without_wave_names", "few_answers", "many_branches", "hostile")
CHARTS = ("together", "multiples", "shares", "response", "course", "level", "why")
THRESHOLDS = Thresholds(privacy=5, figure=10, firm=30)


def over(*names: str) -> pytest.MarkDecorator:
    """The test is run over these companies."""
    return pytest.mark.parametrize("company", names, indirect=True)


@over(*COMPANIES)
def test_every_company_is_shown_in_every_picture_and_language(company: Home) -> None:
    for chart, lang in zip(CHARTS, (*LANGUAGES, *LANGUAGES, "en"), strict=True):
        at = visit(chart=chart, lang=lang)
        assert is_whole(at)
        snapshot = current_snapshot(company)
        trends = nps_trends(snapshot, Scope(None), at.session_state["survey"], Filters(), settings())
        t, finding = translator(lang), headline(translator(lang), trends, THRESHOLDS)
        if chart == "course" and (course := unit_course(snapshot, Scope(None), Filters(), settings())):
            finding = course_headline(t, course)
        if chart == "response" and (asked := newest_asked(trends)):
            finding = response_headline(t, trends.survey, asked)
        assert [said(title.value) for title in at.title] == [finding]


@over("one_period")
def test_one_period_says_its_figure_and_that_nothing_is_earlier(company: Home) -> None:
    at = visit()
    # Adjusted Wald, add 3: 24 promoters, 9 passives, 7 detractors of 40, each a customer.
    n = 40 + 3
    promoters, detractors = (24 + 0.75) / n, (7 + 0.75) / n
    middle = promoters - detractors
    half = 1.959964 * ((promoters + detractors - middle**2) / n) ** 0.5
    low, high = (f"{100 * end:+.1f}" for end in (middle - half, middle + half))
    assert said(at.title[0].value) == (
        f"T-NPS of A in Jan 2024 is +42.5 ({low} to {high}); there is nothing earlier to compare it with."
    )
    assert at.metric[0].value == "+42.5"
    assert said(at.metric[0].delta) == f"{low} to {high} · n = 40"


@over("without_wave_names")
def test_waves_without_a_name_are_quarters(company: Home) -> None:
    at = visit()
    assert said(at.title[0].value).startswith(
        "R-NPS of A fell by 80.0 points from 2025 Q1 to 2025 Q2: this is a real move"
    )
    assert drawn(at)["layout"]["xaxis"]["ticktext"] == ["2025 Q1", "2025 Q2"]
    # The average of the two waves, −20, stands nowhere: R is shown by wave, not summed.
    assert "−20.0" not in received(at)


@over("empty")
def test_an_empty_home_invites_to_load(company: Home) -> None:
    for page in ("trends", "data"):
        at = visit(page)
        assert is_whole(at)
        assert at.title[0].value == "Nothing is loaded yet"
        assert "python -m cx demo" in at.code[0].value
        assert not at.metric
        assert at.get("button_group")  # the language can still be chosen


@pytest.mark.parametrize(
    ("survey", "unit", "only"),
    [
        ("relationship", [], {}),
        ("transaction", [], {}),
        ("strategic", [], {}),
        ("transaction", ["HL-N1"], {}),
        ("transaction", ["HL", "HB-N", "HK"], {}),
        ("transaction", ["HL"], {"product": "Protection"}),
        ("relationship", ["HM"], {"segment": "Family"}),
        ("transaction", [], {"channel": "branch"}),
        ("transaction", ["HL"], {"touchpoint_id": "payout"}),
        ("transaction", ["HL"], {"touchpoint_id": "payout", "product": "Protection", "segment": "Family"}),
        ("relationship", [], {"segment": "Family", "product": "Protection"}),
    ],
    ids=str,
)
def test_every_figure_of_the_table_is_that_of_the_raw_answers(
    demo: Demo, survey: str, unit: list[str], only: dict[str, str]
) -> None:
    home, tables = demo
    expected = figures(tables, survey, **only)
    names = dict(zip(tables["units"]["name"], tables["units"]["unit_id"], strict=True))
    with at_home(home.folder):
        at = visit(survey=survey, unit=unit, **{name.removesuffix("_id"): value for name, value in only.items()})
        assert is_whole(at)
        shown = table_of(at)
    months = {
        formatter("en").month(date(year, month, 1)): f"{year}-{month:02}"
        for year in (2023, 2024, 2025, 2026)
        for month in range(1, 13)
    }
    children = {row.unit_id for row in tables["units"].itertuples() if row.parent_id == (unit or ["HG"])[0]}
    units = set(unit) if len(unit) > 1 else {*(unit or ["HG"]), *children}
    found = {(names[row["Business unit"]], months.get(row["Period"], row["Period"])): row for row in shown}
    assert len(found) == len(shown)
    assert found.keys() == {(one, period) for one, period in expected if one in units}
    for key, row in found.items():
        _compare(row, expected[key])


def _compare(row: dict[str, object], raw: Figures) -> None:
    assert row["Answers (n)"] == raw.n
    assert row["Blank answers"] == raw.blanks
    if row["Not shown because"]:
        assert pd.isna(row["NPS"])  # type: ignore[call-overload]
        return
    assert raw.n >= THRESHOLDS.figure
    assert row["NPS"] == pytest.approx(raw.nps_pts)
    assert row["Promoters %"] == pytest.approx(100 * raw.promoters)
    assert row["Detractors %"] == pytest.approx(100 * raw.detractors)
    assert row.get("NPS weighted", raw.weighted_nps_pts) == pytest.approx(raw.weighted_nps_pts)
    assert row["from"] < row["NPS"] < row["to"] or abs(raw.nps_pts) == 100  # type: ignore[operator]


@pytest.mark.parametrize("survey", ["relationship", "transaction"])
def test_cards_and_line_are_those_of_the_raw_answers(demo: Demo, survey: str) -> None:
    home, tables = demo
    expected = {period: raw for (unit, period), raw in figures(tables, survey).items() if unit == "HG"}
    newest = expected[max(expected)]
    with at_home(home.folder):
        at = visit(survey=survey)
    cards = {card.label.split(" · ")[0]: card for card in at.metric}
    main = cards["R-NPS" if survey == "relationship" else "T-NPS"]
    assert main.value == formatter("en").nps(newest.nps_pts / 100)
    assert said(main.delta).endswith(f" · n = {newest.n}")
    assert cards["Promoters"].value == f"{100 * newest.promoters:.0f}%"
    assert cards["Detractors"].value == f"{100 * newest.detractors:.0f}%"
    sent = tables["invitations"][tables["invitations"]["survey"] == survey]
    if survey == "transaction":
        month = max(expected)
        invited = tables["responses"][
            (tables["responses"]["survey"] == survey)
            & tables["responses"]["score"].notna()
            & (tables["responses"]["invited_at"].str[:7] == month)
        ]
        asked = sent[sent["month"].str[:7] == month]["sent"].astype(int).sum()
        assert cards["Response rate"].value == f"{100 * len(invited) / asked:.1f}%"
    line = next(trace for trace in drawn(at)["data"] if trace.get("name") == "Harbour Group")
    assert line["y"] == pytest.approx([expected[period].nps_pts for period in sorted(expected)])


def test_weighted_figures_are_drawn_when_asked_for(demo: Demo) -> None:
    home, tables = demo
    expected = {period: raw for (unit, period), raw in figures(tables, "relationship").items() if unit == "HG"}
    with at_home(home.folder):
        at = visit(survey="relationship", weights="on")
    line = next(trace for trace in drawn(at)["data"] if trace.get("name") == "Harbour Group")
    assert line["y"] == pytest.approx([expected[period].weighted_nps_pts for period in sorted(expected)])
    assert "Weighted R-NPS of Harbour Group" in said(at.title[0].value)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [("", {"R-NPS · 2018": "+31.0", "Weighted": "+35.1"}), ("on", {"Weighted R-NPS · 2018": "+35.1"})],
)
@over("public")
def test_the_airport_shows_what_its_owner_publishes(company: Home, weights: str, expected: dict[str, str]) -> None:
    at = visit(unit="SFO", weights=weights)
    cards = {card.label: card.value for card in at.metric}
    assert {label: value for label, value in cards.items() if "NPS" in label or label == "Weighted"} == expected
    rows = {(row["Business unit"], row["Period"]): row for row in table_of(at)}
    ends = [(row["NPS"], row["NPS weighted"]) for key, row in rows.items() if key[0] == at_top(rows)]
    assert ends == [
        (pytest.approx(39.840, abs=5e-4), pytest.approx(40.398, abs=5e-4)),
        (pytest.approx(30.981, abs=5e-4), pytest.approx(35.114, abs=5e-4)),
    ]


def at_top(rows: dict[tuple[str, str], dict[str, object]]) -> str:
    """The unit with the most answers."""
    return max(rows, key=lambda key: rows[key]["Answers (n)"])[0]  # type: ignore[return-value]


@over("public")
def test_a_question_without_a_zero_is_said(company: Home) -> None:
    at = visit(unit="r-community")
    assert "Asked on 1–10: no zero was possible." in said(at.markdown[0].value)
    assert at.metric[0].value == "+75.1"


@pytest.mark.parametrize("chart", CHARTS)
@over("few_answers")
def test_withheld_figures_stand_nowhere(company: Home, chart: str) -> None:
    for unit in ([], ["small"], ["tiny"], ["small", "tiny"], ["kept", "small"]):
        at = visit(chart=chart, unit=unit)
        assert is_whole(at)
        table_of(at)
        text = received(at)
        # Small is +14.3 (57 % and 43 %), Tiny +66.7 (67 %, 33 %, 0 %).
        for hidden in ("14.2", "14.3", "57.1", "42.8", "42.9", "66.6", "66.7", "33.3"):
            assert hidden not in text, (unit, hidden)


@over("few_answers")
def test_few_answers_say_how_many_are_missing(company: Home) -> None:
    at = visit(unit="small")
    assert said(at.title[0].value) == "T-NPS of Small in Jan 2024: too few answers: 7 of the 10 needed."
    assert [card.value for card in at.metric] == ["—"]
    assert "fewer than 10 answers" in at.info[0].value
    at = visit()
    assert "2 figures are not shown: fewer than 10 answers" in said(at.markdown[0].value)


@over("few_answers")
def test_a_filter_that_leaves_too_few_in_or_out_shows_nothing_of_them(company: Home) -> None:
    rare = visit(product="Rare")
    assert is_whole(rare)
    assert [card.value for card in rare.metric] == ["—"]
    # 47 of 50 answers: together with the whole, three answers could be had by subtraction.
    nearly_all = visit(product="Big")
    assert is_whole(nearly_all)
    assert [card.value for card in nearly_all.metric] == ["—"]
    table_of(nearly_all)
    assert f"{100 * (28 - 9) / 47:.1f}" not in received(nearly_all)


@over("many_branches")
def test_two_thousand_branches_are_drawn_in_part_and_said_in_full(company: Home) -> None:
    together = visit(chart="together")
    lines = {trace["name"] for trace in drawn(together)["data"] if trace.get("mode") == "lines+markers"}
    assert len(lines) == MAX_LINES + 1
    assert f"Drawn are the {MAX_LINES} units with the most answers, of 2,000" in "".join(
        caption.value for caption in together.caption
    )
    panels = visit(chart="multiples")
    assert len(panels.get("plotly_chart")) == MAX_PANELS + 1
    assert f"Drawn are the {MAX_PANELS} units with the most answers, of 2,000" in "".join(
        caption.value for caption in panels.caption
    )
    rows = table_of(together)
    assert len(rows) == 2 * (homes.BRANCHES + 1)
    assert sum(row["Answers (n)"] for row in rows if row["Business unit"] == "The whole") == 48_000
    one = visit(unit="b1777")
    assert {row["Business unit"] for row in table_of(one)} == {"Branch 1777"}


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("survey", ["relationship", "transaction"])
@over("hostile")
def test_names_stay_text(company: Home, survey: str, chart: str) -> None:
    for unit in ([], ["u0"], ["u0", "u1", "u2", "u3"]):
        at = visit(survey=survey, chart=chart, unit=unit)
        assert is_whole(at)
        for element in elements(at):
            kind = getattr(element, "type", "")
            if kind in ("title", "markdown", "caption", "info", "warning", "metric", "toggle"):
                for text in (getattr(element, name, "") or "" for name in ("value", "label", "delta", "help")):
                    _reads_no_markdown(str(text))
        if at.get("plotly_chart"):
            spec = json.dumps(figures_of(at), ensure_ascii=False)
            assert "<script" not in spec
            assert "<img" not in spec


def _reads_no_markdown(text: str) -> None:
    """No sign of a name is left that Markdown, HTML, LaTeX or an icon could begin with."""
    bare = re.sub(r"\\.", "", text)
    assert not re.search(r"https?://\w|www\.\w|\w@\w", text.replace("\\", "")), text
    assert not re.search(r"!\[|<script|<img|\$\$|:material/|:red\[", bare), text


def test_no_id_is_shown_where_a_name_exists(demo: Demo) -> None:
    home, tables = demo
    # Some ids of touchpoints are words of English, such as "chat".
    ids = {*tables["units"]["unit_id"], *(one for one in tables["touchpoints"]["touchpoint_id"] if "_" in one)}
    with at_home(home.folder):
        for query in (
            {},
            {"unit": "HL"},
            {"unit": ["HL-N1", "HB-C"], "survey": "transaction"},
            {"survey": "transaction", "touchpoint": "payout"},
        ):
            at = visit(**query)  # type: ignore[arg-type]
            table_of(at)
            # What widgets send back are ids; what they show are their labels and options.
            texts = [
                str(getattr(element, name, ""))
                for element in elements(at)
                for name in (
                    "label",
                    "delta",
                    "help",
                    "options",
                    *(("value",) if not hasattr(element, "options") else ()),
                )
            ]
            for text in (*texts, *(json.dumps(chart) for chart in figures_of(at))):
                assert not ids & set(re.findall(r"[\w-]+", said(text))), text


def test_an_unknown_value_of_a_link_is_said_and_left_out(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit(
            unit=["HL", "NOWHERE"],
            product="![x](http://evil.example/a.png)",
            from_="1999-01",
            chart="`pie`",
            survey="telepathy",
            touchpoint="x' or 1=1",
            weights="maybe",
            market="Moon",
        )
        assert is_whole(at)
        (warning,) = at.warning
        for value in (
            "unit=NOWHERE",
            "product=![x](http://evil.example/a.png)",
            "from=1999-01",
            "touchpoint=x' or 1=1",
            "chart='pie'",
            "survey=telepathy",
            "weights=maybe",
            "market=Moon",
        ):
            assert value in warning.value
        assert "unit=HL" not in warning.value
        assert at.session_state["filter_unit"] == ["HL"]
        assert "Harbour Life" in said(at.title[0].value)


def test_a_picture_of_another_page_is_no_odd_value(demo: Demo) -> None:
    with at_home(demo[0].folder):
        for chart in COMPARE.pictures:
            at = visit(chart=chart)
            assert not at.warning
            assert at.session_state["chart"] == (chart if chart in TRENDS.pictures else "together")
        assert not visit(chart="level", weights="on", market="Brokers", survey="relationship").warning


@pytest.mark.parametrize(
    "query",
    [
        {"from_": "2026-13"},
        {"from_": "20"},
        {"to": "2026-01-01"},
        {"lang": "xx"},
        {"weights": "maybe"},
        {"from_": "2026-06", "to": "2024-01"},
        {"unit": ""},
    ],
    ids=str,
)
def test_a_broken_link_never_breaks_the_page(demo: Demo, query: dict[str, str]) -> None:
    with at_home(demo[0].folder):
        assert is_whole(visit(**query))  # type: ignore[arg-type]


def test_months_outside_the_filter_are_not_shown(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit(survey="transaction", from_="2025-03", to="2025-05")
        assert is_whole(at)
        assert [row["Period"] for row in table_of(at) if row["Business unit"] == "Harbour Group"] == [
            "Mar 2025",
            "Apr 2025",
            "May 2025",
        ]
        events = said("".join(caption.value for caption in at.caption))
        assert "App redesigned" in events  # 1 March, of the bank, which is a part shown here
        assert "New chief executive" not in events  # 15 January


def test_clicking_keeps_the_choice(demo: Demo) -> None:
    with at_home(demo[0].folder):
        at = visit()
        at.multiselect(key="filter_unit").set_value(["HL"]).run()
        assert "Harbour Life" in said(at.title[0].value)
        at.selectbox(key="filter_product").set_value("Protection").run()
        assert "product Protection" in said(at.markdown[0].value)
        at.multiselect(key="filter_unit").set_value([]).run()
        assert "Harbour Group" in said(at.title[0].value)
        assert "product Protection" in said(at.markdown[0].value)
