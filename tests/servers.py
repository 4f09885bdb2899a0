"""Real servers for tests and proofs: started here, and ended by whoever started them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FIRST_PORT, LAST_PORT, PORTS_OF_ONE = 10_000, 32_000, 1_000  # below those that the system gives to connections


def _ports() -> Iterator[int]:
    """Ports in turn, from a stretch of this process's own: what was handed out must still be free a second later."""
    stretches = (LAST_PORT - FIRST_PORT) // PORTS_OF_ONE
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    mine = int(worker) if worker.isdigit() else os.getpid()
    first = FIRST_PORT + mine % stretches * PORTS_OF_ONE
    while True:
        yield from range(first, first + PORTS_OF_ONE)


_PORTS = _ports()


def free_port() -> int:
    """A port that nobody uses, and that no connection is given before a server takes it."""
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def postgresql_bin() -> Path | None:
    """Where PostgreSQL's server lies, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@contextmanager
def postgresql_server(binaries: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without its database's name."""
    folder = Path(tempfile.mkdtemp(prefix="bs-pg-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    port = free_port()
    run: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*user, binaries / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "-N"], **run)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    server = [*user, binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options]
    subprocess.run([*server, "start"], **run)
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        subprocess.run([*server, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pgbouncer_server(binary: str, behind: str, pool: int) -> Iterator[str]:
    """The address of a pgbouncer of our own in transaction mode: so many connections to each database `behind` it."""
    folder = Path(tempfile.mkdtemp(prefix="bs-pgbouncer-"))
    port, server = free_port(), urlsplit(behind)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server.hostname} port={server.port} user={server.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {pool}\nmax_client_conn = 500\n"
    )
    user: dict[str, Any] = {}
    if os.geteuid() == 0:  # it refuses to run as root, as PostgreSQL does
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for path in (folder, settings):
            shutil.chown(path, "postgres")
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([binary, settings], stdout=output, stderr=output, cwd=folder, **user)
    try:
        _takes(port, process, said)
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def pgbouncer_bin() -> str | None:
    """Where pgbouncer lies, or None. Debian keeps servers where users have no path to."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def new_database(server: str, name: str) -> str:
    """The address of an empty database on that server."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@contextmanager
def valkey_server(*options: str, folder: Path | None = None, port: int = 0) -> Iterator[str]:
    """The address of a Valkey (or Redis) server of our own. It keeps a file only where a folder is given."""
    binary = valkey_bin()
    if binary is None:
        raise FileNotFoundError("valkey-server")
    port = port or free_port()
    where = folder or Path(tempfile.mkdtemp(prefix="bs-valkey-"))
    keeps = ["--appendonly", "yes" if folder else "no", "--save", "", "--dir", str(where)]
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", *keeps, *options]
    said = where / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _answers(port, process, said)
        yield f"valkey://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if folder is None:
            shutil.rmtree(where, ignore_errors=True)


def valkey_bin() -> str | None:
    """Where Valkey's server lies, or Redis's, or None."""
    return shutil.which("valkey-server") or shutil.which("redis-server")


def _answers(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    _takes(port, process, said, b"PING\r\n", (b"+PONG", b"-NOAUTH"))


def _takes(
    port: int, process: subprocess.Popen[bytes], said: Path, ask: bytes = b"", answers: tuple[bytes, ...] = ()
) -> None:
    """Wait until the server takes a connection and, where it is asked something, answers so."""
    until = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                line.sendall(ask)
                if not ask or line.recv(64).startswith(answers):
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the server on port {port} does not answer: {said.read_text()[-2000:]}")
        time.sleep(0.02)
