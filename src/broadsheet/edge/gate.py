"""The gate of one process: what a request proves, what is decided of it, and the words that differ by reader.

`look` is everything that needs no I/O; `ask` puts a possible grant to the ledger, in its own thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import quote

from broadsheet import clock
from broadsheet.edge.compose import Headers
from broadsheet.edge.cookies import names
from broadsheet.edge.doors import Doors
from broadsheet.edge.gifts import PREFETCH, GiftDoor
from broadsheet.edge.policy import HERE, Policy, read_policy
from broadsheet.edge.visitors import NOBODY, Visitor, Visitors
from broadsheet.paywall import passes, rules
from broadsheet.paywall.degraded import Degraded
from broadsheet.paywall.gifts import HINT
from broadsheet.paywall.institutions import widened
from broadsheet.paywall.ledgers.settling import Settler
from broadsheet.paywall.minting import Mint, reader_key
from broadsheet.paywall.networks import TrustedProxies, network_of
from broadsheet.paywall.passes import Pass
from broadsheet.paywall.ports import Answer, Ask, LedgerError, Outcome
from broadsheet.paywall.receipts import KeyRing, Receipt, open_window, with_tags
from broadsheet.paywall.robots import is_robot
from broadsheet.paywall.rules import Access, Decision, Reason, Terms, Verdict, Visit, decide
from broadsheet.readers import Standing

Scope = MutableMapping[str, Any]
Documents = Callable[[str], dict[str, Any] | None]

DOCUMENTS = frozenset(
    {"policy", "crawlers", "gifts", "receipts", "revoked"}
)  # what the gate takes from the shelf beside pages
_ANSWERS = {
    Answer.GRANTED: rules.NEW_GRANT,
    Answer.KNOWN: rules.READ_BEFORE,
    Answer.UNMINTED: rules.SEEN_ON_NETWORK,
    Answer.OWN_LIMIT: rules.OWN_LIMIT,
    Answer.NETWORK_LIMIT: rules.NETWORK_LIMIT,
}
_PROVEN = frozenset({Answer.GRANTED, Answer.KNOWN})  # what a receipt lists
_WALLS = {Reason.OWN_LIMIT: "own-limit", Reason.NETWORK_LIMIT: "network-limit"}
AHEAD = frozenset(PREFETCH)
MOST_READS = 60  # times an hour that one receipt opens a story, in each process: more than one reader's
_BY_PASS = (rules.MEMBER, rules.STAFF, rules.INSTITUTION_MAIL)
_LISTED = {standing: Visit(standing, listed=True) for standing in Standing}
_NEW = {standing: Visit(standing) for standing in Standing}  # nearly all who have used nothing yet


class Gate:
    """Decides, with what it follows on the shelf. Its doors are looked at only where the meter gives no body."""

    def __init__(self, keys: KeyRing, settler: Settler, proxies: TrustedProxies, secure: bool) -> None:
        self._keys, self._settler, self.proxies = keys, settler, proxies
        self._cookie, held = names(secure)
        self._attributes = b"; Path=/; HttpOnly; SameSite=Lax" + (b"; Secure" if secure else b"")
        self._visitors = Visitors(keys, self._cookie, held)
        self._degraded = Degraded()
        self._mint = Mint()
        self.gifts = GiftDoor(keys, settler, secure)
        self.doors = Doors(self.gifts)
        self.policy = Policy()
        self._taken_back: frozenset[str] = frozenset()  # readers' keys in the ledger
        self._revoked: dict[int, float] = {}  # readers, and when they lost what their passes say (seconds since 1970)

    def follow(self, read: Documents, documents: frozenset[str] = DOCUMENTS) -> None:
        """Take over what `read` says now: policy, search engines' addresses, revoked gifts, lost passes."""
        if "policy" in documents:
            self.policy = read_policy(read("policy"))
        if "crawlers" in documents:
            self.doors.crawlers.take(read("crawlers"))
        if "gifts" in documents:
            self.gifts.follow(read("gifts"))
        if "receipts" in documents:
            self._taken_back = frozenset((read("receipts") or {}).get("revoked", ()))
        if "revoked" in documents:
            self._revoked = {int(user): at for user, at in (read("revoked") or {}).items()}

    def visitor(self, headers: dict[bytes, bytes]) -> Visitor:
        """Who asks. A pass that its reader lost is none, and a receipt none that was taken back or goes round."""
        cookie = headers.get(b"cookie")
        found = self._visitors.of(cookie) if cookie else NOBODY
        receipt, bearer = found.receipt, found.bearer
        if self._revoked and bearer is not None and self._is_revoked(bearer):
            bearer = None
        if receipt is not None and (found.reads.count >= MOST_READS or self._is_taken_back(receipt)):
            receipt = None
        if receipt is found.receipt and bearer is found.bearer:
            return found
        return Visitor(receipt, bearer, found.reads)

    def new_hour(self) -> None:
        """Count anew how often each receipt opens a story."""
        self._visitors.forget()

    def _is_taken_back(self, receipt: Receipt) -> bool:
        return bool(self._taken_back) and reader_key(receipt.reader).hex() in self._taken_back

    def _is_revoked(self, bearer: Pass) -> bool:
        at = self._revoked.get(bearer.user)
        return at is not None and passes.lost(bearer, at)

    def look(
        self, access: Access, story: bytes, visitor: Visitor, scope: Scope, headers: dict[bytes, bytes], now: float
    ) -> Decision:
        """What can be decided without any I/O. ASK: `ask` settles it."""
        visit = self._visit(visitor, story, scope, headers, self.policy.terms, now)
        decision = decide(visit, access, self.policy.terms)
        if decision.verdict is Verdict.FULL:
            return decision
        address = partial(self._address, scope, headers)
        decision = self.doors.look(access, story, self.policy, headers, address, now) or decision
        if decision.verdict is Verdict.ASK and is_robot(headers.get(b"user-agent", b"")):
            return rules.NOT_A_VISIT
        return decision

    def lasts(self, visitor: Visitor, decision: Decision, headers: dict[bytes, bytes], now: float) -> float:
        """Until when (seconds since 1970) the same Cookie header meets the same decision of `look`; 0 for not at all.

        So it is, as long as the policy stands, where a pass or a receipt alone decides: it opens the story, or proves
        that the allowance is used and no door but the meter's is there for its bearer. (Who bears a receipt is no
        search engine.)
        """
        if visitor.bearer is not None:
            alone = decision in _BY_PASS or (decision is rules.READ_BEFORE and passes.holds(visitor.bearer, now))
            return min(visitor.bearer.expires, (now // 86_400 + 1) * 86_400) if alone else 0
        if visitor.receipt is None:
            return 0
        doors = self.policy.open_until or self.policy.institutions or HINT in headers.get(b"cookie", b"")
        if decision is rules.READ_BEFORE or (decision is rules.OWN_LIMIT and not doors):
            return (now // 86_400 + 1) * 86_400
        return 0

    def _visit(
        self, visitor: Visitor, story: bytes, scope: Scope, headers: dict[bytes, bytes], terms: Terms, now: float
    ) -> Visit:
        """The facts of the visit."""
        receipt, account = visitor.receipt, visitor.account(now)
        standing = visitor.standing(now)
        used = 0
        if receipt is not None and open_window(receipt, int(now // 86_400), terms.window):
            if visitor.lists(story):
                return _LISTED[standing]
            if account in {b"", receipt.reader}:  # what the account used, a receipt from before it cannot tell
                used = len(receipt.tags)
        navigates = scope["method"] == "GET" and headers.get(b"sec-fetch-dest", b"document") == b"document"
        ahead = not AHEAD.isdisjoint(headers)
        if navigates and not ahead and not used:
            return _NEW[standing]
        return Visit(standing, navigates, ahead, False, False, used)

    async def ask(
        self, story: bytes, visitor: Visitor, scope: Scope, headers: dict[bytes, bytes], now: float
    ) -> tuple[Decision, Receipt | None, Headers]:
        """Put a possible grant to the ledger. Gives the decision, the reader's receipt as it is now, and its cookie."""
        address, receipt = self._address(scope, headers), visitor.receipt
        network, today, terms = network_of(address), int(now // 86_400), self.policy.terms
        if self.policy.institutions:
            terms = widened(terms, self.policy.institutions.find(address, now).factor)
        reader = receipt.reader if receipt else None
        account = visitor.account(now) or None
        ask = Ask(reader, self._mint.take(), story, network.near, network.wide, today, terms, account)
        try:
            outcome = await self._settler.grant(ask)
        except LedgerError as error:
            used = len(receipt.tags) if receipt and open_window(receipt, today, terms.window) else 0
            self._degraded.failed(error, time.monotonic())
            return self._degraded.decide(network.near, story, used, today, terms), receipt, []
        if self._degraded.since is not None:
            self._degraded.written(time.monotonic())
        return _ANSWERS[outcome.answer], *self._receipt_of(outcome, terms, today)

    def _address(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The reader's address, as the proxies that we trust tell it."""
        client = scope.get("client")
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        return self.proxies.client(client[0] if client else "", forwarded)

    def _receipt_of(self, outcome: Outcome, terms: Terms, today: int) -> tuple[Receipt | None, Headers]:
        if not outcome.reader:
            return None, []
        receipt = with_tags(outcome.reader, outcome.window_start, outcome.tags)
        if outcome.answer not in _PROVEN:
            return receipt, []
        lasts = b"; Max-Age=%d" % (max(1, receipt.window_start + terms.window - today) * 86_400)
        value = b"".join((self._cookie, b"=", self._keys.sign(receipt), lasts, self._attributes))
        return receipt, [(b"set-cookie", value)]

    def slip(self, language: str, decision: Decision, receipt: Receipt | None, path: str) -> bytes:
        """What differs by reader: the counter notice at a grant, the wall's words past the meter; mostly nothing.

        `path`: where the reader is, for a wall whose way out leads back here.
        """
        terms = self.policy.terms
        again = clock.date_of(receipt.window_start + terms.window) if receipt is not None else None
        if decision.reason is Reason.NEW_GRANT and receipt is not None:
            return self.policy.slip(language, f"notice-{max(0, terms.allowance - len(receipt.tags))}", again)
        wall = _WALLS.get(decision.reason)
        if wall is None:
            return b""
        slip = self.policy.slip(language, wall if again or wall != "own-limit" else "preview", again)
        return slip.replace(HERE.encode(), quote(path).encode()) if wall == "network-limit" else slip


def opens(headers: dict[bytes, bytes]) -> bool:
    """Whether these headers, of a GET, are those of somebody who opens the page in a window, now."""
    return headers.get(b"sec-fetch-dest", b"document") == b"document" and AHEAD.isdisjoint(headers)
