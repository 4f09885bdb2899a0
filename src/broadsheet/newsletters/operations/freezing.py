"""Freezing: what an issue says is rendered once, for each variant, and never changed again."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from broadsheet.newsletters.cards import FREE, MEMBER, Letter
from broadsheet.newsletters.letters import fault_of, letter_of
from broadsheet.newsletters.models import Content, Issue, Link, Newsletter
from broadsheet.newsletters.places import Links
from broadsheet.newsletters.queries.issues import freezes_at
from broadsheet.newsletters.rendering import MOST_BYTES, Rendered, TooLongError, render

log = logging.getLogger("broadsheet.newsletters")

State = Issue.State
MOST_OF_SLUG = 60


class FreezeError(Exception):
    """The issue cannot go out as it is; says why, in words for the desk."""


def freeze_due(now: datetime) -> list[int]:
    """Freeze what is to be sent from now on. What cannot be goes back to review, with the reason."""
    frozen = []
    for issue in Issue.objects.filter(state=State.SCHEDULED).select_related("newsletter").order_by("due_at", "pk"):
        if issue.due_at is None or freezes_at(issue) > now:
            continue
        try:
            freeze(issue_id=issue.pk, now=now)
            frozen.append(issue.pk)
        except FreezeError as error:
            log.warning("“%s” cannot go out: %s", issue, error)
            refused = Issue.objects.filter(pk=issue.pk, state=State.SCHEDULED)
            refused.update(state=State.REVIEW, error=str(error))
        except Exception:  # one issue's fault is no other's; it is tried again
            log.exception("“%s” could not be frozen.", issue)
    return frozen


@transaction.atomic
def freeze(*, issue_id: int, now: datetime) -> None:
    """Write what is sent: HTML and text for free readers and for members, and where each link leads.

    Done once: asked again, nothing happens. Raises FreezeError where the issue cannot go out.
    """
    Newsletter.objects.select_for_update().get(issues=issue_id)  # one number after the other
    issue = Issue.objects.select_for_update(of=("self",)).select_related("newsletter__masthead").get(pk=issue_id)
    if issue.frozen_at is not None:
        return
    if issue.state != State.SCHEDULED:
        raise FreezeError(_("It is not scheduled."))
    _name(issue, now)
    rendered = _rendered(issue, now)
    issue.content_hash = _hash(issue, rendered)
    issue.state, issue.frozen_at, issue.error = State.FROZEN, now, ""
    issue.save(update_fields=["number", "slug", "content_hash", "state", "frozen_at", "error"])


def _name(issue: Issue, now: datetime) -> None:
    """Its number within the list, and a slug that no other issue of the list has, for it begins with the number."""
    if not issue.subject.strip():
        raise FreezeError(_("It has no subject."))
    last = Issue.objects.filter(newsletter=issue.newsletter).aggregate(last=Max("number"))["last"]
    issue.number = (last or 0) + 1
    words = slugify(issue.subject)[:MOST_OF_SLUG].strip("-")  # in ASCII; a subject in another script has its day
    issue.slug = f"{issue.number}-{words or (issue.due_at or now).date().isoformat()}"


def _rendered(issue: Issue, now: datetime) -> dict[str, Rendered]:
    free, member = (letter_of(issue, variant, now) for variant in (FREE, MEMBER))
    if fault := fault_of(free):
        raise FreezeError(fault)
    links = Links(issue.key, _opened(issue.newsletter, free))
    try:
        rendered = {FREE: render(free, links), MEMBER: render(member, links.for_members())}
    except TooLongError as error:
        raise FreezeError(
            _("It is too long: %(size)s bytes, and mail programs cut off what is beyond %(most)s. Take a block out.")
            % {"size": error, "most": MOST_BYTES}
        ) from error
    Content.objects.bulk_create(
        Content(issue=issue, variant=variant, html=found.html, text=found.text) for variant, found in rendered.items()
    )
    Link.objects.bulk_create(
        Link(issue=issue, number=number, url=url, story=links.opened.get(url)) for url, number in links.numbers.items()
    )
    return rendered


def _opened(newsletter: Newsletter, letter: Letter) -> dict[str, UUID]:
    """The stories that free readers' links open, where the list gives them that."""
    if not newsletter.opens_stories:
        return {}
    return {url: UUID(key) for url, key in letter.gated}


def _hash(issue: Issue, rendered: dict[str, Rendered]) -> str:
    """Stands for everything that is sent: whoever has it can tell that nothing was changed."""
    parts = [issue.subject, issue.second_subject]
    for variant in (FREE, MEMBER):
        parts += [rendered[variant].html, rendered[variant].text]
    found = hashlib.sha256()
    for part in parts:
        data = part.encode()
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()
