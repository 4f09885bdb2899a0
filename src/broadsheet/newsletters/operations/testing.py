"""Choosing the subject that the rest of the readers get."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.queries.issues import tried
from broadsheet.newsletters.rules.testing import FEWEST, Verdict, winner

log = logging.getLogger("broadsheet.newsletters")

State = Issue.State
UNDER_WAY = (State.READY, State.SENDING, State.PAUSED)


def choose_winners(now: datetime) -> list[int]:
    """Choose between two subjects where the time of the test is over. What is chosen stays chosen."""
    waiting = Issue.objects.filter(state__in=UNDER_WAY, winner="", began_at__isnull=False).exclude(second_subject="")
    chosen = []
    for issue in waiting.order_by("pk"):
        if not _is_over(issue, now):
            continue
        verdict = choose(issue_id=issue.pk)
        if verdict is not None:
            log.info("“%s”: subject %s has won (%s).", issue, verdict.winner, verdict.why)
            chosen.append(issue.pk)
    return chosen


def _is_over(issue: Issue, now: datetime) -> bool:
    """Whether the test has had its time. Where readers get it at different hours, the first few decide nothing."""
    length = timedelta(minutes=issue.test_minutes)
    if issue.began_at is None or issue.began_at + length > now:
        return False
    early = issue.due_at is not None and issue.due_at + length > now
    return not early or min(subject.sent for subject in tried(issue.pk)) >= FEWEST


@transaction.atomic
def choose(*, issue_id: int) -> Verdict | None:
    """Choose now; None where a subject was chosen before, or there is only one."""
    issue = Issue.objects.select_for_update().get(pk=issue_id)
    if issue.winner or not issue.second_subject:
        return None
    found = winner(*tried(issue_id), issue.winner_rule)
    issue.winner = found.winner
    issue.save(update_fields=["winner"])
    return found
