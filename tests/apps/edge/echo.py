"""An application of its own process, which does what its path says: `python -m tests.apps.edge.echo <descriptor>`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from broadsheet.edge.counting import VIEWS
from broadsheet.edge.elsewhere import run


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == VIEWS:
        assert all(len(story) == 16 for story in scope[VIEWS])
        return
    await {"/body/": _body, "/parts/": _parts, "/fails/": _fails, "/waits/": _waits, "/dies/": _dies}.get(
        scope["path"], _scope
    )(scope, receive, send)


async def _start(send: Any) -> None:
    headers = [[b"content-type", b"text/plain"]]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _scope(scope: Any, receive: Any, send: Any) -> None:
    told = {name: value if isinstance(value, (str, list, tuple)) else repr(value) for name, value in scope.items()}
    told["headers"] = [[name.decode(), value.decode()] for name, value in scope["headers"]]
    told["pid"] = str(os.getpid())
    await _start(send)
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


async def _body(scope: Any, receive: Any, send: Any) -> None:
    """How many bytes came, and what came after them."""
    size, more = 0, True
    while more:
        part = await receive()
        size, more = size + len(part.get("body", b"")), part.get("more_body", False)
    listening = asyncio.ensure_future(receive())  # as Django listens for the reader's going away
    await asyncio.sleep(0)
    listening.cancel()
    again = asyncio.ensure_future(receive())
    await asyncio.sleep(0.05)
    await _start(send)
    await send({"type": "http.response.body", "body": f"{size} {again.done()}".encode()})
    again.cancel()


async def _parts(scope: Any, receive: Any, send: Any) -> None:
    await _start(send)
    for number in range(300):
        await send({"type": "http.response.body", "body": b"%d;" % number + b"x" * 10_000, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _fails(scope: Any, receive: Any, send: Any) -> None:
    if scope["query_string"]:
        await _start(send)
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise RuntimeError("broken on purpose")


async def _waits(scope: Any, receive: Any, send: Any) -> None:
    """Until the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    await _start(send)
    await send({"type": "http.response.body", "body": b"the reader left"})


async def _dies(scope: Any, receive: Any, send: Any) -> None:
    os._exit(3)


if __name__ == "__main__":
    run(application, int(sys.argv[1]))
