"""The ledger in a SQLite file of its own, so that no other writer of the paper ever holds its lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from broadsheet import clock
from broadsheet.paywall.ledgers import sql
from broadsheet.paywall.ports import Ask, LedgerError, Outcome

SCHEMA = """
CREATE TABLE IF NOT EXISTS meter_reader (
    reader BLOB PRIMARY KEY, first_day INTEGER NOT NULL, window_start INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meter_reader_ends ON meter_reader (window_start);
CREATE TABLE IF NOT EXISTS meter_slot (
    reader BLOB NOT NULL REFERENCES meter_reader ON DELETE CASCADE,
    slot INTEGER NOT NULL, cap INTEGER NOT NULL, tag BLOB NOT NULL,
    PRIMARY KEY (reader, slot), UNIQUE (reader, tag), CHECK (slot BETWEEN 1 AND cap)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meter_salt (day INTEGER PRIMARY KEY, salt BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meter_seen (day INTEGER NOT NULL, mark BLOB NOT NULL, PRIMARY KEY (day, mark)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meter_count (
    day INTEGER NOT NULL, mark BLOB NOT NULL, kind TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (day, mark, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meter_gift (
    gift BLOB NOT NULL, slot INTEGER NOT NULL, cap INTEGER NOT NULL, jar BLOB NOT NULL, last_day INTEGER NOT NULL,
    PRIMARY KEY (gift, slot), UNIQUE (gift, jar), CHECK (slot BETWEEN 1 AND cap)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meter_gift_ends ON meter_gift (last_day);
"""


class SqliteLedger:
    """A ledger for one machine. Use it from one thread; several processes may each have one on the same file."""

    def __init__(self, path: Path, wait: float = 0.3) -> None:
        """Open or make the file; `wait` is how many seconds a grant waits for another process's lock."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(SCHEMA)
            self._db.execute(f"PRAGMA busy_timeout={int(wait * 1000)}")
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{path}: {error}") from error

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in one transaction, in order."""
        return self._write(lambda: [sql.settle(self._run, ask) for ask in asks])

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether this jar may read what the gift gives."""
        if until < clock.today():
            return False
        return bool(self._write(lambda: sql.redeem(self._run, gift, jar, most, until)))

    def sweep(self, today: int) -> int:
        """Forget what is past its time."""
        return self._write(lambda: sql.sweep(self._run, today))

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed the gift."""
        try:
            return sql.redeemed(self._run, gift)  # a read, which on this file waits for nobody
        except sqlite3.Error as error:
            raise LedgerError(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _run(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._db.execute(statement, parameters).fetchall()

    def _write(self, work: Any) -> Any:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                result = work()
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise LedgerError(str(error)) from error
        return result
