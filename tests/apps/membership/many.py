"""Thousands of schedules and sessions, in as many processes as there are cores, each with a database in memory."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from multiprocessing import get_context
from typing import Any

CHUNK = 25


def _begin() -> None:
    """Set a process up: settings, and an empty database that ends with it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["BROADSHEET_FOLDER"] = folder = tempfile.mkdtemp(prefix="bs-many-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.disable(logging.CRITICAL)  # what is refused, and what fails on purpose, is counted, not told
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


def schedules(number: int) -> list[str]:
    """What is wrong after so many schedules of webhooks."""
    return [each for found in _spread(_schedules, number) for each in found]


def sessions(number: int) -> Any:
    """What went wrong in so many sessions with two tabs."""
    from tests.apps.membership.wrongs import Wrongs

    return sum(_spread(_sessions, number), Wrongs())


def bodies(number: int) -> list[str]:
    """Bodies at which the hook failed, among so many."""
    return [each for found in _spread(_bodies, number) for each in found]


def _spread(do: Any, number: int) -> list[Any]:
    chunks = [range(first, min(first + CHUNK, number)) for first in range(0, number, CHUNK)]
    with get_context("spawn").Pool(os.cpu_count() or 1, _begin) as pool:
        return pool.map(do, chunks, chunksize=1)
