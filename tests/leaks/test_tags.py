"""HT-06: the tag of a story that the application itself rendered onto its shelf, as the edge sends it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator

import brotli
import pytest
import zstandard

from tests.leaks.process import Answer, Child
from tests.leaks.test_answers import _forget_pages, member

ENCODINGS = ("", "br", "zstd", "gzip")
HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")
SOONEST = 8  # characters of a hash that nobody finds in a tag by chance


def unpacked(answer: Answer) -> bytes:
    """The page itself, whatever it was sent in."""
    match answer["content-encoding"]:
        case "br":
            return brotli.decompress(answer.body)
        case "zstd":
            return zstandard.ZstdDecompressor().decompress(answer.body)
        case "gzip":
            return gzip.decompress(answer.body)
        case _:
            return answer.body


def rendered(child: Child) -> dict[tuple[str, str], Answer]:
    """Both variants in every encoding, of a rendering that nobody has seen yet."""
    child.do(_forget_pages)
    path, picture = child.made.paths["metered"], (("sec-fetch-dest", "image"),)
    readers = {"full": member(child), "preview": picture}
    return {
        (variant, encoding): child.get(path, headers=(*headers, ("accept-encoding", encoding)))
        for variant, headers in readers.items()
        for encoding in ENCODINGS
    }


def _pieces(path: str) -> list[bytes]:
    """Runs in the paper's process: whatever stands on the shelf of a page, whole and in parts."""
    from broadsheet.prerender import operations

    entry = operations.shelf().get(path)
    assert entry is not None
    found = list(entry.variants.values())
    return [piece for each in found for piece in (each.head, each.tail, each.head + each.tail, *each.ready.values())]


def written(body: bytes) -> Iterator[str]:
    """A text's hashes, as somebody might write them into a tag."""
    for name in HASHES:
        digest = hashlib.new(name, body).digest()
        yield digest.hex()
        yield base64.b64encode(digest).decode()
        yield base64.urlsafe_b64encode(digest).decode()
        yield base64.b32encode(digest).decode()
        yield str(int.from_bytes(digest, "big"))


def test_HT_06_the_tag_of_a_rendered_story_is_no_hash_of_it_in_any_writing(canary: Child) -> None:
    answers = rendered(canary)
    bodies = {answer.body for answer in answers.values()} | set(map(unpacked, answers.values()))
    bodies |= set(canary.do(_pieces, canary.made.paths["metered"]))
    assert len(bodies) >= 2 * len(ENCODINGS)
    hashes = {text.lower() for body in bodies for text in written(body)}
    tags = {answer["etag"].removeprefix("W/").strip('"').lower() for answer in answers.values()}
    assert len(tags) == len(answers), "every variant in every encoding has a tag of its own"
    for tag in tags:
        assert len(tag) >= 16
        assert not [text for text in hashes if text[:SOONEST] in tag or tag[:SOONEST] in text], tag


def test_HT_06_the_same_words_bear_another_tag_once_they_are_rendered_anew(canary: Child) -> None:
    """So that no tag which somebody kept, or made from words they guess, is ever confirmed."""
    first, second = rendered(canary), rendered(canary)
    assert [unpacked(answer) for answer in first.values()] == [unpacked(answer) for answer in second.values()]
    assert not {answer["etag"] for answer in first.values()} & {answer["etag"] for answer in second.values()}


@pytest.mark.parametrize("variant", ["full", "preview"])
def test_HT_06_a_tag_from_before_is_not_confirmed(canary: Child, variant: str) -> None:
    old = rendered(canary)[variant, "br"]["etag"]
    new = rendered(canary)[variant, "br"]["etag"]
    headers = member(canary) if variant == "full" else (("sec-fetch-dest", "image"),)
    path, takes = canary.made.paths["metered"], ("accept-encoding", "br")
    status = [canary.get(path, headers=(*headers, takes, ("if-none-match", tag))).status for tag in (old, new)]
    assert status == [200, 304]
