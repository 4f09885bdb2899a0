"""What every ledger says of the links that it counts."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from broadsheet import clock
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ledgers.valkey import ValkeyLedger
from broadsheet.paywall.ports import Ledger, LedgerError


def test_a_gift_is_redeemed_by_so_many_jars_and_re_read_by_them(ledger: Ledger) -> None:
    gift, until, jars = os.urandom(16), clock.today() + 7, [os.urandom(16) for _ in range(5)]
    assert [ledger.redeem(gift, jar, 3, until) for jar in jars] == [True, True, True, False, False]
    assert [ledger.redeem(gift, jar, 3, until) for jar in reversed(jars)] == [False, False, True, True, True]
    assert ledger.redeem(os.urandom(16), jars[4], 1, until), "another gift is counted for itself"


def test_a_gift_is_over_after_its_last_day_and_forgotten(ledger: Ledger) -> None:
    gift, jar, today = os.urandom(16), os.urandom(16), clock.today()
    assert not ledger.redeem(gift, jar, 3, today - 1)
    assert ledger.redeem(gift, jar, 1, today)
    ledger.sweep(today)
    assert not ledger.redeem(gift, os.urandom(16), 1, today)
    if ledger.sweep(today + 1):
        assert ledger.redeem(gift, os.urandom(16), 1, today)
    else:
        assert isinstance(ledger, ValkeyLedger)


def test_jars_that_race_for_a_gift_get_no_more_than_it_gives(url: str) -> None:
    setting_up, until = open_ledger(url), clock.today() + 1
    for _ in range(5):
        gift = os.urandom(16)

        def race(number: int, gift: bytes = gift) -> bool:
            opened = open_ledger(url)
            try:
                for _ in range(50):
                    try:
                        return opened.redeem(gift, b"jar%013d" % (number % 20), 7, until)
                    except LedgerError:
                        continue
            finally:
                opened.close()
            raise AssertionError("the ledger answered no racer in fifty tries")

        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(race, range(40)))
        assert sum(answers) >= 7
        assert sum(setting_up.redeem(gift, b"jar%013d" % number, 7, until) for number in range(20)) == 7
    setting_up.close()


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
