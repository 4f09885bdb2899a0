"""What an issue's mails are made of: its headers, its frozen content, the stories that its links open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from broadsheet.membership.addresses import address
from broadsheet.newsletters.keys import domain_of, short
from broadsheet.newsletters.message import Letterhead, outline
from broadsheet.newsletters.models import Content, Issue, Link, Newsletter
from broadsheet.newsletters.ports import Outline

LISTS, LEAVE, MINE = "/newsletters/", "/newsletters/leave/{}/", "/newsletters/mine/{}/"
_PASS = re.compile(r"PASS:(\d+)")


@dataclass(frozen=True, slots=True)
class Frozen:
    """An issue in one variant under one subject, ready to be filled for each reader."""

    outline: Outline
    domain: str  # of Message-IDs
    bounces: str  # the domain that bounces go to
    language: str
    tag: str
    passes: dict[str, UUID]  # place -> the story that a reader's own token opens there


def frozen(issue_id: int, variant: str, arm: str) -> Frozen:
    """Everything but the reader."""
    links = Prefetch("links", Link.objects.order_by("number"))
    issue = Issue.objects.select_related("newsletter").prefetch_related(links).get(pk=issue_id)
    content = Content.objects.get(issue=issue, variant=variant)
    html, text = (body.replace("%%ARM%%", arm) for body in (content.html, content.text))
    made = outline(letterhead(issue, arm), html=html, text=text)
    sender = sender_of(issue.newsletter)
    return Frozen(
        made, domain_of(sender), settings.NEWSLETTER_BOUNCE_DOMAIN or domain_of(sender), issue.newsletter.language,
        issue.newsletter.slug, _passes(issue, made),
    )  # fmt: skip


def letterhead(issue: Issue, arm: str) -> Letterhead:
    """The headers of an issue, under the first subject or the second."""
    newsletter = issue.newsletter
    sender = sender_of(newsletter)
    words = re.sub(r"[^A-Za-z0-9-]+", "-", newsletter.slug)
    return Letterhead(
        subject=(issue.second_subject if arm == "b" else issue.subject) or newsletter.name,
        sender_name=newsletter.sender_name or newsletter.name,
        sender_address=sender,
        reply_to=newsletter.reply_to,
        list_id=f"{words}.{newsletter.language.lower()}.{domain_of(sender)}",
        list_name=newsletter.name,
        lists_page=address(LISTS, newsletter.language),
        owner=newsletter.reply_to or sender,
        feedback=f"{short(issue.key)}:{words}:bulk:broadsheet",
        language=newsletter.language,
    )


def sender_of(newsletter: Newsletter) -> str:
    """Whom a list's mails come from: its own address, the paper's for newsletters, or news@ of the paper's domain."""
    other = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return newsletter.sender_address or settings.NEWSLETTER_FROM or f"news@{other.rpartition('@')[2]}"


def _passes(issue: Issue, made: Outline) -> dict[str, UUID]:
    stories = {link.number: link.story for link in issue.links.all()}
    wanted = {found[0]: int(found[1]) for name in made.places if (found := _PASS.search(name))}
    return {place: story for place, number in wanted.items() if (story := stories.get(number)) is not None}
