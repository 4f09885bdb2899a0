"""The ledger in a SQLite file of its own, so that no other writer of the paper ever holds its lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from broadsheet import clock
from broadsheet.paywall.ledgers import sql
from broadsheet.paywall.ports import Ask, LedgerError, Outcome
from broadsheet.paywall.receipts import Receipt
from broadsheet.paywall.rules import Terms

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


_WAITING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}  # errors that pass while the connection stays sound


class SqliteLedger:
    """A ledger for one machine. Use it from one thread; several processes may each have one on the same file."""

    def __init__(self, path: Path, wait: float = 0.3) -> None:
        """Open or make the file; `wait` is how many seconds a grant waits for another process's lock."""
        self._path, self._wait = path, wait
        self._db: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._connected()
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{path}: {error}") from error

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in one transaction, in order."""
        return self._write(lambda run: [sql.settle(run, ask) for ask in asks])

    def join(self, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
        """Count a reader's grants to their account too."""
        return int(self._write(lambda run: sql.join(run, receipt, account, today, terms)))

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether this jar may read what the gift gives."""
        if until < clock.today():
            return False
        return bool(self._write(lambda run: sql.redeem(run, gift, jar, most, until)))

    def sweep(self, today: int) -> int:
        """Forget what is past its time."""
        return self._write(lambda run: sql.sweep(run, today))

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed the gift."""
        return int(self._write(lambda run: sql.redeemed(run, gift)))

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA foreign_keys=ON")
        db.execute("PRAGMA secure_delete=ON")
        db.executescript(SCHEMA)
        db.execute(f"PRAGMA busy_timeout={int(self._wait * 1000)}")
        return db

    def _write(self, work: Callable[[sql.Execute], Any]) -> Any:
        try:
            db = self._db = self._db or self._connected()

            def run(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                return db.execute(statement, parameters).fetchall()

            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(run)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        except sqlite3.Error as error:
            self._recover(error)
            raise LedgerError(str(error)) from error
        return result

    def _recover(self, error: sqlite3.Error) -> None:
        """Make the connection fit for the next grant. One that met a read-only file, or lost it, never writes again."""
        if self._db is not None and self._db.in_transaction:
            self._db.execute("ROLLBACK")
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _WAITING:
            self.close()
