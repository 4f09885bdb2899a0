"""WordPress's shortcodes: the well-known ones become parts, the rest leaves its content, if it has any, and a count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape

from broadsheet.interchange.formats import inline, markup
from broadsheet.interchange.formats.parts import Embed, Gallery, Part, PictureRef, Preformatted

_NAME = r"[A-Za-z][\w-]*"
_ATTRIBUTE = re.compile(rf"""({_NAME})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))|"([^"]*)"|'([^']*)'|(\S+)""")
_CURLY = str.maketrans(dict.fromkeys("\u201c\u201d\u2033\u201e", '"'))
_CODE = re.compile(rf"\[(\[?)(/?)({_NAME})(?![\w-])((?:[^\]\[\"'/]|/(?!\])|\"[^\"]*\"|'[^']*')*)(/?)\](\]?)")
_KEPT = re.compile(r"<(pre|code)\b[^>]*>.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_HOSTS = {
    "youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}", "ted": "https://www.ted.com/talks/{}",
}  # fmt: skip
_FILMS = {
    "audio",
    "video",
    "embed",
    "soundcloud",
    "wpvideo",
    "twitter",
    "tweet",
    "instagram",
    "facebook",
    "spotify",
    *_HOSTS,
}
_SOURCES = ("src", "url", "mp3", "mp4", "m4a", "ogg", "webm", "m4v", "wav", "id", "0")
_PLAIN = {"code", "sourcecode", "latex", "preformatted"}
# Written without attributes and without an end, as they often are; anything else in brackets is just text.
_BARE = {
    "gallery", "audio", "video", "playlist", "caption", "embed", "archives", "contact-form", "contact-form-7",
    "sitemap",
    "recent_posts", "subscribe2", "polldaddy", "products", "cart", "woocommerce_cart", "woocommerce_checkout", "social",
    "woocommerce_my_account", "wpforms", "gravityform", "mc4wp_form", "toc", "slideshow", "blog_subscription_form",
}  # fmt: skip


