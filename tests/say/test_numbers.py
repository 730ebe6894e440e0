"""The formatter against expectations written by hand, and against Babel's own formats where there are any."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from cx.say.numbers import formatter, is_missing
from cx.say.translator import LANGUAGES

EN, HANT, HANS = (formatter(code) for code in ("en", "zh_Hant", "zh_Hans"))
ALL = (EN, HANT, HANS)


def in_all(call):
    return [call(write) for write in ALL]


@pytest.mark.parametrize(("value", "said"), [
    (0.3981, "+39.8"), (-0.089, "−8.9"), (0.0, "0.0"), (-0.0004, "0.0"), (0.0004, "0.0"), (1, "+100.0"),
    (-1, "−100.0"), (Decimal("0.25"), "+25.0"), (-1.5, "−150.0"), (None, "—"), (math.nan, "—"), (math.inf, "—"),
])
def test_nps_is_points_with_a_sign(value, said):
    assert in_all(lambda write: write.nps(value)) == [said] * 3


def test_nps_without_decimals():
    assert [EN.nps(value, 0) for value in (0.398, -0.004, 0.004, -0.015001)] == ["+40", "0", "0", "−2"]


def test_intervals_and_changes_have_words_of_the_language():
    assert in_all(lambda write: write.interval(0.38, 0.416)) == ["+38.0 to +41.6"] + ["+38.0 至 +41.6"] * 2
    assert in_all(lambda write: write.interval(-0.127, -0.05)) == ["−12.7 to −5.0"] + ["−12.7 至 −5.0"] * 2
    assert in_all(lambda write: write.change(-0.089)) == ["−8.9 points", "−8.9 點", "−8.9 点"]
    assert in_all(lambda write: write.size_of_change(-0.089)) == ["8.9 points", "8.9 點", "8.9 点"]
    assert in_all(lambda write: write.percent_interval(0.78, 0.841)) == ["78.0% to 84.1%"] + ["78.0% 至 84.1%"] * 2


def test_differences_are_not_of_rounded_values():
    # 40.04 and 39.96 are both shown as +40.0, their difference of 0.08 as +0.1.
    before, after = 0.39961, 0.40041
    assert EN.nps(before) == EN.nps(after) == "+40.0"
    assert EN.nps(after - before) == "+0.1"


@pytest.mark.parametrize("missing", [None, math.nan, math.inf, -math.inf])
def test_what_is_missing_is_a_dash_never_a_zero(missing):
    for write in ALL:
        shown = [write.nps(missing), write.change(missing), write.size_of_change(missing), write.number(missing),
                 write.count(missing), write.compact(missing), write.percent(missing), write.interval(missing, 0.1),
                 write.interval(0.1, missing), write.percent_interval(0.1, missing)]
        assert set(shown) == {"—"}
        assert write.sample(missing) == "n = —"
    assert is_missing(missing)


def test_dates_that_are_missing_are_a_dash():
    for write in ALL:
        shown = [write.day(None), write.month(None), write.months(None, date(2026, 1, 1)), write.ago(None),
                 write.months(date(2026, 1, 1), None), write.period(None), write.duration(None),
                 write.moment(None, ZoneInfo("UTC")), write.file_size(None)]
        assert set(shown) == {"—"}


def test_counts_shares_and_samples():
    assert in_all(lambda write: write.count(2_746)) == ["2,746"] * 3
    assert in_all(lambda write: write.sample(2_746)) == ["n = 2,746"] * 3
    assert in_all(lambda write: write.percent(0.8134)) == ["81.3%"] * 3
    assert [EN.percent(0.005, 0), EN.percent(1, 0), EN.percent(-0.2, 0)] == ["0%", "100%", "−20%"]
    assert [EN.number(-1234.56, 1), EN.number(-0.01, 1), EN.number(0)] == ["−1,234.6", "0.0", "0"]


def test_large_amounts_are_short():
    assert in_all(lambda write: write.compact(1_234_567)) == ["1.2M", "123.5萬", "123.5万"]
    assert in_all(lambda write: write.compact(-230_000_000)) == ["−230M", "−2.3億", "−2.3亿"]


@given(st.floats(-1e9, 1e9), st.sampled_from(sorted(LANGUAGES)))
def test_numbers_are_those_of_the_locale(value, code):
    expected = format_decimal(Decimal(value), "#,##0.0", locale=code).replace("-", "−")
    if expected == "−0.0":
        expected = "0.0"
    assert formatter(code).number(value, 1) == expected


@given(st.integers(0, 1000), st.sampled_from(sorted(LANGUAGES)))
def test_shares_are_those_of_the_locale(thousandths, code):
    share = Decimal(thousandths) / 1000
    assert formatter(code).percent(share) == format_percent(share, "#,##0.0%", locale=code)


def test_days_months_and_ranges():
    first, last = date(2026, 1, 1), date(2026, 9, 30)
    assert in_all(lambda write: write.day(last)) == ["Sep 30, 2026", "2026年9月30日", "2026年9月30日"]
    assert in_all(lambda write: write.month(last)) == ["Sep 2026", "2026年9月", "2026年9月"]
    # Babel sets thin spaces around the dash.
    assert in_all(lambda write: write.months(first, last)) == [
        "Jan\u2009–\u2009Sep 2026", "2026年1月至9月", "2026年1月至9月"]
    assert in_all(lambda write: write.months(date(2025, 11, 1), last)) == [
        "Nov 2025\u2009–\u2009Sep 2026", "2025年11月至2026年9月", "2025年11月至2026年9月"]
    assert in_all(lambda write: write.months(first, first)) == ["Jan 2026", "2026年1月", "2026年1月"]


def test_a_wave_keeps_its_name_and_a_month_gets_one():
    assert in_all(lambda write: write.period("2026 Q3")) == ["2026 Q3"] * 3
    assert in_all(lambda write: write.period(date(2026, 9, 1))) == ["Sep 2026", "2026年9月", "2026年9月"]


def test_a_moment_is_told_in_the_zone_of_the_report():
    moment = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    assert in_all(lambda write: write.moment(moment, ZoneInfo("Asia/Taipei"))) == [
        "Nov 23, 2026, 02:05 (UTC+08:00)", "2026年11月23日 02:05（UTC+08:00）", "2026年11月23日 02:05（UTC+08:00）"]
    assert EN.moment(moment, ZoneInfo("America/New_York")) == "Nov 22, 2026, 13:05 (UTC−05:00)"
    assert EN.moment(moment, ZoneInfo("Asia/Kolkata")) == "Nov 22, 2026, 23:35 (UTC+05:30)"
    assert EN.moment(moment, ZoneInfo("UTC")) == "Nov 22, 2026, 18:05 (UTC)"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="must have a time zone"):
        EN.moment(datetime(2026, 11, 22, 18, 5), ZoneInfo("UTC"))


@pytest.mark.parametrize(("elapsed", "said"), [
    (timedelta(seconds=0), ["just now", "剛剛", "刚刚"]),
    (timedelta(seconds=59), ["just now", "剛剛", "刚刚"]),
    (timedelta(minutes=3), ["3 minutes ago", "3 分鐘前", "3分钟前"]),
    (timedelta(minutes=55), ["55 minutes ago", "55 分鐘前", "55分钟前"]),
    (timedelta(hours=2), ["2 hours ago", "2 小時前", "2小时前"]),
    (timedelta(days=1), ["1 day ago", "1 天前", "1天前"]),
    (timedelta(minutes=-3), ["in 3 minutes", "3 分鐘後", "3分钟后"]),
])
def test_how_long_ago(elapsed, said):
    assert in_all(lambda write: write.ago(elapsed)) == said


def test_durations():
    assert in_all(lambda write: write.duration(timedelta(minutes=3))) == ["3 minutes", "3 分鐘", "3分钟"]
    assert in_all(lambda write: write.duration(timedelta(seconds=1))) == ["1 second", "1 秒", "1秒钟"]


@pytest.mark.parametrize(("size", "said"), [
    (0, ["0 bytes", "0 位元組", "0 字节"]), (1, ["1 byte", "1 位元組", "1 字节"]),
    (999, ["999 bytes", "999 位元組", "999 字节"]),
    (1_000, ["1 kB"] * 3), (1_400_000, ["1.4 MB"] * 3), (52_500_000_000, ["52.5 GB"] * 3),
])
def test_file_sizes(size, said):
    assert in_all(lambda write: write.file_size(size)) == said


def test_lists_of_words():
    assert in_all(lambda write: write.listing(["A", "B", "C"])) == ["A, B, and C", "A、B和C", "A、B和C"]
    assert in_all(lambda write: write.listing([])) == [""] * 3
