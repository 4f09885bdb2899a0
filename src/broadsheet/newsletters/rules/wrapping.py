"""Plain text in lines of a width, in any script: what is wide takes two columns, what combines takes none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

WIDTH = 72
_NEVER_FIRST = frozenset("、。，．：；！？）］｝」』】〉》”’・ー々%‰°…")
_NEVER_LAST = frozenset("（［｛「『【〈《“‘")


def columns(text: str) -> int:
    """How many columns a text takes."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def wrap(text: str, width: int = WIDTH, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns. A word that is longer stands alone on its line, whole.

    `first` begins the first line, `rest` the others.
    """
    lines: list[str] = []
    line, used = first, columns(first)
    begun = False
    for piece, parted in _pieces(text):
        space = " " if parted and begun else ""
        if begun and used + len(space) + columns(piece) > width:
            lines.append(line)
            line, used, space = rest, columns(rest), ""
        line += space + piece
        used += len(space) + columns(piece)
        begun = True
    return [*lines, line] if begun else []


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """What must stay together, each with whether a space parts it from the one before."""
    for word in text.split():
        parted = True
        for part in _breakable(word):
            yield part, parted
            parted = False


def _breakable(word: str) -> list[str]:
    """A word, parted where East Asian lines may break."""
    if word.isascii() or not any(_is_wide(letter) for letter in word):
        return [word]
    parts = [word[0]]
    for before, letter in pairwise(word):
        wide = _is_wide(before) or _is_wide(letter)
        held = letter in _NEVER_FIRST or before in _NEVER_LAST or not wide or _columns(letter) == 0
        if held:
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF" and not re.match("[\uac00-\ud7af]", letter)  # Korean has spaces
