"""The public opening: whole paragraphs where they fit, a cut of the first where not, never more than a third."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom import cards
from broadsheet.newsroom.rules import Lead, count_words, lead_of
from tests.paper import words

HAN = "江的两岸隔水相望。桥在六月开通。货车一天只过五辆。冬天气垫船在冰上行走。"
ARABIC = "تقف المدينتان وجهًا لوجه على ضفتي النهر. افتُتح الجسر في يونيو. هل تعبر الشاحنات؟ لا تعبر إلا خمس."


def third(total: int, most: int) -> int:
    return min(most, total // 3)


def test_whole_paragraphs_are_taken_as_long_as_they_fit():
    opening = [words(40), words(40), words(40)]
    assert lead_of(opening, 600, 100) == Lead(2)


def test_a_story_of_one_long_paragraph_is_cut_after_a_sentence():
    lead = lead_of([words(300)], 300, 100)
    assert lead.whole == 0
    assert lead.cut.endswith("word100.")
    assert count_words(lead.cut) == 100


def test_a_first_paragraph_without_a_sentence_that_fits_is_cut_after_a_word():
    lead = lead_of(["word " * 300], 300, 50)
    assert lead.cut == ("word " * 50).strip() + "…"


@pytest.mark.parametrize(("total", "most"), [(1, 100), (2, 100), (300, 0)])
def test_a_short_text_or_a_budget_of_none_gives_nothing(total: int, most: int):
    assert lead_of([words(total)], total, most) == Lead(0)


def test_a_story_that_opens_with_no_paragraph_has_no_lead():
    assert lead_of([], 500, 100) == Lead(0)


def test_a_short_text_gives_no_more_than_a_third():
    lead = lead_of([words(9)], 9, 100)
    assert lead.cut == "word1 word2 word3…"


def test_a_text_of_ideographs_is_cut_after_a_full_stop_of_its_own():
    text = HAN * 20
    lead = lead_of([text], count_words(text), 30)
    assert lead.cut.endswith("。")
    assert 0 < count_words(lead.cut) <= 30


def test_a_text_of_ideographs_without_stops_is_cut_between_characters():
    text = "江" * 400
    lead = lead_of([text], count_words(text), 30)
    assert lead.cut.endswith("…")
    assert count_words(lead.cut) <= 30


def test_an_arabic_text_is_cut_after_its_own_question_mark_or_stop():
    text = " ".join([ARABIC] * 10)
    lead = lead_of([text], count_words(text), 25)
    assert lead.cut[-1] in ".؟"
    assert text.startswith(lead.cut)
    assert count_words(lead.cut) <= 25


LETTERS = st.text(
    st.sampled_from("abz .!?…。！？؟۔।\n\t\u200f\u00a0江水桥عربيกขค한국かな\"'”»)éß‍😀"), min_size=0, max_size=400
)


@given(st.lists(LETTERS, max_size=5), st.integers(0, 2000), st.integers(0, 400))
def test_no_lead_is_ever_longer_than_its_budget(opening: list[str], beyond: int, most: int):
    total = sum(map(count_words, opening)) + beyond
    lead = lead_of(opening, total, most)
    given_away = sum(count_words(text) for text in opening[: lead.whole]) + count_words(lead.cut.removesuffix("…"))
    assert given_away <= third(total, most)


@given(st.lists(LETTERS, min_size=1, max_size=5), st.integers(0, 2000), st.integers(0, 400))
def test_a_cut_is_the_beginning_of_the_first_paragraph_and_stands_alone(opening: list[str], beyond: int, most: int):
    lead = lead_of(opening, sum(map(count_words, opening)) + beyond, most)
    if lead.cut:
        assert lead.whole == 0
        start = " ".join(opening[0].split())
        assert start.startswith(" ".join(lead.cut.removesuffix("…").split()))


@given(LETTERS)
def test_a_count_of_words_is_never_negative_and_grows_with_the_text(text: str):
    assert 0 <= count_words(text) <= count_words(text + " more")


def test_a_link_at_the_end_of_a_clause_parts_no_mark_from_its_word():
    assert cards.plain('<p>It is <a href="/a/">here</a>, and <b>so</b>.</p><p>On</p>') == "It is here, and so. On"
