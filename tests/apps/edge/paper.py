"""A small paper for the edge: a shelf with ready pages, a ledger, and a Django that notes what reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadsheet.edge.app import Edge
from broadsheet.edge.compose import make_variant
from broadsheet.edge.shelf import Entry
from broadsheet.edge.shelves.sqlite import SqliteShelf
from broadsheet.paywall.ledgers.gathering import Gatherer
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.rules import Access

KEYS = KeyRing("k" * 40)
SLIPS = {
    "own-limit": "OWN LIMIT until @@date@@",
    "network-limit": "NETWORK LIMIT, back to @@here@@",
    "members-only": "MEMBERS ONLY",
    "preview": "NEUTRAL WALL",
    **{f"notice-{left}": f"NOTICE {left} left until @@date@@" for left in range(11)},
}


@dataclass
class Answer:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookie(self) -> str:
        return self["set-cookie"].split(";")[0]


def metered(path: str, number: int, access: Access = Access.METERED) -> Entry:
    """A gated story: BODY stands in the full variant only."""
    full = make_variant(f"full{number}", b"<p>LEAD</p>", b"", b"<p>BODY %d</p>" % number)
    slip = SLIPS["members-only" if access is Access.MEMBERS else "preview"].encode()
    preview = make_variant(f"preview{number}", b"<p>LEAD</p>", slip, b"<p>OFFER</p>")
    keys = frozenset({f"story:{number}", "paper"})
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Entry(path, access, number.to_bytes(16, "big"), "en", headers, {"full": full, "preview": preview}, keys)


def open_page(path: str, words: bytes = b"FRONT", key: str = "front:en") -> Entry:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    variant = make_variant("open", words, b"", b"")
    return Entry(path, Access.OPEN, b"", "en", headers, {"full": variant}, frozenset({key, "paper"}))


class Django:
    """Stands behind the edge. `pages` are what it puts on the shelf when asked for them."""

    def __init__(self, shelf: SqliteShelf) -> None:
        self.shelf = shelf
        self.pages: dict[str, Entry] = {}
        self.asked: list[tuple[str, str]] = []
        self.delay = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append((scope["method"], scope["path"]))
        page = self.pages.get(scope["path"])
        assert (await receive())["type"] == "http.request"
        listening = asyncio.ensure_future(receive())  # as Django listens, all the while, for the reader's going away
        await asyncio.sleep(self.delay)
        if listening.done():
            assert listening.result()["type"] == "http.disconnect", "a body was sent twice"
        listening.cancel()
        headers = []
        if page is not None and scope.get("broadsheet.edge") == "fill":
            self.shelf.put(page)
            headers = [(b"x-broadsheet-shelved", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"DJANGO"})


class Paper:
    """The edge with all its parts, on one folder."""

    def __init__(self, folder: Path, allowance: int = 3, secure: bool = False, **terms: Any) -> None:
        self.folder = folder
        self.shelf = SqliteShelf(folder / "shelf.sqlite3")
        self.shelf.put_document("policy", {"terms": {"allowance": allowance, **terms}, "slips": {"en": SLIPS}})
        self.django = Django(self.shelf)
        self.gatherer = Gatherer(lambda: SqliteLedger(folder / "ledger.sqlite3"))
        self.edge = Edge(self.django, self.shelf, self.gatherer, KEYS, secure=secure)

    async def get(
        self,
        path: str,
        cookie: str = "",
        method: str = "GET",
        headers: Iterable[tuple[str, str]] = (),
        client: str = "192.0.2.1",
        query: str = "",
    ) -> Answer:
        lines = [("host", "paper.test"), *([("cookie", cookie)] if cookie else []), *headers]
        scope = {
            "type": "http", "method": method, "path": path, "query_string": query.encode(), "http_version": "1.1",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines], "client": (client, 5000),
        }  # fmt: skip
        answer = Answer()

        parts = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for part in parts:
                return part
            return await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = [(name.decode(), value.decode("latin-1")) for name, value in message["headers"]]
            else:
                answer.body += message.get("body", b"")

        await self.edge(scope, receive, send)
        return answer

    def spent(self) -> int:
        """Slots used in the ledger."""
        import sqlite3

        with sqlite3.connect(self.folder / "ledger.sqlite3") as db:
            try:
                return int(db.execute("SELECT count(*) FROM meter_grant").fetchone()[0])
            except sqlite3.OperationalError:
                return 0
