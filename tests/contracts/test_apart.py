"""The ledger in a process of its own: its answers, its failures, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from broadsheet import clock
from broadsheet.paywall.ledgers import apart as module
from broadsheet.paywall.ledgers.apart import Apart
from broadsheet.paywall.ports import Answer, LedgerError
from tests.contracts.asking import ask

SLOW = 60.0  # a busy machine may take its time; nothing here waits for it to run out


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    there = Apart(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", SLOW)
    yield there
    there.close()


async def refused(question: Awaitable[object]) -> str:
    with pytest.raises(LedgerError) as told:
        await question
    return str(told.value)


def test_grants_and_gifts_that_come_together_each_get_their_own_answer(apart: Apart) -> None:
    account = os.urandom(32)

    async def together() -> list[object]:
        grants = [apart.grant(ask(number, account=account)) for number in range(200)]
        gifts = [apart.redeem(b"gift", jar, 2, clock.today()) for jar in (b"one", b"two", b"one", b"three")]
        return [*[outcome.answer for outcome in await asyncio.gather(*grants)], *await asyncio.gather(*gifts)]

    assert asyncio.run(together()) == [*[Answer.GRANTED] * 3, *[Answer.OWN_LIMIT] * 197, True, True, True, False]


def test_what_it_says_is_what_the_ledger_says(apart: Apart) -> None:
    async def twice() -> None:
        first = await apart.grant(ask(1))
        again = await apart.grant(ask(1, first.reader))
        assert (first.answer, again) == (Answer.GRANTED, first._replace(answer=Answer.KNOWN))
        assert len(first.tags) == first.used == 1

    asyncio.run(twice())


def test_one_loop_after_the_other_may_ask(apart: Apart) -> None:
    async def once(number: int) -> Answer:
        return (await apart.grant(ask(number))).answer

    assert [asyncio.run(once(number)) for number in range(3)] == [Answer.GRANTED] * 3


def test_a_loop_that_ended_in_the_middle_keeps_nobody_else_waiting(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def impatient() -> None:
        apart.grant(ask(1))
        await asyncio.sleep(0)  # long enough to be sent, not to be answered

    async def patient() -> Answer:
        return (await apart.grant(ask(2))).answer

    monkeypatch.setattr(module, "AGAIN", 0.0)
    asyncio.run(impatient())
    assert asyncio.run(patient()) is Answer.GRANTED


def test_one_bad_ask_refuses_no_other(apart: Apart) -> None:
    async def together() -> tuple[str, Answer]:
        bad = apart.grant(ask(1)._replace(story=None))  # type: ignore[arg-type]
        told = await refused(bad)
        return told, (await apart.grant(ask(2))).answer

    told, answer = asyncio.run(together())
    assert told
    assert answer is Answer.GRANTED


def test_a_process_that_is_killed_is_told_of_and_begun_anew(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    async def killed() -> None:
        reader = (await apart.grant(ask(1))).reader
        assert apart._process is not None
        os.kill(apart._process.pid, signal.SIGSTOP)
        waiting = [apart.grant(ask(number, reader)) for number in range(2, 80)]
        await asyncio.sleep(0.05)
        os.kill(apart._process.pid, signal.SIGKILL)
        assert all("process" in told for told in [await refused(future) for future in waiting])
        monkeypatch.setattr(module, "AGAIN", 10_000.0)
        assert "anew" in await refused(apart.grant(ask(3, reader))), "not one process after the other"
        monkeypatch.setattr(module, "AGAIN", 0.0)
        outcome = await apart.grant(ask(1, reader))
        assert (outcome.answer, outcome.used) == (Answer.KNOWN, 1)

    asyncio.run(killed())


def test_a_process_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    async def stopped() -> None:
        apart = Apart(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", SLOW)
        await apart.grant(ask(1))
        assert apart._process is not None
        process, apart._wait = apart._process, 0.2
        os.kill(process.pid, signal.SIGSTOP)
        assert "no answer" in await refused(apart.grant(ask(2)))
        assert process.poll() == -signal.SIGKILL
        apart.close()

    asyncio.run(stopped())


def test_a_ledger_that_cannot_be_written_says_so_and_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"

    async def locked() -> Answer:
        apart = Apart(f"sqlite:///{file}", SLOW)
        await apart.grant(ask(1))
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in await refused(apart.grant(ask(2)))
        other.execute("ROLLBACK")
        other.close()
        answer = (await apart.grant(ask(3))).answer
        apart.close()
        return answer

    assert asyncio.run(locked()) is Answer.GRANTED


def test_its_address_is_read_by_nobody_else_and_it_ends_with_who_began_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    program = (
        "import sys, time; from broadsheet.paywall.ledgers.apart import Apart;"
        f"there = Apart({address!r}); print(there._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    command = Path(f"/proc/{child}/cmdline")
    assert str(tmp_path) not in command.read_text()
    _until((tmp_path / "ledger.sqlite3").exists)  # from then on it is ready
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(child, number)  # as a terminal, or a service's manager, sends them to all
    time.sleep(0.3)
    assert _runs(command)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _until(lambda: not _runs(command))


def _runs(command: Path) -> bool:
    try:
        return b"apart" in command.read_bytes()
    except OSError:
        return False


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + SLOW
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)
