"""The ledger's thread: whoever waits gets an answer, whatever the ledger does."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from pathlib import Path

import pytest

from broadsheet import clock
from broadsheet.paywall.ledgers.gathering import Gatherer
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.ports import Answer, Ask, Ledger, LedgerError, Outcome
from tests.contracts.asking import ask, one


def run(gatherer: Gatherer, asks: list[Ask], jars: list[bytes]) -> list[Outcome | bool | BaseException]:
    async def all_at_once() -> list[Outcome | bool | BaseException]:
        with gatherer._bell:  # all of them before the thread sees the first
            waiting = [gatherer.grant(question) for question in asks]
            waiting += [gatherer.redeem(b"gift", jar, 2, clock.today()) for jar in jars]
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), timeout=20)

    try:
        return asyncio.run(all_at_once())
    finally:
        gatherer.close()


def test_grants_and_gifts_that_come_together_each_get_their_own_answer(tmp_path: Path) -> None:
    account = os.urandom(32)
    asks = [ask(number, account=account) for number in range(4)]
    found = run(Gatherer(lambda: SqliteLedger(tmp_path / "ledger")), asks, [b"one", b"two", b"one", b"three"])
    granted = Answer.GRANTED
    assert [outcome.answer for outcome in found[:4]] == [granted, granted, granted, Answer.OWN_LIMIT]  # type: ignore[union-attr]
    assert found[4:] == [True, True, True, False]


def test_a_ledger_that_does_not_open_answers_everybody_and_is_tried_again(tmp_path: Path) -> None:
    tries = []

    def opening() -> Ledger:
        tries.append(1)
        if len(tries) == 1:
            raise LedgerError("not yet")
        return SqliteLedger(tmp_path / "ledger")

    async def twice() -> list[object]:
        with gatherer._bell:
            first = gatherer.grant(ask(1)), gatherer.redeem(b"gift", b"jar", 1, clock.today())
        found: list[object] = [*await asyncio.gather(*first, return_exceptions=True)]
        return [*found, (await gatherer.grant(ask(1))).answer]

    gatherer = Gatherer(opening)
    *failed, answer = asyncio.run(twice())
    gatherer.close()
    assert answer is Answer.GRANTED
    assert all(isinstance(error, LedgerError) for error in failed)


def test_what_breaks_in_a_ledger_is_an_error_for_those_who_asked_and_ends_no_thread(tmp_path: Path) -> None:
    broken = ask(1)._replace(story=None)  # type: ignore[arg-type]
    found = run(Gatherer(lambda: SqliteLedger(tmp_path / "ledger")), [broken], [b"jar"])
    assert isinstance(found[0], LedgerError)
    assert found[1] is True


@pytest.mark.parametrize("hangs", ["opening", "granting"])
def test_nobody_waits_for_one_batch_after_the_other_of_a_ledger_that_is_down(tmp_path: Path, hangs: str) -> None:
    class Hanging(SqliteLedger):
        def __init__(self) -> None:
            if hangs == "opening":
                self.grant_all([])
            super().__init__(tmp_path / "ledger")

        def grant_all(self, asks: list[Ask]) -> list[Outcome]:
            time.sleep(0.2)
            raise LedgerError("no answer")

    begun = time.monotonic()
    found = run(Gatherer(Hanging), [ask(number) for number in range(1_000)], [])
    assert time.monotonic() - begun < 2
    assert {type(answer) for answer in found} == {LedgerError}


def test_a_file_that_was_read_only_is_written_again_once_it_may_be(tmp_path: Path) -> None:
    from tests.contracts.faults import Server, SqliteFault

    fault = SqliteFault(tmp_path, "read-only")
    ledger = SqliteLedger(fault.path)
    reader = one(ledger, ask(1)).reader
    with fault.fails(Server(0, tmp_path)):
        for _ in range(2):
            with pytest.raises(LedgerError, match="readonly"):
                one(ledger, ask(2, reader))
            with pytest.raises(LedgerError, match="readonly"):
                ledger.redeem(b"gift", b"jar", 1, clock.today())
    assert one(ledger, ask(3, reader)).used == 2
    ledger.close()
    with sqlite3.connect(fault.path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_file_that_is_locked_keeps_the_connection(tmp_path: Path) -> None:
    ledger, other = SqliteLedger(tmp_path / "ledger", wait=0.05), sqlite3.connect(tmp_path / "ledger")
    before = ledger._db
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="locked"):
        one(ledger, ask(1))
    other.rollback()
    assert one(ledger, ask(1)).answer is Answer.GRANTED
    assert ledger._db is before
    ledger.close()
    other.close()
