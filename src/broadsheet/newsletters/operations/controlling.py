"""Stopping a mailing, going on with it, and calling it off. Each may be asked for twice."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadsheet.newsletters.models import Delivery, Issue

State = Issue.State
CANCELLED = "cancelled"


class NotNowError(Exception):
    """The issue is in a state in which that cannot be asked."""


@transaction.atomic
def pause(*, issue_id: int) -> None:
    """Claim nothing more. What is on its way arrives."""
    issue = _locked(issue_id)
    if issue.state in {State.FROZEN, State.BUILDING, State.READY, State.SENDING}:
        _move(issue, State.PAUSED)
    elif issue.state != State.PAUSED:
        raise NotNowError(issue.state)


@transaction.atomic
def stop_faulty(*, issue_id: int, error: str) -> None:
    """Pause an issue that cannot be made into a message: that is no reader's fault, and no row has failed."""
    pause(issue_id=issue_id)
    Issue.objects.filter(pk=issue_id).update(error=error[:2000])


@transaction.atomic
def resume(*, issue_id: int) -> None:
    """Go on where it stopped."""
    issue = _locked(issue_id)
    if issue.state == State.PAUSED:
        issue.error = ""
        _move(issue, _where_it_stood(issue))
    elif issue.state not in {State.FROZEN, State.BUILDING, State.READY, State.SENDING, State.DONE}:
        raise NotNowError(issue.state)


@transaction.atomic
def cancel(*, issue_id: int, now: datetime) -> int:
    """Send nothing more, ever. What is on its way arrives; gives how many readers do not get it."""
    issue = _locked(issue_id)
    if issue.state == State.CANCELLED:
        return 0
    if issue.state in {State.DONE, State.SKIPPED}:
        raise NotNowError(issue.state)
    issue.done_at = now
    _move(issue, State.CANCELLED)
    waiting = Delivery.objects.filter(issue=issue, state=Delivery.State.QUEUED)
    return waiting.update(state=Delivery.State.DROPPED, why=CANCELLED)


def _where_it_stood(issue: Issue) -> str:
    if issue.expected is None:
        return State.FROZEN  # its audience is gathered anew, which adds nobody twice
    return State.SENDING if issue.began_at else State.READY


def _locked(issue_id: int) -> Issue:
    return Issue.objects.select_for_update().get(pk=issue_id)


def _move(issue: Issue, state: str) -> None:
    issue.state, issue.lease, issue.lease_until = state, "", None
    issue.save(update_fields=["state", "done_at", "error", "lease", "lease_until"])
