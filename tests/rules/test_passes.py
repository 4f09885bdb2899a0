"""Passes: what a signed cookie may say of its bearer."""

from __future__ import annotations

import pytest

from broadsheet.paywall.passes import MOST_SECONDS, Pass, lost, read, sign
from broadsheet.paywall.receipts import KeyRing
from broadsheet.readers import Standing

RING = KeyRing("the meter's present key, long enough to be one")
NOW = 1_800_000_000


@pytest.mark.parametrize("standing", [Standing.REGISTERED, Standing.INSTITUTION, Standing.MEMBER, Standing.STAFF])
@pytest.mark.parametrize("account", [b"", b"sixteen bytes it"], ids=["without account", "with account"])
def test_a_pass_says_what_was_signed(standing: Standing, account: bytes) -> None:
    bearer = Pass(standing, 42, NOW + MOST_SECONDS, account, NOW * 1_000 + 7)
    assert read(RING, sign(RING, bearer), NOW) == bearer


def test_a_stranger_gets_no_pass() -> None:
    with pytest.raises(KeyError):
        sign(RING, Pass(Standing.STRANGER, 42, NOW + 60))


def test_a_pass_with_an_account_cut_short_is_none() -> None:
    assert read(RING, sign(RING, Pass(Standing.REGISTERED, 42, NOW + 60, b"too short")), NOW) is None


def test_an_account_is_named_by_the_meters_key_alone() -> None:
    other = KeyRing("another key of the meter's, as long as it must be")
    names = {RING.named(b"bs-account", b"ada"), RING.named(b"bs-account", b"bob"), other.named(b"bs-account", b"ada")}
    assert len(names) == 3
    assert all(len(name) == 16 for name in names)


def test_a_pass_is_lost_by_what_came_after_it_and_by_nothing_from_before() -> None:
    bearer = Pass(Standing.MEMBER, 42, NOW + 60, b"", NOW * 1_000)
    assert [lost(bearer, NOW + later) for later in (-1, -0.001, 0, 0.001, 600)] == [False, False, True, True, True]
    assert lost(bearer._replace(made=0), NOW), "of what does not say when it was made, the worst is believed"
