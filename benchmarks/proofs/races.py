"""Does anybody get a story more than is due by asking in many places at once?"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from benchmarks.registry import Figure, measures

ROUNDS = int(os.environ.get("ROUNDS", "1000"))
MEANING = (
    "Grants beyond the allowance in {rounds} rounds (ROUNDS=) of forty readers at once in 16 processes, in turn with one "
    "receipt and from one network, on {where}."
)


@measures(
    "prove",
    "races",
    Figure("races_sqlite_over", 0, "most", MEANING.format(rounds=ROUNDS, where="SQLite")),
    Figure("races_postgresql_over", 0, "most", MEANING.format(rounds=ROUNDS, where="PostgreSQL")),
    Figure("races_valkey_over", 0, "most", MEANING.format(rounds=ROUNDS, where="Valkey (or Redis)")),
)
def races() -> dict[str, float]:
    """A file of its own for SQLite, a server of its own for PostgreSQL and for Valkey."""
    from tests.servers import new_database, postgresql_bin, postgresql_server, valkey_bin, valkey_server

    binaries = postgresql_bin()
    if binaries is None:
        raise click.ClickException("PostgreSQL's server is missing: apt-get install postgresql")
    if valkey_bin() is None:
        raise click.ClickException("Valkey's server is missing: apt-get install valkey-server, or redis-server")
    with tempfile.TemporaryDirectory(prefix="bs-races-") as folder:
        sqlite = _over(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}", "SQLite")
    with postgresql_server(binaries) as server:
        postgresql = _over(new_database(server, "races"), "PostgreSQL")
    with valkey_server() as address:
        valkey = _over(address, "Valkey")
    return {"races_sqlite_over": sqlite, "races_postgresql_over": postgresql, "races_valkey_over": valkey}


def _over(url: str, where: str) -> int:
    from tests.contracts.races import race

    raced = race(url, ROUNDS)
    click.echo(
        f"    {where}: {raced.rounds} rounds, {raced.over} over, {raced.under} under, {raced.unanswered} unanswered"
    )
    return raced.over
