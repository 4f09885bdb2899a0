"""Bytes with a reader's slip in them: put together on demand, kept for the next reader with the same slip."""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import brotli
import zstandard

from broadsheet.edge.shelf import ENCODINGS, Variant

Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """The two messages of an answer, made once and sent often."""

    start: dict[str, Any]
    body: dict[str, Any]


# An offer of a newsletter, with its number, its list's, and how often a week a reader may be shown it.
OFFER = re.compile(rb"<!--bs:promo (\d{1,9}) (\d{1,9}) (\d{1,5})-->.*?<!--/bs:promo-->", re.DOTALL)

# Quick settings: a slip is composed while a reader waits.
QUICK: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda data: brotli.compress(data, quality=3),
    "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
    "gzip": lambda data: gzip.compress(data, 4, mtime=0),
}
# Thorough ones: a variant is put on the shelf once and served often.
THOROUGH: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda data: brotli.compress(data, quality=9),
    "zstd": lambda data: zstandard.ZstdCompressor(level=15).compress(data),
    "gzip": lambda data: gzip.compress(data, 9, mtime=0),
}


def make_variant(etag: str, head: bytes, slip: bytes, tail: bytes) -> Variant:
    """A variant with every encoding ready, holding the default slip."""
    whole = head + slip + tail
    ready = {"identity": whole, **{name: press(whole) for name, press in THOROUGH.items()}}
    return Variant(etag, head, tail, ready)


def without_offer(variant: Variant) -> Variant:
    """The variant as it is where no offer stands in it; nothing is ready of it."""
    return Variant(variant.etag + "n", OFFER.sub(b"", variant.head), OFFER.sub(b"", variant.tail), {})


def default_slip(variant: Variant) -> bytes:
    """The slip that the ready encodings hold."""
    whole = variant.ready["identity"]
    return whole[len(variant.head) : len(whole) - len(variant.tail)]


class Negotiation:
    """Which encoding to send, remembered by the header's bytes (browsers have few different ones)."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def best(self, accept: bytes) -> str:
        """br, zstd or gzip where the browser takes it, else identity."""
        found = self._known.get(accept)
        if found is None:
            if len(self._known) > 512:
                self._known.clear()
            found = self._known[accept] = _choose(accept)
        return found


def _choose(accept: bytes) -> str:
    refused: set[str] = set()
    wanted: set[str] = set()
    for part in accept.decode("latin-1").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=")
        (refused if quality in {"0", "0.0", "0.00", "0.000"} else wanted).add(name.strip())
    for name in ENCODINGS:
        if name in wanted:
            return name
    return "identity"


class Composer:
    """Composed answers, the least recently used forgotten first beyond `most` bytes."""

    def __init__(self, most: int = 32 * 1024 * 1024) -> None:
        self._kept: OrderedDict[tuple[str, str, bytes], Answer] = OrderedDict()
        self._size = 0
        self._most = most

    def compose(
        self, variant: Variant, encoding: str, slip: bytes, common: Headers, hides_offer: bool = False
    ) -> Answer:
        """The answer with the variant's bytes in `encoding`, and `slip` in its slot. `common`: the page's headers.

        `hides_offer`: the offer is left out; the slip is then the variant's own where none is given.
        """
        if hides_offer:
            slip = slip or default_slip(variant)
            variant = without_offer(variant)
        name = (variant.etag, encoding, slip)
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
            return found
        body = variant.head + slip + variant.tail
        if encoding in QUICK:
            body = QUICK[encoding](body)
        found = self._kept[name] = answer([*common, *body_headers(body, encoding)], body)
        self._size += len(body)
        while self._size > self._most and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1].body["body"])
        return found


def answer(headers: Headers, body: bytes) -> Answer:
    """An answer of 200, ready to be sent."""
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    return Answer(start, {"type": "http.response.body", "body": body})


def body_headers(body: bytes, encoding: str) -> Headers:
    """Length, and encoding where there is one."""
    headers = [(b"content-length", str(len(body)).encode())]
    return headers if encoding == "identity" else [(b"content-encoding", encoding.encode()), *headers]
