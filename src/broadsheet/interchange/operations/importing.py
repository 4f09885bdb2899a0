"""`broadsheet import wordpress`: an export's items become stories and pages, one transaction each.

The file has been read whole before anything is written (formats.wordpress.wxr.scan), so a broken one leaves nothing
behind. An item that fails afterwards fails alone; what is there already is left as editors have it by now.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from broadsheet.interchange import rules
from broadsheet.interchange.formats import inline, markup
from broadsheet.interchange.formats.parts import Body, Paragraph, PictureRef
from broadsheet.interchange.formats.wordpress import body, wxr
from broadsheet.interchange.formats.wordpress.wxr import Export, Item
from broadsheet.interchange.models import Imported, ImportedComment
from broadsheet.interchange.operations import addresses, bodies
from broadsheet.interchange.operations.pictures import Pictures
from broadsheet.interchange.rules import PAGE, STORY, Category, Fate, Report
from broadsheet.newsroom import queries
from broadsheet.newsroom.embeds import frame_url
from broadsheet.newsroom.operations import filing

log = logging.getLogger("broadsheet.interchange")

MOST_IN_FOOT = 8
Progress = Callable[[int, int, str], None]
# Hosts whose addresses, alone on a line, WordPress shows as what lies there.
SHOWN_IN_PLACE = re.compile(
    r"https?://(?:[\w-]+\.)*(?:twitter|x|instagram|facebook|flickr|soundcloud|tiktok|reddit|scribd|slideshare|"
    r"wordpress\.tv|kickstarter|issuu|mixcloud|speakerdeck|tumblr|bsky|pinterest)\b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the operator chose."""

    language: str
    access: str = "inherit"
    hash_commenters: bool = False  # else their addresses are dropped
    most_sections: int = 8
    into: str = ""  # one section for everything
    also: frozenset[str] = frozenset()


