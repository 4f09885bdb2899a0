"""Words that stand nowhere else: planted in what is gated, looked for in every answer, in whatever wrapping."""

from __future__ import annotations

import base64
import gzip
import html
import random
import re
import string
import unicodedata
from binascii import Error as Base64Error
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

import brotli
import zstandard

MARK = "zq"
LENGTH = 12
_WORD = re.compile(rb"zq[0-9a-z]{10}")
_BLOB = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
_LETTERS = string.ascii_lowercase + string.digits
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
UNPACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


class Words:
    """Makes canaries, always the same ones from one seed, and knows where each was planted."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.planted: dict[str, tuple[str, str]] = {}  # word: story, place

    def plant(self, story: str, place: str) -> str:
        """A new word for a place in a story."""
        word = MARK + "".join(self._chance.choices(_LETTERS, k=LENGTH - len(MARK)))
        self.planted[word] = (story, place)
        return word

    def of(self, story: str) -> dict[str, str]:
        """The words planted in a story, by place."""
        return {place: word for word, (name, place) in self.planted.items() if name == story}


def found(body: bytes, headers: Iterable[tuple[str, str]], encoding: str = "") -> frozenset[str]:
    """Every word that looks like a canary, anywhere in an answer."""
    lines = "\n".join(f"{name}: {value}" for name, value in headers).encode("utf-8", "replace")
    return _in_body(body, encoding) | _in_text(lines)


@lru_cache(maxsize=2_000)
def _in_body(body: bytes, encoding: str) -> frozenset[str]:
    words = set(_in_text(body))
    for name in [encoding] if encoding else UNPACK:
        try:
            words |= _in_text(UNPACK[name](body))
        except Exception:  # not packed that way: there is nothing more to read
            continue
    return frozenset(words)


def _in_text(data: bytes) -> frozenset[str]:
    """The words in the raw bytes, unescaped, without accents, and in whatever looks like base64."""
    text = data.decode("utf-8", "replace")
    plain = unicodedata.normalize("NFKD", html.unescape(unquote(text)))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    shapes = [data.lower(), bare.casefold().encode(), _without_escapes(bare).casefold().encode()]
    words = {word for shape in shapes for word in _WORD.findall(shape)}
    for blob in _BLOB.findall(data):
        words |= _in_blob(blob)
    return frozenset(word.decode() for word in words)


def _without_escapes(text: str) -> str:
    r"""JSON and script spellings, \u007a and \x7a, as the letters that they are."""
    return re.sub(r"\\(?:u00|x)([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)


def _in_blob(blob: bytes) -> set[bytes]:
    words: set[bytes] = set()
    for skip in range(4):
        part = blob[skip:].translate(_TO_STANDARD)
        try:
            words |= set(_WORD.findall(base64.b64decode(part[: len(part) // 4 * 4]).lower()))
        except (Base64Error, ValueError):
            continue
    return words
