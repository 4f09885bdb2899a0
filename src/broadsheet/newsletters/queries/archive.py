"""Issues that went out: the archive, one issue's words, and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broadsheet.newsletters.keys import read_short
from broadsheet.newsletters.models import Content, Issue, Link
from broadsheet.newsroom.cards import GateError
from broadsheet.paywall.rules import Decision

FREE, MEMBER = "free", "member"
OUT = (Issue.State.SENDING, Issue.State.PAUSED, Issue.State.DONE)  # once the first reader may have it, anybody may


@dataclass(frozen=True, slots=True)
class IssueCard:
    """An issue in the archive."""

    id: int
    key: str
    newsletter: int
    number: int
    slug: str
    subject: str
    preheader: str
    sent: datetime


def issues(newsletter: int, count: int, start: int = 0) -> tuple[IssueCard, ...]:
    """A list's issues, the newest first."""
    return tuple(_card(row) for row in _out(newsletter)[start : start + count])


def how_many(newsletter: int) -> int:
    """How many issues of a list went out."""
    return _out(newsletter).count()


def issue(newsletter: int, number: int) -> IssueCard | None:
    """One issue by its number."""
    row = _out(newsletter).filter(number=number).first()
    return _card(row) if row else None


def _out(newsletter: int):  # type: ignore[no-untyped-def]
    found = Issue.objects.filter(newsletter_id=newsletter, state__in=OUT, number__isnull=False)
    return found.exclude(slug="").order_by("-number").defer("body")


def _card(row: Issue) -> IssueCard:
    subject = row.second_subject if row.winner == "b" and row.second_subject else row.subject
    sent = row.began_at or row.frozen_at or row.due_at or row.made_at
    return IssueCard(
        row.pk, str(row.key), row.newsletter_id, int(row.number or 0), row.slug, subject, row.preheader, sent
    )


def words(issue_id: int, variant: str, decision: Decision | None = None) -> str:
    """What was sent of an issue, as HTML. The members' words only by a decision that opens them: else GateError."""
    if variant != FREE and (decision is None or not decision.full):
        raise GateError(f"Nobody decided that the {variant} words of issue {issue_id} may be shown.")
    return Content.objects.values_list("html", flat=True).filter(issue_id=issue_id, variant=variant).first() or ""


def leads_to(key: str, number: int) -> tuple[int, str] | None:
    """A link of an issue by its number: the row's own, and where it leads. `key` is the issue's, in full or short."""
    found = read_short(key) or _whole(key)
    rows = Link.objects.filter(issue__key=found, number=number) if found else Link.objects.none()
    return rows.values_list("pk", "url").first()


def _whole(text: str) -> UUID | None:
    return UUID(hex=text) if len(text) == 32 and set(text) <= set("0123456789abcdef") else None
