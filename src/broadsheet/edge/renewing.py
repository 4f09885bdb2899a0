"""A reader who is logged in, and whose pass is missing or over, gets a new one before they are answered.

The edge knows no session. It asks Django for a pass in the reader's name, once in the few minutes that a pass lasts,
and goes on with what came of it. Where Django cannot be had, a pass that was over for no longer than GRACE stands:
whoever reads everything is not refused because of a fault of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, NamedTuple

from broadsheet.edge.compose import Headers
from broadsheet.edge.cookies import find
from broadsheet.edge.elsewhere import App, Scope
from broadsheet.paywall import passes
from broadsheet.paywall.passes import Pass
from broadsheet.readers import Standing

PATH = "/account/pass/"
GRACE = 3_600  # seconds
SPARED = frozenset({Standing.MEMBER, Standing.INSTITUTION})
PATIENCE = 5  # seconds that a reader waits for it
IN_VAIN = 60  # seconds for which a session that gave no pass is not asked for again
MOST_IN_VAIN = 4_096
_HANDED_ON = (b"host", b"user-agent", b"x-forwarded-for", b"x-forwarded-proto", b"accept-language")


class Renewed(NamedTuple):
    """What came of asking: the Set-Cookie headers, or that nobody could be asked."""

    set_cookie: Headers
    asked: bool


class Renewing:
    """Renews passes for one event loop; many requests of one reader wait for one answer."""

    def __init__(self, django: App, session: bytes, held: bytes) -> None:
        """`session` and `held` are the names of the session's and of the pass's cookie."""
        self._django = django
        self.mark = session + b"="
        self._held = held
        self._running: dict[bytes, asyncio.Task[Renewed]] = {}
        self._in_vain: dict[bytes, float] = {}

    def wanted(self, bearer: Pass | None, cookie: bytes, now: float) -> bool:
        """Whether somebody with a session has no pass that holds."""
        if self.mark not in cookie or (bearer is not None and passes.holds(bearer, now)):
            return False
        return self._in_vain.get(cookie, 0.0) <= now

    async def renew(self, scope: Scope, headers: dict[bytes, bytes], now: float) -> Renewed:
        """Ask for a pass. Afterwards the headers bear the one that was given."""
        cookie = headers[b"cookie"]
        task = self._running.get(cookie)
        if task is None:
            task = self._running[cookie] = asyncio.ensure_future(self._ask(scope, headers))
            task.add_done_callback(lambda _: self._running.pop(cookie, None))
        try:
            renewed = await asyncio.wait_for(asyncio.shield(task), PATIENCE)
        except TimeoutError:
            return Renewed([], asked=False)
        value = _given(renewed.set_cookie, self._held)
        if value:
            headers[b"cookie"] = with_cookie(cookie, self._held, value)
        elif renewed.asked:
            if len(self._in_vain) >= MOST_IN_VAIN:
                self._in_vain.clear()
            self._in_vain[cookie] = now + IN_VAIN
        return renewed

    async def _ask(self, scope: Scope, headers: dict[bytes, bytes]) -> Renewed:
        lines = [(name, headers[name]) for name in (*_HANDED_ON, b"cookie") if name in headers]
        inner = {
            **scope, "method": "GET", "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "headers": lines,
        }  # fmt: skip
        found = Renewed([], asked=False)
        parts = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> MutableMapping[str, Any]:
            for part in parts:
                return part
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal found
            if message["type"] == "http.response.start" and message["status"] < 500:
                cookies = [(name, value) for name, value in message["headers"] if name.lower() == b"set-cookie"]
                found = Renewed(cookies, asked=True)

        await self._django(inner, receive, send)
        return found


def lenient(bearer: Pass | None, now: float) -> Pass | None:
    """The pass of somebody who reads everything, over a short while ago, made to hold for now; None for any other."""
    if bearer is None or bearer.standing not in SPARED or not bearer.expires <= now < bearer.expires + GRACE:
        return None
    return bearer._replace(expires=int(now) + 1)


def with_cookie(header: bytes, name: bytes, value: bytes) -> bytes:
    """A Cookie header with that cookie in place of the one of the same name."""
    kept = [part for part in header.split(b";") if part.partition(b"=")[0].strip() != name]
    return b"; ".join([part.strip() for part in kept if part.strip()] + [name + b"=" + value])


def _given(set_cookie: Headers, name: bytes) -> bytes:
    """The value that is set for a cookie; empty where there is none, or where it is taken away."""
    for _header, line in set_cookie:
        pair, _, attributes = line.partition(b";")
        if pair.startswith(name + b"=") and b"max-age=0" not in attributes.lower().replace(b" ", b""):
            return find(pair, name).strip(b'"')
    return b""
