"""Who may be asked by mail whether they meant to join, and how long the question stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

LIFE = timedelta(days=7)  # of the link in the mail
APART = timedelta(hours=1)  # between two mails about the same lists
DAY = timedelta(days=1)
MOST_A_DAY = 5  # mails to one mailbox, whoever asks for them


def may_ask(wanted: Sequence[int], before: Iterable[tuple[Sequence[int], datetime]], now: datetime) -> bool:
    """Whether one more mail may go to a mailbox that was sent those `before`: pairs of lists and moment."""
    lately = [(set(lists), at) for lists, at in before if now - at < DAY]
    if len(lately) >= MOST_A_DAY:
        return False
    return not any(now - at < APART and lists == set(wanted) for lists, at in lately)


def holds(asked_at: datetime, now: datetime) -> bool:
    """Whether the link of a mail that was asked for at `asked_at` still confirms."""
    return now - asked_at < LIFE
