"""Webhooks as Stripe signs them: is this body the gateway's, and of now; and what event is it.

The SDK's own check accepts any time in the future, trips over some headers, and is off where the tolerance is 0; so
the check stands here, in forty lines, and refuses whatever it does not understand.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from broadsheet.membership.ports import Event, SignatureError

TOLERANCE = 300  # seconds, into the past and into the future
MOST_HEADER, MOST_SIGNATURES = 4096, 20


def sign(body: bytes, secret: str, at: int) -> str:
    """The header for a body: what the gateway sends, and what tests send in its place."""
    return f"t={at},v1={_mac(body, secret, at)}"


def _mac(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def verify(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> None:
    """Raise SignatureError unless one of the secrets signed this body within the tolerance."""
    at, signatures = _parts(header)
    if abs(now.timestamp() - at) > TOLERANCE:
        raise SignatureError("signed at another time")
    expected = [_mac(body, secret, at).encode() for secret in secrets if secret]
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures]
    if not any(matches):
        raise SignatureError("signed by somebody else")


def _parts(header: str) -> tuple[int, list[bytes]]:
    if not header or len(header) > MOST_HEADER or not header.isascii():
        raise SignatureError("no signature")
    pairs = [piece.strip().partition("=") for piece in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode() for name, _, value in pairs if name == "v1" and value]
    if len(times) != 1 or not times[0].isdigit() or len(times[0]) > 12:
        raise SignatureError("no time, or several")
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise SignatureError("no signature that is understood")
    return int(times[0]), signatures


def read(body: bytes) -> Event:
    """The event in a body whose signature holds. Raises SignatureError where there is none."""
    try:
        found = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SignatureError("not JSON") from error
    if not isinstance(found, dict) or found.get("object") != "event":
        raise SignatureError("not an event")
    event = event_of(found)
    if not event.id or not event.kind:
        raise SignatureError("an event without an id or a kind")
    return event


def event_of(found: dict[str, Any]) -> Event:
    """Where an event says to look. What it says besides is left alone."""
    data = found.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    thing = thing if isinstance(thing, dict) else {}
    kind = _text(thing.get("object"))
    request_account = found.get("account") or found.get("context")
    return Event(
        id=_text(found.get("id")), kind=_text(found.get("type")), created=_moment(found.get("created")),
        livemode=found.get("livemode") is True, object_kind=kind, object_id=_text(thing.get("id")),
        customer=_text(thing.get("id")) if kind == "customer" else _id(thing.get("customer")),
        charge=_text(thing.get("id")) if kind == "charge" else _id(thing.get("charge")),
        account=_text(request_account), api_version=_text(found.get("api_version")),
    )  # fmt: skip


def _text(value: Any) -> str:
    """A text that a database takes: no control characters, no halves of letters."""
    return value if isinstance(value, str) and value.isprintable() else ""


def _id(value: Any) -> str:
    """An id, whether the thing itself was put in its place or not."""
    return _text(value.get("id")) if isinstance(value, dict) else _text(value)


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(value if isinstance(value, int | float) else 0, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)
