"""Reads the demo paper's files: TOML between two `+++` lines, then text with `:::` blocks. Values out, no database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from broadsheet.newsroom.embeds import frame_url

HERE = Path(__file__).parent


PICTURE = ("scene", "alt", "caption")
_PROSE = {"headline", "dek", "kicker", "lead_caption", "lead_alt", "title", "summary", "origin_headline"}


class ContentError(ValueError):
    """A file of the demo paper is wrong. The message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its name in the body, and its value; pictures, places and stories are named by slug."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Content:
    """A file: its front matter and its blocks."""

    path: Path
    meta: dict[str, Any]
    blocks: tuple[Block, ...]

    @property
    def slug(self) -> str:
        """The slug in the front matter."""
        return str(self.meta["slug"])

    @property
    def pictures(self) -> dict[str, dict[str, str]]:
        """Every picture in the body by the name it is drawn and kept under: picture 2, picture 3 of gallery 1."""
        found: dict[str, dict[str, str]] = {}
        for number, block in enumerate(self._kind("picture"), 1):
            found[f"{self.slug}--{number}"] = block.value
        for number, block in enumerate(self._kind("gallery"), 1):
            for place, picture in enumerate(block.value["pictures"], 1):
                found[f"{self.slug}--gallery-{number}-{place}"] = picture
        return found

    def _kind(self, kind: str) -> Iterator[Block]:
        return (block for block in self.blocks if block.kind == kind)


def paper() -> dict[str, Any]:
    """The paper's own texts."""
    return tomllib.loads((HERE / "paper.toml").read_text(encoding="utf-8"))


def letters() -> list[dict[str, Any]]:
    """The newsletters' past issues, in the order in which they went out."""
    found = tomllib.loads((HERE / "letters.toml").read_text(encoding="utf-8"))
    return list(found["letters"])


def stories() -> list[Content]:
    """Every story, oldest first."""
    found = [read(path) for path in sorted((HERE / "stories").rglob("*.md"))]
    return sorted(found, key=lambda content: content.meta["published"])


def pages() -> list[Content]:
    """The pages about the paper."""
    return [read(path) for path in sorted((HERE / "pages").glob("*.md"))]


def read(path: Path) -> Content:
    """Read one file."""
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"^\+\+\+\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise ContentError(f"{path.name}: it does not begin with front matter between two +++ lines")
    try:
        meta = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path.name}: {error}") from error
    for name in _PROSE & meta.keys():
        meta[name] = typeset(meta[name])
    try:
        return Content(path, meta, tuple(_blocks(parts[2])))
    except (ValueError, KeyError, IndexError) as error:
        raise ContentError(f"{path.name}: {error}") from error


def _blocks(text: str) -> Iterator[Block]:
    fence: tuple[str, list[str]] | None = None
    chunk: list[str] = []
    for line in [*text.splitlines(), ""]:
        if fence is not None:
            if line.strip() == ":::":
                yield _fenced(*fence)
                fence = None
            else:
                fence[1].append(line)
        elif line.startswith(":::"):
            yield from _plain(chunk)
            chunk, fence = [], (line.removeprefix(":::").strip(), [])
        elif line.strip():
            chunk.append(line.strip())
        else:
            yield from _plain(chunk)
            chunk = []
    if fence is not None:
        raise ValueError(f"the block ::: {fence[0]} has no end")


def _plain(lines: list[str]) -> Iterator[Block]:
    if not lines:
        return
    if lines[0].startswith("## "):
        yield Block("heading", {"text": typeset(lines[0].removeprefix("## ").strip()), "level": "2"})
        yield from _plain(lines[1:])
    elif lines[0].startswith(">"):
        said = [line.removeprefix(">").strip() for line in lines]
        who = [line.lstrip("—–- ") for line in said if line[:1] in "—–" and line]
        words = " ".join(line for line in said if line and line[:1] not in "—–")
        yield Block("quote", {"text": f"<p>{inline(words)}</p>", "who": typeset(who[0]) if who else ""})
    else:
        yield Block("paragraph", f"<p>{inline(' '.join(lines))}</p>")


