"""What mails and mailboxes are known by: keyed hashes, and short texts that stand in addresses.

A mailbox is recognised by an HMAC of its address, so that it can be remembered without being kept. What stands in the
local part of a mail address is hexadecimal, because not every server on the way leaves capitals alone.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from uuid import UUID

from django.conf import settings

TOKEN_SIZE, TOKEN_LENGTH = 16, 22
SEAL_SIZE = 10
BOUNCE, LEAVE = "b-", "leave-"
_DIGITS = re.compile(r"(?:[0-9a-f]{2})+")


def _mac(purpose: str, value: bytes) -> bytes:
    return hmac.digest(settings.NEWSLETTER_KEY.encode(), purpose.encode() + b":" + value, "sha256")


def plain_address(address: str) -> str:
    """The address as mailboxes are told apart: no capitals, no space around it, its domain in ASCII."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local.casefold()}@{plain_domain(domain)}"


def plain_domain(domain: str) -> str:
    """A domain in small ASCII letters; as it was given, in small letters, where it cannot be written so."""
    small = domain.strip().rstrip(".").lower()
    try:
        return small if small.isascii() else small.encode("idna").decode()
    except UnicodeError:
        return small


def domain_of(address: str) -> str:
    """The domain of an address, as limits and pauses name it."""
    return plain_domain(address.rpartition("@")[2])


def address_key(address: str) -> bytes:
    """32 bytes that stand for a mailbox."""
    return _mac("address", plain_address(address).encode())


def message_id(issue: UUID, subscriber: UUID, domain: str) -> str:
    """The Message-ID of an issue to a reader: the same however often it is made, so that a relay can tell."""
    return f"<{_mac('message', issue.bytes + subscriber.bytes)[:20].hex()}@{domain}>"


def token_text(token: bytes) -> str:
    """A stored token as it stands in an address."""
    return base64.urlsafe_b64encode(bytes(token)).rstrip(b"=").decode()


def read_token(text: str) -> bytes | None:
    """The token in an address. One token has one spelling; whatever else is given is none."""
    if len(text) != TOKEN_LENGTH or not text.isascii():
        return None
    try:
        token = base64.urlsafe_b64decode(text + "==")
    except (ValueError, binascii.Error):
        return None
    return token if token_text(token) == text else None


def short(key: UUID) -> str:
    """An issue's or a list's key as it stands in an address: 22 letters in place of 36."""
    return token_text(key.bytes)


def read_short(text: str) -> UUID | None:
    """The key that `short` wrote, or None."""
    found = read_token(text)
    return UUID(bytes=found) if found else None


def verp(delivery: int) -> str:
    """The local part of the envelope's sender: a bounce to it names the delivery, and nobody else can make one."""
    number = delivery.to_bytes(6, "big")
    return BOUNCE + (number + _mac("bounce", number)[:SEAL_SIZE]).hex()


def read_verp(local: str) -> int | None:
    """The delivery that a bounce's address names, or None where the address is not one of ours."""
    found = _bytes(local, BOUNCE)
    if found is None or len(found) != 6 + SEAL_SIZE:
        return None
    number, seal = found[:6], found[6:]
    return int.from_bytes(number, "big") if hmac.compare_digest(seal, _mac("bounce", number)[:SEAL_SIZE]) else None


def leave_local(token: bytes) -> str:
    """The local part of the address to which a mail leaves a list: `token` is the subscription's."""
    return LEAVE + bytes(token).hex()


def read_leave(local: str) -> bytes | None:
    """The subscription's token in such a local part, or None."""
    found = _bytes(local, LEAVE)
    return found if found is not None and len(found) == TOKEN_SIZE else None


def _bytes(local: str, prefix: str) -> bytes | None:
    small = local.lower()
    if not small.startswith(prefix) or not _DIGITS.fullmatch(small, len(prefix)):
        return None
    return bytes.fromhex(small[len(prefix) :])
