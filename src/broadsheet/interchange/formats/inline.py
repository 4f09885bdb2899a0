"""Inline markup as our paragraphs hold it: eight tags, links to the web and to mail, nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import escape, unescape
from typing import Any

TAGS = {
    "strong": "b", "b": "b", "em": "i", "i": "i", "cite": "i", "dfn": "i", "var": "i", "sup": "sup", "sub": "sub",
    "s": "s", "strike": "s", "del": "s", "code": "code", "kbd": "code", "samp": "code", "tt": "code",
}  # fmt: skip
_MARKS = {"q": ("\u201c", "\u201d")}
# Characters that turn the direction of what follows them, and other controls: no headline has a use for them.
_CONTROLS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SAFE = re.compile(r"^(?:https?://|mailto:|tel:|/(?![/\\])|#)", re.IGNORECASE)
MOST_MARKS = 4

Link = Callable[[str], str]


def plain(markup: str) -> str:
    """The words of some markup or of an escaped title, on one line."""
    text = unescape(re.sub(r"<[^<>]*>", " " if "<br" in markup else "", unescape(markup)))
    return tidy(text)


def tidy(text: str) -> str:
    """One line without controls, and with no more marks on a letter than any language sets."""
    return " ".join(_few_marks(_CONTROLS.sub("", text)).split())


def _few_marks(text: str) -> str:
    """Letters under a heap of combining marks keep the first few: a pile grows over the lines around it."""
    if not any(unicodedata.combining(letter) for letter in text):
        return text
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def opening(element: Any, link: Link) -> tuple[str, str]:
    """The tags that stand before and after what an inline element holds; empty where it is only unwrapped."""
    name = element.tag
    if name == "a":
        href = link((element.get("href") or "").strip())
        return (f'<a href="{escape(href)}">', "</a>") if _SAFE.match(href) else ("", "")
    if name in TAGS:
        return f"<{TAGS[name]}>", f"</{TAGS[name]}>"
    return _MARKS.get(name, ("", ""))


def words(text: str | None) -> str:
    """Text as it stands between tags: escaped, white space folded, controls gone."""
    return escape(re.sub(r"[ \t\r\n\f]+", " ", _few_marks(_CONTROLS.sub("", text or ""))), quote=False)


def trim(html: str) -> str:
    """No breaks and spaces at the ends, no empty tags, no break beside a break."""
    while True:
        shorter = re.sub(r"<(b|i|s|sup|sub|code)>\s*</\1>", "", html)
        shorter = re.sub(r"<a href=\"[^\"]*\">\s*</a>", "", shorter)
        shorter = re.sub(r"^(?:\s|<br/>|&nbsp;|\u00a0)+|(?:\s|<br/>|&nbsp;|\u00a0)+$", "", shorter)
        if shorter == html:
            return re.sub(r"\s*<br/>\s*", "<br/>", html)
        html = shorter
