"""Receipts and passes: what is ours is read back, and nothing else is."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import passes
from broadsheet.paywall.receipts import KeyRing, Receipt, lists, open_window, story_tag
from broadsheet.readers import Standing

RING = KeyRing("k" * 40)
READER = bytes(range(16))
RECEIPT = Receipt(READER, 20_000, (story_tag(READER, b"a" * 16), story_tag(READER, b"b" * 16)))


@given(
    st.binary(min_size=16, max_size=16),
    st.integers(0, 65_535),
    st.lists(st.binary(min_size=12, max_size=12), max_size=10),
)
def test_what_was_signed_is_read_back(reader: bytes, start: int, tags: list[bytes]) -> None:
    receipt = Receipt(reader, start, tuple(tags))
    assert RING.read(RING.sign(receipt)) == receipt


def test_the_longest_receipt_stays_under_400_bytes() -> None:
    assert len(RING.sign(Receipt(READER, 65_535, (b"x" * 12,) * 10))) <= 400


def test_MT_04_a_thousand_mutations_are_all_refused() -> None:
    good = RING.sign(RECEIPT)
    chance = random.Random(4)
    for _ in range(1_000):
        bad = bytearray(good)
        kind = chance.randrange(4)
        if kind == 0:
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del bad[chance.randrange(len(bad)) :]
        elif kind == 2:
            bad.insert(chance.randrange(len(bad)), chance.randrange(256))
        else:
            bad += bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9_000)))
        if bytes(bad) != good:
            assert RING.read(bytes(bad)) is None


@given(st.binary(max_size=9_000))
def test_MT_04_no_bytes_raise(value: bytes) -> None:
    assert RING.read(value) is None
    assert passes.read(RING, value, 0) is None


def test_MT_04_the_previous_key_is_accepted_and_an_older_one_refused() -> None:
    old = KeyRing("o" * 40).sign(RECEIPT)
    assert KeyRing("n" * 40, "o" * 40).read(old) == RECEIPT
    assert KeyRing("n" * 40, "m" * 40).read(old) is None


def test_a_pass_is_no_receipt_and_a_receipt_no_pass() -> None:
    bearer = passes.Pass(Standing.MEMBER, 7, 1_000)
    assert passes.read(RING, passes.sign(RING, bearer), 900) == bearer
    assert RING.read(passes.sign(RING, bearer)) is None
    assert passes.read(RING, RING.sign(RECEIPT), 0) is None


def test_a_pass_ends_and_cannot_last_long() -> None:
    value = passes.sign(RING, passes.Pass(Standing.STAFF, 7, 1_000))
    assert passes.read(RING, value, 1_000) is None
    assert passes.read(RING, value, 1_000 - 700) is None


def test_a_story_is_listed_under_the_readers_own_tag_only() -> None:
    assert lists(RECEIPT, b"a" * 16)
    assert not lists(RECEIPT, b"c" * 16)
    assert story_tag(READER, b"a" * 16) != story_tag(b"z" * 16, b"a" * 16)


def test_MT_03_a_receipt_speaks_for_its_window_only() -> None:
    assert open_window(RECEIPT, 20_000, 30)
    assert open_window(RECEIPT, 20_029, 30)
    assert not open_window(RECEIPT, 20_030, 30)
    assert not open_window(RECEIPT, 19_990, 30)
    assert not open_window(None, 20_000, 30)
