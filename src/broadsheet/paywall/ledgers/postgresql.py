"""The ledger in PostgreSQL, for a paper on several machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from broadsheet import clock
from broadsheet.paywall.ledgers import sql
from broadsheet.paywall.ledgers.book import keyed
from broadsheet.paywall.ledgers.salts import Salts
from broadsheet.paywall.minting import reader_key
from broadsheet.paywall.ports import Ask, LedgerError, Outcome
from broadsheet.paywall.receipts import Receipt
from broadsheet.paywall.rules import Terms

# What networks did is unlogged: it reaches neither the write-ahead log nor a replica nor a base backup.
SCHEMA = """
CREATE TABLE IF NOT EXISTS meter_grant (
    reader bytea NOT NULL, slot smallint NOT NULL, cap smallint NOT NULL, tag bytea NOT NULL,
    first_day integer NOT NULL, window_start integer NOT NULL,
    PRIMARY KEY (reader, slot), UNIQUE (reader, tag), CHECK (slot BETWEEN 1 AND cap)
);
CREATE INDEX IF NOT EXISTS meter_grant_ends ON meter_grant (window_start);
CREATE UNLOGGED TABLE IF NOT EXISTS meter_salt (day integer PRIMARY KEY, salt bytea NOT NULL);
CREATE UNLOGGED TABLE IF NOT EXISTS meter_count (
    day integer NOT NULL, network bytea NOT NULL, mark bytea NOT NULL, young integer NOT NULL,
    established integer NOT NULL, readers integer NOT NULL, minted integer NOT NULL, PRIMARY KEY (day, network, mark)
);
DROP TABLE IF EXISTS meter_network;
CREATE TABLE IF NOT EXISTS meter_gift (
    gift bytea NOT NULL, slot integer NOT NULL, cap integer NOT NULL, jar bytea NOT NULL, last_day integer NOT NULL,
    PRIMARY KEY (gift, slot), UNIQUE (gift, jar), CHECK (slot BETWEEN 1 AND cap)
);
CREATE INDEX IF NOT EXISTS meter_gift_ends ON meter_gift (last_day);
"""
_LATEST = "meter_count"  # the table that was added last: where it is, all are
_BEGIN = b"BEGIN; SET LOCAL lock_timeout = 150; SET LOCAL statement_timeout = 300"
_LOCK = b"; SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k"
_MAKE_LOCK = 0x6D65746572  # "meter": one process makes the tables, the others wait


class PostgresqlLedger:
    """A ledger for many machines. Use it from one thread; it reconnects after a loss."""

    at_once = 64  # a commit costs a round trip and a flush

    def __init__(self, url: str) -> None:
        """Connect to `url` (postgresql://…) and make the tables where they are missing."""
        self._url, self._salts = url, Salts()
        self._db: psycopg.Connection[tuple[Any, ...]] | None = None
        try:
            with psycopg.connect(url, connect_timeout=3) as db:  # no lock time-out here: making tables may wait
                if db.execute("SELECT to_regclass(%s)", (_LATEST,)).fetchone() == (None,):
                    db.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKE_LOCK,))
                    db.execute(SCHEMA)
        except psycopg.Error as error:
            raise LedgerError(str(error)) from error

    def grant_all(self, asks: list[Ask]) -> list[Outcome]:
        """Settle these in one transaction, in order."""
        salts: dict[int, bytes] = {}
        outcomes = self._write(lambda run: sql.settle_all(run, asks, salts), _locks(asks))
        self._salts.settled(salts)
        return outcomes  # type: ignore[no-any-return]

    def join(self, receipt: Receipt, account: bytes, today: int, terms: Terms) -> int:
        """Count a reader's grants to their account too."""
        locks = sorted({_number(reader_key(account)), _number(reader_key(receipt.reader))})
        return int(self._write(lambda run: sql.join(run, receipt, account, today, terms), locks))

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> bool:
        """Whether this jar may read what the gift gives."""
        if until < clock.today():
            return False
        lock = _number(sql.gift_marks(gift, jar)[0])
        return bool(self._write(lambda run: sql.redeem(run, gift, jar, most, until), [lock]))

    def forget(self, reader: bytes) -> None:
        """Delete a window and its tags."""
        self._write(lambda run: sql.forget(run, reader), [_number(reader_key(reader))])

    def sweep(self, today: int) -> int:
        """Forget what is past its time."""
        return self._write(lambda run: _sweep(run, today), [])

    def redeemed(self, gift: bytes) -> int:
        """How many jars have redeemed the gift."""
        return int(self._write(lambda run: sql.redeemed(run, gift), []))

    def close(self) -> None:
        """Close the connection."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        # Nothing may belong to the session, neither time limits nor prepared statements: pgbouncer in transaction mode
        # gives the next transaction another one. And what was prepared while the tables were empty reads them whole.
        try:
            return psycopg.connect(self._url, autocommit=True, connect_timeout=3, prepare_threshold=None)
        except psycopg.Error as error:
            raise LedgerError(str(error)) from error

    def _write(self, work: Any, locks: list[int]) -> Any:
        try:
            if self._db is None or self._db.closed:
                self._db = self._connected()
            db = self._db

            def run(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                cursor = db.execute(statement.replace("?", "%s").encode(), parameters)
                return cursor.fetchall() if cursor.description else []

            with _transaction(db, locks):
                return work(run)
        except psycopg.Error as error:
            self.close()
            raise LedgerError(str(error)) from error


@contextmanager
def _transaction(db: psycopg.Connection[tuple[Any, ...]], locks: list[int]) -> Iterator[None]:
    """A transaction with time limits and locks of its own, begun in one round trip: as one text, made by the client."""
    try:
        if locks:
            psycopg.ClientCursor(db).execute(_BEGIN + _LOCK, (locks,))
        else:
            db.execute(_BEGIN)
        yield
    except BaseException:
        if not db.closed:  # a pooler throws away the server's connection of whoever leaves within a transaction
            db.rollback()
        raise
    db.commit()


def _locks(asks: list[Ask]) -> list[int]:
    """One lock for each reader and each wide network (which covers the near ones), in one order for all."""
    names = {reader_key(reader) for ask in asks if (reader := ask.account or ask.reader)}
    names |= {keyed(b"lock", "w", ask.wide) for ask in asks if not ask.account}
    return sorted(map(_number, names))


def _number(name: bytes) -> int:
    return int.from_bytes(name[-8:], "big", signed=True)  # of a reader: of the hash, not of the neighbourhood


def _sweep(run: sql.Execute, today: int) -> int:
    ended = run("DELETE FROM meter_grant WHERE window_start < ? RETURNING 1", (sql.ended(today),))
    return sql.sweep(run, today) + len(ended)
