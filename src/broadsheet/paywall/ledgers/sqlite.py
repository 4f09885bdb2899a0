"""The ledger in a SQLite file of its own, so that no other writer of the paper ever holds its lock."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from broadsheet import clock
from broadsheet.paywall.ledgers import sql
from broadsheet.paywall.ledgers.moving import Mover
from broadsheet.paywall.ledgers.salts import Salts
from broadsheet.paywall.ports import Ask, LedgerError, Outcome
from broadsheet.paywall.receipts import Receipt
from broadsheet.paywall.rules import Terms

# What a grant costs here is the pages that it touches, for each is written whole: so a reader's grants lie side by
# side, and so does all of a network's day. A reader's tags are kept apart by the lock of the file alone.
SCHEMA = """
CREATE TABLE IF NOT EXISTS meter_grant (
    reader BLOB NOT NULL, slot INTEGER NOT NULL, cap INTEGER NOT NULL, tag BLOB NOT NULL,
    first_day INTEGER NOT NULL, window_start INTEGER NOT NULL,
    PRIMARY KEY (reader, slot), CHECK (slot BETWEEN 1 AND cap)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meter_salt (day INTEGER PRIMARY KEY, salt BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meter_count (
    day INTEGER NOT NULL, network BLOB NOT NULL, mark BLOB NOT NULL, young INTEGER NOT NULL,
    established INTEGER NOT NULL, readers INTEGER NOT NULL, minted INTEGER NOT NULL, PRIMARY KEY (day, network, mark)
) WITHOUT ROWID;
DROP TABLE IF EXISTS meter_network;
CREATE TABLE IF NOT EXISTS meter_gift (
    gift BLOB NOT NULL, slot INTEGER NOT NULL, cap INTEGER NOT NULL, jar BLOB NOT NULL, last_day INTEGER NOT NULL,
    PRIMARY KEY (gift, slot), UNIQUE (gift, jar), CHECK (slot BETWEEN 1 AND cap)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS meter_gift_ends ON meter_gift (last_day);
"""

STATEMENTS = 1_024  # prepared ones that are kept: a batch of another size has other statements
CHECKPOINT = 48_000  # pages (192 MB) in the log at which whoever writes moves them into the file
STRETCH = 2_000  # grants looked through at a time when the ended ones are forgotten
_WAITING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}  # errors that pass while the connection stays sound


class SqliteLedger:
    """A ledger for one machine. Use it from one thread; several processes may each have one on the same file."""

    at_once = 16

    def __init__(self, path: Path, wait: float = 0.3) -> None:
        """Open or make the file; `wait` is how many seconds a grant waits for another process's lock."""
        self._path, self._wait = path, wait
        self._db: sqlite3.Connection | None = None
        self._mover, self._salts = Mover(path), Salts()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._connected()
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{path}: {error}") from error

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in one transaction, in order."""
        if self._mover.moved:
            self._begin_log_anew()
        salts: dict[int, bytes] = {}
        outcomes = self._write(lambda run: sql.settle_all(run, asks, salts))
        self._salts.settled(salts)
        self._mover.count(len(asks))
        return outcomes  # type: ignore[no-any-return]

    def join(self, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
        """Count a reader's grants to their account too."""
        return int(self._write(lambda run: sql.join(run, receipt, account, today, terms)))

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether this jar may read what the gift gives."""
        if until < clock.today():
            return False
        return bool(self._write(lambda run: sql.redeem(run, gift, jar, most, until)))

    def forget(self, reader: bytes) -> None:
        """Delete a window and its tags; what the log beside the file holds of them goes with the next sweep."""
        self._write(lambda run: sql.forget(run, reader))

    def sweep(self, today: int) -> int:
        """Forget what is past its time. Readers are looked through a stretch at a time, so that no grant waits."""
        removed, after = int(self._write(lambda run: sql.sweep(run, today))), b""
        while after is not None:
            more, after = self._write(partial(_sweep_readers, before=sql.ended(today), after=after))
            removed += more
        self._wipe()
        return removed

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed the gift."""
        return int(self._write(lambda run: sql.redeemed(run, gift)))

    def close(self) -> None:
        """Close the file."""
        self._mover.close()
        if self._db is not None:
            self._db.close()
            self._db = None

    def _begin_log_anew(self) -> None:
        """Move the little that came in while the rest was moved; the log is then written from its beginning again."""
        self._mover.moved = False
        with contextlib.suppress(sqlite3.Error):
            if self._db is not None:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _wipe(self) -> None:
        """Leave nothing of what was forgotten in the log beside the file, where yesterday's salt would outlive its day.

        Most is moved while others write; they wait for the rest alone. Where one of them is in the way, the next sweep
        does it.
        """
        with contextlib.suppress(sqlite3.Error):
            for how in ("PASSIVE", "TRUNCATE"):
                if self._db is not None:
                    self._db.execute(f"PRAGMA wal_checkpoint({how})").fetchall()

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path, timeout=10, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
        db.execute("PRAGMA temp_store=MEMORY")
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


def _sweep_readers(run: sql.Execute, before: int, after: bytes) -> tuple[int, bytes | None]:
    """Forget the ended windows of the next readers in the table's order. Gives how many rows, and where to go on."""
    last = run("SELECT reader FROM meter_grant WHERE reader > ? ORDER BY reader LIMIT 1 OFFSET ?", (after, STRETCH))
    until = last[0][0] if last else b"\xff" * 64
    stretch = "DELETE FROM meter_grant WHERE reader > ? AND reader <= ? AND window_start < ? RETURNING 1"
    return len(run(stretch, (after, until, before))), until if last else None
