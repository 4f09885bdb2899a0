"""WordPress's export files (WXR 1.0 to 1.2), read as a stream into plain values.

A first pass reads the whole file: what is not well-formed, or no such export, is refused with its line before
anything is written. Later passes give the items one by one, so that a large file needs little memory.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import ftfy
from lxml import etree

from broadsheet.interchange.formats import inline

_WP = re.compile(r"\{https?://wordpress\.org/export/(1\.[0-2])/\}")
_EXCERPT = re.compile(r"\{https?://wordpress\.org/export/1\.[0-2]/excerpt/\}encoded")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
VERSIONS = {"1.0", "1.1", "1.2"}


class ExportError(Exception):
    """A file that cannot be imported. `line` is where, as far as that can be said."""

    def __init__(self, path: Path, cause: str, line: int | None = None) -> None:
        super().__init__(f"{path}{f', line {line}' if line else ''}: {cause}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag of the site."""

    domain: str  # category, post_tag, or a taxonomy of a plugin
    slug: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A reader's comment, with the mail address as the file gives it: to be dropped or hashed, never kept."""

    key: str
    author: str
    email: str
    written: datetime | None
    content: str
    approved: bool
    kind: str  # empty or comment; pingback and trackback are no reader's


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file of the site."""

    key: str
    url: str
    title: str
    alt: str
    caption: str
    credit: str
    parent: str

    @property
    def is_picture(self) -> bool:
        """Whether its name says that it is a picture."""
        return bool(re.search(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|heic)$", urlsplit(self.url).path, re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an export."""

    key: str
    kind: str
    status: str
    title: str
    slug: str
    link: str
    guid: str
    creator: str
    content: str
    excerpt: str
    password: str
    parent: str
    sticky: bool
    written: datetime | None
    changed: datetime | None
    terms: tuple[Term, ...]
    meta: dict[str, tuple[str, ...]]
    comments: tuple[Comment, ...]
    attachment_url: str
    line: int
    copy: int = 0  # how many items of the same id and guid stand before it in the file

    @property
    def identity(self) -> str:
        """What tells this item from all others, in this export and in others of sites that gave the same address."""
        return f"{self.key} {self.guid}" + (f" #{self.copy + 1}" if self.copy else "")

    def first(self, key: str) -> str:
        """The first value of a meta field, or nothing."""
        return next(iter(self.meta.get(key, ())), "")


@dataclass
class Export:
    """A whole export: the site, its people and terms, and what stories need of other items."""

    path: Path
    version: str = ""
    title: str = ""
    address: str = ""
    language: str = ""
    authors: dict[str, str] = field(default_factory=dict)  # login → name
    categories: dict[str, Term] = field(default_factory=dict)
    tags: dict[str, Term] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    reusable: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # old path → the item's identity
    sections: Counter[str] = field(default_factory=Counter)  # category slug → published stories
    listed: set[str] = field(default_factory=set)  # ids of pages that stand in a menu

    def items(self) -> Iterator[Item]:
        """Every item, in the file's order."""
        seen: Counter[str] = Counter()
        for event in _events(self.path):
            if event.tag == "item":
                yield _told_apart(_item(event), seen)


def scan(path: Path) -> Export:
    """Read a whole file once. Raises ExportError where it is broken or no WordPress export."""
    export = Export(path)
    seen: Counter[str] = Counter()
    for element in _events(path):
        if element.tag == "item":
            if not export.version:
                _no_version(path)
            _note(export, _told_apart(_item(element), seen))
        else:
            _head(export, element)
    if not export.version:
        _no_version(path)
    return export


def _no_version(path: Path) -> NoReturn:
    raise ExportError(path, "no <wp:wxr_version> stands before the first item: this is no WordPress export (WXR).", 1)