def inline(text: str) -> str:
    """Emphasis, strong emphasis and links of a line as HTML."""
    text = escape(typeset(text), quote=False)
    text = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"(?<!\*)\*([^*\s](?:[^*]*[^*\s])?)\*(?!\*)", r"<i>\1</i>", text)


def typeset(text: str) -> str:
    """Typewriter's quotes as printed ones, by what stands before them."""
    text = re.sub(r'(^|[\s(\[—–“‘*])"', r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[—–“*])'", r"\1‘", text).replace("'", "’")


def _fenced(name: str, lines: list[str]) -> Block:
    makers: dict[str, Callable[[list[str]], Block]] = {
        "pullout": _pullout,
        "list": lambda body: _list(body, False),
        "numbered": lambda body: _list(body, True),
        "table": _table,
        "chart": _chart,
        "timeline": _timeline,
        "map": _map,
        "picture": _picture,
        "gallery": _gallery,
        "embed": _embed,
        "related": lambda body: Block("related", {"story": body[0].strip(), "label": ""}),
    }
    if name not in makers:
        raise ValueError(f"there is no block ::: {name}")
    return makers[name]([line for line in lines if line.strip()])


def _options(lines: list[str], names: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """The leading `name: value` lines, and the rest."""
    found: dict[str, str] = {}
    rest = list(lines)
    while rest and (match := re.match(rf"({'|'.join(names)}):\s*(.*)$", rest[0].strip())):
        found[match[1]] = typeset(match[2].strip())
        rest.pop(0)
    return found, rest


def _pullout(lines: list[str]) -> Block:
    options, rest = _options(lines, ("title",))
    text = "".join(f"<p>{inline(line.strip())}</p>" for line in rest)
    return Block("pullout", {"title": options.get("title", ""), "text": text})


def _list(lines: list[str], ordered: bool) -> Block:
    items = [re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", line.strip()) for line in lines]
    return Block("list", {"ordered": ordered, "items": [f"<p>{inline(item)}</p>" for item in items]})


def _table(lines: list[str]) -> Block:
    options, rest = _options(lines, ("caption", "source"))
    rows = [[typeset(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in rest]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    return Block("table", {**options, "heads": rows[0], "rows": [[inline(cell) for cell in row] for row in rows[1:]]})


def _chart(lines: list[str]) -> Block:
    options, rest = _options(lines, ("kind", "title", "unit", "source", "note"))
    return Block("chart", {"kind": "bar", "unit": "", "note": "", **options, "data": "\n".join(rest)})


def _timeline(lines: list[str]) -> Block:
    options, rest = _options(lines, ("title", "source"))
    events = [line.partition("|") for line in rest]
    value = [{"date": date.strip(), "text": f"<p>{inline(text.strip())}</p>"} for date, _, text in events]
    return Block("timeline", {"title": "", "source": "", **options, "events": value})


def _map(lines: list[str]) -> Block:
    options, _rest = _options(lines, ("title", "places", "span", "note"))
    places = [slug.strip() for slug in options.pop("places").split(",")]
    return Block("map", {"title": "", "note": "", "span": None, **options, "places": places})


def _picture(lines: list[str]) -> Block:
    options, _rest = _options(lines, PICTURE)
    return Block("picture", {"caption": "", "alt": "", **options})


def _gallery(lines: list[str]) -> Block:
    """Several pictures; each begins with its `scene:`."""
    options, rest = _options(lines, ("title",))
    pictures = []
    while rest:
        scene, after = _options(rest[:1], ("scene",))
        if after:
            raise ValueError(f"a picture of a gallery begins with its scene:, not with {after[0]!r}")
        words, rest = _options(rest[1:], PICTURE[1:])
        pictures.append({"caption": "", "alt": "", **scene, **words})
    if not pictures:
        raise ValueError("a gallery without pictures")
    return Block("gallery", {"title": "", **options, "pictures": pictures})


def _embed(lines: list[str]) -> Block:
    options, _rest = _options(lines, ("url", "title"))
    if not frame_url(options.get("url", "")):
        raise ValueError(f"an embed needs the url: of a host that we may put in a frame, not {options.get('url')!r}")
    return Block("embed", {"url": options["url"], "title": options["title"]})
