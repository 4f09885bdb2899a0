"""Making issues: by hand, or by themselves when a list's time is near; and letting them go out."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction

from broadsheet.newsletters.digest import Digest, gather
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.queries.issues import last_gathered, rhythm_of
from broadsheet.newsletters.rules import schedule

log = logging.getLogger("broadsheet.newsletters")

State = Issue.State
OPEN = frozenset({State.DRAFT, State.REVIEW, State.SCHEDULED})  # may still be changed
BY_ITSELF = (Newsletter.Composing.LATEST, Newsletter.Composing.MOST_READ)


class StateError(Exception):
    """The issue is in a state in which that cannot be done any more."""


def compose_due(now: datetime) -> list[int]:
    """Make the issues that are to be there by now. Each is made once, whoever asks, and however often."""
    lists = Newsletter.objects.filter(open=True, composing__in=BY_ITSELF)
    made: list[int] = []
    for newsletter in lists.exclude(rhythm=Newsletter.Rhythm.NONE).order_by("pk"):
        try:
            turns = schedule.to_compose(rhythm_of(newsletter), now, newsletter.reviewed)
            made += [pk for turn in turns if (pk := _compose(newsletter, turn, now)) is not None]
        except Exception:  # one list's fault is no other's
            log.exception("“%s” could not be composed.", newsletter.name)
    return made


def _compose(newsletter: Newsletter, turn: schedule.Turn, now: datetime) -> int | None:
    period = turn.day.isoformat()
    if Issue.objects.filter(newsletter=newsletter, period=period).exists():
        return None
    found = gather(newsletter, last_gathered(newsletter.pk), now)
    issue = Issue(newsletter=newsletter, period=period, due_at=turn.due, gathered_until=now)
    _take(issue, found)
    if len(found.stories) < max(1, newsletter.fewest_stories):
        issue.state, issue.done_at, issue.gathered_until = State.SKIPPED, now, found.since  # they wait for the next
    else:
        issue.state = State.REVIEW if newsletter.reviewed else State.SCHEDULED
    try:
        with transaction.atomic():
            issue.save(force_insert=True)
    except IntegrityError:  # somebody else made it at this very moment
        return None
    return issue.pk


def _take(issue: Issue, found: Digest) -> None:
    issue.subject, issue.preheader = found.subject, found.preheader
    issue.body = found.body  # type: ignore[assignment]


@transaction.atomic
def begin(*, newsletter_id: int, now: datetime, filled: bool = False) -> int:
    """A draft made by hand, due at the list's next time; `filled` with what came out since the last issue."""
    newsletter = Newsletter.objects.get(pk=newsletter_id)
    ahead = schedule.turns(rhythm_of(newsletter), now, 1)
    issue = Issue(newsletter=newsletter, period=f"hand-{uuid4().hex[:12]}", due_at=ahead[0].due if ahead else None)
    if filled:
        found = gather(newsletter, last_gathered(newsletter.pk), now)
        _take(issue, found)
        issue.gathered_until = now
    issue.save(force_insert=True)
    return issue.pk


@transaction.atomic
def submit(*, issue_id: int) -> None:
    """Let somebody read it before it goes out."""
    _move(issue_id, {State.DRAFT}, State.REVIEW)


@transaction.atomic
def approve(*, issue_id: int, user_id: int, due_at: datetime) -> None:
    """Let it go out at `due_at`: what was changed until it is frozen goes along."""
    issue = _move(issue_id, {State.DRAFT, State.REVIEW, State.SCHEDULED}, State.SCHEDULED)
    issue.approved_by_id, issue.due_at, issue.error = user_id, due_at, ""
    issue.save(update_fields=["approved_by", "due_at", "error"])


@transaction.atomic
def take_back(*, issue_id: int) -> None:
    """It does not go out yet."""
    issue = _move(issue_id, {State.REVIEW, State.SCHEDULED}, State.DRAFT)
    issue.approved_by = None
    issue.save(update_fields=["approved_by"])


def _move(issue_id: int, out_of: set[str], state: str) -> Issue:
    """Take the issue from one state into another, alone. Raises StateError where it has moved on."""
    issue = Issue.objects.select_for_update().get(pk=issue_id)
    if issue.state not in out_of:
        raise StateError(issue.state)
    issue.state = state
    issue.save(update_fields=["state"])
    return issue
