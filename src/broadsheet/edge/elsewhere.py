"""An ASGI application that runs in another process, asked over a pair of sockets, many requests at once.

A page that computes for long takes the interpreter from whoever shares it; here nobody does. The other process asks
for the parts of a request as it needs them, and is told when a part of a streamed answer has been taken, so nothing
piles up in between. It ends with the process that began it.

    asker                        the application's process
    (n, "ask", scope)     ->     runs it
                          <-     (n, "receive", None)
    (n, "received", part) ->
                          <-     (n, "send", message)
    (n, "sent", None)     ->     after a part that more follow
                          <-     (n, "done", None)
    (n, "gone", None)     ->     the reader is, and so is who asked
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import marshal
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from itertools import count
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Frame = tuple[int, str, Any]

log = logging.getLogger("broadsheet.edge")

SIZE = 4  # bytes before a frame that tell its length
AGAIN = 1.0  # seconds between two beginnings
LAST = 10.0  # seconds that it may take to end
NICE = 2  # how much the application yields to whoever serves ready pages
READY = "ready"
_PASSED = (
    "type",
    "asgi",
    "http_version",
    "method",
    "scheme",
    "path",
    "raw_path",
    "query_string",
    "root_path",
    "headers",
)
_UNAVAILABLE = b"The paper is being started again. Please try in a moment."


class Elsewhere:
    """The application that `command` runs; the number of its socket is put behind the command. One event loop."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Queue[Frame]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting: asyncio.Future[None] | None = None
        self._begun = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer; 503 where it cannot be had."""
        try:
            await self.ready()
        except OSError as error:
            log.error("The application's process cannot be had: %s", error)
            await _unavailable(send)
            return
        number, frames = next(self._numbers), asyncio.Queue[Frame]()
        self._asked[number] = frames
        exchange = _Exchange(number, frames, self._write, receive, send)
        try:
            await exchange.run(_plain(scope))
        finally:
            del self._asked[number]

    async def ready(self) -> None:
        """Wait until the application can answer. Raises OSError where its process ended instead."""
        if self._writer is not None:
            return
        if self._connecting is None:
            self._connecting = asyncio.ensure_future(self._begin())
            self._connecting.add_done_callback(self._begun_or_not)
        await asyncio.shield(self._connecting)

    async def close(self) -> None:
        """End the application's process, once it has done what it is at."""
        if self._reading is not None:
            self._reading.cancel()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, LAST)
            self._process.kill()

    def _begun_or_not(self, future: asyncio.Future[None]) -> None:
        self._connecting = None
        if not future.cancelled():
            future.exception()  # whoever waits is told; nobody may be waiting any more

    async def _begin(self) -> None:
        await asyncio.sleep(max(0.0, self._begun + AGAIN - time.monotonic()))
        self._begun = time.monotonic()
        ours, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            self._process = subprocess.Popen([*self._command, str(fd)], pass_fds=[fd], stdin=subprocess.DEVNULL)
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        frame = await read_frame(reader)
        if frame is None or frame[1] != READY:
            writer.close()
            self._process.wait()
            raise ConnectionError(f"it ended with {self._process.returncode}")
        self._writer = writer
        self._reading = asyncio.ensure_future(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Hand each frame to the request that it is of, until the process is gone."""
        while (frame := await read_frame(reader)) is not None:
            frames = self._asked.get(frame[0])
            if frames is not None:
                frames.put_nowait(frame)
        log.error("The application's process ended; it is begun anew.")
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        for number, frames in self._asked.items():
            frames.put_nowait((number, "lost", None))
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)

    async def _write(self, frame: Frame) -> None:
        if self._writer is not None:
            self._writer.write(packed(frame))
            await self._writer.drain()


class _Exchange:
    """One request, as the asker sees it."""

    def __init__(
        self,
        number: int,
        frames: asyncio.Queue[Frame],
        write: Callable[[Frame], Awaitable[None]],
        receive: Receive,
        send: Send,
    ) -> None:
        self._number, self._frames, self._write = number, frames, write
        self._receive, self._send = receive, send
        self._receiving: asyncio.Future[None] | None = None
        self._started = False

    async def run(self, scope: dict[str, Any]) -> None:
        """Until the application is done, or one side is gone."""
        over = False
        try:
            await self._write((self._number, "ask", scope))
            while not over:
                over = await self._take(await self._frames.get())
        finally:
            if self._receiving is not None:
                self._receiving.cancel()
            if not over:
                await self._write((self._number, "gone", None))

    async def _take(self, frame: Frame) -> bool:
        """Do what the application wants. Whether that was all."""
        _number, kind, content = frame
        if kind == "send":
            self._started = True
            await self._send(content)
            if content.get("more_body"):
                await self._write((self._number, "sent", None))
        elif kind == "receive":
            self._receiving = asyncio.ensure_future(self._hand_on())
        elif kind == "done":
            return True
        elif not self._started:  # lost, or failed
            await _unavailable(self._send)
            return True
        else:
            raise ConnectionError("the application ended in the middle of an answer")
        return False

    async def _hand_on(self) -> None:
        await self._write((self._number, "received", dict(await self._receive())))


async def _unavailable(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), (b"retry-after", b"2")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _UNAVAILABLE})


def _plain(scope: Scope) -> dict[str, Any]:
    """What the application needs of a scope, in values that go through a socket."""
    plain = {name: scope[name] for name in _PASSED if name in scope}
    plain |= {name: value for name, value in scope.items() if name.startswith("broadsheet.")}
    for name in ("client", "server"):
        plain[name] = tuple(scope[name]) if scope.get(name) else None
    return plain


class _Request:
    """One request, as the application sees it."""

    def __init__(self, number: int, write: Callable[[Frame], Awaitable[None]]) -> None:
        self._number, self._write = number, write
        self.received: asyncio.Queue[Any] = asyncio.Queue()
        self.sent = asyncio.Semaphore(0)
        self._waiting = False  # for a part that was asked for, and that nobody took yet

    async def run(self, app: App, scope: Scope) -> None:
        """Let the application answer."""
        try:
            await app(scope, self._receive, self._send)
        except asyncio.CancelledError:
            raise
        except Exception:  # it has been heard of; the reader is told by the asker
            log.exception("%s failed", scope.get("path"))
            await self._write((self._number, "failed", None))
        else:
            await self._write((self._number, "done", None))

    async def _receive(self) -> MutableMapping[str, Any]:
        if not self._waiting:
            self._waiting = True
            await self._write((self._number, "receive", None))
        part: MutableMapping[str, Any] = await self.received.get()
        self._waiting = False
        return part

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        message = (
            {**message, "headers": [tuple(pair) for pair in message["headers"]]} if "headers" in message else message
        )
        await self._write((self._number, "send", dict(message)))
        if message.get("more_body"):
            await self.sent.acquire()


async def serve(app: App, fd: int) -> None:
    """Answer whoever is at the other end of the socket `fd`, until nobody is."""
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=fd))
    requests: dict[int, tuple[_Request, asyncio.Task[None]]] = {}

    async def write(frame: Frame) -> None:
        writer.write(packed(frame))
        await writer.drain()

    def begin(number: int, scope: Scope) -> None:
        request = _Request(number, write)
        task = asyncio.ensure_future(request.run(app, scope))
        requests[number] = request, task
        task.add_done_callback(lambda _: requests.pop(number, None))

    await write((0, READY, None))
    while (frame := await read_frame(reader)) is not None:
        number, kind, content = frame
        if kind == "ask":
            begin(number, content)
        elif number in requests:
            request, task = requests[number]
            if kind == "received":
                request.received.put_nowait(content)
            elif kind == "sent":
                request.sent.release()
            else:
                task.cancel()


def run(app: App, fd: int) -> None:
    """Serve `app` from this process. It yields to whoever serves ready pages, and ends with who began it."""
    import uvloop

    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group: what the asker began is answered first
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    uvloop.run(serve(app, fd))


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame; None where there will be none."""
    try:
        size = int.from_bytes(await reader.readexactly(SIZE), "big")
        frame: Frame = marshal.loads(await reader.readexactly(size))  # noqa: S302  (of our own other process)
    except (asyncio.IncompleteReadError, OSError):
        return None
    return frame


def packed(frame: Frame) -> bytes:
    """A frame as it goes through the socket."""
    data = marshal.dumps(frame)
    return len(data).to_bytes(SIZE, "big") + data
