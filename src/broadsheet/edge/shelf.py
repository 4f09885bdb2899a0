"""The shelf: what prerender puts there, and the edge serves. Values and a port; the shelves stand in edge/shelves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from broadsheet.paywall.rules import Access

SLOT = b"<!--bs:slip-->"
ENCODINGS = ("br", "zstd", "gzip")


@dataclass(frozen=True, slots=True)
class Variant:
    """One rendering of a page. `head` and `tail` surround the slip; `ready` holds encodings with the default slip."""

    etag: str
    head: bytes
    tail: bytes
    ready: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the edge knows it."""

    path: str
    access: Access
    story: bytes  # the translation key; empty for a page that is no story
    language: str
    headers: tuple[tuple[str, str], ...]
    variants: dict[str, Variant]  # full; preview where it is gated
    keys: frozenset[str] = field(default_factory=frozenset)  # what it was made from: story:12, section:3 …
    until: float = 0.0  # seconds since 1970 after which it is stale; 0 for never
    stale: bool = False
    gated_from: float = 0.0  # seconds since 1970: from then on it is for members, rendered anew or not; 0 for never


class Gated(NamedTuple):
    """A story on the shelf and the gate with which it was rendered."""

    path: str
    story: bytes
    access: Access
    gated_from: float


class Changes(NamedTuple):
    """What happened on the shelf since a number: paths that changed, names of documents that changed."""

    seq: int
    paths: frozenset[str]
    documents: frozenset[str]
    lost: bool = False  # some changes are no longer listed: take everything as changed


class Shelf(Protocol):
    """Ready pages, shared by all workers."""

    def get(self, path: str) -> Entry | None: ...

    def put(self, entry: Entry, since: int | None = None) -> bool:
        """Put a page there, unless what it was made from changed after `since`. Returns whether it stands."""
        ...

    def drop(self, keys: set[str]) -> int:
        """Take away every page made from one of these keys: nobody gets it any more."""
        ...

    def expire(self, keys: set[str]) -> int:
        """Mark every page made from one of these keys as stale: it is served until its successor is there."""
        ...

    def clear(self) -> None: ...

    def gates(self) -> list[Gated]:
        """Every story on the shelf, with the gate that it was rendered with."""
        ...

    def seq(self) -> int: ...

    def changes(self, since: int) -> Changes: ...

    def document(self, name: str) -> dict[str, Any] | None: ...

    def put_document(self, name: str, value: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


def dump_meta(entry: Entry) -> str:
    """What an entry is without its bytes, as JSON."""
    return json.dumps(
        {
            "access": entry.access.value,
            "story": entry.story.hex(),
            "language": entry.language,
            "headers": entry.headers,
            "until": entry.until,
            "gated_from": entry.gated_from,
            "etags": {kind: variant.etag for kind, variant in entry.variants.items()},
        },
        separators=(",", ":"),
    )


def load_entry(path: str, meta: str, stale: bool, bodies: dict[tuple[str, str], bytes]) -> Entry:
    """An entry from its parts; `bodies` by (variant, encoding), with `head` and `tail` among the encodings."""
    data = json.loads(meta)
    variants = {
        kind: Variant(
            etag,
            bodies[kind, "head"],
            bodies[kind, "tail"],
            {name: body for (of, name), body in bodies.items() if of == kind and name not in {"head", "tail"}},
        )
        for kind, etag in data["etags"].items()
    }
    headers = tuple((name, value) for name, value in data["headers"])
    return Entry(
        path, Access(data["access"]), bytes.fromhex(data["story"]), data["language"], headers, variants,
        until=data["until"], stale=stale, gated_from=data.get("gated_from", 0.0),
    )  # fmt: skip
