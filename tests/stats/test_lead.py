"""The lead over the best rival: never surer than any shares that fit the two scores allow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cx.stats.difference import nps_difference
from cx.stats.lead import PublishedScore, lead
from cx.stats.nps import Counts, nps_estimate

CLASSES = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)).filter(lambda one: sum(one) >= 10)


def published(name: str, classes: tuple[int, int, int]) -> PublishedScore:
    return PublishedScore(name, Counts(*classes).nps, sum(classes))


@given(CLASSES, CLASSES)
def test_the_interval_holds_that_of_the_true_shares(own: tuple[int, int, int], rival: tuple[int, int, int]):
    found = lead(published("us", own), [published("them", rival)], 10)
    assert found is not None
    true = nps_difference(nps_estimate(Counts(*rival)), nps_estimate(Counts(*own)))
    assert found.difference.high - found.difference.low >= true.high - true.low - 1e-9
    assert abs(found.difference.nps - true.nps) < 1e-12
    if own[1] == rival[1] == 0:  # nobody is passive: the shares are known
        assert abs(found.difference.low - true.low) < 1e-12


def test_the_best_rival_counts_and_few_answers_or_no_rival_are_no_lead():
    own = PublishedScore("us", 0.3, 400)
    best, other = PublishedScore("b", 0.35, 300), PublishedScore("a", 0.1, 500)
    found = lead(own, [other, best], 10)
    assert found is not None
    assert found.rival == best
    assert found.difference.nps < 0
    assert lead(own, [], 10) is None
    assert lead(own, [PublishedScore("b", 0.35, 9)], 10) is None
    assert lead(PublishedScore("us", 0.3, 0), [best], 10) is None
