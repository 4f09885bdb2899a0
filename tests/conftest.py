"""Real parts for the tests: servers that a fixture starts, and ends by their id."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from itertools import count

import pytest
from django.utils import translation

from tests.servers import (
    free_port,
    new_database,
    pgbouncer_bin,
    pgbouncer_server,
    postgresql_bin,
    postgresql_server,
    valkey_bin,
    valkey_server,
)

CI = bool(os.environ.get("CI"))
_numbers = count(1)

__all__ = ["free_port", "missing"]


def missing(what: str) -> None:
    """Skip for want of a real part; in CI that is a failure."""
    if CI:
        pytest.fail(f"{what} is missing, and nothing is skipped in CI")
    pytest.skip(f"{what} is missing")


@pytest.fixture(autouse=True)
def no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright keeps an event loop running in the worker that drives the browser: hidden from all other tests."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    held = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(held)


@pytest.fixture(autouse=True)
def in_the_papers_own_language() -> None:
    """A request for an Arabic page leaves its language to its thread, here the test's: addresses would be Arabic too."""
    translation.deactivate()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of this worker's own, without its database's name."""
    binaries = postgresql_bin()
    if binaries is None:
        missing("PostgreSQL's server")
        return
    with postgresql_server(binaries) as address:
        yield address


@pytest.fixture
def fresh_postgresql(postgresql: str) -> str:
    """The address of an empty database."""
    return new_database(postgresql, f"test_{os.getpid()}_{next(_numbers)}")


@pytest.fixture(scope="session")
def pgbouncer(postgresql: str) -> Iterator[str]:
    """The address of a pgbouncer in transaction mode before this worker's server; few connections are shared by all."""
    binary = pgbouncer_bin()
    if binary is None:
        missing("pgbouncer")
        return
    with pgbouncer_server(binary, postgresql, pool=4) as address:
        yield address


@pytest.fixture
def fresh_pgbouncer(pgbouncer: str, fresh_postgresql: str) -> str:
    """The address, by way of pgbouncer, of an empty database."""
    return f"{pgbouncer}/{fresh_postgresql.rpartition('/')[2]}"


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a Valkey (or Redis) server of this worker's own."""
    if valkey_bin() is None:
        missing("Valkey's or Redis's server")
        return
    with valkey_server("--databases", "1024") as address:
        yield address


@pytest.fixture
def fresh_valkey(valkey: str) -> str:
    """The address of an empty database."""
    return f"{valkey.rpartition('/')[0]}/{next(_numbers)}"
