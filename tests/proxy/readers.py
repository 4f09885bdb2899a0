"""Readers who come to nginx over TLS, each from an address of their own on loopback, and keep their connection."""

from __future__ import annotations

import http.client
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadsheet import clock
from broadsheet.paywall import passes
from broadsheet.paywall.receipts import KeyRing, Receipt, story_tag
from broadsheet.readers import Standing
from tests.leaks import canaries
from tests.proxy.making import ALLOWANCE, Story, read
from tests.proxy.nginx import HOST, Front
from tests.serving import environment, serving
from tests.shared import ROOT

BOUND = 8  # of stories that one network is given a day


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    _words: frozenset[str] | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def words(self) -> frozenset[str]:
        """Every canary in it."""
        if self._words is None:
            self._words = canaries.found(self.body, self.headers, self["content-encoding"])
        return self._words

    @property
    def cookie(self) -> str:
        return self["set-cookie"].split(";")[0]


class Reader:
    """Somebody at `address`, one of 127.0.0.0/8."""

    def __init__(self, front: Front, address: str = "127.0.0.1") -> None:
        self._made = http.client.HTTPSConnection(HOST, 443, timeout=30, context=front.trust)
        self._made._create_connection = lambda *_: socket.create_connection(  # type: ignore[attr-defined]
            ("127.0.0.1", front.https), 30, (address, 0)
        )

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request. Headers are given with underscores: sec_purpose="prefetch"."""
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, path, lines, body)

    def send(self, method: str, path: str, lines: Mapping[str, str], body: bytes | None = None) -> Answer:
        """The path goes out as it is written here, however odd."""
        self._made.putrequest(method, "/", skip_host="host" in lines, skip_accept_encoding=True)
        self._made._buffer[0] = f"{method} {path} HTTP/1.1".encode()  # type: ignore[attr-defined]
        for name, value in lines.items():
            self._made.putheader(name, value)
        if body is not None:
            self._made.putheader("content-length", str(len(body)))
        self._made.endheaders(body)
        answer = self._made.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())

    def close(self) -> None:
        self._made.close()


@dataclass(frozen=True)
class Behind:
    """The paper that stands behind nginx."""

    address: str  # host:port, without nginx
    stories: Mapping[str, Story]
    ring: KeyRing
    folder: Path

    def member(self) -> str:
        """The cookie of a member."""
        bearer = passes.Pass(Standing.MEMBER, 7, int(time.time()) + 600)
        return f"__Host-bs-p={passes.sign(self.ring, bearer).decode()}"

    def receipt(self, *stories: bytes, reader: bytes = b"a reader's id 16") -> str:
        """The cookie of somebody who was granted these stories."""
        tags = tuple(story_tag(reader, story) for story in stories)
        return f"__Host-bs-r={self.ring.sign(Receipt(reader, clock.today(), tags)).decode()}"

    def used_up(self) -> str:
        """The cookie of somebody who has read all that is free."""
        return self.receipt(*(bytes([number]) * 16 for number in range(ALLOWANCE)), reader=b"exhausted reader")

    def spent(self) -> int:
        """Slots used in the ledger."""
        with sqlite3.connect(self.folder / "ledger.sqlite3") as db:
            try:
                return int(db.execute("SELECT count(*) FROM meter_grant").fetchone()[0])
            except sqlite3.OperationalError:  # nobody has asked for anything yet
                return 0


@contextmanager
def paper_behind(folder: Path) -> Iterator[Behind]:
    """A paper, made and served with the settings that the guide names for a paper behind nginx."""
    guide = {"BASE_URL": f"https://{HOST}", "ALLOWED_HOSTS": f"{HOST} 127.0.0.1", "BEHIND_TLS_PROXY": "on"}
    with _paper(folder, guide, guide) as paper:
        yield paper


@contextmanager
def paper_alone(folder: Path) -> Iterator[Behind]:
    """The same paper over plain HTTP, with nothing in front. Readers may say in X-Forwarded-For where they are."""
    with _paper(folder, {"BASE_URL": "http://127.0.0.1"}, {}) as paper:
        yield paper


@contextmanager
def _paper(folder: Path, making: dict[str, str], serves: dict[str, str]) -> Iterator[Behind]:
    folder.mkdir(parents=True, exist_ok=True)
    key, starter = secrets.token_urlsafe(32), "broadsheet.starter.paper.settings"
    settings: dict[str, Any] = {"METER_KEY": key, "DJANGO_SETTINGS_MODULE": starter, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "tests.proxy.making", folder / "made.json"]
    env = environment(folder, **settings, **making)
    made = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-3000:]
    with serving(folder, **settings, **serves) as address:
        stories = read((folder / "made.json").read_text(encoding="utf-8"))
        yield Behind(address.removeprefix("http://"), stories, KeyRing(key), folder)
