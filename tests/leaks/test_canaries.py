"""The search for canaries finds them in every wrapping that has leaked somewhere."""

from __future__ import annotations

import base64
import gzip

import brotli
import pytest
import zstandard

from tests.leaks.canaries import LENGTH, Words, found

WORD = Words(1).plant("story", "place")
TEXT = f"something before {WORD} and after".encode()


@pytest.mark.parametrize(
    ("body", "headers", "encoding"),
    [
        (TEXT, [], ""),
        (TEXT.upper(), [], ""),
        (b"".join(b"&#%d;" % letter for letter in WORD.encode()), [], ""),
        ("".join(f"\\u{ord(letter):04x}" for letter in WORD).encode(), [], ""),
        (f"{WORD[:3]}\u0301{WORD[3:]}".encode(), [], ""),
        (base64.b64encode(TEXT), [], ""),
        (b'"' + base64.urlsafe_b64encode(b"x" + TEXT) + b'"', [], ""),
        (gzip.compress(TEXT, mtime=0), [], "gzip"),
        (brotli.compress(TEXT), [], "br"),
        (zstandard.compress(TEXT), [], "zstd"),
        (gzip.compress(TEXT, mtime=0), [], ""),
        (b"", [("etag", WORD)], ""),
        (b"", [("location", "/%7A" + WORD[1:])], ""),
    ],
)
def test_a_canary_is_found(body: bytes, headers: list[tuple[str, str]], encoding: str) -> None:
    assert WORD in found(body, headers, encoding)


def test_other_words_are_no_canaries() -> None:
    assert found(b"a zquick brown fox", [("a", "b")]) == frozenset()
    assert len(WORD) == LENGTH


def test_no_two_canaries_are_alike() -> None:
    words = Words(2)
    assert len({words.plant("story", str(number)) for number in range(2_000)}) == 2_000
