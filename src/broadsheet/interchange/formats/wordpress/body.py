"""A WordPress body, of either editor, into parts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from broadsheet.interchange.formats import inline, markup
from broadsheet.interchange.formats.parts import Body, Divider, Embed, FileRef, Footnotes, Paragraph, Part, PictureRef
from broadsheet.interchange.formats.wordpress import autop, gutenberg, shortcodes
from broadsheet.interchange.formats.wordpress.gutenberg import Block

# Blocks that WordPress fills when the page is asked for: lists of the site's own pages, forms, parts of a theme.
DYNAMIC = re.compile(
    r"^(?:archives|avatar|calendar|categories|comment.*|home-link|latest-.*|loginout|navigation.*|page-list.*|pattern|post-.*|"
    r"query.*|read-more|rss|search|site-.*|tag-cloud|template-part|term-.*|terms-.*|widget-.*|legacy-widget|spacer|"
    r"more|nextpage|missing|breadcrumbs|accordion-.*form|form.*|math)$"
)
SILENT = {"spacer", "more", "nextpage", "page-break"}
# A line of its own that is nothing but an address: WordPress shows what is there.
_ALONE = re.compile(r"^[ \t]*(https?://[^\s<>\"]+)[ \t]*$", re.MULTILINE)
_IN_PARAGRAPH = re.compile(r"<p>\s*(https?://[^\s<>\"]+)\s*</p>")
MOST_REUSED = 20


@dataclass(frozen=True, slots=True)
class Around:
    """What a body needs of the rest of its export: reusable blocks by id, the ids of its own pictures, its notes."""

    reusable: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    footnotes: str = ""
    link: inline.Link = lambda href: href
    embeds: Any = lambda url: False


def read(content: str, around: Around) -> Body:
    """The parts of a body."""
    work = _Work(around)
    html = work.html(content)
    parts, left_out = markup.read(html, work.held, around.link)
    work.left_out.update(left_out)
    notes = _notes(around.footnotes, around.link)
    parts = (*parts, Footnotes(notes)) if notes else parts
    while parts and isinstance(parts[-1], Divider):
        parts = parts[:-1]
    return Body(parts, Counter({name: count for name, count in work.left_out.items() if count}))


def _notes(text: str, link: inline.Link) -> tuple[str, ...]:
    try:
        rows = json.loads(text) if text else []
    except json.JSONDecodeError:
        return ()
    said = [row.get("content", "") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    read_notes = [markup.read(str(note), (), link)[0] for note in said]
    return tuple("<br/>".join(part.html for part in parts if isinstance(part, Paragraph)) for parts in read_notes)


class _Work:
    """One body on its way to HTML with holders."""

    def __init__(self, around: Around) -> None:
        self.held: list[tuple[Part, ...]] = []
        self.left_out: Counter[str] = Counter()
        self._around = around
        self._reused = 0
        self._makers: dict[str, Callable[[Block], str]] = {
            "freeform": self._freeform, "shortcode": self._freeform, "embed": self._embed, "file": self._file,
            "cover": self._cover, "social-links": self._social_links, "block": self._reusable,
            "footnotes": lambda block: "",  # they stand at the end, from the story's own notes
        }  # fmt: skip

    def html(self, content: str) -> str:
        """The body as HTML, with holders for what a format of its own describes."""
        content = re.sub(r"<!--\s*(?:more\b.*?|nextpage|noteaser)\s*-->", "\n\n", content)
        if not gutenberg.has_blocks(content):
            return self._classic(content)
        pieces = gutenberg.parse(content)
        return "\n".join(self._classic(item) if isinstance(item, str) else self._block(item) for item in pieces)

    def _classic(self, text: str) -> str:
        if not text.strip():
            return ""
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        return autop.paragraphs(self._shortcodes(self._autoembed(text, _ALONE)))

    def _shortcodes(self, text: str) -> str:
        found = shortcodes.extract(text, self.held, self._around.pictures)
        self.left_out.update(found.left_out)
        return found.text

    def _autoembed(self, text: str, pattern: re.Pattern[str]) -> str:
        def one(match: re.Match[str]) -> str:
            url = unescape(match[1])
            if self._around.embeds(url):
                return self._hold(Embed(url, markup.name_of(url)))
            return match[0].replace(match[1], f'<a href="{escape(url)}">{escape(url)}</a>')

        return pattern.sub(one, text)

    def _hold(self, *parts: Part) -> str:
        self.held.append(parts)
        return f'\n\n<{markup.HOLDER} data-n="{len(self.held) - 1}"></{markup.HOLDER}>\n\n'

    def _block(self, block: Block) -> str:
        name = block.name
        if name in self._makers:
            return self._makers[name](block)
        if name.startswith("core-embed/"):
            return self._embed(block)
        html = block.html(self._block)
        if DYNAMIC.match(name) or not html.strip():
            if name not in SILENT and (not html.strip() or name.startswith("form")):
                self.left_out[f"block {name}"] += 1
            return html if not name.startswith("form") else ""
        if name in {"html", "code", "preformatted", "verse"}:
            return html
        return self._shortcodes(self._autoembed(html, _IN_PARAGRAPH))

    def _freeform(self, block: Block) -> str:
        return self._classic(block.html(self._block))

    def _reusable(self, block: Block) -> str:
        """A reusable block, by the id of the post that holds it."""
        text = self._around.reusable.get(str(block.attributes.get("ref", "")), "")
        self._reused += 1
        if not text or self._reused > MOST_REUSED:
            self.left_out["block reused"] += 1
            return ""
        return self.html(text)

    def _embed(self, block: Block) -> str:
        html = block.html(self._block)
        found = re.search(r"https?://[^\s<>\"]+", html)
        url = str(block.attributes.get("url") or (found[0] if found else ""))
        caption = re.search(r"<figcaption[^>]*>(.*?)</figcaption>", html, re.DOTALL)
        if not re.match(r"https?://", url):
            self.left_out[f"block {block.name}"] += 1
            return ""
        return self._hold(Embed(url, inline.plain(caption[1]) if caption else markup.name_of(url)))

    def _file(self, block: Block) -> str:
        html = block.html(self._block)
        link = re.search(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
        url = str(block.attributes.get("href") or (link[1] if link else ""))
        if not url:
            return ""
        title = inline.plain(link[2]) if link else markup.name_of(url)
        return self._hold(FileRef(url, title or markup.name_of(url), str(block.attributes.get("id") or "")))

    def _cover(self, block: Block) -> str:
        """A picture with words over it: the picture, then the words."""
        html = block.html(self._block)
        if "<img" in html or not block.attributes.get("url"):
            return html
        key = str(block.attributes.get("id") or "")
        if block.attributes.get("backgroundType") == "video":
            film = str(block.attributes["url"])
            return (self._hold(Embed(film, markup.name_of(film))) if film.startswith("http") else "") + html
        alt = inline.tidy(str(block.attributes.get("alt") or ""))
        picture = PictureRef(str(block.attributes["url"]), key, alt)
        return self._hold(picture) + html

    def _social_links(self, block: Block) -> str:
        links = []
        for child in block.children:
            url = str(child.attributes.get("url") or "")
            if re.match(r"https?://|mailto:", url):
                label = str(child.attributes.get("label") or child.attributes.get("service") or markup.name_of(url))
                links.append(f'<li><a href="{escape(url)}">{escape(label.capitalize())}</a></li>')
        if not links:
            self.left_out["block social-links"] += 1
        return f"<ul>{''.join(links)}</ul>" if links else ""
