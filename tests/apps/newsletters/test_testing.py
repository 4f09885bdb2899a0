"""One subject against another: the sample that is stated, and the rule that is stated."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsletters.rules.testing import CLICKS, FIRST, Tried, Why, arm, sample, winner


@given(st.integers(0, 1_000_000), st.integers(2, 100))
def test_a_sample_is_two_equal_halves_and_the_rest(readers: int, share: int) -> None:
    found = sample(readers, share)
    assert found.first == found.second
    assert found.first + found.second + found.rest == readers
    assert found.rest >= 0
    assert abs(found.first + found.second - readers * share / 100) <= 2


def test_a_small_list_is_tested_too_where_it_has_two_readers() -> None:
    assert (sample(1, 20).first, sample(1, 20).rest) == (0, 1)
    assert (sample(4, 20).first, sample(4, 20).rest) == (1, 2)


def test_readers_fall_into_their_arms_by_chance_and_stay_there() -> None:
    arms = [arm(b"issue", number.to_bytes(4, "big"), 20) for number in range(20_000)]
    found = Counter(arms)
    assert abs(found["a"] - 2_000) < 200
    assert abs(found["b"] - 2_000) < 200
    assert arms == [arm(b"issue", number.to_bytes(4, "big"), 20) for number in range(20_000)]
    assert arms != [arm(b"another", number.to_bytes(4, "big"), 20) for number in range(20_000)]
    assert {arm(b"all", bytes([number]), 100) for number in range(200)} == {"a", "b"}


@pytest.mark.parametrize(
    ("first", "second", "rule", "wins", "why"),
    [
        (Tried(1000, 50), Tried(1000, 51), CLICKS, "b", Why.MORE),
        (Tried(1000, 51), Tried(1000, 50), CLICKS, "a", Why.MORE),
        (Tried(500, 20), Tried(1000, 30), CLICKS, "a", Why.MORE),  # by the mail, not in all
        (Tried(1000, 50), Tried(1000, 50), CLICKS, "a", Why.EQUAL),
        (Tried(0, 0), Tried(0, 0), CLICKS, "a", Why.EQUAL),
        (Tried(1000, 50), Tried(1000, 60), FIRST, "a", Why.NOT_CLEAR),
        (Tried(1000, 50), Tried(1000, 75), FIRST, "b", Why.CLEARLY),
        (Tried(50, 1), Tried(50, 20), FIRST, "a", Why.TOO_FEW),
        (Tried(1000, 75), Tried(1000, 50), FIRST, "a", Why.NOT_CLEAR),
    ],
)
def test_the_winner_and_why(first: Tried, second: Tried, rule: str, wins: str, why: Why) -> None:
    found = winner(first, second, rule)
    assert (found.winner, found.why) == (wins, why)


def test_how_likely_chance_is_agrees_with_the_tables() -> None:
    # 50 and 75 of 1000: z = 2.309, one side 0.0105
    assert winner(Tried(1000, 50), Tried(1000, 75), FIRST).chance == pytest.approx(0.0105, abs=0.0003)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 2_000), st.integers(0, 2_000))
def test_more_clicks_never_lose_by_the_rule_of_clicks(sent: int, more: int, one: int, other: int) -> None:
    found = winner(Tried(sent + 1, one), Tried(sent + 1, other), CLICKS)
    assert found.winner == ("b" if other > one else "a")
    assert 0 <= found.chance <= 1
