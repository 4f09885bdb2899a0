"""What is true of the ledger in a SQLite file alone."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from broadsheet.paywall.ledgers import moving
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.ports import Answer, LedgerError
from tests.contracts.asking import TODAY, ask


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(file: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(file)
    yield ledger
    ledger.close()


def bytes_of(file: Path) -> bytes:
    """The file and its log, as a thief of the disk would find them."""
    return b"".join(path.read_bytes() for path in file.parent.iterdir() if path.suffix != ".sqlite3-shm")


def salt_in(file: Path) -> bytes:
    with closing(sqlite3.connect(file)) as db:
        return bytes(db.execute("SELECT salt FROM meter_salt WHERE day = ?", (TODAY,)).fetchone()[0])


def test_sweeping_leaves_no_past_salt_on_the_disk_not_even_in_the_log(ledger: SqliteLedger, file: Path) -> None:
    assert ledger.grant_all([ask(1)])[0].answer is Answer.GRANTED
    salt = salt_in(file)
    assert salt in bytes_of(file)
    ledger.sweep(TODAY + 1)
    assert salt in bytes_of(file), "a network's day may reach into the next"
    ledger.sweep(TODAY + 2)
    assert salt not in bytes_of(file)


def test_a_sweep_that_somebody_is_in_the_way_of_is_made_good_by_the_next(ledger: SqliteLedger, file: Path) -> None:
    ledger.grant_all([ask(1)])
    salt, other = salt_in(file), sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM meter_salt").fetchone()
    ledger.sweep(TODAY + 2)
    assert salt in bytes_of(file), "somebody still reads what was"
    assert ledger.grant_all([ask(2)])[0].answer is Answer.GRANTED
    other.close()
    ledger.sweep(TODAY + 2)
    assert salt not in bytes_of(file)


def grants(ledger: SqliteLedger, number: int) -> None:
    """So many new readers of as many networks."""
    for _ in range(number):
        assert ledger.grant_all([ask(1, network=(os.urandom(5), os.urandom(4)))])[0].answer is Answer.GRANTED


def moved(ledger: SqliteLedger) -> None:
    """Wait until the thread has moved what was written."""
    until = time.monotonic() + 60
    while not ledger._mover.moved:
        assert time.monotonic() < until, "nothing was moved"
        time.sleep(0.01)


def test_the_log_begins_anew_each_time_that_enough_was_written(
    ledger: SqliteLedger, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "EACH", 20)
    log, sizes = file.with_name(file.name + "-wal"), []
    for _ in range(8):
        grants(ledger, 20)
        sizes.append(log.stat().st_size)
        moved(ledger)
    assert max(sizes) <= 2 * sizes[0], "the log grew"
    assert file.stat().st_size > 8 * 4096, "what was written stands in the file"


def test_a_log_that_cannot_be_moved_refuses_nobody(
    ledger: SqliteLedger, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Event()

    def refuse(*_: object, **__: object) -> None:
        tried.set()
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(moving, "EACH", 5)
    monkeypatch.setattr(moving.sqlite3, "connect", refuse)
    grants(ledger, 12)
    assert tried.wait(60)
    grants(ledger, 12)
    assert not ledger._mover.moved


def test_closing_ends_the_thread_and_what_was_granted_is_there_when_it_is_opened_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "EACH", 5)
    ledger = SqliteLedger(file)
    grants(ledger, 20)
    thread = ledger._mover._thread
    assert thread is not None
    ledger.close()
    assert not thread.is_alive()
    grants(ledger, 5)
    ledger.close()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT count(*) FROM meter_grant").fetchone() == (25,)


def test_a_salt_that_was_rolled_back_was_never_lost(
    ledger: SqliteLedger, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON meter_grant BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(LedgerError):
            ledger.grant_all([ask(1)])
        db.execute("DROP TRIGGER full")
    assert ledger.grant_all([ask(1)])[0].answer is Answer.GRANTED
    assert not caplog.messages
