"""What the search compares: words without accents and vowel marks, and characters where no spaces are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.words import MOST_TERMS, Term, fold, terms


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ålesund", "alesund"),
        ("Straße", "strasse"),
        ("SØREN Łódź", "soren lodz"),
        ("İstanbul ışık", "istanbul isik"),
        ("مُحَمَّد", "محمد"),
        ("مدرسة", "مدرسه"),
        ("مصطفى", "مصطفي"),
        ("کتاب", "كتاب"),
        ("كتـــاب", "كتاب"),
        ("黑河市", "黑 河 市"),
        ("ferry渡船", "ferry 渡 船"),
        ("ｆｕｌｌ－ｗｉｄｔｈ", "full width"),
        ("don't stop", "don t stop"),
        ("", ""),
        ("!?…", ""),
    ],
)
def test_words_are_folded(text: str, folded: str):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("river", (Term(("river",), True),)),
        ("two cities", (Term(("two",)), Term(("cities",), True))),
        ('"two cities" river', (Term(("two", "cities")), Term(("river",), True))),
        ('river "two cities"', (Term(("river",)), Term(("two", "cities")))),
        ("“two cities”", (Term(("two", "cities")),)),
        ("«deux villes»", (Term(("deux", "villes")),)),
        ('"unclosed phrase', (Term(("unclosed", "phrase")),)),
        ("黑河", (Term(("黑", "河"), True),)),
        ("", ()),
        ('"" !?', ()),
        ("nul\x00byte", (Term(("nul",)), Term(("byte",), True))),
    ],
)
def test_a_query_is_words_phrases_and_the_beginning_of_a_last_word(query: str, found: tuple[Term, ...]):
    assert terms(query) == found


@given(st.text(max_size=600))
def test_any_query_gives_a_few_terms_of_letters_and_digits(query: str):
    found = terms(query)
    assert len(found) <= MOST_TERMS
    assert all(word.replace("_", "a").isalnum() or not word.isascii() for term in found for word in term.words)
    assert all(term.words for term in found)


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)
