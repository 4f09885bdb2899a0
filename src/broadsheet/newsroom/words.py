"""Words as the search compares them. Pure: what is indexed and what is asked go through the same folding."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_TERMS = 12
MOST_LETTERS = 400
# Scripts that write no spaces between words: every character stands for itself.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)
_WORD = re.compile(r"\w+")
_LETTERS = str.maketrans({"ـ": "", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ß": "ss", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Term:
    """One or more words that must stand side by side; `open` where the last of them may go on."""

    words: tuple[str, ...]
    open: bool = False


def fold(text: str) -> str:
    """Lower case, no accents and vowel marks, and a space around every character of scripts without spaces."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
    bare = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    spaced = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFC", bare))
    return " ".join(_WORD.findall(spaced))


def terms(query: str) -> tuple[Term, ...]:
    """What a reader asked for: words, quoted phrases, and the last word as the beginning of one."""
    query = query[:MOST_LETTERS].replace("\x00", " ")
    found: list[Term] = []
    for number, part in enumerate(re.split(r'["“”«»„]', query)):
        quoted = number % 2 == 1
        pieces = [part] if quoted else part.split()
        for piece in pieces:
            words = tuple(fold(piece).split())
            if words:
                found.append(Term(words, open=not quoted))
    found = found[:MOST_TERMS]
    return tuple(Term(term.words, term.open and term is found[-1]) for term in found)
