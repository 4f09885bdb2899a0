"""Real parts for the tests: servers that a fixture starts, and ends by their id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

CI = bool(os.environ.get("CI"))
_numbers = count(1)


def missing(what: str) -> None:
    """Skip for want of a real part; in CI that is a failure."""
    if CI:
        pytest.fail(f"{what} is missing, and nothing is skipped in CI")
    pytest.skip(f"{what} is missing")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgresql_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of this worker's own, without its database's name."""
    binaries = _postgresql_bin()
    if binaries is None:
        missing("PostgreSQL's server")
        return
    folder = Path(tempfile.mkdtemp(prefix="bs-pg-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    port = free_port()
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*user, binaries / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "-N"], **run)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    server = [*user, binaries / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options]
    subprocess.run([*server, "start"], **run)
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*server, "-m", "immediate", "stop"], **run)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_postgresql(postgresql: str) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    return f"{postgresql}/{name}"
