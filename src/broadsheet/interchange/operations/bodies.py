"""Parts into the newsroom's blocks: pictures and files by our ids, links by our pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Any
from uuid import uuid4

from broadsheet.interchange.formats import inline, parts
from broadsheet.interchange.formats.parts import Part, PictureRef
from broadsheet.interchange.operations.pictures import Pictures

Block = dict[str, Any]


def blocks(found: tuple[Part, ...], pictures: Pictures, without: int | None = None) -> list[Block]:
    """StreamField data for these parts. `without` is the lead picture: where the body opens with it, it goes."""
    made = [block for part in found for block in _block(part, pictures)]
    if made and made[0]["type"] == "picture" and made[0]["value"]["picture"] == without:
        made = made[1:]
    return made


def _block(part: Part, pictures: Pictures) -> Iterator[Block]:
    if isinstance(part, parts.Paragraph):
        yield _made("paragraph", f"<p>{part.html}</p>")
    elif isinstance(part, parts.Heading):
        yield _made("heading", {"text": part.text, "level": str(part.level)})
    elif isinstance(part, PictureRef):
        yield from _picture(part, pictures)
    elif isinstance(part, parts.Gallery):
        yield from _gallery(part, pictures)
    elif isinstance(part, parts.Quote):
        yield _made("quote", {"text": part.html, "who": part.who})
    elif isinstance(part, parts.Items):
        yield _made("list", {"ordered": part.ordered, "items": [_item(item) for item in part.items]})
    elif isinstance(part, parts.Table):
        yield _made("table", _table(part))
    elif isinstance(part, parts.Embed):
        yield from _embed(part)
    elif isinstance(part, parts.FileRef):
        yield from _file(part, pictures)
    elif isinstance(part, parts.Preformatted):
        yield _made("preformatted", part.text)
    elif isinstance(part, parts.Footnotes):
        yield _made("footnotes", {"notes": [_item(f"<p>{note}</p>") for note in part.notes]})
    else:
        yield _made("divider", None)


def _picture(ref: PictureRef, pictures: Pictures) -> Iterator[Block]:
    value = _shown(ref, pictures)
    if value is not None:
        yield _made("picture", value)
    elif inline.plain(ref.caption):
        yield _made("paragraph", f"<p><i>{ref.caption}</i></p>")


def _shown(ref: PictureRef, pictures: Pictures) -> dict[str, Any] | None:
    found = pictures.picture(ref)
    if found is None:
        return None
    caption = "" if inline.plain(ref.caption) == pictures.caption(ref) else ref.caption
    width = "half" if ref.half else "column"
    return {"picture": found, "caption": f"<p>{caption}</p>" if caption else "", "alt": ref.alt[:500], "width": width}


def _gallery(part: parts.Gallery, pictures: Pictures) -> Iterator[Block]:
    shown = [value for value in (_shown(ref, pictures) for ref in part.pictures) if value is not None]
    if len(shown) == 1:
        yield _made("picture", {**shown[0], "width": "column"})
    elif shown:
        yield _made("gallery", {"title": part.title, "pictures": [_item({**row, "width": "column"}) for row in shown]})


def _embed(part: parts.Embed) -> Iterator[Block]:
    yield _made("embed", {"url": part.url[:2000], "title": part.title or part.url, "poster": None})


def _file(part: parts.FileRef, pictures: Pictures) -> Iterator[Block]:
    found = pictures.file(part.url, part.key, part.title)
    if found is not None:
        yield _made("file", {"document": found, "title": part.title})
    elif part.url.startswith(("http://", "https://")):
        yield _made("paragraph", f'<p><a href="{escape(part.url)}">{escape(part.title, quote=False)}</a></p>')


def _table(part: parts.Table) -> dict[str, Any]:
    columns = [{"type": "text", "heading": head} for head in part.heads]
    rows = [{"values": [f"<p>{cell}</p>" if cell else "" for cell in row]} for row in part.rows]
    return {"caption": part.caption, "table": {"columns": columns, "rows": rows, "caption": ""}, "source": ""}


def _made(kind: str, value: Any) -> Block:
    return {"type": kind, "value": value, "id": str(uuid4())}


def _item(value: Any) -> Block:
    return {"type": "item", "value": value, "id": str(uuid4())}


def picture_block(picture: int) -> Block:
    """A picture in the body, as it is."""
    return _made("picture", {"picture": picture, "caption": "", "alt": "", "width": "column"})


_LINK = re.compile(r'<a href="(/[^"#]*)(#[^"]*)?">')


def relink(found: list[Block], page_at: Callable[[str], int | None]) -> list[Block]:
    """The same blocks, with links to old paths of pages that we have made into links to those pages."""

    def one(match: re.Match[str]) -> str:
        page = page_at(unescape(match[1])) if not match[2] else None
        return match[0] if page is None else f'<a linktype="page" id="{page}">'

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return _LINK.sub(one, value) if "<a " in value else value
        if isinstance(value, dict):
            return {key: walk(child) for key, child in value.items()}
        return [walk(child) for child in value] if isinstance(value, list) else value

    return [walk(block) if block["type"] not in {"preformatted", "embed"} else block for block in found]
