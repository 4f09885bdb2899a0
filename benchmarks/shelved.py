"""An edge whose shelf holds as many stories as SHELVED says, and nothing behind it; made once in var/ and kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.registry import VAR
from broadsheet.edge.app import Edge
from broadsheet.edge.compose import make_variant
from broadsheet.edge.shelf import Entry
from broadsheet.edge.shelves.sqlite import SqliteShelf
from broadsheet.paywall.ledgers.gathering import Gatherer
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.rules import Access

KEYS = KeyRing("k" * 40)
WORDS = b"<p>" + b"The ferry leaves at seven, and nobody on the quay knows who will come back with it. " * 20 + b"</p>"


def folder(stories: int) -> Path:
    """Where a shelf of so many stories lies."""
    return VAR / f"bench-shelf-{stories}"


def path_of(number: int) -> str:
    """The address of a story."""
    return f"/world/story-{number}/"


def entries(stories: int) -> Iterator[Entry]:
    """So many stories, all of the same bytes, for what is measured is the finding of them."""
    full, preview = make_variant("full", WORDS, b"", WORDS), make_variant("preview", WORDS[:900], b"WALL", b"</p>")
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    for number in range(stories):
        variants, keys = {"full": full, "preview": preview}, frozenset({f"story:{number}"})
        yield Entry(path_of(number), Access.METERED, number.to_bytes(16, "big"), "en", headers, variants, keys)


def make(stories: int) -> None:
    """Fill a shelf, where that was not done before."""
    ready = folder(stories) / "ready"
    if ready.exists():
        return
    shelf = SqliteShelf(folder(stories) / "shelf.sqlite3")
    shelf.put_document("policy", {"terms": {"allowance": 10}, "slips": {}})
    for entry in entries(stories):
        shelf.put(entry)
    shelf.close()
    ready.touch()


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind this edge: 404."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def build() -> Edge:
    """The edge over the shelf that SHELVED names."""
    at = folder(int(os.environ["SHELVED"]))
    ledger = at / f"ledger-{os.getpid()}.sqlite3"
    return Edge(nothing, SqliteShelf(at / "shelf.sqlite3"), Gatherer(lambda: SqliteLedger(ledger)), KEYS, secure=False)


application = build() if "SHELVED" in os.environ else nothing
