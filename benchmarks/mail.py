"""What sending newsletters costs: against Postfix's own source, and by the clock where there is nothing to compare."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.registry import ROOT, Figure, measures

MAILS = int(os.environ.get("MAILS", "10000"))
READERS = int(os.environ.get("READERS", "1000000"))


@measures(
    "bench",
    "mail",
    Figure(
        "smtp_vs_smtp_source", 0.5, "least",
        f"{MAILS} readers (MAILS=) of one issue, by two workers of eight connections each into Postfix's smtp-sink, against "
        "its own smtp-source over sixteen connections with the same message of about 37 KB. Claims, the commits and each "
        "reader's own links are in it; SQLite; the median of three rounds in one run.",
    ),
    Figure("audience_1m_seconds", 60, "most", f"Gathering an audience of {READERS} readers (READERS=), on SQLite."),
    Figure("audience_1m_megabytes", 64, "most", "By how much the process that gathered them grew meanwhile."),
    Figure("audience_100k_seconds", 10, "most", "Gathering an audience of 100,000 readers."),
    Figure(
        "claim_p99_ms", 5, "most",
        "One claim of one row among 100,000, with the answer to the one before, committed: at the 99th percentile. The "
        "next rows are found by the index alone, which the run asserts.",
    ),
    Figure(
        "batch_10000_seconds", 2.4, "most",
        "10,000 readers of one issue by an ESP's batch interface through anymail, to a local server of Mailgun's shape: from "
        "the first claim to the last answer that was written.",
    ),
)  # fmt: skip
def mail() -> dict[str, float]:
    """Each on a database of its own."""
    claims = measured("claims", 5_000)
    audience = measured("audience", READERS)
    return {
        "smtp_vs_smtp_source": measured("speed", MAILS)["smtp_vs_smtp_source"],
        "audience_1m_seconds": audience["seconds"],
        "audience_1m_megabytes": audience["megabytes"],
        "audience_100k_seconds": claims["build"],
        "claim_p99_ms": claims["p99"],
        "batch_10000_seconds": measured("batch", 10_000)["batch"],
    }


def measured(what: str, number: int) -> dict[str, Any]:
    """What `measuring` says, in a process and a paper of its own."""
    with paper() as environment:
        return run(environment, "measuring", what, str(number))


def run(environment: dict[str, str], module: str, *arguments: str) -> dict[str, Any]:
    """A module of the tests of sending, and the last line of what it printed."""
    command = [sys.executable, "-m", f"tests.apps.newsletters.sending.{module}", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def paper() -> Iterator[dict[str, str]]:
    """The environment of an empty paper."""
    with tempfile.TemporaryDirectory(prefix="bs-mail-") as folder:
        (Path(folder) / "paper.sqlite3").write_bytes(_migrated())
        yield _environment(folder)


@lru_cache(maxsize=1)
def _migrated() -> bytes:
    """A migrated, empty database: making one takes longer than most of what is measured."""
    with tempfile.TemporaryDirectory(prefix="bs-mail-") as folder:
        migrate = [sys.executable, "-m", "broadsheet", "manage", "migrate", "-v", "0"]
        subprocess.run(migrate, env=_environment(folder), cwd=ROOT, check=True)
        with closing(sqlite3.connect(Path(folder) / "paper.sqlite3")) as db:
            return db.serialize()


def _environment(folder: str) -> dict[str, str]:
    return {
        **os.environ, "BROADSHEET_FOLDER": folder, "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip
