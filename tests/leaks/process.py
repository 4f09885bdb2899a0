"""The canary paper in a process of its own: the real application, edge and Django on SQLite, asked without a network.

`Child` is held by a test; what it is asked to do runs in the process, beside the application in its own thread.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.leaks import maker
from tests.leaks.requests import Request

SETTLE_SECONDS = 0.6  # the edge looks at the shelf's changes every 0.2 s
_paper: Paper | None = None


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def cookie(self) -> str:
        return self["set-cookie"].split(";")[0]


class Paper:
    """The application, running in a thread with its own event loop."""

    def __init__(self, folder: Path) -> None:
        from broadsheet.web.asgi import build

        self.folder = folder
        self.made = maker.make()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="paper", daemon=True).start()
        self.edge = self._in_loop(_built(build))
        self.clients = 0

    def _in_loop(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=120)

    def ask(self, request: Request) -> Answer:
        """Put one request to the application, and wait for its whole answer."""
        return self._in_loop(answer_of(self.edge, request))

    def ask_together(self, requests: list[Request]) -> list[Answer]:
        """Put several at once."""

        async def all_of() -> list[Answer]:
            return await asyncio.gather(*(answer_of(self.edge, request) for request in requests))

        return self._in_loop(all_of())

    def spent(self) -> int:
        """Slots used in the ledger."""
        with sqlite3.connect(self.folder / "ledger.sqlite3") as db:
            try:
                return int(db.execute("SELECT count(*) FROM meter_grant").fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    def stranger(self) -> str:
        """The address of somebody on a network, and in a wider one, that nobody has come from."""
        self.clients += 1
        return f"{20 + self.clients // 65_536}.{self.clients // 256 % 256}.{self.clients % 256}.7"

    def read_everything(self) -> None:
        """Let a member and a stranger open every page, so that it stands on the shelf and is at hand."""
        from tests.leaks.people import member

        lists = [
            "/",
            "/ar/",
            "/world/",
            "/feed.atom",
            "/feed.json",
            "/sitemap.xml",
            "/sitemap-1.xml",
            "/news-sitemap.xml",
        ]
        for path in [*self.made.paths.values(), *lists]:
            for headers in ((), (("cookie", member()),)):
                self.ask(Request(path, headers=headers, client=self.stranger()))

    def settle(self) -> None:
        """Wait until every worker has seen what changed."""
        time.sleep(SETTLE_SECONDS)

    def forget(self) -> None:
        """Decide every request anew: what was decided under other rules may not answer in their place."""
        self._in_loop(self._forgotten())

    async def _forgotten(self) -> None:
        self.edge.follow()


async def _built(build: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(build)


async def answer_of(app: Any, request: Request) -> Answer:
    """What an ASGI application answers."""
    lines = (("host", "paper.test"), *request.headers)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "server": ("paper.test", 80),
        "client": (request.client or "192.0.2.1", 5000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines],
    }
    answer = Answer()
    asked = False
    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:  # a browser that waits: Django listens for its going away
            await ended.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(name.decode(), value.decode("latin-1")) for name, value in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    ended.set()
    return answer


def open_paper(folder: Path) -> None:
    """Begin a process: a paper in `folder`, read by everybody, and then changed."""
    global _paper
    os.environ |= {
        "BROADSHEET_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.leaks.settings",
        "BASE_URL": maker.ADDRESS,
        "ALLOWED_HOSTS": "paper.test",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    _paper = Paper(folder)
    maker.know_google()
    _paper.read_everything()
    maker.change(_paper.made)
    _paper.settle()


def paper() -> Paper:
    """This process's paper."""
    assert _paper is not None
    return _paper


def _ask(request: Request) -> Answer:
    return paper().ask(request)


def _ask_together(requests: list[Request]) -> list[Answer]:
    return paper().ask_together(requests)


def _made() -> maker.Made:
    return paper().made


def _spent() -> int:
    return paper().spent()


def _stranger() -> str:
    return paper().stranger()


class Child:
    """A process with a paper in it. `do` runs a function of a module there."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bs-leaks-"))
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=open_paper, initargs=(self.folder,))
        self.made = self.do(_made)

    def do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function` gives, run in the process."""
        return self._pool.submit(function, *arguments).result(timeout=3_600)

    def get(self, path: str, **more: Any) -> Answer:
        """One request, by default of a stranger on a network of their own."""
        return self.do(_ask, Request(path, **{"client": self.do(_stranger), **more}))

    def get_together(self, requests: list[Request]) -> list[Answer]:
        return self.do(_ask_together, requests)

    def spent(self) -> int:
        return self.do(_spent)

    def close(self) -> None:
        self._pool.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
