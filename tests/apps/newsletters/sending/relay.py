"""A mail server for tests, in a process of its own: it notes each message, and only then says that it took it.

    python -m tests.apps.newsletters.sending.relay PORT FOLDER [--drop N] [--dedupe] [--slow SECONDS]

FOLDER/taken holds a line for each message taken: when, its Message-ID, its reader. FOLDER/log says the same as a
Postfix would. Readers whose local part begins with a code get that answer: r550.5.1.1-ann@…
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ID = re.compile(rb"^message-id: *(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"r(\d{3})((?:\.\d+){3})?-")


class Relay:
    """One server."""

    def __init__(self, folder: Path, drop: int, dedupe: bool, slow: float) -> None:
        self.folder, self.drop, self.dedupe, self.slow = folder, drop, dedupe, slow
        self.taken = (folder / "taken").open("ab", buffering=0)
        self.log = (folder / "log").open("ab", buffering=0)
        self.number, self.known = 0, set[bytes]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client."""
        to = ""
        writer.write(b"220 relay\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                verb = line[:4].upper()
                if verb == "EHLO":
                    writer.write(b"250-relay\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif verb == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    answer = self.about(to)
                    writer.write(answer)
                    to = to if answer.startswith(b"250") else ""
                elif verb == "DATA":
                    writer.write(b"354 go on\r\n" if to else b"554 5.5.1 nobody\r\n")
                    if to and not await self.take(await reader.readuntil(b"\r\n.\r\n"), to, writer):
                        return
                elif verb == "QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                else:
                    writer.write(b"250 2.0.0 ok\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def about(self, to: str) -> bytes:
        """The answer to a reader's name."""
        found = _CODE.match(to)
        return f"{found[1]} {(found[2] or '')[1:]} no\r\n".encode() if found else b"250 2.1.5 ok\r\n"

    async def take(self, content: bytes, to: str, writer: asyncio.StreamWriter) -> bool:
        """Note a message, then say so; or hang up in place of it."""
        mark = _ID.search(content)
        self.number += 1
        queue = f"{self.number:010X}".encode()
        if mark and not (self.dedupe and mark[1] in self.known):
            self.known.add(mark[1])
            self.log.write(b"Dec  1 07:00:00 relay postfix/cleanup[9]: " + queue + b": message-id=" + mark[1] + b"\n")
            self.taken.write(f"{time.time():.4f} {mark[1].decode()} {to}\n".encode())
            self.log.write(
                b"Dec  1 07:00:00 relay postfix/qmgr[8]: " + queue + b": from=<b>, size=1, nrcpt=1 (queue active)\n"
            )
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.drop and self.number % self.drop == 0:
            writer.transport.abort()
            return False
        writer.write(b"250 2.0.0 taken as " + queue + b"\r\n")
        return True


async def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--drop", type=int, default=0)
    parser.add_argument("--dedupe", action="store_true")
    parser.add_argument("--slow", type=float, default=0)
    chosen = parser.parse_args()
    relay = Relay(chosen.folder, chosen.drop, chosen.dedupe, chosen.slow)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", chosen.port, limit=1 << 22)
    print("ready", flush=True)
    await server.serve_forever()


@contextmanager
def relaying(folder: Path, port: int, *options: str) -> Iterator[int]:
    """The server's port, while the block runs."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.apps.newsletters.sending.relay", str(port), str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def taken(folder: Path) -> list[tuple[float, str, str]]:
    """What it took: when, Message-ID, reader."""
    lines = (folder / "taken").read_text().splitlines()
    return [(float(when), mark, to) for when, mark, to in (line.split() for line in lines)]


if __name__ == "__main__":
    asyncio.run(main())