class Import:
    """One run over one export."""

    def __init__(self, export: Export, choices: Choices, pictures: Pictures, now: datetime) -> None:
        self.export, self.choices, self.now = export, choices, now
        self.report: Report = pictures.report
        self._pictures, self._source = pictures, pictures.source
        self._categories = {
            slug: Category(slug, term.name, term.parent, term.description) for slug, term in export.categories.items()
        }
        self._sections = rules.choose_sections(export.sections, self._categories, choices.most_sections)
        self._host = (urlsplit(export.address).hostname or "").removeprefix("www.")
        self._made: dict[str, int] = {}  # sections of this run, by the category they come from
        self._in_foot = 0
        self._children: dict[str, list[str]] = {}
        for row in export.attachments.values():
            if row.parent and row.is_picture:
                self._children.setdefault(row.parent, []).append(row.key)

    def run(self, progress: Progress) -> Report:
        """Import every item; what fails is reported and stops nothing else."""
        total, done = sum(self.export.counts.values()), 0
        with override(self.choices.language):
            for item in self.export.items():
                done += 1
                progress(done, total, item.title)
                if item.kind != "attachment":
                    self._one(item)
            self._archives()
        return self.report

    def _one(self, item: Item) -> None:
        fate = rules.fate(item, self.now, self.choices.also)
        if fate.becomes == rules.SKIP:
            self.report.count(item.kind, "skipped")
            if item.kind in {"post", "page"}:
                self.report.note(item.kind, _named(item), fate.why)
            return
        digest = _digest(item)
        known = Imported.objects.filter(source=self._source, kind=fate.becomes, key=item.identity[:500]).first()
        if known is not None:
            self.report.count(fate.becomes, "there already")
            if known.digest != digest:
                self.report.note(fate.becomes, _named(item), "changed since it was imported; left as it stands here")
            return
        try:
            self._file(item, fate, digest)
        except (ValidationError, DatabaseError, ValueError) as error:
            said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            log.exception("Line %s: “%s” was not imported.", item.line, _named(item))
            self.report.count(fate.becomes, "failed")
            self.report.note(fate.becomes, _named(item), said)

    def _file(self, item: Item, fate: Fate, digest: str) -> None:
        read = body.read(item.content, self._around(item))
        lead = self._lead_picture(item)
        blocks = bodies.relink(bodies.blocks(read.parts, self._pictures, lead), self._page_at)
        with transaction.atomic():
            make = self._story if fate.becomes == STORY else self._page
            pk = make(item, fate, read, blocks, lead)
            Imported.objects.create(
                source=self._source, kind=fate.becomes, key=item.identity[:500], object_id=pk, digest=digest
            )
            for old in wxr.old_paths(item):
                addresses.lead_to_page(old, pk, self.report)
            self._comments(item, pk)
        self.report.left_out.update(read.left_out)
        self.report.count(fate.becomes, "imported" if fate.live else "scheduled" if fate.go_live else "drafts")
        if fate.why and fate.why != "a draft":
            self.report.note(fate.becomes, _named(item), fate.why)

    def _story(self, item: Item, fate: Fate, read: Body, blocks: list[dict[str, Any]], lead: int | None) -> int:
        headline = rules.headline(item.title, _opening(read), item.written)
        return filing.file_story(
            filing.Filing(
                section=self._section_of(item),
                slug=_slug(item.slug or headline, "story"),
                headline=headline,
                body=blocks,
                dek=inline.plain(item.excerpt),
                access="open" if item.password else self.choices.access,
                published=item.written if fate.live else None,
                changed=item.changed or item.written,
                go_live=fate.go_live,
                password=item.password,
                description=inline.plain(item.first("_yoast_wpseo_metadesc") or item.first("rank_math_description")),
                picture=lead,
                bylines=tuple((self._person(name), "author") for name in self._authors(item)),
                topics=tuple(self._topics(item)),
                live=fate.live,
            )
        )

    def _page(self, item: Item, fate: Fate, read: Body, blocks: list[dict[str, Any]], lead: int | None) -> int:
        title = rules.headline(item.title, _opening(read), item.written)
        if lead is not None:
            blocks = [bodies.picture_block(lead), *blocks]
        return filing.add_info(
            language=self.choices.language,
            slug=_slug(item.slug or title, "page"),
            title=title,
            body=blocks,
            summary=inline.plain(item.excerpt)[:255],
            live=fate.live,
            listed=self._listed(item),
            published=item.written if fate.live else None,
            changed=item.changed or item.written,
            go_live=fate.go_live,
            password=item.password,
        )

    def _listed(self, item: Item) -> bool:
        """Whether the page goes into the foot: it stood in a menu, and so far few did."""
        if item.key not in self.export.listed or item.parent or self._in_foot >= MOST_IN_FOOT:
            return False
        self._in_foot += 1
        return True

    def _around(self, item: Item) -> body.Around:
        return body.Around(
            self.export.reusable, tuple(self._children.get(item.key, ())), item.first("footnotes"), self._link,
            lambda url: bool(frame_url(url) or SHOWN_IN_PLACE.match(url)),
        )  # fmt: skip

    def _lead_picture(self, item: Item) -> int | None:
        key = item.first("_thumbnail_id")
        return self._pictures.picture(PictureRef("", key)) if key in self.export.attachments else None

    def _link(self, href: str) -> str:
        """A link to an address of this export becomes a path; whoever follows it is led to where the thing is now."""
        parts = urlsplit(href)
        if not self._host or (parts.hostname or "").removeprefix("www.") != self._host:
            return href
        path = wxr.path_of(href)
        known = next((found for found in (path, f"{path}/", path.rstrip("/")) if found in self.export.addresses), None)
        return known + (f"#{parts.fragment}" if parts.fragment else "") if known else href

    def _page_at(self, path: str) -> int | None:
        """The id of the page that an old path became, where it is imported already."""
        key = self.export.addresses.get(path)
        if key is None:
            return None
        found = Imported.objects.filter(source=self._source, kind__in=(STORY, PAGE), key=key[:500])
        return found.values_list("object_id", flat=True).first()

    def _section_of(self, item: Item) -> int:
        language = self.choices.language
        if self.choices.into:
            name = self.choices.into
            return filing.ensure_section(language=language, slug=_slug(name, "news"), name=name)
        ours = [term.slug for term in item.terms if term.domain == "category" and term.slug in self._sections]
        first = next((slug for slug in ours), None)
        if first is None:
            return filing.ensure_section(language=language, slug="news", name=_("News"))
        chosen = self._sections[first]
        if chosen.slug not in self._made:
            self._made[chosen.slug] = filing.ensure_section(
                language=language, slug=_slug(chosen.slug, "section"), name=chosen.name[:255], line=chosen.line[:255]
            )
        return self._made[chosen.slug]

    def _topics(self, item: Item) -> list[int]:
        """Tags, and categories that are no section of their own."""
        tops = {category.slug for category in self._sections.values()} if not self.choices.into else set()
        wanted = {
            _slug(term.slug, "topic"): term.name
            for term in item.terms
            if term.domain in {"category", "post_tag"} and term.name and term.slug not in tops | rules.CATCH_ALL
        }
        lines = {_slug(slug, "topic"): category.line for slug, category in self._categories.items()}
        return [
            filing.ensure_topic(
                language=self.choices.language, slug=slug, name=name[:120], line=lines.get(slug, "")[:255]
            )
            for slug, name in wanted.items()
        ]

    def _authors(self, item: Item) -> list[str]:
        """The byline: that of the co-authors plugin where there is one, else the one who filed it."""
        guests = [term.name for term in item.terms if term.domain == "author" and term.name]
        named = [self.export.authors.get(name, name) for name in guests or [item.creator] if name]
        return list(dict.fromkeys(named))

    def _person(self, name: str) -> int:
        return filing.ensure_person(name=name[:120])

    def _comments(self, item: Item, pk: int) -> None:
        for row in item.comments:
            if row.kind not in {"", "comment"}:
                self.report.count("ping", "skipped")
                continue
            commenter = ""
            if self.choices.hash_commenters and row.email:
                commenter = salted_hmac(
                    "broadsheet.commenters", row.email.strip().lower(), algorithm="sha256"
                ).hexdigest()
            text = "\n\n".join(
                inline.plain(part.html) for part in markup.read(row.content)[0] if isinstance(part, Paragraph)
            )
            _row, made = ImportedComment.objects.get_or_create(
                source=self._source, key=f"{item.identity}/{row.key or row.written}"[:500],
                defaults={
                    "story_id": pk, "author": row.author[:255], "commenter": commenter, "text": text,
                    "written_at": row.written, "approved": row.approved,
                },
            )  # fmt: skip
            self.report.count("comment", "imported" if made else "there already")

    def _archives(self) -> None:
        """The old lists of a category, a tag, an author or everything lead to ours, as far as these exist."""
        base, language = urlsplit(self.export.address).path.rstrip("/"), self.choices.language
        for slug in {**self.export.categories, **self.export.sections}:
            top = self._sections.get(slug)
            made = queries.address(self._made.get(top.slug, 0)) if top else None
            self._lead(f"{base}/category/{slug}/", made or queries.topic_path(_slug(slug, "topic"), language))
        for slug in self.export.tags:
            self._lead(f"{base}/tag/{slug}/", queries.topic_path(_slug(slug, "topic"), language))
        for login, name in self.export.authors.items():
            self._lead(f"{base}/author/{login}/", queries.person_path(name))
        self._lead(f"{base}/feed/", reverse("feed-atom"))

    def _lead(self, old: str, new: str | None) -> None:
        if new:
            addresses.lead_to(old, new, self.report)


def source_of(export: Export) -> str:
    """What tells this site from others."""
    parts = urlsplit(export.address)
    return f"wordpress:{(parts.netloc + parts.path).rstrip('/') or export.title}"[:255]


def _digest(item: Item) -> str:
    said = f"{item.title}\x00{item.content}\x00{item.excerpt}\x00{item.status}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _slug(text: str, otherwise: str) -> str:
    return slugify(inline.tidy(text), allow_unicode=True)[:200].strip("-_") or otherwise


def _opening(read: Body) -> str:
    return next((inline.plain(part.html) for part in read.parts if isinstance(part, Paragraph)), "")


def _named(item: Item) -> str:
    return item.title or item.slug or f"item {item.key} (line {item.line})"
