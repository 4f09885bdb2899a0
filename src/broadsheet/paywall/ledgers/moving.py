"""Moves what was written from a SQLite ledger's log into its file, in a thread beside the one that writes.

SQLite lets whoever writes the thousandth page move them all, and the readers who wait for a grant just then wait for
the disk. Here a thread with a connection of its own does most of it meanwhile (SQLite works without the interpreter's
lock), and the writer moves the few pages that came in since, whereupon the log begins anew.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

log = logging.getLogger("broadsheet.paywall")

EACH = 8_000  # grants; 20,000 to 27,000 pages, 80 to 110 MB: those that change often move once
PASSES = 2  # the second moves what came in during the first


class Mover:
    """Moves whenever enough was counted. `count` and `close` are the writer's; so is `moved`, once it is true."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counted = 0
        self._bell = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self.moved = False

    def count(self, grants: int) -> None:
        """So many more were written."""
        self._counted += grants
        if self._counted >= EACH:
            self._counted = 0
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ledger's log", daemon=True)
                self._thread.start()
            self._bell.set()

    def close(self) -> None:
        """End what is under way, and the thread."""
        if self._thread is not None:
            self._closing = True
            self._bell.set()
            self._thread.join()
            self._thread, self._closing = None, False
        self._bell.clear()
        self._counted, self.moved = 0, False

    def _work(self) -> None:
        while self._bell.wait() and not self._closing:
            self._bell.clear()
            try:
                self._move()
            except sqlite3.Error as error:  # whoever writes meets it too, and says so
                log.debug("%s: the log could not be moved: %s", self._path, error)
            else:
                self.moved = True

    def _move(self) -> None:
        there = f"{self._path.resolve().as_uri()}?mode=rw"  # a file that is gone is not made here
        db = sqlite3.connect(there, uri=True, timeout=1, isolation_level=None)
        try:
            for _ in range(PASSES):
                db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            db.close()
