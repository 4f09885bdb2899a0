"""The edge: plain ASGI in front of Django. Serves ready bytes after the paywall's decision; falls through to Django.

    path at hand? -> who: pass, else receipt (no I/O) -> paywall.rules.decide -> bytes
    ASK           -> the ledger, in its own thread    -> bytes, with a receipt
    not at hand   -> Django, which puts the page on the shelf or answers itself

Nothing here imports Django.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, MutableMapping
from typing import Any

from broadsheet.edge.answering import give, refuse
from broadsheet.edge.compose import Answer, Composer, Headers, Negotiation
from broadsheet.edge.cookies import names, session_name
from broadsheet.edge.counting import hand_on
from broadsheet.edge.elsewhere import App, Elsewhere, Receive, Scope, Send
from broadsheet.edge.gate import AHEAD, DOCUMENTS, MOST_READS, Gate, opens
from broadsheet.edge.hot import CRAWLED, HotPage, HotPages, Known, Ready, own
from broadsheet.edge.promos import Promos
from broadsheet.edge.renewing import Renewing, lenient
from broadsheet.edge.shelf import Shelf
from broadsheet.edge.visitors import LONGEST, Visitor
from broadsheet.paywall import rules
from broadsheet.paywall.access import turned
from broadsheet.paywall.gifts import HINT
from broadsheet.paywall.ledgers.settling import Settler
from broadsheet.paywall.networks import TrustedProxies
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.robots import is_robot
from broadsheet.paywall.rules import Access, Reason, Verdict

log = logging.getLogger("broadsheet.edge")

SHELVED = b"x-broadsheet-shelved"
POLL_SECONDS = 0.2
TELL_SECONDS = 30
MOST_OWN = 4_096
PASSED_THROUGH = (
    "/admin/", "/static/", "/media/", "/documents/", "/account/", "/g/", "/newsletters/confirm/", "/newsletters/go/",
    "/newsletters/leave/", "/newsletters/mine/",
)  # fmt: skip


class Edge:
    """The ASGI application that readers meet."""

    def __init__(
        self,
        django: App,
        shelf: Shelf,
        settler: Settler,
        keys: KeyRing,
        proxies: TrustedProxies | None = None,
        secure: bool = True,
    ) -> None:
        """`secure`: whether readers come by HTTPS, so that cookies may bear the `__Host-` prefix."""
        self._django = django
        self._shelf = shelf
        self._pages = HotPages(shelf)
        self._look = self._pages.look
        self._settler = settler
        self.gate = Gate(keys, settler, proxies or TrustedProxies(), secure)
        self._renewing = Renewing(django, session_name(secure), names(secure)[1])
        self._negotiate = Negotiation().best
        self._composer = Composer()
        self._promos = Promos(secure)
        self._filling: dict[str, asyncio.Future[bool]] = {}
        self._own_answers: set[str] = set()  # paths where a query got an answer that nobody can share
        self._watcher: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._seq = -1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        page = self._look(scope.get("path", ""))
        if page is not None and page.known and scope["http_version"] != "2":
            known = accepts = None
            for name, value in scope["headers"]:  # a dictionary of them would cost more than all the rest
                if name == b"cookie":
                    known = page.known.get(value)
                elif name == b"accept-encoding":
                    accepts = value
                elif name == b"if-none-match":
                    known = None
                    break
            if (
                known is not None
                and known.accepts == accepts
                and scope["method"] == "GET"
                and time.time() < known.until
                and (known.always or opens(dict(scope["headers"])))
                and ((reads := known.reads) is None or reads.count < MOST_READS)
            ):
                page.used = True
                page.views += known.always
                if reads is not None:
                    reads.count += 1
                await send(known.start)
                await send(known.body)
                return
        await self._answer(page, scope, receive, send)

    async def _answer(self, page: HotPage | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what nothing is known of yet."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        if self._watcher is None:
            self._start()
        path = scope["path"]
        if page is None:
            if path.startswith(PASSED_THROUGH):
                await self._django(scope, receive, send)
                return
            page = self._pages.load(path) or await self._fill(scope, receive, send)
            if page is None:
                return
        await self._serve(page, scope, receive, send)

    async def _serve(self, page: HotPage, scope: Scope, receive: Receive, send: Send) -> None:
        entry = page.entry
        page.used = True
        if not entry.story and scope["query_string"]:
            await self._django(scope, receive, send)
            return
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await (self._refuse_method if entry.story else self._django)(scope, receive, send)
            return
        now = time.time()
        if entry.stale or 0 < entry.until < now:
            self._refresh(scope)
        headers = (_joined if scope["http_version"] == "2" else dict)(scope["headers"])
        encoding = self._negotiate(headers.get(b"accept-encoding", b""))
        access = entry.access
        if entry.gated_from:
            access = turned(access, entry.gated_from, now)
        if access is Access.OPEN:
            await self._open(page, headers, encoding, method, now, send)
        else:
            await self._gate(page, access, scope, headers, encoding, send)

    async def _open(
        self, page: HotPage, headers: dict[bytes, bytes], encoding: str, method: str, now: float, send: Send
    ) -> None:
        """Serve what everybody may read: the same to all who have no cookie."""
        page.views += method == "GET" and not is_robot(headers.get(b"user-agent", b""))
        offer = self._promos.show(page.offer, method, headers, now, shared=True)
        ready: Ready | Answer = page.get("full", encoding)
        if offer.hidden:
            ready = self._composer.compose(page.entry.variants["full"], encoding, b"", own(page.common), True)
        elif offer.set_cookie:
            ready = Answer({**ready.start, "headers": own(ready.start["headers"])}, ready.body)
        await give(ready, headers, method, send, offer.set_cookie)

    async def _gate(
        self, page: HotPage, access: Access, scope: Scope, headers: dict[bytes, bytes], encoding: str, send: Send
    ) -> None:
        """Decide, and serve the variant that the decision names."""
        entry, method, gate = page.entry, scope["method"], self.gate
        now = time.time()
        visitor = gate.visitor(headers)
        set_cookie: Headers = []
        if self._renewing.wanted(visitor.bearer, headers.get(b"cookie", b""), now):
            visitor, set_cookie = await self._renewed(visitor, scope, headers, now)
        receipt = visitor.receipt
        decision = gate.look(access, entry.story, visitor, scope, headers, now)
        lasts = gate.lasts(visitor, decision, headers, now) if method == "GET" else 0
        by_receipt = decision is rules.READ_BEFORE
        visitor.reads.count += by_receipt
        if decision.verdict is not Verdict.FULL and HINT in headers.get(b"cookie", b""):
            decision, more = await gate.gifts.redeem(decision, entry.story, method, headers)
            set_cookie += more
        if decision.verdict is Verdict.ASK:
            decision, receipt, more = await gate.ask(entry.story, visitor, scope, headers, now)
            set_cookie += more
        if decision.verdict is Verdict.REFUSE:
            await refuse(decision.reason, send)
            return
        opened = decision.verdict is Verdict.FULL
        kind = CRAWLED if decision.reason is Reason.CRAWLER else "full" if opened else "preview"
        page.views += kind == "full" and method == "GET"
        slip = gate.slip(entry.language, decision, receipt, scope["path"])
        if access is not entry.access and decision.reason is Reason.MEMBERS_ONLY:  # rendered before its moment came
            slip = gate.policy.slip(entry.language, "members-only")
        offer = self._promos.show(page.offer if kind != CRAWLED else None, method, headers, now)
        set_cookie += offer.set_cookie
        ready: Ready | Answer = page.get(kind, encoding)
        if slip or offer.hidden:
            ready = self._composer.compose(entry.variants[kind], encoding, slip, page.common, offer.hidden)
        if lasts and offer.settled and not set_cookie:
            known = Known(lasts, opened, ready.start, ready.body, visitor.reads if by_receipt else None)
            self._remember(page, headers, known)
        await give(ready, headers, method, send, set_cookie)

    async def _renewed(
        self, visitor: Visitor, scope: Scope, headers: dict[bytes, bytes], now: float
    ) -> tuple[Visitor, Headers]:
        """Who asks, with a new pass, for they are logged in and had none that holds; and the cookies to set."""
        renewed = await self._renewing.renew(scope, headers, now)
        if not renewed.asked:
            return Visitor(visitor.receipt, lenient(visitor.bearer, now)), []
        ahead = not AHEAD.isdisjoint(headers)  # what is fetched ahead sets no cookie: its reader may never come
        return self.gate.visitor(headers), [] if ahead else list(renewed.set_cookie)

    def _remember(self, page: HotPage, headers: dict[bytes, bytes], known: Known) -> None:
        """Know the answer for these headers until its time is over, or until the page itself changes."""
        entry = page.entry
        known.until = min(known.until, entry.until or known.until, entry.gated_from or known.until)
        if not entry.stale and known.until > time.time() and len(headers.get(b"cookie", b"")) <= LONGEST:
            self._pages.remember(page, headers, known)

    async def _fill(self, scope: Scope, receive: Receive, send: Send) -> HotPage | None:
        """Let Django answer, or put the page on the shelf: once for a path, however many wait for it.

        Where whoever went first got no answer, the next one goes. Where the answer was theirs alone, each of the others
        asks; and so does at once whoever asks with a query (a search, a list's third page) where that was so before.
        """
        path = scope["path"]
        own = bool(scope["query_string"])
        if scope["method"] not in {"GET", "HEAD"} or (own and path in self._own_answers):
            return (await self._through(scope, receive, send))[0]
        while (running := self._filling.get(path)) is not None:
            answered = await asyncio.shield(running)
            page = self._pages.look(path) or self._pages.load(path)
            if page is not None:
                return page
            if answered:
                return (await self._through(scope, receive, send))[0]
        future = self._filling[path] = asyncio.get_running_loop().create_future()
        answered = False
        try:
            page, answered = await self._through(scope, receive, send)
        finally:
            del self._filling[path]
            future.set_result(answered)
        if own and page is None and len(self._own_answers) < MOST_OWN:
            self._own_answers.add(path)
        return page

    async def _through(self, scope: Scope, receive: Receive, send: Send) -> tuple[HotPage | None, bool]:
        """Ask Django. Where it says that it put the page on the shelf, its answer is dropped and the page given.

        Gives the page, and whether Django answered at all: it does not where its reader went away.
        """
        shelved = answered = False

        async def watch(message: MutableMapping[str, Any]) -> None:
            nonlocal shelved, answered
            if message["type"] == "http.response.start":
                answered = True
                shelved = any(name.lower() == SHELVED for name, _ in message.get("headers", ()))
            if not shelved:
                await send(message)

        await self._django({**scope, "broadsheet.edge": "fill"}, receive, watch)
        if not shelved:
            return None, answered
        page = self._pages.load(scope["path"])
        if page is None:  # touched while it was rendered: let Django answer this one itself
            await self._django(scope, receive, send)
        return page, True

    def _refresh(self, scope: Scope) -> None:
        """Render a stale page anew behind the reader's back, once at a time."""
        path = scope["path"]
        if path in self._filling:
            return
        future = self._filling[path] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self._rendered(scope))
        future.add_done_callback(lambda _: task)

        def done(ended: asyncio.Future[Any]) -> None:
            self._filling.pop(path, None)
            future.set_result(True)
            if not ended.cancelled() and ended.exception() is not None:
                log.error("%s could not be rendered anew; the old page stands.", path, exc_info=ended.exception())

        task.add_done_callback(done)

    async def _rendered(self, scope: Scope) -> None:
        """Django renders the page onto the shelf; what it answers goes nowhere."""
        host = [(name, value) for name, value in scope["headers"] if name == b"host"]
        inner = {**scope, "method": "GET", "query_string": b"", "headers": host, "broadsheet.edge": "fill"}
        found = asked = False

        async def receive() -> MutableMapping[str, Any]:
            nonlocal asked
            if asked:  # Django listens for the reader's going away, and there is none who could
                await asyncio.get_running_loop().create_future()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal found
            if message["type"] == "http.response.start":
                found = any(name.lower() == SHELVED for name, _ in message.get("headers", ()))

        await self._django(inner, receive, send)
        if found:
            self._pages.load(scope["path"])

    def follow(self, documents: Collection[str] = DOCUMENTS) -> None:
        """Take over what the shelf says now beside pages."""
        changed = DOCUMENTS.intersection(documents)
        if changed:
            self.gate.follow(self._shelf.document, changed)
            self._pages.forget_known()

    async def _begin(self) -> None:
        """Serve once Django can, for it puts on the shelf what the gate follows."""
        if isinstance(self._django, Elsewhere):
            await self._django.ready()
        self._start()

    def _start(self) -> None:
        self._seq = self._shelf.seq()
        self.follow()
        self._watcher = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        """Follow the shelf: what changed is let go of, a new policy holds from then on."""
        hour = time.time() // 3_600
        told = time.monotonic()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                self._telling = asyncio.ensure_future(self._tell())
            try:
                if hour != time.time() // 3_600:
                    hour = time.time() // 3_600
                    self._own_answers.clear()
                    self.gate.new_hour()
                    self._pages.forget_known()
                changes = self._shelf.changes(self._seq)
                if changes.lost:
                    self._pages.forget_all()
                for path in changes.paths:
                    self._pages.forget(path)
                    self._own_answers.discard(path)
                self.follow(DOCUMENTS if changes.lost else changes.documents)
                self._seq = changes.seq
            except Exception:  # a locked or missing shelf must not end the watch
                log.exception("The shelf cannot be followed; trying again.")
                self._pages.forget_all()
                await asyncio.sleep(1)

    async def _tell(self) -> None:
        """Hand on how often each story was given whole, of which nobody can say who read it."""
        views, shown = self._pages.take_views(), self._promos.take()
        if (views or shown) and not await hand_on(self._django, views, shown):
            self._pages.give_back(views)
            self._promos.give_back(shown)

    async def _refuse_method(self, scope: Scope, receive: Receive, send: Send) -> None:
        allow = (b"allow", b"GET, HEAD, OPTIONS")
        status = 204 if scope["method"] == "OPTIONS" else 405
        headers = [allow, (b"cache-control", b"no-store"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers[: 2 if status == 204 else 3]})
        await send({"type": "http.response.body", "body": b""})

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server's own messages: start and end of the process."""
        if scope["type"] != "lifespan":
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._begin()
                except OSError as error:
                    await send({"type": "lifespan.startup.failed", "message": f"Django: {error}"})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._watcher is not None:
                    self._watcher.cancel()
                await self._tell()
                self._settler.close()
                if isinstance(self._django, Elsewhere):
                    await self._django.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name. HTTP/2 may send a cookie in several lines."""
    found = dict(headers)
    found[b"cookie"] = b"; ".join(value for name, value in headers if name == b"cookie")
    return found
