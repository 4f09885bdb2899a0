"""The shelf in a SQLite file of its own. Readers never wait for a writer (WAL)."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from broadsheet.edge.shelf import Changes, Entry, Gated, dump_meta, load_entry
from broadsheet.paywall.rules import Access

SCHEMA = """
CREATE TABLE IF NOT EXISTS shelf_entry (path TEXT PRIMARY KEY, meta TEXT NOT NULL, stale INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS shelf_body (
    path TEXT NOT NULL REFERENCES shelf_entry ON DELETE CASCADE, kind TEXT NOT NULL, encoding TEXT NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (path, kind, encoding)
);
CREATE TABLE IF NOT EXISTS shelf_key (
    key TEXT NOT NULL, path TEXT NOT NULL REFERENCES shelf_entry ON DELETE CASCADE, PRIMARY KEY (key, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shelf_key_path ON shelf_key (path);
CREATE TABLE IF NOT EXISTS shelf_touched (key TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shelf_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, document TEXT);
CREATE TABLE IF NOT EXISTS shelf_document (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
KEPT_CHANGES = 50_000


class SqliteShelf:
    """A shelf for one machine. Each thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open or make the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._local = threading.local()
        self._db.executescript(SCHEMA)

    @property
    def _db(self) -> sqlite3.Connection:
        db = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA foreign_keys=ON")
            self._local.db = db
        return db

    def get(self, path: str) -> Entry | None:
        """The page at `path`, whole, or None."""
        db = self._db
        db.execute("BEGIN")
        try:
            row = db.execute("SELECT meta, stale FROM shelf_entry WHERE path = ?", (path,)).fetchone()
            bodies = (
                db.execute("SELECT kind, encoding, body FROM shelf_body WHERE path = ?", (path,)).fetchall()
                if row
                else []
            )
        finally:
            db.execute("COMMIT")
        if row is None:
            return None
        return load_entry(path, row[0], bool(row[1]), {(kind, name): body for kind, name, body in bodies})

    def put(self, entry: Entry, since: int | None = None) -> bool:
        """Put a page there, unless a key it was made from was touched after `since`."""
        with _Writing(self._db) as db:
            if since is not None and _touched_after(db, entry.keys, since):
                return False
            db.execute("DELETE FROM shelf_entry WHERE path = ?", (entry.path,))
            db.execute("INSERT INTO shelf_entry (path, meta) VALUES (?, ?)", (entry.path, dump_meta(entry)))
            for kind, variant in entry.variants.items():
                parts = {"head": variant.head, "tail": variant.tail, **variant.ready}
                rows = [(entry.path, kind, name, body) for name, body in parts.items()]
                db.executemany("INSERT INTO shelf_body VALUES (?, ?, ?, ?)", rows)
            db.executemany("INSERT INTO shelf_key VALUES (?, ?)", [(key, entry.path) for key in entry.keys])
            db.execute("INSERT INTO shelf_change (path) VALUES (?)", (entry.path,))
        return True

    def drop(self, keys: set[str]) -> int:
        """Take away every page made from one of these keys."""
        with _Writing(self._db) as db:
            paths = _paths(db, keys)
            _touch(db, keys)
            db.executemany("DELETE FROM shelf_entry WHERE path = ?", [(path,) for path in paths])
            db.executemany("INSERT INTO shelf_change (path) VALUES (?)", [(path,) for path in paths])
        return len(paths)

    def expire(self, keys: set[str]) -> int:
        """Mark every page made from one of these keys as stale."""
        with _Writing(self._db) as db:
            paths = _paths(db, keys)
            _touch(db, keys)
            db.executemany("UPDATE shelf_entry SET stale = 1 WHERE path = ?", [(path,) for path in paths])
            db.executemany("INSERT INTO shelf_change (path) VALUES (?)", [(path,) for path in paths])
        return len(paths)

    def clear(self) -> None:
        """Take away every page."""
        with _Writing(self._db) as db:
            paths = db.execute("SELECT path FROM shelf_entry").fetchall()
            db.execute("DELETE FROM shelf_entry")
            db.executemany("INSERT INTO shelf_change (path) VALUES (?)", paths)
            _touch(db, {"*"})

    def gates(self) -> list[Gated]:
        """Every story on the shelf, with the gate that it was rendered with."""
        rows = self._db.execute(
            "SELECT path, meta ->> 'story', meta ->> 'access', meta ->> 'gated_from' FROM shelf_entry"
            " WHERE meta ->> 'story' <> ''"
        )
        return [Gated(path, bytes.fromhex(story), Access(access), at or 0.0) for path, story, access, at in rows]

    def seq(self) -> int:
        """The number of the last change."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM shelf_change").fetchone()[0])

    def changes(self, since: int) -> Changes:
        """What changed after `since`; `lost` where so much did that the list was pruned."""
        oldest = self._db.execute("SELECT min(seq) FROM shelf_change").fetchone()[0]
        rows = self._db.execute(
            "SELECT seq, path, document FROM shelf_change WHERE seq > ? ORDER BY seq", (since,)
        ).fetchall()
        paths = frozenset(row[1] for row in rows if row[1] is not None)
        documents = frozenset(row[2] for row in rows if row[2] is not None)
        return Changes(rows[-1][0] if rows else since, paths, documents, lost=oldest is not None and oldest > since + 1)

    def document(self, name: str) -> dict[str, Any] | None:
        """A small document for the edge: the terms, the slips."""
        row = self._db.execute("SELECT value FROM shelf_document WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def put_document(self, name: str, value: dict[str, Any]) -> None:
        """Keep a document; every worker sees it within a second. What has not changed is left alone."""
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        with _Writing(self._db) as db:
            row = db.execute("SELECT value FROM shelf_document WHERE name = ?", (name,)).fetchone()
            if row is not None and row[0] == text:
                return
            db.execute("INSERT OR REPLACE INTO shelf_document VALUES (?, ?)", (name, text))
            db.execute("INSERT INTO shelf_change (document) VALUES (?)", (name,))

    def close(self) -> None:
        """Close this thread's connection."""
        db = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            self._local.db = None


class _Writing:
    """One write transaction; its end prunes old changes now and then."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> sqlite3.Connection:
        self._db.execute("BEGIN IMMEDIATE")
        return self._db

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._db.execute(
                "DELETE FROM shelf_change WHERE seq <= (SELECT max(seq) FROM shelf_change) - ?", (KEPT_CHANGES,)
            )
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def _paths(db: sqlite3.Connection, keys: set[str]) -> list[str]:
    marks = ",".join("?" * len(keys))
    return [row[0] for row in db.execute(f"SELECT DISTINCT path FROM shelf_key WHERE key IN ({marks})", tuple(keys))]  # noqa: S608


def _touch(db: sqlite3.Connection, keys: set[str]) -> None:
    """Remember that these keys changed, so that a rendering begun before does not come back afterwards."""
    seq = db.execute("INSERT INTO shelf_change (path) VALUES (NULL)").lastrowid
    db.executemany("INSERT OR REPLACE INTO shelf_touched VALUES (?, ?)", [(key, seq) for key in keys])


def _touched_after(db: sqlite3.Connection, keys: frozenset[str], since: int) -> bool:
    every = (*keys, "*")
    marks = ",".join("?" * len(every))
    found = db.execute(f"SELECT 1 FROM shelf_touched WHERE key IN ({marks}) AND seq > ? LIMIT 1", (*every, since))  # noqa: S608
    return found.fetchone() is not None
