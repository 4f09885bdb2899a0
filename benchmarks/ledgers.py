"""What a grant costs a ledger itself, without a server around it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

import click

from benchmarks.registry import Figure, measures
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.ports import Answer, Ask
from broadsheet.paywall.rules import Terms

GRANTS = int(os.environ.get("GRANTS", "10000000"))
SLICES, BATCHES, AT_ONCE = 9, 150, 8
TODAY, TERMS = 20_000, Terms()
FILL = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; PRAGMA temp_store=FILE;
BEGIN;
INSERT INTO meter_grant
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {readers}),
        readers AS MATERIALIZED (
            SELECT randomblob(32) AS reader, {today} - abs(random() % 45) AS first, {today} - abs(random() % 30) AS start
            FROM n
        )
    SELECT reader, slot, 3, randomblob(12), min(first, start), start
    FROM readers, (SELECT 1 AS slot UNION ALL SELECT 2) ORDER BY reader, slot;
INSERT OR IGNORE INTO meter_salt VALUES ({today}, randomblob(32));
INSERT INTO meter_network
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {seen}),
        networks AS MATERIALIZED (SELECT randomblob(16) AS network FROM n)
    SELECT {today}, network, kind, 1
    FROM networks, (SELECT CAST('m' AS BLOB) AS kind UNION ALL SELECT CAST('n' AS BLOB)
        UNION ALL SELECT CAST('n' AS BLOB) || CAST('a story here' AS BLOB))
    ORDER BY network, kind;
COMMIT;
"""  # two grants a reader, all in the last 45 days; a thirtieth of them today, each on a network of its own


@measures(
    "bench",
    "ledger_size",
    Figure(
        "grant_10m_vs_empty", 0.9, "least",
        "What a grant takes in an empty ledger on SQLite, as a part of what it takes among ten million (GRANTS=) grants.",
    ),
)  # fmt: skip
def ledger_size() -> dict[str, float]:
    """Alternating slices on two files, strangers and readers who come again, eight at a time."""
    with tempfile.TemporaryDirectory(prefix="bs-ledger-") as folder:
        begun = time.monotonic()
        size = fill(Path(folder) / "full.sqlite3", GRANTS)
        click.echo(f"    {GRANTS} grants: {size / 2**20:.0f} MB, filled in {time.monotonic() - begun:.0f} s")
        small, large = SqliteLedger(Path(folder) / "empty.sqlite3"), SqliteLedger(Path(folder) / "full.sqlite3")
        _slice(small), _slice(large)
        pairs = [(_slice(small), _slice(large)) for _ in range(SLICES)]
        small.close(), large.close()
    empty, full = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    click.echo(f"    a grant takes {empty:.0f} µs in the empty ledger, {full:.0f} µs in the full one")
    return {"grant_10m_vs_empty": median(one / other for one, other in pairs)}


def fill(path: Path, grants: int) -> int:
    """Put so many grants into the ledger in that file; gives the file's size."""
    SqliteLedger(path).close()
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(FILL.format(readers=grants // 2, today=TODAY, seen=grants // 30))
    db.execute("PRAGMA journal_mode=WAL")
    assert db.execute("SELECT count(*) FROM meter_grant").fetchone() == (grants // 2 * 2,)
    db.close()
    return path.stat().st_size


def _slice(ledger: SqliteLedger) -> float:
    """Seconds a grant, half of them to strangers, half to the same readers when they come again."""
    begun = time.perf_counter()
    for number in range(BATCHES):
        story = number.to_bytes(16, "big")
        asks = [Ask(None, os.urandom(16), story, os.urandom(5), os.urandom(4), TODAY, TERMS) for _ in range(AT_ONCE)]
        first = ledger.grant_all(asks)
        again = [ask._replace(reader=ask.fresh, fresh=os.urandom(16), story=b"again") for ask in asks]
        second = ledger.grant_all(again)
        if {outcome.answer for outcome in (*first, *second)} != {Answer.GRANTED}:
            raise SystemExit("the ledger refused what was due")
    return (time.perf_counter() - begun) / (BATCHES * AT_ONCE * 2)
