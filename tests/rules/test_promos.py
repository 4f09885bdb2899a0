"""Which newsletter a story offers, and between which paragraphs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsletters.rules.promos import Offer, choose, halves, place_of

RIVERS = Offer(1, 11, "middle", 3, 1, False, frozenset({"/topics/rivers/", "/places/heihe/"}))
TRADE = Offer(2, 12, "end", 3, 5, False, frozenset({"/topics/trade/"}))
ANY = Offer(3, 13, "top", 3, 9, True, frozenset())


@pytest.mark.parametrize(
    ("subjects", "chosen"),
    [
        (set(), ANY),
        ({"/topics/music/"}, ANY),
        ({"/topics/rivers/"}, RIVERS),
        ({"/topics/rivers/", "/topics/trade/"}, TRADE),
        ({"/topics/rivers/", "/places/heihe/", "/topics/trade/"}, RIVERS),
    ],
)
def test_what_has_most_in_common_is_offered_then_what_weighs_most(subjects: set[str], chosen: Offer) -> None:
    assert choose([RIVERS, TRADE, ANY], subjects) == chosen
    assert choose([ANY, TRADE, RIVERS], subjects) == chosen


def test_a_story_about_nothing_of_ours_offers_nothing() -> None:
    assert choose([RIVERS, TRADE], {"/topics/music/"}) is None
    assert choose([], {"/topics/rivers/"}) is None
    twin = replace(RIVERS, id=9)
    assert choose([twin, RIVERS], {"/topics/rivers/"}) == RIVERS


def test_a_lead_has_no_middle() -> None:
    assert [place_of(RIVERS, full=full) for full in (True, False)] == ["middle", "end"]
    assert [place_of(ANY, full=full) for full in (True, False)] == ["top", "top"]


def test_a_body_is_parted_between_two_paragraphs_and_never_inside_anything() -> None:
    quote = "<blockquote><p>one</p><p>two</p><p>three</p></blockquote>"
    paragraphs = [f"<p>{number} <em>words</em><br></p>" for number in range(6)]
    markup = "\n".join([*paragraphs[:3], quote, *paragraphs[3:]])
    first, second = halves(markup)
    assert first + second == markup
    assert first.rstrip().endswith("</p>")
    assert second.startswith("<p>")
    assert first.count("<blockquote>") == first.count("</blockquote>")


@pytest.mark.parametrize("markup", ["", "<p>one</p><p>two</p>", "<figure><p>a</p><p>b</p><p>c</p><p>d</p></figure>"])
def test_what_is_short_stays_whole(markup: str) -> None:
    assert halves(markup) == (markup, "")


@given(
    st.lists(
        st.sampled_from(["<p>a</p>", "<p>b &amp; <b>c</b></p>\n", "<figure><img src='x'><p>d</p></figure>", "<hr>"])
    )
)
def test_nothing_is_lost_and_both_halves_are_whole(blocks: list[str]) -> None:
    markup = "".join(blocks)
    first, second = halves(markup)
    assert first + second == markup
    for half in (first, second):
        for name in ("p", "figure", "b"):
            assert half.count(f"<{name}>") == half.count(f"</{name}>")
