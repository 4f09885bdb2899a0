"""What is true of the ledger in a SQLite file alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.ports import Answer
from tests.contracts.test_ledgers import TODAY, ask


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
    db = sqlite3.connect(file)
    try:
        return bytes(db.execute("SELECT salt FROM meter_salt WHERE day = ?", (TODAY,)).fetchone()[0])
    finally:
        db.close()


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
