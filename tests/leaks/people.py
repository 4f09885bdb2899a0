"""Who asks: the cookies and headers of every kind of reader. Runs inside a paper's process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from broadsheet import clock
from broadsheet.paywall import gifts, passes
from broadsheet.paywall.gifts import Jar, Link
from broadsheet.paywall.receipts import KeyRing, Receipt, story_tag
from broadsheet.readers import Standing
from tests.leaks.requests import Request

READER = b"a reader's id 16"
USED_UP = b"account used up."  # what stands in the ledger for accounts that have read what is free for them
GOOGLE = "66.249.64.0/27"  # a stretch of addresses that the canary paper knows as Google's
OTHER_KEY = "a key that is not the paper's own, of a good length"


@dataclass(frozen=True)
class Persona:
    """A kind of reader. `may`: what a gated story gives them; `spends`: whether they may be granted one."""

    name: str
    may: str = (
        "nothing"  # nothing, all (metered and members'), grant (metered, by a new grant), listed (what they read), gift
    )
    cookie: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    session: str = ""
    bears: Standing | None = None  # a pass, made anew for each request: a long sweep outlasts any
    client: str = ""  # the address they come from, where it says who they are

    def asks(self, path: str, method: str = "GET", more: tuple[tuple[str, str], ...] = (), query: str = "") -> Request:
        """Their next request."""
        cookies = [self.cookie] if self.cookie else []
        if self.bears:
            cookies.append(member(self.bears, account=USED_UP if self.bears is Standing.REGISTERED else b""))
        jar = (("cookie", "; ".join(cookies)),) if cookies else ()
        return Request(path, method, (*self.headers, *more, *jar), query, self.client)


def ring() -> KeyRing:
    """The paper's own keys."""
    from django.conf import settings

    return KeyRing(settings.METER_KEY)


def member(
    standing: Standing = Standing.MEMBER, seconds: int = 300, keys: KeyRing | None = None, account: bytes = b""
) -> str:
    """The cookie of somebody who holds a pass."""
    bearer = passes.Pass(standing, 7, int(time.time()) + seconds, account)
    return f"bs-p={passes.sign(keys or ring(), bearer).decode()}"


def receipt(*stories: bytes, reader: bytes = READER, days_ago: int = 0, keys: KeyRing | None = None) -> str:
    """The cookie of somebody who was granted these stories."""
    tags = tuple(story_tag(reader, story) for story in stories)
    return f"bs-r={(keys or ring()).sign(Receipt(reader, clock.today() - days_ago, tags)).decode()}"


def jar(story: bytes, keys: KeyRing | None = None) -> str:
    """The cookie of somebody who was given this story, and counted."""
    now = int(time.time())
    held = Jar(READER).with_link(Link(b"the gift's own id"[:16], story, "en", now + 10_000, 50), now)
    return f"bs-g={gifts.seal(keys or ring(), held.with_counted(held.held[0].gift)).decode()}"


def everybody(read: tuple[bytes, ...], sessions: dict[str, str]) -> tuple[Persona, ...]:
    """Every kind of reader. `read`: the stories that one of them has read before."""
    used_up = receipt(b"x" * 16, b"y" * 16, reader=b"exhausted reader")
    forged = KeyRing(OTHER_KEY)
    bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    chief, outsider = sessions.values()
    return (
        Persona("stranger", "grant"),
        Persona("reader of before", "listed", receipt(*read)),
        Persona("exhausted", "nothing", used_up),
        Persona("member", "all", bears=Standing.MEMBER),
        Persona("staff", "all", bears=Standing.STAFF),
        Persona("reader of a university by mail", "all", bears=Standing.INSTITUTION),
        Persona("member whose pass is over", "nothing", f"{member(seconds=-5)}; {used_up}"),
        Persona("bearer of a forged pass", "nothing", f"{member(keys=forged)}; {used_up}"),
        Persona("bearer of a forged receipt", "nothing", receipt(*read, keys=forged), (("sec-fetch-dest", "image"),)),
        Persona("bearer of an old receipt", "nothing", receipt(*read, days_ago=31), (("sec-fetch-dest", "empty"),)),
        Persona("two receipts", "nothing", f"{receipt(*read)}; {receipt(*read)}", (("sec-fetch-dest", "iframe"),)),
        Persona("bearer of a gift", "gift", f"{jar(read[0])}; {used_up}"),
        Persona("bearer of a forged gift", "nothing", f"{jar(read[0], forged)}; {used_up}"),
        Persona("crawler by its own words", "nothing", headers=(("user-agent", bot),)),
        Persona("verified crawler", "all", headers=(("user-agent", bot),), client="66.249.64.9"),
        Persona("lapsed member", "nothing", used_up, bears=Standing.REGISTERED),
        Persona("preview bot", "nothing", headers=(("user-agent", "facebookexternalhit/1.1"),)),
        Persona("prefetch", "nothing", headers=(("sec-purpose", "prefetch;prerender"),)),
        Persona("picture", "nothing", headers=(("sec-fetch-dest", "image"), ("sec-fetch-mode", "no-cors"))),
        Persona("account without a part in the paper", "nothing", f"sessionid={outsider}", session="outsider"),
        Persona("chief", "all", f"sessionid={chief}", session="chief"),
    )
