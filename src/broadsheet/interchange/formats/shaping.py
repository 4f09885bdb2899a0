"""Parts from elements and other parts: pictures, captions, and what stands inside a list or a quotation."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from broadsheet.interchange.formats import inline
from broadsheet.interchange.formats.parts import (
    Embed,
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


def captioned(parts: list[Part], caption: str, gallery: bool) -> list[Part]:
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


def as_html(part: Part) -> str:
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
