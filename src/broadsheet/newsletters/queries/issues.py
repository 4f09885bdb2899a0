"""Issues as others see them: what is due when, what of it was sent, and what a test has told so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, Sum

from broadsheet.newsletters.models import Delivery, Issue, Link, Newsletter, Subscription
from broadsheet.newsletters.rules import schedule
from broadsheet.newsletters.rules.testing import Tried

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailing is."""

    readers: int
    sent: int
    waiting: int
    failed: int
    dropped: int

    @property
    def share(self) -> int:
        """Per cent of its readers with whom nothing more is to be done."""
        return round(100 * (self.readers - self.waiting) / self.readers) if self.readers else 0


def rhythm_of(newsletter: Newsletter) -> schedule.Rhythm:
    """When a list goes out."""
    return schedule.Rhythm(
        newsletter.rhythm, newsletter.day or 0, newsletter.at, newsletter.zone, newsletter.in_readers_zone
    )


def opens_at(issue: Issue) -> datetime:
    """From when on an issue may be sent: when the first of its readers come to its hour."""
    assert issue.due_at is not None
    newsletter = issue.newsletter
    return schedule.opens(issue.due_at, newsletter.zone, newsletter.in_readers_zone)


def freezes_at(issue: Issue) -> datetime:
    """When a scheduled issue is frozen, in time for its first readers."""
    assert issue.due_at is not None
    newsletter = issue.newsletter
    return schedule.freezes(issue.due_at, newsletter.zone, newsletter.in_readers_zone)


def last_gathered(newsletter_id: int) -> datetime | None:
    """Up to when stories of a list stand in one of its issues; those of one that was called off do not."""
    rows = Issue.objects.filter(newsletter=newsletter_id).exclude(state=Issue.State.CANCELLED)
    found: datetime | None = rows.aggregate(last=Max("gathered_until"))["last"]
    return found


def last_audience(issue: Issue) -> int | None:
    """How many readers the list's last issue was for; None where this is the first that goes out."""
    others = Issue.objects.filter(newsletter=issue.newsletter_id, began_at__isnull=False).exclude(pk=issue.pk)
    return others.order_by("-began_at", "-pk").values_list("expected", flat=True).first()


def progress(issue_ids: Sequence[int]) -> dict[int, Progress]:
    """How far these mailings are, by id; those without deliveries are missing."""
    states = {
        "sent": Q(state=State.SENT), "failed": Q(state=State.FAILED), "dropped": Q(state=State.DROPPED),
        "waiting": Q(state__in=[State.QUEUED, State.SENDING, State.DOUBT]),
    }  # fmt: skip
    rows = Delivery.objects.filter(issue__in=issue_ids).order_by().values("issue")
    counted = rows.annotate(readers=Count("pk"), **{name: Count("pk", filter=of) for name, of in states.items()})
    names = ("issue", "readers", "sent", "waiting", "failed", "dropped")
    return {issue: Progress(*numbers) for issue, *numbers in counted.values_list(*names)}


def tried(issue_id: int) -> tuple[Tried, Tried]:
    """What became of both subjects of an issue so far."""
    sent = dict(
        Delivery.objects.filter(issue=issue_id, state=State.SENT).order_by().values_list("arm").annotate(Count("pk"))
    )
    clicks = Link.objects.filter(issue=issue_id).aggregate(first=Sum("clicks"), second=Sum("clicks_b"))
    return Tried(sent.get("a", 0), clicks["first"] or 0), Tried(sent.get("b", 0), clicks["second"] or 0)


def clicks(issue_id: int) -> list[tuple[str, int]]:
    """Where an issue's links lead, and how often each was followed, the most first."""
    rows = [(row.url, row.clicks + row.clicks_b) for row in Link.objects.filter(issue=issue_id)]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def times(newsletter: Newsletter, now: datetime, count: int = 3) -> list[datetime]:
    """When a list goes out next."""
    return [turn.due for turn in schedule.turns(rhythm_of(newsletter), now, count)]


def tests_until(issue: Issue) -> datetime | None:
    """When the winner of an issue's test is chosen; None where there is no test, or it has not begun."""
    if not issue.second_subject or issue.began_at is None:
        return None
    return issue.began_at + timedelta(minutes=issue.test_minutes)


def active_readers(newsletter_id: int) -> int:
    """How many readers are on a list now."""
    return Subscription.objects.filter(newsletter=newsletter_id, state=Subscription.State.ACTIVE).count()
