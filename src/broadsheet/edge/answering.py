"""Sending what was decided: ready bytes, a reader's own, or a refusal."""

from __future__ import annotations

from broadsheet.edge.compose import Answer, Headers
from broadsheet.edge.elsewhere import Send
from broadsheet.edge.hot import Ready
from broadsheet.paywall.rules import Reason

COME_AGAIN = b"3600"  # seconds
EMPTY = {"type": "http.response.body", "body": b""}


async def give(
    ready: Ready | Answer, headers: dict[bytes, bytes], method: str, send: Send, set_cookie: Headers
) -> None:
    """Send an answer that lies ready, or was composed, with these cookies."""
    if not set_cookie and isinstance(ready, Ready) and headers.get(b"if-none-match") == ready.etag:
        await send(ready.unchanged)
        await send(EMPTY)
        return
    await send({**ready.start, "headers": [*ready.start["headers"], *set_cookie]} if set_cookie else ready.start)
    await send(ready.body if method != "HEAD" else EMPTY)


async def refuse(reason: Reason, send: Send) -> None:
    """503 is the one answer that a browser throws away, so that the click asks again (204 would end the click).

    Of a search engine it is taken for what it is: not now. The index keeps what it has.
    """
    headers = [(b"cache-control", b"no-store"), (b"vary", b"Sec-Purpose, Cookie"), (b"content-length", b"0")]
    if reason is Reason.COME_AGAIN:
        headers.append((b"retry-after", COME_AGAIN))
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
