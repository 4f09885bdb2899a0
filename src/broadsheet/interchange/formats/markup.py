"""HTML, however it was written, into parts. Cleaned first: what reaches a part is text and our own inline tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from lxml import html as lxml_html

from broadsheet.interchange.formats import inline
from broadsheet.interchange.formats.parts import (
    Divider,
    Embed,
    FileRef,
    Gallery,
    Heading,
    Items,
    Paragraph,
    Part,
    PictureRef,
    Preformatted,
    Quote,
    Table,
)

HOLDER = "bs-part"  # <bs-part data-n="3"></bs-part> stands for parts that a format has made already
CONTAINERS = {
    "div", "section", "article", "aside", "main", "header", "footer", "nav", "center", "body", "figure", "fieldset",
    "details", "dl", "hgroup", "search", "noscript",
}  # fmt: skip
MEDIA = {"img", "picture", "iframe", "video", "audio", "object", "embed", "map"}
STRUCTURE = {"p", "address", "ul", "ol", "menu", "blockquote", "pre", "table", "hr", "dt", "dd", "summary", "legend"}
HEADS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
FORMS = {"form", "input", "select", "textarea", "button", "option", "optgroup", "label", "output", "meter", "progress"}
SMALL = {
    "a",
    "abbr",
    "acronym",
    "big",
    "bdi",
    "bdo",
    "br",
    "font",
    "ins",
    "mark",
    "q",
    "small",
    "span",
    "time",
    "u",
    "wbr",
}
PARTLY = {
    "li", "figcaption", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "col", "colgroup", "source", "param",
    "track", "rp", "rt", "ruby", "area",
}  # fmt: skip
BLOCKS = CONTAINERS | MEDIA | STRUCTURE | set(HEADS) | FORMS | {HOLDER}
_ALLOWED = BLOCKS | SMALL | PARTLY | set(inline.TAGS)
_ATTRIBUTES = {
    "*": {"class", "title", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "data-id", "data-src", "data-orig-file"},
    "iframe": {"src", "data-src"}, "video": {"src", "poster"}, "audio": {"src"}, "source": {"src", "type"},
    "object": {"data"}, "embed": {"src"}, "param": {"name", "value"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"},
    "blockquote": {"cite"}, "sup": {"data-fn"}, "span": {"data-fn"}, HOLDER: {"data-n"},
}  # fmt: skip
DEEPEST = 60
MOST_COLUMNS = 40
DOCUMENTS = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|epub|csv|zip)(?:$|\?)", re.IGNORECASE)


def read(
    markup: str, held: Sequence[tuple[Part, ...]] = (), link: inline.Link = lambda href: href
) -> tuple[tuple[Part, ...], Counter[str]]:
    """The parts of `markup`, and what was left out, counted by name.

    `held` are the parts that holders stand for; `link` says where a link of the source leads now.
    """
    clean = nh3.clean(
        markup, tags=_ALLOWED, attributes=_ATTRIBUTES, clean_content_tags={"script", "style", "template", "title"},
        url_schemes={"http", "https", "mailto", "tel"}, link_rel=None, strip_comments=True,
    )  # fmt: skip
    if not clean.strip():
        return (), Counter()
    walk = _Walk(held, link)
    walk.children(lxml_html.fragment_fromstring(clean, create_parent="div", parser=_parser()), 0)
    walk.flush()
    return tuple(walk.parts), walk.left_out


def _parser() -> Any:
    return lxml_html.HTMLParser(huge_tree=True, encoding="utf-8")


class _Walk:
    """One walk through a tree: inline markup gathers in a buffer, every block first empties it."""

    def __init__(self, held: Sequence[tuple[Part, ...]], link: inline.Link) -> None:
        self.parts: list[Part] = []
        self.left_out: Counter[str] = Counter()
        self._held, self._link = held, link
        self._buffer: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._makers: dict[str, Callable[[Any, int], None]] = {
            "ul": self._list, "ol": self._list, "menu": self._list, "blockquote": self._quote, "pre": self._pre,
            "table": self._table, "hr": self._rule, "img": self._img, "iframe": self._frame, "embed": self._frame,
            "video": self._film, "audio": self._film, "object": self._object, "figure": self._figure,
            "dt": self._term, "summary": self._summary, HOLDER: self._holder,
        }  # fmt: skip

    def children(self, element: Any, depth: int) -> None:
        """Everything inside an element, in order."""
        self.text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, depth + 1)
            self.text(child.tail)

    def text(self, text: str | None) -> None:
        """Some text, as part of the paragraph that is being gathered."""
        if text:
            self._buffer.append(inline.words(text))

    def element(self, element: Any, depth: int) -> None:
        """One element: a block makes parts, anything else is part of the line."""
        name = element.tag
        if depth > DEEPEST:
            self.text(element.text_content())
        elif name == "br":
            self._buffer.append("<br/>")
        elif name in FORMS:
            self.left_out["form"] += name == "form"
            if name in {"form", "label", "button"}:
                self.children(element, depth)
        elif name in HEADS:
            self._head(element, HEADS[name])
        elif name in self._makers:
            self._makers[name](element, depth)
        elif name in BLOCKS:
            self.flush()
            self.children(element, depth)
            self.flush()
        else:
            self._inline(element, depth)

    def flush(self) -> None:
        """End the paragraph that is being gathered; what was open inside it goes on in the next."""
        closing = "".join(after for _before, after in reversed(self._open))
        html = inline.trim("".join(self._buffer) + closing)
        self._buffer = [before for before, _after in self._open]
        if html and inline.plain(html):
            self.parts.append(Paragraph(html))

    def _inline(self, element: Any, depth: int) -> None:
        note = element.get("data-fn") if element.tag in {"sup", "span"} else None
        if note:
            number = "".join(element.text_content().split())
            self._buffer.append(f"<sup>{inline.words(number)}</sup>")
            return
        if element.tag == "a" and self._document(element):
            return
        pair = inline.opening(element, self._link)
        self._buffer.append(pair[0])
        self._open.append(pair)
        self.children(element, depth)
        self._open.pop()
        self._buffer.append(pair[1])

    def _document(self, element: Any) -> bool:
        """A link to a document that stands alone becomes something to download."""
        href, parent = element.get("href") or "", element.getparent()
        alone = parent is not None and inline.tidy(parent.text_content()) == inline.tidy(element.text_content())
        if not (alone and DOCUMENTS.search(href) and parent.tag in {"p", "div"} and not element.findall(".//img")):
            return False
        self.flush()
        self.parts.append(FileRef(href, inline.tidy(element.text_content()) or name_of(href)))
        return True

    def _holder(self, element: Any, depth: int) -> None:
        self.flush()
        number = element.get("data-n", "")
        if number.isdecimal() and int(number) < len(self._held):
            self.parts.extend(self._held[int(number)])
        self.children(element, depth)

    def _head(self, element: Any, level: int) -> None:
        self.flush()
        text = inline.tidy(element.text_content())
        if text:
            self.parts.append(Heading(text, level))
        for picture in element.iter("img"):
            self._img(picture, 0)

    def _term(self, element: Any, depth: int) -> None:
        self.flush()
        text = inline.words(inline.tidy(element.text_content()))
        if text:
            self.parts.append(Paragraph(f"<b>{text}</b>"))

    def _summary(self, element: Any, depth: int) -> None:
        self._head(element, 4)

    def _rule(self, element: Any, depth: int) -> None:
        self.flush()
        if self.parts and not isinstance(self.parts[-1], Divider):
            self.parts.append(Divider())

    def _pre(self, element: Any, depth: int) -> None:
        self.flush()
        for line_break in element.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        text = element.text_content().strip("\r\n")
        if text.strip():
            self.parts.append(Preformatted(text))

    def _img(self, element: Any, depth: int) -> None:
        found = picture(element)
        if found is not None:
            self.flush()
            self.parts.append(found)

    def _frame(self, element: Any, depth: int) -> None:
        self._embed(element.get("src") or element.get("data-src") or "", element.get("title") or "")

    def _film(self, element: Any, depth: int) -> None:
        sources = [element.get("src"), *(source.get("src") for source in element.iter("source"))]
        self._embed(next((url for url in sources if url), ""), element.get("title") or "")

    def _object(self, element: Any, depth: int) -> None:
        named = {param.get("name", "").lower(): param.get("value") for param in element.iter("param")}
        inner = [frame.get("src") for frame in element.iter("embed", "iframe")]
        self._embed(next((url for url in [element.get("data"), named.get("movie"), *inner] if url), ""), "")

    def _embed(self, url: str, title: str) -> None:
        url = f"https:{url}" if url.startswith("//") else url
        if not re.match(r"https?://", url):
            self.left_out["frame without an address"] += 1
            return
        self.flush()
        self.parts.append(Embed(url, inline.tidy(title) or name_of(url)))

    def _figure(self, element: Any, depth: int) -> None:
        """What a figure holds, with its caption: one picture, several, a table, a quotation, a film."""
        self.flush()
        captions = [child for child in element if child.tag == "figcaption"]
        inner = _Walk(self._held, self._link)
        for caption in captions:
            inner.text(caption.tail)
            element.remove(caption)
        caption_html = " ".join(self.line(caption) for caption in captions)
        inner.children(element, depth)
        inner.flush()
        self.left_out.update(inner.left_out)
        self.parts.extend(_captioned(inner.parts, caption_html, "gallery" in (element.get("class") or "")))

    def _list(self, element: Any, depth: int) -> None:
        if "blocks-gallery-grid" in (element.get("class") or "") or "gallery" in (element.get("class") or "").split():
            pictures = [found for found in map(picture, element.iter("img")) if found]
            if pictures:
                self.flush()
                self.parts.append(Gallery(tuple(pictures)))
                return
        self.flush()
        items = tuple(item for item in (self.item(child, depth) for child in _items(element)) if item)
        if items:
            self.parts.append(Items(items, element.tag == "ol"))
        self._media_of(element)

    def item(self, element: Any, depth: int) -> str:
        """A list's item as html: its lines as `<p>`, lists below it as lists."""
        inner = _Walk((), self._link)
        inner._makers |= {"img": inner._nothing, "iframe": inner._nothing, "figure": inner._nothing}
        inner.children(element, depth)
        inner.flush()
        return "".join(_as_html(part) for part in inner.parts)

    def _nothing(self, element: Any, depth: int) -> None:
        """Media inside a list stand behind it."""

    def _media_of(self, element: Any) -> None:
        for child in element.iter("img", "iframe", "video", "audio"):
            self.element(child, 0)

    def _quote(self, element: Any, depth: int) -> None:
        self.flush()
        who = ""
        for cite in [*element.findall("./cite"), *element.findall("./footer"), *element.findall("./p/cite")][-1:]:
            tail, parent = cite.tail, cite.getparent()
            who = inline.tidy(cite.text_content()).lstrip("\u2014\u2013- ")
            cite.drop_tree() if tail else parent.remove(cite)
        text = self.item(element, depth)
        if text:
            self.parts.append(Quote(text, who))
        self._media_of(element)

    def _table(self, element: Any, depth: int) -> None:
        self.flush()
        rows = [row for row in element.iter("tr") if _nearest(row, "table") is element]
        cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
        width = min(MOST_COLUMNS, max((sum(map(_span, row)) for row in cells), default=0))
        layout = (
            width < 2 or any(True for _ in element.iter("img", "iframe", "video")) or len(element.findall(".//table"))
        )
        if layout:
            for row in cells:
                for cell in row:
                    self.children(cell, depth)
                    self.flush()
            return
        heads, body = _heads(element, cells)
        caption = next((inline.tidy(found.text_content()) for found in element.iter("caption")), "")
        titles = tuple(inline.tidy(cell.text_content()) for cell in heads)
        lines = tuple(self._row(row, width) for row in body)
        self.parts.append(Table((*titles, *[""] * (width - len(titles)))[:width], lines, caption))

    def _row(self, cells: Sequence[Any], width: int) -> tuple[str, ...]:
        line: list[str] = []
        for cell in cells:
            line += [self.line(cell), *[""] * (_span(cell) - 1)]
        return tuple((*line, *[""] * width)[:width])

    def line(self, element: Any) -> str:
        """What an element says, as inline html on one line."""
        inner = _Walk((), self._link)
        inner.children(element, 0)
        inner.flush()
        return "<br/>".join(part.html for part in inner.parts if isinstance(part, Paragraph))


