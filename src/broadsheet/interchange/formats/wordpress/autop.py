"""Classic WordPress text: blank lines part paragraphs, single line ends break lines, blocks stand as they are."""

from __future__ import annotations

import re

_BLOCKS = (
    "address|article|aside|blockquote|bs-part|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|"
    "header|hr|iframe|legend|li|main|map|math|menu|nav|object|ol|p|pre|section|style|script|summary|table|tbody|td|"
    "tfoot|th|thead|tr|ul|video|audio"
)
_TAG = re.compile(rf"(</?(?:{_BLOCKS})(?=[\s/>])[^<>]*>)", re.IGNORECASE)
_KEPT = re.compile(r"<(pre|script|style|textarea)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_OPENS = re.compile(r"^</?(\w[\w-]*)")
# Inside these a line of text is a paragraph; inside the others (a cell, an item) it belongs to its element.
_TIGHT = {"li", "td", "th", "dd", "dt", "p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "legend"}


def paragraphs(text: str) -> str:
    """`text` with its paragraphs and breaks as tags."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\n\n<bs-kept {len(kept) - 1}>\n\n"

    text = _KEPT.sub(keep, text)
    text = re.sub(r"<br\s*/?>\s*<br\s*/?>", "\n\n", text, flags=re.IGNORECASE)
    out: list[str] = []
    open_tags: list[str] = []
    for piece in _TAG.split(text):
        if _TAG.fullmatch(piece):
            _note(piece, open_tags)
            out.append(piece)
        elif piece.strip():
            tight = bool(open_tags) and open_tags[-1] in _TIGHT
            out.append(_broken(piece) if tight else _lines(piece))
        else:
            out.append("\n")
    return re.sub(r"<bs-kept (\d+)>", lambda found: kept[int(found[1])], "".join(out))


def _note(tag: str, open_tags: list[str]) -> None:
    name = _OPENS.match(tag)[1].lower()  # type: ignore[index]
    if tag.startswith("</"):
        if name in open_tags:
            while open_tags.pop() != name:
                pass
    elif not tag.endswith("/>") and name not in {"hr"}:
        open_tags.append(name)


def _lines(text: str) -> str:
    chunks = [chunk.strip("\n") for chunk in re.split(r"\n\s*\n", text)]
    return "\n".join(
        chunk if chunk.strip().startswith("<bs-kept ") else f"<p>{_broken(chunk.strip())}</p>"
        for chunk in chunks
        if chunk.strip()
    )


def _broken(text: str) -> str:
    """Single line ends as breaks; not beside a break that is there already."""
    text = re.sub(r"\s*(<br\s*/?>)\s*\n", r"\1", text, flags=re.IGNORECASE)
    inner = text.strip("\n")
    return text.replace(inner, re.sub(r"[ \t]*\n[ \t]*", "<br/>", inner)) if inner else text
