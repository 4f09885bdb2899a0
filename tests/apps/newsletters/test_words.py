"""Lines of plain text, colours and faces, in the scripts that a paper may be written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsletters.rules.colours import AT_NIGHT, INK, PAPER, READABLE, at_night, by_day, contrast
from broadsheet.newsletters.rules.typefaces import faces, script
from broadsheet.newsletters.rules.wrapping import WIDTH, columns, wrap

CHINESE = "港口的夜班工人说，他们已经三个月没有拿到工资了。「我们不会离开」，一位起重机司机告诉记者。" * 3
HINDI = "बंदरगाह के मज़दूरों ने कहा कि उन्हें तीन महीने से वेतन नहीं मिला है। " * 3
ARABIC = "قال عمّال الميناء إنّهم لم يتقاضوا أجورهم منذ ثلاثة أشهر. " * 3


@pytest.mark.parametrize("text", [CHINESE, HINDI, ARABIC, "The night shift has not been paid for three months. " * 4])
def test_lines_are_no_wider_than_they_may_be_and_nothing_is_lost(text: str) -> None:
    lines = wrap(text)
    assert len(lines) > 1
    assert max(columns(line) for line in lines) <= WIDTH
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_begins_with_no_mark_that_ends_something() -> None:
    assert not [line for line in wrap(CHINESE, 20) if line[0] in "，。」"]
    assert not [line for line in wrap(CHINESE, 20) if line[-1] in "「"]


def test_a_long_word_stands_alone_and_whole() -> None:
    address = "https://paper.example/" + "x" * 90
    assert wrap(f"See {address} now") == ["See", address, "now"]


def test_an_item_hangs_below_its_bullet() -> None:
    assert wrap("one two three", 9, "• ", "  ") == ["• one two", "  three"]


@given(st.text(max_size=300), st.integers(10, 80))
def test_words_survive_wrapping(text: str, width: int) -> None:
    assert "".join("".join(wrap(text, width)).split()) == "".join(text.split())


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_lists_colour_can_be_read_by_day_and_at_night(channels: tuple[int, int, int]) -> None:
    colour = "#" + "".join(f"{channel:02x}" for channel in channels)
    assert contrast(by_day(colour), PAPER) >= READABLE
    assert contrast(at_night(colour), INK) >= AT_NIGHT


def test_a_colour_that_can_be_read_stays_and_what_is_none_is_replaced() -> None:
    assert by_day("#1f3a4d") == "#1f3a4d"
    assert by_day('red;"') == by_day("#1f3a4d")


@pytest.mark.parametrize(
    ("language", "letters"),
    [
        ("en", "Latn"), ("ar", "Arab"), ("fa", "Arab"), ("he", "Hebr"), ("zh-hans", "Hans"), ("zh-TW", "Hant"),
        ("ja", "Jpan"), ("ko", "Kore"), ("hi", "Deva"), ("bn", "Beng"), ("ta", "Taml"), ("th", "Thai"), ("ru", "Cyrl"),
        ("el", "Grek"), ("ka", "Geor"), ("hy", "Armn"), ("am", "Ethi"), ("pt-br", "Latn"), ("xx-nowhere", "Latn"),
    ],
)  # fmt: skip
def test_every_script_has_faces_that_end_in_ones_that_every_system_has(language: str, letters: str) -> None:
    assert script(language) == letters
    found = faces(language)
    assert ("Georgia" in found.serif, "Arial" in found.sans) == (True, True)
    assert '"' not in found.serif + found.sans, "they stand in an attribute"
    if letters in {"Arab", "Deva", "Hans"}:
        assert not found.cased
        assert not found.slants
        assert float(found.line) > 1.7
