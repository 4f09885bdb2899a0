"""Turns among the senders that write to one SQLite file.

SQLite lets one of them write, and the others look again after sleeps that grow to a tenth of a second: longer than any
of our transactions. So senders of one machine tell each other when they are done, by a lock of the system's on a file
beside the database, which ends with its process however that ends. It is a courtesy: who waited too long goes on
without it, and SQLite's own lock decides as ever.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection

try:
    import fcntl
except ImportError:  # a system without such locks: SQLite's own does
    fcntl = None  # type: ignore[assignment]

PATIENCE, LOOK_AGAIN = 0.25, 0.00005  # seconds


class Turns:
    """One sender's place in the row. Use it from one thread."""

    def __init__(self) -> None:
        self._file = -1

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, for a while, and let the next sender have it in the end."""
        took = self._take() if self._opened() else False
        try:
            yield
        finally:
            if took:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave the row."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _opened(self) -> bool:
        if self._file < 0 and fcntl is not None and (path := _file_of_turns()) is not None:
            with suppress(OSError):  # a full disk, say: what it is for goes without it
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file >= 0

    def _take(self) -> bool:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_AGAIN)
            except OSError:  # a file system without locks
                return False
            else:
                return True


def _file_of_turns() -> Path | None:
    """Beside the database's file; None where it is no SQLite, or lies in memory."""
    name = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not name.is_file():
        return None
    return name.with_name(f"{name.name}-turns")
