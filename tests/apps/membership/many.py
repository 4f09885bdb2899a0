"""Thousands of schedules and sessions, in as many processes as there are cores, each with a database of its own: in
memory, or on a PostgreSQL server."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from multiprocessing import get_context
from typing import Any

from tests.servers import new_database

CHUNK = 25


def _begin(server: str) -> None:
    """Set a process up: settings, and an empty database that ends with it, or with the server."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["BROADSHEET_FOLDER"] = folder = tempfile.mkdtemp(prefix="bs-many-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.pop("DATABASE_URL", None)
    if server:
        os.environ["DATABASE_URL"] = new_database(server, f"many_{os.getpid()}")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.disable(logging.CRITICAL)  # what is refused, and what fails on purpose, is counted, not told
    if server:
        call_command("migrate", verbosity=0)
    else:
        connection.creation.create_test_db(verbosity=0, serialize=False)


def _schedules(seeds: range) -> list[str]:
    from tests.apps.membership.schedules import wrong_in

    return [each for seed in seeds for each in wrong_in(seed)]


def _sessions(seeds: range) -> Any:
    from tests.apps.membership.tabs import wrongs_in
    from tests.apps.membership.wrongs import Wrongs

    return sum((wrongs_in(seed) for seed in seeds), Wrongs())


def _bodies(seeds: range) -> list[str]:
    from tests.apps.membership.bodies import faults_in

    return [each for seed in seeds for each in faults_in(seed)]


def schedules(number: int, server: str = "") -> list[str]:
    """What is wrong after so many schedules of webhooks; on databases in memory, or on that PostgreSQL server."""
    return [each for found in _spread(_schedules, number, server) for each in found]


def sessions(number: int) -> Any:
    """What went wrong in so many sessions with two tabs."""
    from tests.apps.membership.wrongs import Wrongs

    return sum(_spread(_sessions, number), Wrongs())


def bodies(number: int) -> list[str]:
    """Bodies at which the hook failed, among so many."""
    return [each for found in _spread(_bodies, number) for each in found]


def _spread(do: Any, number: int, server: str = "") -> list[Any]:
    chunks = [range(first, min(first + CHUNK, number)) for first in range(0, number, CHUNK)]
    with get_context("spawn").Pool(os.cpu_count() or 1, _begin, (server,)) as pool:
        return pool.map(do, chunks, chunksize=1)
