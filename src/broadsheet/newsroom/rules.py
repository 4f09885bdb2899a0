"""Editorial rules: values in, values out. No Django."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime


class DataError(ValueError):
    """Figures of a chart that cannot be read. The message names the line and the mend."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A chart's table: the heads, and a row of a label and its numbers (None where the cell is empty)."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def read_data(text: str) -> Figures:
    """Read figures typed as `Label; Value` lines, the first of them naming the columns.

    Raises DataError where a row has too few or too many cells, or a cell is not a number.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) < 2:
        raise DataError("Give a line of column names and at least one line of figures.")
    heads = tuple(cell.strip() for cell in lines[0][1].split(";"))
    if len(heads) < 2:
        raise DataError("Line 1: name at least two columns, parted by a semicolon.")
    return Figures(heads, tuple(_data_row(number, line, len(heads)) for number, line in lines[1:]))


def _data_row(number: int, line: str, width: int) -> tuple[str, tuple[float | None, ...]]:
    cells = [cell.strip() for cell in line.split(";")]
    if len(cells) != width:
        raise DataError(f"Line {number}: {len(cells)} cells where the first line names {width} columns.")
    return cells[0], tuple(_number(number, cell) if cell else None for cell in cells[1:])


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def _number(line: int, cell: str) -> float:
    plain = re.sub(r"\s", "", cell.replace("\u2212", "-"))
    value = float(plain) if _NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(value):
        raise DataError(f"Line {line}: “{cell}” is not a number. Write it plainly, as 1200.5.")
    return value


# First steps of addresses that are not pages below the front: a page of that slug could not be reached.
RESERVED_SLUGS = frozenset(
    {"account", "admin", "documents", "g", "media", "people", "places", "search", "static", "subscribe", "topics"}
)


@dataclass(frozen=True, slots=True)
class Right:
    """What we may do with one picture: its title, and the last day on which it may be published."""

    title: str
    expires: date | None


def expired(rights: Iterable[Right], today: date) -> list[Right]:
    """Those of `rights` that have run out by `today`. The last day itself is still allowed."""
    return [right for right in rights if right.expires is not None and right.expires < today]


def go_live(planned: datetime | None, embargo: datetime | None) -> datetime | None:
    """When a story may appear: as planned, but never before its embargo ends."""
    if planned is None or embargo is None:
        return planned or embargo
    return max(planned, embargo)


@dataclass(frozen=True, slots=True)
class Lead:
    """The public opening: so many whole paragraphs, or a cut of the first one where even that is too long."""

    whole: int
    cut: str = ""


_SENTENCE_END = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\u06d4\u061f\u0964][\"'\u201d\u2019\u00bb)]*(?=\s|$)|[\u3002\uff01\uff1f]"
)


def lead_of(opening: Sequence[str], total: int, most: int) -> Lead:
    """The lead of a body that opens with these paragraphs (plain text) and has `total` words.

    At most `most` words and a third of the whole, so that a gated story always keeps most of itself.
    """
    budget = min(most, total // 3)
    spent = whole = 0
    for paragraph in opening:
        words = count_words(paragraph)
        if spent + words > budget:
            break
        spent += words
        whole += 1
    if whole or not opening or budget < 1:
        return Lead(whole)
    return Lead(0, _cut(opening[0], budget))


def count_words(text: str) -> int:
    """Words as a reader counts them; scripts without spaces count two characters as one word."""
    dense = sum(
        1
        for letter in text
        if "\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" or "\u0e00" <= letter <= "\u0eff"
    )
    return len(text.split()) + dense // 2


def _cut(text: str, budget: int) -> str:
    """The sentences of `text` that fit into `budget` words, else as many words, with an ellipsis."""
    best = 0
    for found in _SENTENCE_END.finditer(text):
        if count_words(text[: found.end()]) > budget:
            break
        best = found.end()
    if best:
        return text[:best].strip()
    kept: list[str] = []
    for word in text.split():
        if count_words(" ".join([*kept, word])) > budget:
            break
        kept.append(word)
    # A first word that is too long is a whole text without spaces: as many of its characters.
    return (" ".join(kept) or text.split(maxsplit=1)[0][: 2 * budget - 1]) + "\u2026"
