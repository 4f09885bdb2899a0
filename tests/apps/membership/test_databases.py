"""What holds of the bell and of two tabs, on both databases, with workers that are killed and workers side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def tried(folder: Path, **settings: str) -> str:
    """Migrate an empty database, and try everything on it."""
    env = {
        **os.environ, "BROADSHEET_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **settings,
    }  # fmt: skip
    for command in (
        ["-m", "broadsheet", "manage", "migrate", "-v", "0"],
        ["-m", "tests.apps.membership.together", "4"],
    ):
        done = subprocess.run(
            [sys.executable, *command], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_WH_07_WH_08_killed_workers_and_workers_side_by_side_on_sqlite(tmp_path: Path) -> None:
    assert "sqlite: 4 schedules, 4 sessions, killed everywhere, raced" in tried(tmp_path)


@pytest.mark.slow
@pytest.mark.postgresql
def test_WH_07_WH_08_killed_workers_and_workers_side_by_side_on_postgresql(
    tmp_path: Path, fresh_postgresql: str
) -> None:
    assert "postgresql: 4 schedules, 4 sessions, killed everywhere, raced" in tried(
        tmp_path, DATABASE_URL=fresh_postgresql
    )
