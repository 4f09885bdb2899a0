"""A gift's or a newsletter's link at a story's door: what the jar in the reader's cookie opens, and its counting.

A jar that was counted opens its story without I/O, as a receipt does. One that was not is put to the ledger, once,
when it comes back with a visit: so a robot that follows a link and keeps no cookies is never counted.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from broadsheet.edge.compose import Headers
from broadsheet.edge.cookies import find
from broadsheet.paywall import gifts, rules
from broadsheet.paywall.gifts import Held, Jar
from broadsheet.paywall.ledgers.settling import Settler
from broadsheet.paywall.ports import LedgerError
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.robots import is_robot
from broadsheet.paywall.rules import Decision

log = logging.getLogger("broadsheet.edge")
PREFETCH = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")  # a browser that asks before its reader does


class GiftDoor:
    """What readers' jars open. `revoked`: the gifts that were taken back, which open nothing from that moment."""

    def __init__(self, keys: KeyRing, settler: Settler, secure: bool) -> None:
        self._keys = keys
        self._settler = settler
        self._name = gifts.cookie_name(secure).encode()
        self._attributes = b"; Path=/; HttpOnly; SameSite=Lax" + (b"; Secure" if secure else b"")
        self.revoked: frozenset[bytes] = frozenset()

    def follow(self, document: dict[str, Any] | None) -> None:
        """Take in the shelf's document `gifts`."""
        self.revoked = frozenset(bytes.fromhex(gift) for gift in (document or {}).get("revoked", ()))

    def opens(self, story: bytes, cookie: bytes) -> bool:
        """Whether a link that was counted opens the story. No I/O."""
        _, held = self._held(story, cookie)
        return held is not None and held.counted

    async def redeem(
        self, decision: Decision, story: bytes, method: str, headers: dict[bytes, bytes]
    ) -> tuple[Decision, Headers]:
        """The decision once the ledger has counted an uncounted link, with its cookie; else the one there was."""
        jar, held = self._held(story, headers.get(b"cookie", b""))
        if jar is None or held is None or not _visits(method, headers):
            return decision, []
        if any(name in headers for name in PREFETCH):
            return rules.PREFETCH, []  # members' stories too: what is shown at the click must not be the wall
        try:
            counted = await self._settler.redeem(held.gift, jar.jar, held.most, held.until // gifts.DAY)
        except LedgerError as error:
            log.warning("The ledger cannot be written (%s): a gift was not counted.", error)
            return decision, []
        return (rules.GIFT, [self._cookie(jar.with_counted(held.gift))]) if counted else (decision, [])

    def _held(self, story: bytes, cookie: bytes) -> tuple[Jar | None, Held | None]:
        jar = gifts.read(self._keys, find(cookie, self._name))
        return jar, jar.of(story, time.time(), self.revoked) if jar is not None else None

    def _cookie(self, jar: Jar) -> tuple[bytes, bytes]:
        age = str(gifts.cookie_age(jar, time.time())).encode()
        value = self._name + b"=" + gifts.seal(self._keys, jar) + b"; Max-Age=" + age + self._attributes
        return b"set-cookie", value


def _visits(method: str, headers: dict[bytes, bytes]) -> bool:
    """Whether somebody looks: a top-level GET, and by no robot."""
    navigates = method == "GET" and headers.get(b"sec-fetch-dest", b"document") == b"document"
    return navigates and not is_robot(headers.get(b"user-agent", b""))
