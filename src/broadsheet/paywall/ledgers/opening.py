"""From an address in the settings to a ledger."""

from __future__ import annotations

from pathlib import Path

from broadsheet.paywall.ports import Ledger


def open_ledger(url: str) -> Ledger:
    """The ledger at `sqlite:///path`, `postgresql://…` or `valkey://…`. Raises ValueError for any other address."""
    if url.startswith("sqlite:///"):
        from broadsheet.paywall.ledgers.sqlite import SqliteLedger

        return SqliteLedger(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from broadsheet.paywall.ledgers.postgresql import PostgresqlLedger

        return PostgresqlLedger(url)
    if url.startswith(("valkey://", "valkeys://", "redis://", "rediss://")):
        from broadsheet.paywall.ledgers.valkey import ValkeyLedger

        return ValkeyLedger(url)
    kind = url.split(":", maxsplit=1)[0]
    raise ValueError(f"LEDGER_URL: {kind}: write sqlite:///path/to/file, postgresql://… or valkey://…")