def picture(element: Any) -> PictureRef | None:
    """The picture that an `img` names, or None where it names none, or only a pixel."""
    url = (element.get("data-orig-file") or element.get("data-src") or element.get("src") or "").strip()
    if element.get("width") == "1" and element.get("height") == "1":
        return None
    classes = element.get("class") or ""
    number = re.search(r"wp-image-(\d+)", classes)
    key = element.get("data-id") or (number[1] if number else "")
    if not (url or key):
        return None
    half = bool(re.search(r"\balign(?:left|right)\b", classes))
    return PictureRef(url, key, inline.tidy(element.get("alt") or ""), half=half)


def name_of(url: str) -> str:
    """What to call an address: its last piece, else its host."""
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return inline.tidy(last) if "." in last else (parts.hostname or url).removeprefix("www.")


def _captioned(parts: list[Part], caption: str, gallery: bool) -> list[Part]:
    pictures = [part for part in parts if isinstance(part, PictureRef | Gallery)]
    if len(pictures) > 1 or (gallery and pictures):
        flat = [one for part in pictures for one in (part.pictures if isinstance(part, Gallery) else (part,))]
        rest = [part for part in parts if part not in pictures]
        return [Gallery(tuple(flat), inline.plain(caption)), *rest]
    out: list[Part] = []
    for part in parts:
        named = _named(part, caption) if caption else None
        out.append(named or part)
        caption = "" if named else caption
    if inline.plain(caption):
        out.append(Paragraph(caption))
    return out


