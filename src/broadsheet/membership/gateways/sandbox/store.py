"""The sandbox's memory: one SQLite file, one transaction for each request, and the world as a request sees it."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import refusals
from .wire import Thing

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    clock TEXT NOT NULL DEFAULT '', due INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq DESC);
CREATE INDEX IF NOT EXISTS objects_due ON objects (clock, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, json_extract(body, '$.customer'));
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL, due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting', status INTEGER, said TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_LETTERS = string.ascii_letters + string.digits
_NO_CLOCK = ""
PATIENCE = 30


def new_id(prefix: str, length: int = 24) -> str:
    """An id that nobody guesses."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(frozen=True)
class Store:
    """The file. Safe with several threads and processes: each opens its own connection, and writers queue."""

    path: Path

    def connect(self) -> sqlite3.Connection:
        """A connection for one piece of work."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone():
            self._begin(db)
        return db

    def _begin(self, db: sqlite3.Connection) -> None:
        """A new file. SQLite's patience does not cover the switch to a write-ahead log, so it is tried again here."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            except sqlite3.OperationalError:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return

    @contextmanager
    def world(self, base: str = "", **request: Any) -> Iterator[World]:
        """One transaction: all of it stands, or nothing. A refusal that keeps what it wrote commits too."""
        with closing(self.connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            world = World(db, base or _state(db, "base", ""), **request)
            try:
                yield world
            except refusals.Refusal as refusal:
                db.execute("COMMIT" if refusal.keeps else "ROLLBACK")
                raise
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def _state(db: sqlite3.Connection, name: str, default: Any) -> Any:
    row = db.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
    return json.loads(row[0]) if row else default


@dataclass
class World:
    """All that one request sees: the rows, the time, and who asked."""

    db: sqlite3.Connection
    base: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    clock: str = _NO_CLOCK
    pinned: int | None = None

    def recall(self, name: str, default: Any = None) -> Any:
        """A setting of the whole server."""
        return _state(self.db, name, default)

    def remember(self, name: str, value: Any) -> None:
        """Keep a setting of the whole server."""
        self.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", [name, json.dumps(value)])

    @property
    def now(self) -> int:
        """The time where we are: of the test clock that the customer hangs on, else the server's."""
        if self.clock:
            return self.get(self.clock)["frozen_time"]
        return self.server_now if self.pinned is None else self.pinned

    @property
    def server_now(self) -> int:
        """The server's time: the wall's, moved or held as its clock was set."""
        held = self.recall("clock", {})
        return held["frozen"] if held.get("frozen") else int(time.time()) + held.get("ahead", 0)

    def follow(self, thing: Thing) -> Thing:
        """Go by the clock on which this object hangs."""
        self.clock = thing.get("test_clock") or _NO_CLOCK
        return thing

    def find(self, wanted: str | None) -> Thing | None:
        """The object of that id."""
        row = self.db.execute("SELECT body FROM objects WHERE id = ?", [wanted]).fetchone()
        return json.loads(row[0]) if row else None

    def get(self, wanted: str) -> Thing:
        """The object of that id, which we know to exist."""
        found = self.find(wanted)
        if found is None:
            raise refusals.no_such("object", wanted)
        return found

    def the(self, kind: str, wanted: str, param: str = "id") -> Thing:
        """The object of that kind that a request names."""
        found = self.find(wanted)
        if found is None or found["object"] != kind or found.get("_deleted"):
            raise refusals.no_such(kind, wanted, param, status=404 if param == "id" else 400)
        owner = found if "test_clock" in found else self.find(found.get("customer"))
        if owner:
            self.follow(owner)
        return found

    def put(self, thing: Thing, due: int | None = None) -> Thing:
        """Keep an object, and when the clock next has something to do with it."""
        clock = thing.get("test_clock") or thing.get("_clock") or _NO_CLOCK
        self.db.execute(
            "INSERT INTO objects (id, kind, clock, due, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "clock = excluded.clock, due = excluded.due, body = excluded.body",
            [thing["id"], thing["object"], clock, due, json.dumps(thing)],
        )
        return thing

    def drop(self, wanted: str) -> None:
        """Forget an object."""
        self.db.execute("DELETE FROM objects WHERE id = ?", [wanted])

    def rows(self, kind: str, *, newest: bool = True, **equal: Any) -> list[Thing]:
        """All objects of a kind whose fields are so."""
        where, values = conditions(equal)
        order = "DESC" if newest else ""
        query = f"SELECT body FROM objects WHERE kind = ?{where} ORDER BY seq {order}"  # noqa: S608 - names are ours
        return [json.loads(row[0]) for row in self.db.execute(query, [kind, *values])]


def conditions(equal: Thing) -> tuple[str, list[Any]]:
    """SQL for fields that must have these values; a nested one is written `parent__child`."""
    said = {name: value for name, value in equal.items() if value is not None}
    where = "".join(f" AND json_extract(body, '$.{name.replace('__', '.')}') = ?" for name in said)
    return where, [int(value) if isinstance(value, bool) else value for value in said.values()]
