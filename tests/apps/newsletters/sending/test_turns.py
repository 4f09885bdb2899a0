"""Senders that write to one SQLite file take turns; and none waits for ever for one that does not end its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.newsletters import turns
from broadsheet.newsletters.turns import Turns

HOLD = """
import fcntl, os, sys
held = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file by which turns are taken."""
    path = tmp_path / "paper.sqlite3-turns"
    monkeypatch.setattr(turns, "_file_of_turns", lambda: path)
    return path


@pytest.fixture
def other(row: Path) -> Iterator[subprocess.Popen[str]]:
    """Another sender, whose turn it is."""
    command = [sys.executable, "-c", HOLD, str(row)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One entry for each time that a sender found it was not its turn."""
    found: list[float] = []
    sleep = time.sleep

    def look_again(seconds: float) -> None:
        found.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(turns.time, "sleep", look_again)
    return found


def test_one_waits_until_the_other_is_done(
    row: Path, other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def look_again(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            other.communicate("")  # its turn ends

    monkeypatch.setattr(turns, "PATIENCE", 60.0)
    monkeypatch.setattr(turns.time, "sleep", look_again)
    ours = Turns()
    with ours.taken():
        assert len(looks) == 3
    ours.close()


def test_the_turn_of_a_process_that_was_killed_is_over(other: subprocess.Popen[str], looks: list[float]) -> None:
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    ours = Turns()
    with ours.taken():
        assert not looks
    ours.close()


def test_who_waited_long_enough_goes_on_and_takes_nobody_elses_turn_away(
    other: subprocess.Popen[str], looks: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    for _ in range(2):
        ours = Turns()
        with ours.taken():
            assert looks
        ours.close()
        looks.clear()


def test_a_turn_ends_with_what_it_was_taken_for_even_where_that_fails(row: Path, looks: list[float]) -> None:
    ours, next_one = Turns(), Turns()
    with pytest.raises(ZeroDivisionError), ours.taken():
        raise ZeroDivisionError
    with next_one.taken():
        assert not looks
    ours.close()
    next_one.close()


def test_where_no_file_can_be_made_the_work_is_done_without_turns(
    tmp_path: Path, looks: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_file_of_turns", lambda: tmp_path / "missing" / "turns")
    with Turns().taken():
        assert not looks


@pytest.mark.django_db
def test_a_database_in_memory_or_on_a_server_has_no_turns() -> None:
    assert turns._file_of_turns() is None
