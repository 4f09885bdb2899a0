"""What every ledger says of the links that it counted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from broadsheet import clock
from broadsheet.paywall.ledgers.opening import open_ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql), "valkey"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    return request.getfixturevalue("fresh_postgresql" if request.param == "postgresql" else "fresh_valkey")


def test_TK_01_a_ledger_tells_how_many_came_by_a_link_and_no_more_than_may(url: str) -> None:
    ledger, gift, until = open_ledger(url), os.urandom(16), clock.today() + 3
    assert ledger.redeemed(gift) == 0
    for number in range(6):
        for _twice in range(2):
            ledger.redeem(gift, b"jar%013d" % number, 4, until)
    assert ledger.redeemed(gift) == 4
    assert ledger.redeemed(os.urandom(16)) == 0
    if not url.startswith("valkey"):  # there each gift ends by its own time to live, held by test_valkey
        ledger.sweep(until + 1)
        assert ledger.redeemed(gift) == 0
    ledger.close()
