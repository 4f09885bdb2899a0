"""Choosing the subject that the rest of the readers get."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.queries.issues import tried
from broadsheet.newsletters.rules.testing import Verdict, winner

log = logging.getLogger("broadsheet.newsletters")

State = Issue.State
UNDER_WAY = (State.READY, State.SENDING, State.PAUSED)


def choose_winners(now: datetime) -> list[int]:
    """Choose between two subjects where the time of the test is over. What is chosen stays chosen."""
    waiting = Issue.objects.filter(state__in=UNDER_WAY, winner="", began_at__isnull=False).exclude(second_subject="")
    chosen = []
    for issue in waiting.order_by("pk"):
        if issue.began_at is not None and issue.began_at + timedelta(minutes=issue.test_minutes) <= now:
            verdict = choose(issue_id=issue.pk)
            if verdict is not None:
                log.info("“%s”: subject %s has won (%s).", issue, verdict.winner, verdict.why)
                chosen.append(issue.pk)
    return chosen


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
