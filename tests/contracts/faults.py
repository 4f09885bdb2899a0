"""Ways in which a ledger stops being written, made on purpose and taken back."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.servers import free_port, valkey_server


@dataclass(frozen=True)
class Server:
    """The paper that is served: its main process, whose children serve, and its folder."""

    process: int
    folder: Path


class Fault(Protocol):
    """A ledger that can be made to fail."""

    url: str

    def fails(self, server: Server) -> AbstractContextManager[None]:
        """While the block runs, nothing can be recorded."""
        ...

    def grants(self) -> int:
        """How many grants the ledger holds."""
        ...


class SqliteFault:
    """A ledger in a file: `kind` is locked, read-only or full."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.path = folder / "ledger.sqlite3"
        self.url = f"sqlite:///{self.path}"
        self._kind = {"locked": self._locked, "read-only": self._read_only, "full": self._full}[kind]

    def fails(self, server: Server) -> AbstractContextManager[None]:
        """As Fault."""
        return self._kind(server)

    def grants(self) -> int:
        """As Fault."""
        with self._connected() as db:
            return int(db.execute("SELECT count(*) FROM meter_grant").fetchone()[0])

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def _locked(self, server: Server) -> Iterator[None]:
        """Somebody else begins to write, and does not end."""
        with self._connected() as db:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")

    @contextmanager
    def _read_only(self, server: Server) -> Iterator[None]:
        """The file says that only a later SQLite may write it, which is met as a file that may not be written.

        Taking the right to write from a file does nothing to whoever has it open, nor to root.
        """
        with self._connected() as db:
            db.execute("SELECT count(*) FROM meter_grant").fetchone()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._write_version(9)
            db.execute("UPDATE meter_salt SET day = day")  # so that others look at the file's head again
        yield
        self._write_version(2)

    def _write_version(self, version: int) -> None:
        with self.path.open("r+b") as file:
            file.seek(18)
            file.write(bytes((version,)))

    @contextmanager
    def _full(self, server: Server) -> Iterator[None]:
        """No file that the serving processes write may grow: what a full disk, or a quota, comes to."""
        kept = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in _below(server.process)}
        for pid, (_, hard) in kept.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
        yield
        for pid, limits in kept.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def _below(process: int) -> list[int]:
    """The processes that a process began, and those that they did."""
    children = [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return [*children, *(pid for child in children for pid in _below(child))]


class ValkeyFault:
    """A ledger in Valkey whose server is stopped, and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._running = folder / "valkey", free_port(), ExitStack()
        self._folder.mkdir(parents=True)
        self.url = f"valkey://127.0.0.1:{self._port}/0"

    def __enter__(self) -> ValkeyFault:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def fails(self, server: Server) -> AbstractContextManager[None]:
        """As Fault."""
        return self._stopped()

    def grants(self) -> int:
        """As Fault: a reader's string is four bytes, and twelve for each slot."""
        from valkey import Valkey

        looking = Valkey.from_url(self.url)
        try:
            return sum((looking.strlen(key) - 4) // 12 for key in looking.keys("{meter}:r:*"))
        finally:
            looking.close()

    def _start(self) -> None:
        self._running.enter_context(valkey_server(folder=self._folder, port=self._port))

    @contextmanager
    def _stopped(self) -> Iterator[None]:
        self._running.close()
        yield
        self._start()
