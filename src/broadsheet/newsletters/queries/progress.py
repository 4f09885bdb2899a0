"""How far a mailing is, and when it may be done: counted, and said only where something can be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from broadsheet.newsletters.models import Delivery, DomainPause, Issue
from broadsheet.newsletters.rules.progress import Estimate, estimate

WINDOW = timedelta(minutes=5)
State = Delivery.State
OPEN = [State.QUEUED, State.SENDING, State.DOUBT]


@dataclass(frozen=True, slots=True)
class Progress:
    """A mailing as it stands. `rate` is what went out a minute, over the last minutes."""

    state: str
    expected: int | None
    sent: int
    left: int
    doubt: int
    failed: int
    dropped: dict[str, int]  # by why
    rate: float
    estimate: Estimate
    paused_domains: tuple[str, ...]


def progress(issue_id: int, now: datetime) -> Progress:
    """Everything about one mailing."""
    issue = Issue.objects.get(pk=issue_id)
    rows = Delivery.objects.filter(issue=issue)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    dropped = dict(rows.filter(state=State.DROPPED).order_by().values_list("why").annotate(Count("pk")))
    left = sum(counts.get(state, 0) for state in OPEN)
    since = max(now - WINDOW, issue.began_at or now - WINDOW)
    lately = rows.filter(state=State.SENT, sent_at__gt=since).count()
    minutes = max((now - since).total_seconds() / 60, 0.1)
    waiting = rows.filter(state=State.QUEUED, due_at__gt=now).aggregate(last=Max("due_at"))["last"]
    paused = DomainPause.objects.filter(until__gt=now, domain__in=_domains(issue)).values_list("domain", flat=True)
    return Progress(
        issue.state, issue.expected, counts.get(State.SENT, 0), left, counts.get(State.DOUBT, 0),
        counts.get(State.FAILED, 0), dropped, lately / minutes,
        estimate(sending=issue.state == Issue.State.SENDING, left=left, rate=lately / minutes,
                 watched=now - since, last_due=waiting, now=now),
        tuple(sorted(paused)),
    )  # fmt: skip


def _domains(issue: Issue) -> list[str]:
    paused = DomainPause.objects.values_list("domain", flat=True)
    waiting = Delivery.objects.filter(issue=issue, state=State.QUEUED, domain__in=list(paused))
    return list(waiting.order_by().values_list("domain", flat=True).distinct())


def anything_open() -> bool:
    """Whether any mailing that goes out has rows to send, under way or in doubt."""
    sending = Issue.objects.filter(state=Issue.State.SENDING).values_list("pk", flat=True)
    return any(Delivery.objects.filter(issue=pk, state=state).exists() for pk in sending for state in OPEN)
