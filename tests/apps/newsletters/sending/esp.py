"""An ESP for tests, of Mailgun's shape: it takes a batch, puts each reader's message together, and remembers them.

with esp() as fake: …    fake.address, fake.sent, fake.calls; fake.answers: status codes to give in turn
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Fake:
    """What it was told."""

    address: str = ""
    calls: list[dict[str, list[str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # given in turn; then 200
    refuses: set[str] = field(default_factory=set)  # addresses that make a whole call wrong
    hangs_up: int = 0  # calls that are taken, and never answered
    keeps: bool = True

    @property
    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """Reader and message, as Mailgun would send them."""
        return [pair for call in self.calls for pair in _messages(call)]

    def take(self, raw: bytes) -> int:
        """One call; the status it is answered with."""
        call = parse_qs(raw.decode(), keep_blank_values=True)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200 and self.refuses & set(call["to"]):
            status = 400
        if status == 200:
            self.calls.append(call if self.keeps else {"to": call["to"]})
        return status


def _messages(call: dict[str, list[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    variables = json.loads(call.get("recipient-variables", ["{}"])[0])
    for to in call["to"]:
        own = variables.get(to, {})
        yield to, {name: re.sub(r"%recipient\.([^%]+)%", lambda found, own=own: own[found[1]], values[0])
                   for name, values in call.items() if name not in {"to", "recipient-variables"}}  # fmt: skip


@contextmanager
def esp() -> Iterator[Fake]:
    """The ESP, on a port of its own."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            status = fake.take(raw)
            if fake.hangs_up:
                fake.hangs_up -= 1
                self.connection.close()
                return
            body = json.dumps(
                {"id": "<20261201.1@esp>", "message": "Queued. Thank you." if status == 200 else "no"}
            ).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_port}/v3"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """In a process of its own."""
    with esp() as fake:
        fake.keeps = False
        print(fake.address, flush=True)
        sys.stdin.read()
        readers = [to for call in fake.calls for to in call["to"]]
        print(len(readers), len(set(readers)), flush=True)


if __name__ == "__main__":
    main()
