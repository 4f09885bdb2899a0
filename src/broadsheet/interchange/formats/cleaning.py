"""HTML of unknown make, cleaned and parsed: no script, no style, no attribute that nobody reads, no odd address."""

from __future__ import annotations

import re
from typing import Any

import nh3
from lxml import html as lxml_html

from broadsheet.interchange.formats import inline

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
PARSED = 1000
MOST_COLUMNS = 40


def tree(markup: str) -> Any:
    """The tree of some markup, or None where nothing is left of it."""
    clean = nh3.clean(
        markup, tags=_ALLOWED, attributes=_ATTRIBUTES, clean_content_tags={"script", "style", "template", "title"},
        url_schemes={"http", "https", "mailto", "tel"}, link_rel=None, strip_comments=True,
    )  # fmt: skip
    if not clean.strip():
        return None
    if _depth(clean) > PARSED:
        clean = re.sub(r"</?(?:div|span|font)[^<>]*>", "\n", clean)
    parser = lxml_html.HTMLParser(huge_tree=True, encoding="utf-8")
    return lxml_html.fragment_fromstring(clean, create_parent="div", parser=parser)


def _depth(clean: str) -> int:
    """How deep the elements of some cleaned markup lie: the parser drops what lies deeper than it likes."""
    depth = deepest = 0
    for closing in re.findall(r"<(/?)[a-z]", clean):
        depth += -1 if closing else 1
        deepest = max(deepest, depth)
    return deepest
