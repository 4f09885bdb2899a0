"""Links that open one story: a gift, which somebody gave, and a newsletter's link, which a reader was sent.

A gift's link holds a random token of 128 bits; only its hash is kept, so a copy of the database opens nothing. A
newsletter's link holds its own facts under the meter's key and needs no row:

    value   = base64url(version(1) key id(1) mark(16) story(16) until(4) language) "." base64url(mac)
    mark    = keyed hash of issue, recipient and story: the same however often the link is made

Whoever opens either is given a jar, a cookie that proves the link, not a person: it opens that story until the link
ends, and logs nobody in.

    value   = base64url(version(1) key id(1) jar(16) n x (gift(16) story(16) until(4) most(2) counted(1))) "." mac

Like a receipt, whatever is wrong with a value makes it none at all; nothing here raises on input from outside.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from broadsheet.paywall.receipts import KeyRing

DAY = 86_400
TOKEN_SIZE = 16
TOKEN_LENGTH = 22
MOST_HELD = 5
MOST_LETTERS = 20  # of a language's tag
HINT = b"bs-g="  # stands in every Cookie header that holds a jar, whatever its prefix

_PURPOSE = b"bs-gift"
_LETTER = b"bs-letter"
_LETTER_MARK = b"bs-letter-mark"
_ENTRY = 39
_MOST_BYTES = 400


@dataclass(frozen=True, slots=True)
class GiftTerms:
    """What staff allow: for gifts, and for the links in newsletters (letters)."""

    days: int = 14
    readers: int = 50
    number: int = 10  # gifts of one giver within `window` days
    window: int = 30
    letter_days: int = 7
    letter_readers: int = 5


class Fault(StrEnum):
    """Why a link does not open its story."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED = "used"


class Link(NamedTuple):
    """What a link says: which story it opens, till when (seconds since 1970), and for how many readers."""

    gift: bytes  # 16 bytes that stand for the link in cookies and the ledger; they do not open it
    story: bytes  # the story's translation key
    language: str
    until: int
    most: int


class Held(NamedTuple):
    """A link as a reader's jar holds it."""

    gift: bytes
    story: bytes
    until: int
    most: int
    counted: bool


class Jar(NamedTuple):
    """The links that a reader opened, the newest last. `jar` is random and tells two readers apart, no more."""

    jar: bytes
    held: tuple[Held, ...] = ()

    def of(self, story: bytes, now: float, revoked: Set[bytes]) -> Held | None:
        """The link in it that opens `story`: one that was counted before one that was not."""
        found = [row for row in self.held if row.story == story and now < row.until and row.gift not in revoked]
        return max(found, key=lambda row: row.counted, default=None)

    def holds(self, gift: bytes) -> bool:
        """Whether this link is in it, and was counted."""
        return any(row.gift == gift and row.counted for row in self.held)

    def with_link(self, link: Link, now: float) -> Jar:
        """The jar with this link in it, the oldest falling out; what it held of it stays as it was."""
        if any(row.gift == link.gift for row in self.held):
            return self
        fresh = Held(link.gift, link.story, link.until, link.most, counted=False)
        return self._replace(held=(*(row for row in self.held if now < row.until), fresh)[-MOST_HELD:])

    def with_counted(self, gift: bytes) -> Jar:
        """The jar after the ledger has counted its bearer for this link."""
        return self._replace(held=tuple(row._replace(counted=row.counted or row.gift == gift) for row in self.held))


def new_token(entropy: bytes) -> str:
    """The text of a gift's token from 16 random bytes."""
    return urlsafe_b64encode(entropy).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is kept of a token; empty where it cannot be one."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return ""
    try:
        entropy = urlsafe_b64decode(token + "==")
    except ValueError:
        return ""
    # One token has one spelling: the last letter's spare bits must be none.
    return sha256(entropy).hexdigest() if new_token(entropy) == token else ""


def gift_id(hashed: str) -> bytes:
    """What stands for a gift in cookies and the ledger, from its token's hash."""
    return bytes.fromhex(hashed)[:16]


def fault_of(until: int, most: int, used: int, revoked: bool, now: float) -> Fault | None:
    """Why a link opens nothing any more, or None."""
    if revoked:
        return Fault.REVOKED
    if now >= until:
        return Fault.EXPIRED
    return Fault.USED if used >= most else None


def gifts_left(made: int, terms: GiftTerms) -> int:
    """How many gifts a giver who made so many within the window may still give."""
    return max(0, terms.number - made)


def letter_token(ring: KeyRing, issue: bytes, recipient: bytes, story: bytes, language: str, until: int) -> str:
    """The token of a newsletter's link. `issue` and `recipient` are keys of any kind; neither can be read from it."""
    parts = b"".join(len(part).to_bytes(2, "big") + part for part in (issue, recipient, story))
    mark = sha256(ring.seal(_LETTER_MARK, sha256(parts).digest())).digest()[:16]
    body = mark + story + until.to_bytes(4, "big") + language.encode()[:MOST_LETTERS]
    return ring.seal(_LETTER, body).decode()


def read_letter(ring: KeyRing, token: str, terms: GiftTerms) -> Link | None:
    """What a newsletter's link says, over or not; None where it is not ours."""
    body = ring.unseal(_LETTER, token.encode("ascii", "replace"), most=120)
    if body is None or not 36 <= len(body) <= 36 + MOST_LETTERS:
        return None
    language, until = body[36:].decode("ascii", "replace"), int.from_bytes(body[32:36], "big")
    return Link(body[:16], body[16:32], language, until, terms.letter_readers)


def seal(ring: KeyRing, jar: Jar) -> bytes:
    """The cookie's value for a jar."""
    rows = (
        b"".join(
            (row.gift, row.story, row.until.to_bytes(4, "big"), row.most.to_bytes(2, "big"), bytes((row.counted,)))
        )
        for row in jar.held
    )
    return ring.seal(_PURPOSE, b"".join((jar.jar, *rows)))


def read(ring: KeyRing, value: bytes) -> Jar | None:
    """The jar in a cookie's value, or None where it is not ours, or altered."""
    body = ring.unseal(_PURPOSE, value, _MOST_BYTES) if value else None
    if body is None or len(body) < 16 or (len(body) - 16) % _ENTRY or (len(body) - 16) // _ENTRY > MOST_HELD:
        return None
    return Jar(body[:16], tuple(_entry(body[at : at + _ENTRY]) for at in range(16, len(body), _ENTRY)))


def _entry(part: bytes) -> Held:
    until, most = int.from_bytes(part[32:36], "big"), int.from_bytes(part[36:38], "big")
    return Held(part[:16], part[16:32], until, most, counted=part[38] == 1)


def cookie_name(secure: bool) -> str:
    """The jar's name; `secure` where readers come by HTTPS."""
    return "__Host-bs-g" if secure else "bs-g"


def cookie_age(jar: Jar, now: float) -> int:
    """Seconds until the last link in it ends."""
    return max(1, max((row.until for row in jar.held), default=0) - int(now))
