"""Markup, as editors write and stories are rendered, read into pieces. What a mail has no place for is left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from broadsheet.newsletters.cards import Piece, Pieces, Run

MARKS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "code": "code", "sup": "sup", "sub": "sub",
         "s": "s", "del": "s", "strike": "s"}  # fmt: skip
BLOCKS = {"p": "paragraph", "div": "paragraph", "section": "paragraph", "aside": "paragraph", "figcaption": "small",
          "blockquote": "quote", "pre": "code", "caption": "small", "figure": "paragraph", "h1": "heading",
          "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading"}  # fmt: skip
CLASSES = {"block-title": "title", "timeline-date": "title", "source": "small", "note": "small"}
NEVER = {"script", "style", "svg", "iframe", "form", "button", "template", "noscript", "object", "video", "audio",
         "head", "math", "select", "textarea"}  # fmt: skip
DRAWN = {"drawing", "map"}  # a map is lines alone: its title would stand there without it
LISTS, VOID = {"ul", "ol"}, {"br", "img", "hr", "input", "source", "wbr", "link", "meta"}
BULLET = "•"
_SCHEMES = {"http", "https", "mailto", "tel"}
_SPACE = re.compile(r"[ \t\r\n\f]+")


def read(markup: str, base: str) -> Pieces:
    """The pieces of some markup; addresses in it are made whole from `base`."""
    reader = _Reader(base)
    reader.feed(markup)
    reader.close()
    reader.end()
    return tuple(reader.pieces)


def address(href: str, base: str) -> str:
    """The whole address of a link, or nothing where it leads nowhere that a mail may lead."""
    if not href or href.startswith("#"):
        return ""
    whole = urljoin(base, href.strip())
    return whole if urlsplit(whole).scheme in _SCHEMES else ""


class _Reader(HTMLParser):
    """Gathers runs until something ends the paragraph that they stand in."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._base = base
        self._runs: list[Run] = []
        self._kinds: list[tuple[str, str]] = []  # what is open: tag and kind
        self._marks: list[tuple[str, str]] = []
        self._hrefs: list[str] = []
        self._lists: list[int | None] = []  # the number of the last item; None where they have bullets
        self._item = ""
        self._never = 0
        self._rows: list[list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Something begins."""
        given = {name: value or "" for name, value in attrs}
        if self._never or tag in NEVER or DRAWN.issubset(given.get("class", "").split()):
            self._never += tag not in VOID
            return
        if tag in MARKS:
            self._marks.append((tag, MARKS[tag]))
        elif tag == "a":
            self._hrefs.append(address(given.get("href", ""), self._base))
        elif tag == "br":
            self._runs.append(Run("\n"))
        elif tag == "hr":
            self._alone(Piece("rule"))
        elif tag == "img":
            self._picture(given)
        elif tag in {"table", "tr", "td", "th"}:
            self._begin_table(tag)
        else:
            self._begin(tag, given.get("class", "").split())

    def _begin(self, tag: str, classes: list[str]) -> None:
        if tag in LISTS:
            self.end()
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.end()
            self._item = self._next_mark()
        elif tag in BLOCKS and self._rows is None:
            self.end()
            kind = next((CLASSES[name] for name in classes if name in CLASSES), BLOCKS[tag])
            self._kinds.append((tag, kind))

    def _next_mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return BULLET
        self._lists[-1] += 1
        return f"{self._lists[-1]}."

    def handle_endtag(self, tag: str) -> None:
        """Something ends."""
        if self._never:
            self._never -= tag not in VOID
            return
        if tag in MARKS:
            self._marks = _without(self._marks, tag)
        elif tag == "a" and self._hrefs:
            self._hrefs.pop()
        elif tag in {"table", "td", "th"}:
            self._end_table(tag)
        elif tag in LISTS:
            self.end()
            self._lists = self._lists[:-1]
        elif tag == "li":
            self.end()
            self._item = ""
        elif tag in BLOCKS and self._rows is None:
            self.end()
            self._kinds = _without(self._kinds, tag)

    def handle_data(self, data: str) -> None:
        """Some words."""
        if self._never:
            return
        text = data if self._kind() == "code" else _SPACE.sub(" ", data)
        if text:
            marks = frozenset(mark for _tag, mark in self._marks)
            self._runs.append(Run(text, marks, self._hrefs[-1] if self._hrefs else ""))

    def _kind(self) -> str:
        """What the innermost block is; a paragraph in a quotation or a caption is one."""
        return next((kind for _tag, kind in reversed(self._kinds) if kind != "paragraph"), "paragraph")

    def end(self) -> None:
        """The paragraph that was gathered, if there are words in it."""
        runs, self._runs = _trimmed(self._runs), []
        if not runs:
            return
        kind, level = self._kind(), 0
        if kind == "heading":
            level = next(int(tag[1]) for tag, found in reversed(self._kinds) if found == "heading")
        if self._item and kind == "paragraph":  # what follows in an item is a paragraph of its own
            kind, level = "item", len(self._lists)
        self.pieces.append(Piece(kind, runs, level, self._item if kind == "item" else ""))
        self._item = ""

    def _alone(self, piece: Piece) -> None:
        self.end()
        self.pieces.append(piece)

    def _picture(self, given: dict[str, str]) -> None:
        if self._rows is None and given.get("src"):
            self._alone(Piece("picture", (Run(given.get("alt", "")),), source=given["src"]))

    def _begin_table(self, tag: str) -> None:
        if tag == "table":
            self.end()
            self._rows = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif self._rows is not None:
            self._runs = []

    def _end_table(self, tag: str) -> None:
        if self._rows is None:
            return
        if tag == "table":
            rows = [tuple(row) for row in self._rows if row]
            self._rows, self._runs = None, []
            if rows:
                self.pieces.append(Piece("table", rows=tuple(rows)))
        elif self._rows:
            self._rows[-1].append("".join(run.text for run in _trimmed(self._runs)))
            self._runs = []


def _without(opened: list[tuple[str, str]], tag: str) -> list[tuple[str, str]]:
    """What is open once the last of these tags was closed."""
    for at in range(len(opened) - 1, -1, -1):
        if opened[at][0] == tag:
            return [*opened[:at], *opened[at + 1 :]]
    return opened


def _trimmed(runs: list[Run]) -> tuple[Run, ...]:
    """The runs without space at either end, or doubled between two of them."""
    found: list[Run] = []
    for run in runs:
        text = run.text
        if not found or found[-1].text.endswith((" ", "\n")):
            text = text.lstrip(" ") if text != "\n" else text
        if text and not (text == "\n" and not found):
            found.append(Run(text, run.marks, run.href))
    while found and not found[-1].text.strip():
        found.pop()
    if found:
        found[-1] = Run(found[-1].text.rstrip(), found[-1].marks, found[-1].href)
    return tuple(found)
