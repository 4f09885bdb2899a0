"""A day's salt that is lost while it is in use: networks are counted anew, and the log says so."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import psycopg
import pytest
from valkey import Valkey

from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ledger
from tests.contracts.asking import TODAY, ask, one


def lose_networks(url: str, day: int = TODAY) -> None:
    """Take from the ledger what a crash of PostgreSQL takes, or a Valkey that forgets: the salt and what it keyed."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
            file.execute("DELETE FROM meter_salt WHERE day = ?", (day,))
    elif url.startswith("postgresql:"):
        with psycopg.connect(url) as db:
            db.execute("TRUNCATE meter_salt, meter_count")
    else:
        with closing(Valkey.from_url(url)) as server:
            server.delete(f"{{meter}}:s:{day}", *server.keys("{meter}:n:*"), *server.keys("{meter}:w:*"))


def test_a_salt_that_is_lost_within_its_day_is_told_once_to_whoever_watches_the_log(
    url: str, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    reader = one(ledger, ask(1)).reader
    for number in range(2, 50):
        one(ledger, ask(number))
    assert not caplog.messages
    lose_networks(url)
    assert [one(ledger, ask(60 + number)).answer for number in range(2)] == [Answer.GRANTED] * 2, "the caps begin anew"
    alarm = "ALARM: the ledger lost the salt of 2024-10-04: what networks used that day is counted anew."
    assert caplog.messages == [alarm]
    assert one(ledger, ask(1, reader)).answer is Answer.KNOWN, "what readers used is not lost"
    lose_networks(url)
    one(ledger, ask(70))
    assert caplog.messages == [alarm] * 2
    assert {(found.name, found.levelname) for found in caplog.records} == {("broadsheet.paywall", "WARNING")}


def test_a_salt_that_another_process_made_in_place_of_the_lost_one_is_told_too(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_ledger(url)) as before, closing(open_ledger(url)) as begun_since:
        one(before, ask(1))
        lose_networks(url)
        one(begun_since, ask(2))
        assert not caplog.messages, "who knows of none before lost none"
        one(before, ask(3))
        assert len(caplog.messages) == 1
        one(begun_since, ask(4))
        one(before, ask(5))
    assert len(caplog.messages) == 1


def test_a_salt_that_was_used_as_long_as_its_day_is_no_loss(
    url: str, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    for today in (TODAY, TODAY + 1, TODAY, TODAY + 1, TODAY + 2):
        ledger.grant_all([ask(1, today=today), ask(2, today=today - 1), ask(3, today=today)])
        ledger.sweep(today)
        one(ledger, ask(4, account=os.urandom(32), today=today))
    lose_networks(url, TODAY + 2)
    one(ledger, ask(5, today=TODAY + 3))
    with closing(open_ledger(url)) as another:
        one(another, ask(6, today=TODAY + 3))
    assert not caplog.messages
