"""What a body is made of before it becomes one of ours: the neutral parts that every format is read into.

Texts named `html` hold inline markup only, cleaned by `formats.inline`; everything else is plain.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    html: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A head inside the body; `level` is 2, 3 or 4."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture as the source names it: by address, by the source's own id, or both."""

    url: str
    key: str = ""
    alt: str = ""
    caption: str = ""  # html
    half: bool = False  # set beside the text there


@dataclass(frozen=True, slots=True)
class Gallery:
    """Several pictures. `keys` are the source's ids where only those are named."""

    pictures: tuple[PictureRef, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, one or more `<p>`."""

    html: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list. Each item is one or more `<p>`, perhaps with lists below it."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells (html) as there are heads (plain)."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Embed:
    """Something that lives on another host, or a sound or film."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A document to download."""

    url: str
    title: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose spaces count."""

    text: str


@dataclass(frozen=True, slots=True)
class Footnotes:
    """Numbered notes (html)."""

    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Divider:
    """A break."""


Part = (
    Paragraph
    | Heading
    | PictureRef
    | Gallery
    | Quote
    | Items
    | Table
    | Embed
    | FileRef
    | Preformatted
    | Footnotes
    | Divider
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body in parts, and what of the source has no counterpart here, counted by name."""

    parts: tuple[Part, ...]
    left_out: Counter[str] = field(default_factory=Counter)


def pictures_of(parts: tuple[Part, ...]) -> list[PictureRef]:
    """Every picture that these parts name."""
    found: list[PictureRef] = []
    for part in parts:
        if isinstance(part, PictureRef):
            found.append(part)
        elif isinstance(part, Gallery):
            found.extend(part.pictures)
    return found
