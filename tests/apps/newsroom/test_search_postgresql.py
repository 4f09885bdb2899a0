"""The same search on PostgreSQL: migrated from nothing, asked the same questions, and taken back again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ASK = """
import django
django.setup()
from django.db import connection
assert connection.vendor == "postgresql"
from broadsheet.newsroom import queries
from tests import searching
from tests.paper import open_small_paper
searching.file_all(open_small_paper())
for query, language, wanted in searching.FOUND:
    listing = queries.search(query, language)
    found = {card.headline for card in listing.stories}
    assert found == wanted and listing.total == len(wanted), (query, found)
for query in searching.HOSTILE:
    assert queries.search(query, "en").total <= len(searching.STORIES), query
print("asked", len(searching.FOUND) + len(searching.HOSTILE))
"""


@pytest.mark.postgresql
def test_the_search_answers_alike_on_postgresql(fresh_postgresql: str, tmp_path: Path):
    env = {
        **os.environ, "DATABASE_URL": fresh_postgresql, "BROADSHEET_FOLDER": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }  # fmt: skip

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    manage = ("-m", "broadsheet", "manage")
    run(*manage, "migrate", "--verbosity", "0")
    assert "No changes detected" in run(*manage, "makemigrations", "--check", "--dry-run")
    assert run("-c", ASK).startswith("asked ")
    run(*manage, "migrate", "broadsheet_newsroom", "0001", "--verbosity", "0")
    run(*manage, "migrate", "--verbosity", "0")
