"""Receipts: the signed cookie that proves grants. It never proves their absence.

    value   = base64url(payload) "." base64url(mac)
    payload = version(1) key id(1) reader id(16) window start(2, days since 1970) n(1) n x tag(12)
    mac     = keyed BLAKE2b-128 of the payload's text as it stands in the value, under the meter's own key

A tag is a keyed hash of the story under the reader's own id, so the cookie does not list what was read to anybody
who lacks it, and the ledger, which keeps tags but not ids, holds no reading history. Anything wrong with a value,
whatever it is, makes it no receipt at all; nothing here raises on input from outside.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, NamedTuple

from broadsheet.paywall.minting import ID_SIZE

VERSION = 1
TAG_SIZE = 12
MAC_SIZE = 16
HEAD_SIZE = ID_SIZE + 2 + 1
MOST_TAGS = 10
MOST_BYTES = 400

_RECEIPT = b"bs-receipt"
_STORY = b"bs-story"


class Receipt(NamedTuple):
    """A reader's id, the day its window began, and the tags of the stories granted in it."""

    reader: bytes
    window_start: int
    tags: tuple[bytes, ...]


class KeyRing:
    """The meter's key, and the one before it while that is being retired."""

    def __init__(self, current: str, previous: str = "") -> None:
        keys = [key.encode() for key in (current, previous) if key]
        if not keys or any(len(key) < 32 for key in keys):
            raise ValueError("METER_KEY: give at least 32 characters.")
        # BLAKE2b takes 64 bytes of key at most; a longer one is hashed down to that.
        sized = [blake2b(key).digest() for key in keys]
        self._current_id = _key_id(sized[0])
        self._keys = {_key_id(key): key for key in reversed(sized)}
        self._begun: dict[tuple[int, bytes], Any] = {}  # keyed hashes, ready for the text: by key and purpose

    def seal(self, purpose: bytes, body: bytes) -> bytes:
        """`body`, signed for one purpose (8 to 16 bytes that keep receipts, passes and the like apart)."""
        text = _encode(bytes((VERSION, self._current_id)) + body)
        return text + b"." + self._mac(self._current_id, purpose, text)

    def unseal(self, purpose: bytes, value: bytes, most: int) -> bytes | None:
        """The body of a sealed value of at most `most` bytes; None where it is not one of ours, whole and unaltered."""
        if len(value) > most:
            return None
        text, _, seal = value.partition(b".")
        try:
            payload = _decode(text)
        except Base64Error:
            return None
        if len(payload) < 2 or payload[0] != VERSION or payload[1] not in self._keys:
            return None
        return payload[2:] if compare_digest(seal, self._mac(payload[1], purpose, text)) else None

    def named(self, purpose: bytes, subject: bytes) -> bytes:
        """16 bytes that stand for `subject` under the present key: nobody without it can guess or check them."""
        return blake2b(subject, digest_size=16, key=self._keys[self._current_id], person=purpose).digest()

    def _mac(self, key_id: int, purpose: bytes, text: bytes) -> bytes:
        """The seal's text. It covers the text, not what the text decodes to: one value has one spelling."""
        begun = self._begun.get((key_id, purpose))
        if begun is None:
            begun = blake2b(digest_size=MAC_SIZE, key=self._keys[key_id], person=purpose)
            self._begun[key_id, purpose] = begun
        whole = begun.copy()
        whole.update(text)
        return _encode(whole.digest())

    def sign(self, receipt: Receipt) -> bytes:
        """The cookie's value for a receipt."""
        start = receipt.window_start.to_bytes(2, "big")
        return self.seal(_RECEIPT, b"".join((receipt.reader, start, bytes((len(receipt.tags),)), *receipt.tags)))

    def read(self, value: bytes) -> Receipt | None:
        """The receipt in a cookie's value, or None."""
        body = self.unseal(_RECEIPT, value, MOST_BYTES)
        if body is None or len(body) < HEAD_SIZE or body[HEAD_SIZE - 1] > MOST_TAGS:
            return None
        if len(body) != HEAD_SIZE + body[HEAD_SIZE - 1] * TAG_SIZE:
            return None
        tags = tuple(body[at : at + TAG_SIZE] for at in range(HEAD_SIZE, len(body), TAG_SIZE))
        return Receipt(body[:ID_SIZE], (body[16] << 8) | body[17], tags)


def story_tag(reader: bytes, story: bytes) -> bytes:
    """What stands for `story` (its translation key) in this reader's receipt and ledger rows."""
    return blake2b(story, digest_size=TAG_SIZE, key=reader, person=_STORY).digest()


def open_window(receipt: Receipt | None, today: int, window: int) -> bool:
    """Whether `receipt` still speaks for the present window, by our clock (a day ahead is clock skew, not more)."""
    return receipt is not None and receipt.window_start - 1 <= today < receipt.window_start + window


def lists(receipt: Receipt, story: bytes) -> bool:
    """Whether the receipt proves a grant of `story`."""
    return story_tag(receipt.reader, story) in receipt.tags


def with_tags(reader: bytes, window_start: int, tags: Iterable[bytes]) -> Receipt:
    """A receipt of these tags, the latest MOST_TAGS of them."""
    return Receipt(reader, window_start, tuple(tags)[-MOST_TAGS:])


def _key_id(key: bytes) -> int:
    return blake2b(key, digest_size=1, person=b"bs-key-id").digest()[0]


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def _encode(data: bytes) -> bytes:
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    return a2b_base64(text.translate(_FROM_URL) + b"=" * (-len(text) % 4))
