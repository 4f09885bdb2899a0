"""Issues made by a program: those that went out before the list was here, for its archive, and drafts for the desk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.operations.composing import submit
from broadsheet.newsletters.operations.freezing import freeze

State = Issue.State


@dataclass(frozen=True, slots=True)
class Words:
    """What an issue says. `period`: what it is known by in its list, so that it is made once."""

    period: str
    subject: str
    preheader: str
    blocks: Sequence[dict[str, Any]]


@transaction.atomic
def ensure_past(*, newsletter_id: int, words: Words, sent: datetime) -> int:
    """An issue that went out at `sent`, for the archive: frozen as any other, and nobody is sent it.

    It is over in the transaction that freezes it, so that nothing ever gathers readers for it.
    """
    issue, made = _ensure(newsletter_id, words, State.SCHEDULED, sent)
    if made:
        freeze(issue_id=issue.pk, now=sent)
        over = Issue.objects.filter(pk=issue.pk, state=State.FROZEN)
        over.update(state=State.DONE, expected=0, began_at=sent, done_at=sent, gathered_until=sent)
    return issue.pk


@transaction.atomic
def ensure_waiting(*, newsletter_id: int, words: Words, due: datetime | None) -> int:
    """A draft that waits for somebody to read it."""
    issue, made = _ensure(newsletter_id, words, State.DRAFT, due)
    if made:
        submit(issue_id=issue.pk)
    return issue.pk


def _ensure(newsletter_id: int, words: Words, state: str, due: datetime | None) -> tuple[Issue, bool]:
    found = Issue.objects.filter(newsletter_id=newsletter_id, period=words.period).first()
    if found is not None:
        return found, False
    issue = Issue(
        newsletter_id=newsletter_id, period=words.period, state=state, subject=words.subject,
        preheader=words.preheader, due_at=due,
    )  # fmt: skip
    issue.body = json.dumps(list(words.blocks))  # type: ignore[assignment]
    issue.save(force_insert=True)
    return issue, True
