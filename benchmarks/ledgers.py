"""What a grant costs when the ledger holds ten million, beside what it costs an empty one."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median

import click

from benchmarks.load import Server, Slice, environment, ratio, rested, running, serving
from benchmarks.registry import Figure, measures
from benchmarks.speed import BROWSER, SECONDS, STORY, STRANGERS
from broadsheet import clock
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.minting import Mint
from broadsheet.paywall.ports import Answer, Ask
from broadsheet.paywall.rules import Terms
from tests.servers import free_port

GRANTS = int(os.environ.get("GRANTS", "10000000"))
SLICES, BATCHES, AT_ONCE = 9, 150, 8
TODAY, TERMS = clock.today(), Terms()
FILL = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; PRAGMA temp_store=FILE;
BEGIN;
INSERT INTO meter_grant
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {readers}),
        readers AS MATERIALIZED (
            SELECT randomblob(20) AS reader, {today} - abs(random() % 45) AS first, {today} - abs(random() % 30) AS start
            FROM n
        )
    SELECT reader, slot, 3, randomblob(12), min(first, start), start
    FROM readers, (SELECT 1 AS slot UNION ALL SELECT 2) ORDER BY reader, slot;
INSERT OR IGNORE INTO meter_salt VALUES ({today}, randomblob(32));
INSERT INTO meter_count
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {seen}),
        networks AS MATERIALIZED (SELECT randomblob(24) AS network FROM n)
    SELECT {today}, network, mark, new, 0, 0, new
    FROM networks, (SELECT CAST('' AS BLOB) AS mark, 1 AS new UNION ALL SELECT CAST('na story here' AS BLOB), 0)
    ORDER BY network, mark;
COMMIT;
"""  # two grants a reader, all in the last 45 days; a thirtieth of them today, each on a network of its own


@measures(
    "bench",
    "ledger_size",
    Figure(
        "grant_10m_vs_empty", 0.9, "least",
        "Grants a second with ten million (GRANTS=) grants in the ledger on SQLite, as a part of those with none.",
    ),
)  # fmt: skip
def ledger_size() -> dict[str, float]:
    """Alternating slices on two servers of one paper; beside them, what a grant takes the ledger alone."""
    with tempfile.TemporaryDirectory(prefix="bs-ledger-") as folder:
        begun, full, empty = time.monotonic(), Path(folder) / "full.sqlite3", Path(folder) / "empty.sqlite3"
        size = fill(full, GRANTS)
        click.echo(f"    {GRANTS} grants: {size / 2**20:.0f} MB, filled in {time.monotonic() - begun:.0f} s")
        _alone(empty, full)
        address = f"http://127.0.0.1:{free_port()}"
        with (
            serving(f"sqlite:///{empty}") as small,
            running(
                "benchmarks.paper:application", address, environment(address, LEDGER_URL=f"sqlite:///{full}")
            ) as large,
        ):
            pairs = [(_served(large, number), _served(small, number)) for number in range(SLICES + 1)][1:]
    rates = [f"{median(one.rate for one in column):.0f}" for column in zip(*pairs, strict=True)]
    click.echo(f"    {rates[1]} grants a second with the empty ledger, {rates[0]} with the full one")
    return {"grant_10m_vs_empty": ratio(pairs)}


def _served(server: Server, number: int) -> Slice:
    granted = rested(server, STORY, SECONDS, BROWSER, STRANGERS.replace("{seed}", str(number + 1)))
    if granted.wrong:
        raise SystemExit(f"{granted.wrong} answers were errors")
    return granted


def _alone(empty: Path, full: Path) -> None:
    small, large = SqliteLedger(empty), SqliteLedger(full)
    _slice(small), _slice(large)
    pairs = [(_slice(small), _slice(large)) for _ in range(SLICES)]
    small.close(), large.close()
    one, other = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    click.echo(
        f"    the ledger alone takes {one:.0f} µs for a grant where it is empty, {other:.0f} µs where it is full"
    )


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
    mint, begun = Mint(), time.perf_counter()
    for number in range(BATCHES):
        story = number.to_bytes(16, "big")
        asks = [Ask(None, mint.take(), story, os.urandom(5), os.urandom(4), TODAY, TERMS) for _ in range(AT_ONCE)]
        first = ledger.grant_all(asks)
        again = [ask._replace(reader=ask.fresh, fresh=mint.take(), story=b"again") for ask in asks]
        second = ledger.grant_all(again)
        if {outcome.answer for outcome in (*first, *second)} != {Answer.GRANTED}:
            raise SystemExit("the ledger refused what was due")
    return (time.perf_counter() - begun) / (BATCHES * AT_ONCE * 2)
