"""Senders that are killed, put to sleep and set side by side, on both databases and over a real connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]


def run(folder: Path, *arguments: str, **settings: str) -> str:
    """A command on the paper in `folder`."""
    env = {
        **os.environ, "BROADSHEET_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **settings,
    }  # fmt: skip
    done = subprocess.run([sys.executable, *arguments], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def tried(folder: Path, **settings: str) -> dict[str, Any]:
    """Migrate an empty database, and try everything on it."""
    run(folder, "-m", "broadsheet", "manage", "migrate", "-v", "0", **settings)
    return json.loads(run(folder, "-m", "tests.apps.newsletters.sending.together", **settings).splitlines()[-1])


def holds(found: dict[str, Any]) -> None:
    """What must be so wherever it was tried."""
    killed = found["killed"]
    assert {one["mode"]: (one["missed"], one["state"]) for one in killed} == dict.fromkeys(
        ("resolves", "dedupes", "neither", "crosses"), (0, "done")
    )
    for one in killed:
        most = one["under_way"] * one["lines"] if one["mode"] == "neither" else 0
        assert one["twice"] <= most, one
    assert sum(one["under_way"] for one in killed) > 0, "no kill fell while a message was under way"
    assert found["together"] == {"sent": 240, "twice": 0, "missed": 0}
    assert found["overspent"] == 0
    assert found["stopped"] == {"missed": 0, "twice": 0}
    assert found["torn"] == {"missed": 0, "twice": 0}


@pytest.mark.slow
def test_OB_01_OB_04_OB_05_OB_08_OB_11_killed_stopped_and_side_by_side_on_sqlite(tmp_path: Path) -> None:
    holds(tried(tmp_path))


@pytest.mark.slow
@pytest.mark.postgresql
def test_OB_01_OB_04_OB_05_OB_08_OB_11_killed_stopped_and_side_by_side_on_postgresql(
    tmp_path: Path, fresh_postgresql: str
) -> None:
    holds(tried(tmp_path, DATABASE_URL=fresh_postgresql))