def _events(path: Path) -> Iterator[Any]:
    """The channel's children, one by one, each forgotten once it is used."""
    _look_at_the_first_bytes(path)
    try:
        reader = etree.iterparse(
            str(path), events=("end",), huge_tree=True, resolve_entities=False, no_network=True, load_dtd=False
        )
        for _event, element in reader:
            parent = element.getparent()
            if parent is None or parent.tag != "channel":
                continue
            tree = element.getroottree().docinfo
            if tree.internalDTD is not None:
                raise ExportError(path, "it declares a document type, which no WordPress export does.", 1)
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del parent[0]
        if reader.root is None or reader.root.tag != "rss":
            raise ExportError(path, "its outermost element is not <rss>: this is no WordPress export (WXR).", 1)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise ExportError(path, f"it is not well-formed XML ({_said(error)}).", line) from error
    except OSError as error:
        raise ExportError(path, f"it cannot be read ({error.strerror or error}).") from error


def _look_at_the_first_bytes(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        raise ExportError(path, f"it cannot be read ({error.strerror or error}).") from error
    if not start.strip():
        raise ExportError(path, "it is empty.", 1)
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise ExportError(path, "it is packed. Unpack it, and give the .xml files inside.")
    if b"<" not in start:
        raise ExportError(path, "it is no XML file.", 1)


def _said(error: etree.XMLSyntaxError) -> str:
    """libxml2's words, without the position that stands in front of ours."""
    return re.sub(r", line \d+, column \d+.*$", "", str(error.msg or error)).strip()


def _head(export: Export, element: Any) -> None:
    """What stands before the items."""
    name = _WP.sub("", str(element.tag))
    plain_text = (element.text or "").strip()
    if name == "wxr_version":
        if plain_text not in VERSIONS:
            raise ExportError(
                export.path, f"it is of version {plain_text!r}; 1.0, 1.1 and 1.2 can be read.", element.sourceline
            )
        export.version = plain_text
    elif name == "title":
        export.title = inline.plain(mend(plain_text))
    elif name == "language":
        export.language = plain_text
    elif name in {"base_blog_url", "link"}:
        export.address = plain_text if name == "base_blog_url" else export.address or plain_text
    elif name == "author":
        values = _fields(element)
        full = f"{values.get('author_first_name', '')} {values.get('author_last_name', '')}".strip()
        login = values.get("author_login", "")
        export.authors[login] = inline.tidy(mend(values.get("author_display_name") or full or login))
    elif name in {"category", "term", "tag"}:
        term = _term(_fields(element), name)
        kept = {"category": export.categories, "post_tag": export.tags}.get(term.domain)
        if kept is not None and term.slug:
            kept[term.slug] = term


def _term(values: dict[str, str], kind: str) -> Term:
    if kind == "category":
        slug, name, parent, said = "category_nicename", "cat_name", "category_parent", "category_description"
        domain = "category"
    elif kind == "tag":
        slug, name, parent, said, domain = "tag_slug", "tag_name", "", "tag_description", "post_tag"
    else:
        slug, name, parent, said = "term_slug", "term_name", "term_parent", "term_description"
        domain = values.get("term_taxonomy", "")
    title = inline.plain(mend(values.get(name) or values.get(slug, "")))
    return Term(
        domain,
        unquote(values.get(slug, "")),
        title,
        unquote(values.get(parent, "")),
        inline.plain(values.get(said, "")),
    )


def _fields(element: Any) -> dict[str, str]:
    """The texts of an element's own children, by their names without namespaces."""
    return {_WP.sub("", str(child.tag)): (child.text or "").strip() for child in element if isinstance(child.tag, str)}


def _item(element: Any) -> Item:
    values = _fields(element)
    meta: dict[str, list[str]] = {}
    for row in element:
        if _WP.sub("", str(row.tag)) == "postmeta":
            pair = _fields(row)
            meta.setdefault(pair.get("meta_key", ""), []).append(pair.get("meta_value", ""))
    local, utc = moment(values.get("post_date", "")), moment(values.get("post_date_gmt", ""))
    excerpt = next((child.text or "" for child in element if _EXCERPT.fullmatch(str(child.tag))), "")
    link = values.get("link", "")
    number = values.get("post_id") or values.get("guid") or link or f"line-{element.sourceline}"
    return Item(
        key=number, kind=values.get("post_type") or "post", status=values.get("status") or "publish",
        title=inline.plain(mend(values.get("title", ""))), slug=unquote(values.get("post_name", "")),
        link=link, guid=values.get("guid", ""), creator=(element.findtext(_CREATOR) or "").strip(),
        content=mend(element.findtext(_CONTENT) or ""), excerpt=mend(excerpt.strip()),
        password=values.get("post_password", ""), parent=values.get("post_parent", "").removeprefix("0"),
        sticky=values.get("is_sticky") == "1", written=utc or local or _rfc(values.get("pubDate", "")),
        changed=moment(values.get("post_modified_gmt", "")) or moment(values.get("post_modified", "")),
        terms=tuple(_of_item(row) for row in element.findall("category") if row.get("domain")),
        meta={name: tuple(rows) for name, rows in meta.items()},
        comments=tuple(_comment(row) for row in element if _WP.sub("", str(row.tag)) == "comment"),
        attachment_url=values.get("attachment_url", ""), line=element.sourceline or 0,
    )  # fmt: skip


def _told_apart(item: Item, seen: Counter[str]) -> Item:
    """The item, counted where others of its id and guid came before it: files put together by hand hold such."""
    copies = seen[item.identity]
    seen[item.identity] += 1
    return replace(item, copy=copies) if copies else item


def _of_item(row: Any) -> Term:
    name = inline.plain(mend((row.text or "").strip()))
    return Term(row.get("domain", ""), unquote(row.get("nicename") or name), name)


def _comment(row: Any) -> Comment:
    values = _fields(row)
    written = moment(values.get("comment_date_gmt", "")) or moment(values.get("comment_date", ""))
    return Comment(
        values.get("comment_id", ""), inline.tidy(mend(values.get("comment_author", ""))),
        values.get("comment_author_email", ""), written, mend(values.get("comment_content", "")),
        values.get("comment_approved", "1") == "1", values.get("comment_type", ""),
    )  # fmt: skip


def moment(text: str) -> datetime | None:
    """`2013-05-07 19:54:31` as a moment in UTC; the zeros that drafts have, and what makes no sense, are none."""
    try:
        found = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if found.year >= 1000 else None


def _rfc(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if found.year > 1 else None


def mend(text: str) -> str:
    """Text that was once read in the wrong encoding, `â€œ` for a quotation mark, as it was meant."""
    if text.isascii():
        return text
    return "\n".join(line if line.isascii() else ftfy.fix_encoding(line) for line in text.split("\n"))


def _note(export: Export, item: Item) -> None:
    """What later items need of this one."""
    export.counts[item.kind] += 1
    for address in old_paths(item):
        export.addresses.setdefault(address, item.identity)
    if item.kind == "attachment":
        alt, credit = item.first("_wp_attachment_image_alt"), item.first("_media_credit")
        url = item.attachment_url or item.guid
        export.attachments[item.key] = Attachment(
            item.key, url, item.title, inline.tidy(alt), inline.plain(item.excerpt), inline.plain(credit), item.parent
        )
    elif item.kind == "nav_menu_item" and item.first("_menu_item_object") == "page":
        export.listed.add(item.first("_menu_item_object_id"))
    elif item.kind == "wp_block":
        export.reusable[item.key] = item.content
    elif item.kind == "post" and item.status == "publish":
        export.sections.update({term.slug for term in item.terms if term.domain == "category"})


def old_paths(item: Item) -> list[str]:
    """The paths at which readers knew an item: its address, its numbers, its former slugs."""
    found = [path_of(url) for url in (item.link, item.guid) if url.startswith(("http://", "https://"))]
    main = found[0] if found else ""
    if main and "?" not in main and main.strip("/"):
        folder = main.rstrip("/").rpartition("/")[0]
        found += [f"{folder}/{unquote(slug)}/" for slug in item.meta.get("_wp_old_slug", ())]
    return [path for number, path in enumerate(found) if path.strip("/") and path not in found[:number]]


def path_of(url: str) -> str:
    """The path and query of an address, with single slashes."""
    parts = urlsplit(url)
    return re.sub(r"/{2,}", "/", unquote(parts.path)) + (f"?{parts.query}" if parts.query else "")
