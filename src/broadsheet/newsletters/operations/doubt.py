"""What nobody can know from here: messages that were under way when a worker died, or to which no answer came.

The carrier is asked first. Where it cannot tell, it is sent once more under the same Message-ID: of a newsletter, two
are better than none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from broadsheet.newsletters.keys import domain_of, message_id
from broadsheet.newsletters.models import Delivery, Issue, Subscriber
from broadsheet.newsletters.operations.controlling import CANCELLED
from broadsheet.newsletters.ports import Carrier
from broadsheet.newsletters.queries.letterheads import sender_of
from broadsheet.newsletters.rules.audience import GONE
from broadsheet.newsletters.rules.pacing import MOST_ATTEMPTS

State = Delivery.State
AT_ONCE = 1000


def doubt_dead(*, alive: Callable[[str], bool], now: datetime) -> int:
    """Rows of workers that died, or whose time is over, are in doubt. `alive` tells of a worker's name."""
    sending = Delivery.objects.filter(state=State.SENDING)
    dead = [worker for worker in _workers(now) if not alive(worker)]
    lost = sending.filter(Q(claimed_until__lt=now) | Q(claim__in=dead))
    return lost.update(state=State.DOUBT, claim="", claimed_until=now)


def _workers(now: datetime) -> list[str]:
    under_way = Delivery.objects.filter(state=State.SENDING, claimed_until__gte=now)
    return list(under_way.order_by().values_list("claim", flat=True).distinct())


def resolve(*, carrier: Carrier, now: datetime) -> int:
    """Decide about rows in doubt; gives of how many. Each is written only where nobody decided meanwhile."""
    doubtful = Delivery.objects.filter(state=State.DOUBT, claimed_until__lte=now - carrier.tells_after)
    rows = list(doubtful.select_related("issue__newsletter").order_by("pk")[:AT_ONCE])
    keys = dict(Subscriber.objects.filter(pk__in=[row.subscriber_id for row in rows]).values_list("pk", "key"))
    ids = {
        row.pk: message_id(row.issue.key, keys[row.subscriber_id], domain_of(sender_of(row.issue.newsletter)))
        for row in rows
        if row.subscriber_id in keys
    }
    known = carrier.knows(list(ids.values())) if ids else {}
    return sum(_decide(row, ids.get(row.pk), known, carrier.dedupes, now) for row in rows)


def heard_of(*, now: datetime) -> int:
    """What a webhook tells of was sent, whatever we thought of it."""
    return (
        Delivery.objects.filter(state=State.DOUBT)
        .exclude(outcome="")
        .update(state=State.SENT, sent_at=now, claim="", claimed_until=None)
    )


def _decide(row: Delivery, mark: str | None, told: dict[str, bool], dedupes: bool, now: datetime) -> int:
    known = told.get(mark) if mark else None
    same = Delivery.objects.filter(pk=row.pk, state=State.DOUBT, attempt=row.attempt)
    if known:
        return same.update(state=State.SENT, sent_at=now, claim="", claimed_until=None)
    if mark is None:
        return same.update(state=State.DROPPED, why=GONE, claimed_until=None)
    if row.issue.state == Issue.State.CANCELLED:
        return same.update(state=State.DROPPED, why=CANCELLED, claimed_until=None)
    if known is None and not dedupes and row.attempt >= MOST_ATTEMPTS:
        return same.update(state=State.FAILED, why="in doubt: perhaps sent", claimed_until=None)
    return same.update(state=State.QUEUED, claim="", claimed_until=None, due_at=min(row.due_at, now))


def waiting(*, now: datetime) -> timedelta | None:
    """How long the oldest doubt has lasted; None where there is none."""
    oldest = Delivery.objects.filter(state=State.DOUBT).order_by("claimed_until").first()
    return now - oldest.claimed_until if oldest and oldest.claimed_until else None
