"""Tokens of gifts and of newsletters' links, and the jars that prove them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import gifts
from broadsheet.paywall.gifts import Fault, GiftTerms, Jar, Link
from broadsheet.paywall.receipts import KeyRing

RING = KeyRing("k" * 40)
STORY, OTHER = b"s" * 16, b"o" * 16
NOW = 1_790_000_000
NEVER: frozenset[bytes] = frozenset()


def link(number: int = 1, story: bytes = STORY, until: int = NOW + 1000) -> Link:
    return Link(number.to_bytes(16, "big"), story, "en", until, 50)


def test_TK_01_a_token_holds_128_bits_and_only_its_hash_is_told():
    token = gifts.new_token(bytes(range(16)))
    assert len(token) == gifts.TOKEN_LENGTH
    hashed = gifts.token_hash(token)
    assert len(hashed) == 64
    assert token not in hashed
    assert gifts.gift_id(hashed) == bytes.fromhex(hashed)[:16]


@pytest.mark.parametrize(
    "token", ["", "x", "é" * 22, "/" * 22, "A" * 21 + "B", "A" * 21 + "=", "A" * 23, " " + "A" * 21, "A" * 21 + "\n"]
)
def test_TK_01_what_is_no_token_has_no_hash(token: str):
    assert gifts.token_hash(token) == ""


@pytest.mark.parametrize(
    ("until", "used", "revoked", "fault"),
    [
        (NOW + 1, 49, False, None),
        (NOW + 1, 50, False, Fault.USED),
        (NOW, 0, False, Fault.EXPIRED),
        (NOW, 50, True, Fault.REVOKED),
    ],
)
def test_TK_01_why_a_link_does_not_open(until: int, used: int, revoked: bool, fault: Fault | None):
    assert gifts.fault_of(until, 50, used, revoked, NOW) is fault


def test_TK_01_the_quota_of_a_giver():
    terms = GiftTerms(number=10)
    assert [gifts.gifts_left(made, terms) for made in (0, 9, 10, 11)] == [10, 1, 0, 0]


def test_a_jar_comes_back_as_it_was_sealed():
    jar = Jar(b"j" * 16).with_link(link(1), NOW).with_link(link(2, OTHER), NOW).with_counted(link(2).gift)
    assert gifts.read(RING, gifts.seal(RING, jar)) == jar
    assert [row.counted for row in jar.held] == [False, True]


def test_a_jar_holds_the_newest_five_and_stays_small():
    jar = Jar(b"j" * 16)
    for number in range(1, 9):
        jar = jar.with_link(link(number), NOW)
    assert [int.from_bytes(row.gift, "big") for row in jar.held] == [4, 5, 6, 7, 8]
    assert len(gifts.seal(RING, jar)) < 400
    assert gifts.read(RING, gifts.seal(RING, jar)) == jar


def test_a_link_that_ended_makes_room_and_one_that_is_held_is_not_doubled():
    jar = Jar(b"j" * 16).with_link(link(1, until=NOW + 10), NOW).with_link(link(2), NOW)
    assert jar.with_link(link(2), NOW + 20) == jar
    assert [row.gift for row in jar.with_link(link(3), NOW + 20).held] == [link(2).gift, link(3).gift]


def test_TK_01_a_jar_opens_its_story_alone_until_its_end_and_not_once_revoked():
    jar = Jar(b"j" * 16).with_link(link(), NOW)
    assert jar.of(STORY, NOW, NEVER) == jar.held[0]
    assert jar.of(OTHER, NOW, NEVER) is None
    assert jar.of(STORY, NOW + 1000, NEVER) is None
    assert jar.of(STORY, NOW, frozenset({link().gift})) is None


def test_a_link_that_was_counted_opens_before_one_that_was_not():
    jar = Jar(b"j" * 16).with_link(link(1), NOW).with_link(link(2), NOW).with_counted(link(1).gift)
    held = jar.of(STORY, NOW, NEVER)
    assert held is not None
    assert held.gift == link(1).gift


def test_TK_01_a_thousand_mutations_of_a_jar_are_none():
    value, chance = gifts.seal(RING, Jar(b"j" * 16).with_link(link(), NOW)), random.Random(3)
    for _ in range(1_000):
        at = chance.randrange(len(value))
        changed = value[:at] + bytes((chance.randrange(256),)) + value[at + chance.randrange(2) :]
        assert changed == value or gifts.read(RING, changed) is None


@given(st.binary(max_size=600))
def test_whatever_is_sent_as_a_jar_raises_nothing(value: bytes):
    assert gifts.read(RING, value) is None


@given(st.text(max_size=200))
def test_whatever_is_sent_as_a_token_raises_nothing(token: str):
    assert gifts.read_letter(RING, token, GiftTerms()) is None
    assert gifts.token_hash(token) == "" or gifts.new_token(b"x" * 16) != token


def test_no_seal_stands_for_another():
    """A receipt, a pass, a jar and a letter's token have a purpose each."""
    jar = gifts.seal(RING, Jar(b"j" * 16).with_link(link(), NOW))
    token = gifts.letter_token(RING, b"1", b"2", STORY, "en", NOW)
    assert gifts.read_letter(RING, jar.decode(), GiftTerms()) is None
    assert gifts.read(RING, token.encode()) is None
    assert RING.read(jar) is None
    assert RING.read(token.encode()) is None


def test_TK_02_a_letters_token_says_its_story_and_its_end_and_hides_its_reader():
    token = gifts.letter_token(RING, b"issue-7", b"ada@example.org", STORY, "ar", NOW)
    found = gifts.read_letter(RING, token, GiftTerms())
    assert found is not None
    assert (found.story, found.language, found.until, found.most) == (STORY, "ar", NOW, 5)
    again = gifts.letter_token(RING, b"issue-7", b"ada@example.org", STORY, "ar", NOW + 9)
    assert gifts.read_letter(RING, again, GiftTerms()) == found._replace(until=NOW + 9)


def test_TK_02_every_issue_recipient_and_story_has_a_count_of_its_own():
    facts = [(b"1", b"2", STORY), (b"12", b"", STORY), (b"", b"12", STORY), (b"2", b"1", STORY), (b"1", b"2", OTHER)]
    marks = set()
    for issue, recipient, story in facts:
        found = gifts.read_letter(RING, gifts.letter_token(RING, issue, recipient, story, "en", NOW), GiftTerms())
        assert found is not None
        marks.add(found.gift)
    assert len(marks) == len(facts)


def test_TK_02_a_thousand_mutations_of_a_letters_token_are_none():
    token, chance = gifts.letter_token(RING, b"1", b"2", STORY, "en", NOW), random.Random(5)
    for _ in range(1_000):
        at = chance.randrange(len(token))
        changed = token[:at] + chr(chance.randrange(33, 300)) + token[at + 1 :]
        assert changed == token or gifts.read_letter(RING, changed, GiftTerms()) is None
