"""MT-08 through pgbouncer in transaction mode: whatever a transaction needs, it brings along."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest

from broadsheet.paywall.ledgers import postgresql
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ask, Ledger, LedgerError
from broadsheet.paywall.rules import Terms
from tests.shared import ROOT

pytestmark = pytest.mark.postgresql
TODAY, TERMS = 20_000, Terms(allowance=3, window=30)


def ask(number: int, reader: bytes | None = None) -> Ask:
    near = b"4near%d" % number
    return Ask(reader, os.urandom(16), number.to_bytes(16, "big"), near, b"4wide%d" % number, TODAY, TERMS)


@pytest.fixture
def ledger(fresh_pgbouncer: str) -> Iterator[Ledger]:
    opened = open_ledger(fresh_pgbouncer)
    yield opened
    opened.close()


def session_of(db: psycopg.Connection) -> int:
    row = db.execute("SELECT pg_backend_pid()").fetchone()
    assert row
    return int(row[0])


def test_MT_08_a_ledger_whose_sessions_change_under_it_counts_on(ledger: Ledger, fresh_pgbouncer: str) -> None:
    reader, answers, sessions = None, [], set()
    for number in range(40):  # a statement is prepared at its sixth run, where statements are prepared
        with ExitStack() as others:
            for _ in range(number % 4):  # of four sessions these are taken, each by somebody's open transaction
                sessions.add(session_of(others.enter_context(psycopg.connect(fresh_pgbouncer))))
            outcome = ledger.grant_all([ask(number, reader)])[0]
            reader = outcome.reader
            answers.append(outcome.answer)
    assert len(sessions) > 1
    assert answers == [Answer.GRANTED] * 3 + [Answer.OWN_LIMIT] * 37


def refused_within(limit: float, act: Callable[[], object]) -> None:
    began = time.monotonic()
    with pytest.raises(LedgerError, match="timeout"):
        act()
    assert time.monotonic() - began < limit


@pytest.mark.parametrize("way", ["directly", "pgbouncer"])
def test_a_lock_that_somebody_keeps_is_not_waited_for(way: str, fresh_pgbouncer: str, fresh_postgresql: str) -> None:
    ledger, asked = open_ledger(fresh_pgbouncer if way == "pgbouncer" else fresh_postgresql), ask(1)
    with psycopg.connect(fresh_postgresql) as keeper:
        keeper.execute("SELECT pg_advisory_xact_lock(%s)", (postgresql._locks([asked])[0],))
        refused_within(5, lambda: ledger.grant_all([asked]))
    with psycopg.connect(fresh_postgresql) as keeper:
        keeper.execute("LOCK TABLE meter_grant")
        refused_within(5, lambda: ledger.grant_all([asked]))
    assert ledger.grant_all([asked])[0].used == 1, "what was refused is recorded nowhere, and its locks are free"
    ledger.close()


def test_the_ledgers_time_limits_stay_with_its_own_transactions(ledger: Ledger, fresh_pgbouncer: str) -> None:
    ledger.grant_all([ask(1)])
    with psycopg.connect(fresh_pgbouncer) as other:
        limits = other.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert limits.fetchone() == ("0", "0")


LONG_LIST = """
import os
from pathlib import Path
import django, psycopg
from django.conf import settings
from broadsheet import conf
settings.configure(DATABASES={"default": conf.database(Path())}, INSTALLED_APPS=["django.contrib.contenttypes"])
django.setup()
from django.contrib.contenttypes.models import ContentType
from django.db import connection
with connection.schema_editor() as editor:
    editor.create_model(ContentType)
ContentType.objects.bulk_create(ContentType(app_label="paper", model=str(number)) for number in range(90))
for read, _row in enumerate(ContentType.objects.iterator(chunk_size=30), 1):
    if read == 30:
        other = psycopg.connect(os.environ["DATABASE_URL"])
        other.execute("SELECT 1")
print(read)
"""


@pytest.mark.parametrize(("pooled", "said"), [("on", "90\n"), ("off", "InvalidCursorName")])
def test_a_long_list_is_read_to_its_end_where_the_settings_say_that_sessions_change(
    pooled: str, said: str, fresh_pgbouncer: str
) -> None:
    env = {**os.environ, "DATABASE_URL": fresh_pgbouncer, "DATABASE_POOLED": pooled}
    done = subprocess.run([sys.executable, "-c", LONG_LIST], env=env, cwd=ROOT, capture_output=True, text=True)
    assert said in done.stdout + done.stderr
