"""Passes: the signed, short-lived cookie by which a reader who is logged in is known without a database.

    value = base64url(version(1) key id(1) standing(1) user(8) expiry(4) made(6) account(0 or 16)) "." base64url(mac)

An entitlement is never in the cookie for longer than its few minutes: whoever lost it cannot renew the pass.
"""

from __future__ import annotations

from typing import NamedTuple

from broadsheet.paywall.receipts import KeyRing
from broadsheet.readers import Standing

MOST_SECONDS = 600
_LENGTH = 1 + 8 + 4 + 6
ACCOUNT_SIZE = 16
_STANDINGS = {1: Standing.MEMBER, 2: Standing.STAFF, 3: Standing.REGISTERED, 4: Standing.INSTITUTION}
_CODES = {standing: code for code, standing in _STANDINGS.items()}


class Pass(NamedTuple):
    """Who bears it, what they are, and until when (seconds since 1970).

    `account` is what stands for a registered reader in the ledger (`Ask.account`): the meter's own name for them, which
    the user's number does not tell, for several accounts of one person share it. `made` is when it was made, in
    thousandths of a second since 1970: it knows nothing of what its reader lost later.
    """

    standing: Standing
    user: int
    expires: int
    account: bytes = b""
    made: int = 0


def sign(ring: KeyRing, bearer: Pass) -> bytes:
    """The cookie's value. Raises KeyError for a standing that no pass can give."""
    payload = bytes((_CODES[bearer.standing],)) + bearer.user.to_bytes(8, "big") + bearer.expires.to_bytes(4, "big")
    return ring.seal(b"bs-pass", payload + bearer.made.to_bytes(6, "big") + bearer.account)


def read(ring: KeyRing, value: bytes, now: float) -> Pass | None:
    """The pass in a cookie's value, or None where it is not ours, altered, over, or too good to be true."""
    found = unseal(ring, value)
    return found if found is not None and holds(found, now) else None


def unseal(ring: KeyRing, value: bytes) -> Pass | None:
    """The pass in a cookie's value, ours and unaltered; whether it still holds is another question."""
    payload = ring.unseal(b"bs-pass", value, most=120)
    if payload is None or len(payload) not in {_LENGTH, _LENGTH + ACCOUNT_SIZE}:
        return None
    standing = _STANDINGS.get(payload[0])
    if standing is None:
        return None
    user, expires, made = (int.from_bytes(payload[part], "big") for part in (slice(1, 9), slice(9, 13), slice(13, 19)))
    return Pass(standing, user, expires, payload[_LENGTH:], made)


def lost(bearer: Pass, at: float) -> bool:
    """Whether a pass was made before its reader lost, at `at`, what it says, or logged out."""
    return bearer.made <= at * 1_000


def holds(bearer: Pass, now: float) -> bool:
    """Whether a pass is neither over nor made for longer than any pass may last."""
    return now < bearer.expires <= now + MOST_SECONDS + 60