@dataclass
class Found:
    """What shortcodes gave: the text with holders in it, the parts that they stand for, and what was left out."""

    text: str
    held: list[tuple[Part, ...]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def extract(text: str, held: list[tuple[Part, ...]], children: tuple[str, ...] = ()) -> Found:
    """Take the shortcodes out of `text`. `children` are the ids of the pictures that hang on this story."""
    found = Found(text, held)
    if "[" not in text:
        return found
    reader = _Reader(found, children)
    found.text = reader.read(text)
    return found


def attributes(text: str) -> dict[str, str]:
    """A shortcode's attributes; those without a name are counted from 0."""
    values: dict[str, str] = {}
    unnamed = 0
    for match in _ATTRIBUTE.finditer(unescape(text).translate(_CURLY)):
        if match[1]:
            values[match[1].lower()] = next(value for value in (*match.groups()[1:4], "") if value is not None)
        else:
            values[str(unnamed)] = next(value for value in match.groups()[4:] if value is not None)
            unnamed += 1
    return values


class _Reader:
    def __init__(self, found: Found, children: tuple[str, ...]) -> None:
        self._found, self._children = found, children
        self._makers: dict[str, Callable[[str, dict[str, str], str], tuple[Part, ...]]] = {
            "gallery": self._gallery, "slideshow": self._gallery, "playlist": self._playlist, "caption": self._caption,
            "wp_caption": self._caption, **dict.fromkeys(_FILMS, self._film), **dict.fromkeys(_PLAIN, self._plain),
        }  # fmt: skip

    def read(self, text: str) -> str:
        """`text` without shortcodes. Tags and code are jumped over."""
        out: list[str] = []
        at = 0
        while match := _CODE.search(text, at):
            inside = next(
                (kept for kept in _KEPT.finditer(text, at) if kept.start() <= match.start() < kept.end()), None
            )
            if inside is not None:
                out.append(text[at : inside.end()])
                at = inside.end()
                continue
            out.append(text[at : match.start()])
            replacement, at = self._one(text, match)
            out.append(replacement)
        return "".join(out) + text[at:]

    def _one(self, text: str, match: re.Match[str]) -> tuple[str, int]:
        """What stands in place of one shortcode, and where the text goes on."""
        name = match[3].lower()
        if match[1] and match[6]:  # [[name]]: written so that it is shown
            return match[0][1:-1], match.end()
        stray = match[1]  # a bracket of the text before the shortcode
        if match[2]:
            known = name in self._makers or name in _BARE
            return (stray if known else match[0]), match.end()
        end = _closing(text, match.end(), match[3]) if not match[5] else None
        values = attributes(match[4])
        named = any(not key.isdecimal() for key in values)
        known = name in self._makers or name in _BARE
        if not known and ("<" in match[4] or (not named and end is None)):
            return match[0], match.end()
        content = text[match.end() : end[0]] if end else ""
        after = (end[1] if end else match.end()) - len(match[6])
        if name not in self._makers:
            self._found.left_out[f"[{name}]"] += 1
            return stray + self.read(content), after
        parts = self._makers[name](name, values, content)
        if not parts:
            self._found.left_out[f"[{name}]"] += 1
            return stray, after
        self._found.held.append(parts)
        number = len(self._found.held) - 1
        return f'{stray}\n\n<{markup.HOLDER} data-n="{number}"></{markup.HOLDER}>\n\n', after

    def _gallery(self, name: str, values: dict[str, str], content: str) -> tuple[Part, ...]:
        named = values.get("ids") or values.get("include") or ""
        keys = tuple(re.findall(r"\d+", named)) or self._children
        return (Gallery(tuple(PictureRef("", key) for key in keys)),) if keys else ()

    def _playlist(self, name: str, values: dict[str, str], content: str) -> tuple[Part, ...]:
        return ()

    def _caption(self, name: str, values: dict[str, str], content: str) -> tuple[Part, ...]:
        parts, left_out = markup.read(self.read(content), self._found.held)
        self._found.left_out.update(left_out)
        pictures = [part for part in parts if isinstance(part, PictureRef)]
        if not pictures:
            return parts
        image = re.search(r"<img\b[^>]*>(?:\s*</a>)?", content, re.IGNORECASE)
        said = values.get("caption") or (content[image.end() :] if image else "")
        caption = " ".join(part.html for part in markup.read(said)[0] if hasattr(part, "html"))
        number = re.search(r"\d+", values.get("id", ""))
        half = values.get("align", "") in {"alignleft", "alignright"}
        first = pictures[0]
        return (
            PictureRef(first.url, first.key or (number[0] if number else ""), first.alt, caption, half),
            *pictures[1:],
        )

    def _film(self, name: str, values: dict[str, str], content: str) -> tuple[Part, ...]:
        given = [values.get(key, "") for key in _SOURCES]
        url = next((value for value in [inline.plain(content), *given] if value), "")
        if url and name in _HOSTS and not re.match(r"https?://", url):
            url = _HOSTS[name].format(url)
        return (Embed(url, markup.name_of(url)),) if re.match(r"https?://", url) else ()

    def _plain(self, name: str, values: dict[str, str], content: str) -> tuple[Part, ...]:
        text = unescape(re.sub(r"<br\s*/?>", "\n", content)).strip("\r\n")
        return (Preformatted(text),) if text.strip() else ()


def _closing(text: str, start: int, name: str) -> tuple[int, int] | None:
    """Where the content ends and where the text goes on, for a shortcode that has an end."""
    found = re.compile(rf"\[/{re.escape(name)}\s*\]", re.IGNORECASE).search(text, start)
    again = re.compile(rf"\[{re.escape(name)}(?=[\s\]/])", re.IGNORECASE).search(text, start)
    if found is None or (again is not None and again.start() < found.start()):
        return None
    return found.start(), found.end()
