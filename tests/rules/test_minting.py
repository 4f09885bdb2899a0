"""Readers' ids, and what stands for them in the ledger."""

from __future__ import annotations

from collections import Counter

from broadsheet.paywall.minting import ID_SIZE, NEIGHBOURS, PLACE_SIZE, Mint, reader_key


def test_no_id_is_given_twice_whoever_mints_it() -> None:
    one, other = Mint(), Mint()
    ids = [mint.take() for _ in range(3 * NEIGHBOURS) for mint in (one, other)]
    assert len(set(ids)) == len({each[PLACE_SIZE:] for each in ids}) == len(ids)
    assert {len(each) for each in ids} == {ID_SIZE}


def test_who_comes_one_after_the_other_lies_side_by_side_in_the_ledger() -> None:
    mint = Mint()
    ids = [mint.take() for _ in range(3 * NEIGHBOURS)]
    keys = sorted(map(reader_key, ids))
    assert [key[:PLACE_SIZE] for key in keys] == sorted(each[:PLACE_SIZE] for each in ids)
    assert set(Counter(key[:PLACE_SIZE] for key in keys).values()) == {NEIGHBOURS}


def test_the_ledger_holds_nothing_of_an_id_but_its_neighbourhood() -> None:
    mint = Mint()
    ids = [mint.take() for _ in range(NEIGHBOURS)]
    keys = [reader_key(each) for each in ids]
    assert len(set(keys)) == NEIGHBOURS
    assert not any(each[PLACE_SIZE:] in key for each in ids for key in keys)