def _named(part: Part, caption: str) -> Part | None:
    """The part with a caption of its own, or None where it has no place for one."""
    if isinstance(part, PictureRef):
        return PictureRef(part.url, part.key, part.alt, caption, part.half)
    if isinstance(part, Embed):
        return Embed(part.url, inline.plain(caption) or part.title)
    if isinstance(part, Table) and not part.caption:
        return Table(part.heads, part.rows, inline.plain(caption))
    return None


def _as_html(part: Part) -> str:
    if isinstance(part, Paragraph):
        return f"<p>{part.html}</p>"
    if isinstance(part, Heading):
        return f"<p><b>{escape(part.text, quote=False)}</b></p>"
    if isinstance(part, Items):
        tag = "ol" if part.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{_bare(item)}</li>" for item in part.items) + f"</{tag}>"
    if isinstance(part, Quote):
        return part.html + (f"<p>{escape(part.who, quote=False)}</p>" if part.who else "")
    if isinstance(part, Preformatted):
        lines = escape(part.text, quote=False).splitlines()
        return "<p><code>" + "</code><br/><code>".join(lines) + "</code></p>"
    if isinstance(part, Table):
        return "".join(
            f"<p>{' · '.join(cell for cell in row if cell)}</p>" for row in (part.heads, *part.rows) if any(row)
        )
    return ""


def _bare(item: str) -> str:
    """An item of a list below a list: our rich text holds no paragraphs there."""
    return item.replace("</p><p>", "<br/>").replace("<p>", "").replace("</p>", "")


def _items(element: Any) -> list[Any]:
    return [child for child in element if isinstance(child.tag, str)]


def _nearest(element: Any, tag: str) -> Any:
    parent = element.getparent()
    while parent is not None and parent.tag != tag:
        parent = parent.getparent()
    return parent


def _span(cell: Any) -> int:
    span = cell.get("colspan") or "1"
    return min(MOST_COLUMNS, max(1, int(span))) if span.isdecimal() else 1


def _heads(table: Any, cells: list[list[Any]]) -> tuple[list[Any], list[list[Any]]]:
    first = cells[0] if cells else []
    in_head = any(True for _ in table.iter("thead"))
    if first and (in_head or all(cell.tag == "th" for cell in first)):
        return first, cells[1:]
    return [], cells
