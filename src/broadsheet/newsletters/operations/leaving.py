"""Leaving lists. It holds at once, also for what is queued already: whoever claims a delivery looks here again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from broadsheet.newsletters.keys import address_key, read_token
from broadsheet.newsletters.models import Subscriber, Subscription
from broadsheet.newsletters.operations import rows


@dataclass(frozen=True, slots=True)
class Left:
    """Which list somebody is off, and whether it was this that took them off it."""

    newsletter: int
    first: bool


@transaction.atomic
def leave(*, token: str | bytes, by: str, now: datetime) -> Left | None:
    """Leave the list of a place by its token, as often as one likes; None where nobody has such a token."""
    found = read_token(token) if isinstance(token, str) else token
    row = Subscription.objects.select_for_update().filter(token=found).first() if found else None
    return Left(row.newsletter_id, rows.take_off(row, by, now)) if row else None


@transaction.atomic
def leave_list(*, subscription_id: int, by: str, now: datetime) -> bool:
    """Leave the list of a place by its number. Whether somebody was on it."""
    row = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    return row is not None and rows.take_off(row, by, now)


@transaction.atomic
def leave_all(*, subscriber_id: int, by: str, now: datetime) -> int:
    """Leave every list. Gives how many that were."""
    Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    return sum(rows.take_off(row, by, now) for row in Subscription.objects.filter(subscriber_id=subscriber_id))


@transaction.atomic
def forget(*, user_id: int, address: str) -> None:
    """Erase whoever has this account: mailbox, places, proofs. What is not to be written to stays known by its key."""
    Subscriber.objects.filter(user_id=user_id).delete()
    Subscriber.objects.filter(address_key=address_key(address), user=None).delete()
