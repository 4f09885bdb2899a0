"""What an ESP's webhooks tell, applied."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from broadsheet.newsletters.formats.events import Event
from broadsheet.newsletters.keys import address_key, domain_of, message_id
from broadsheet.newsletters.models import Delivery, Subscription
from broadsheet.newsletters.operations import bounces, leaving

LATELY = timedelta(days=90)
MOST_ASKED = 200


def take(*, event: Event, source: str, now: datetime) -> str:
    """Apply one event. Gives what was done: an act, `known`, `nobody` or `left`."""
    delivery = _delivery(event, now)
    if delivery is None:
        return bounces.NOBODY
    if event.leaves:
        return _leave(delivery, now)
    told = bounces.Told(
        source=source, event_id=event.event_id, kind=event.kind, delivery=delivery.pk, verdict=event.verdict, at=now,
        said=event.said,
    )  # fmt: skip
    return bounces.apply(told=told, now=now)


def _delivery(event: Event, now: datetime) -> Delivery | None:
    """The delivery: by our own mark, else by its Message-ID; and only if it went to the mailbox that is named."""
    if "@" not in event.recipient:
        return None
    to = Delivery.objects.filter(address_key=address_key(event.recipient)).select_related("issue")
    if event.delivery.isdecimal() and len(event.delivery) < 18:
        return to.filter(pk=int(event.delivery)).first()
    if not event.message_id:
        return None
    lately = to.filter(due_at__gt=now - LATELY).select_related("subscriber").order_by("-pk")[:MOST_ASKED]
    return next((each for each in lately if event.message_id in _names(each)), None)


def _names(delivery: Delivery) -> set[str]:
    """What our own Message-ID of a delivery may be: its domain is that of the sender."""
    senders = (delivery.issue.newsletter.sender_address, settings.NEWSLETTER_FROM, settings.DEFAULT_FROM_EMAIL)
    domains = {domain_of(each.rpartition("<")[2].rstrip("> ")) for each in senders if "@" in each}
    domains |= {settings.NEWSLETTER_BOUNCE_DOMAIN} - {""}
    return {message_id(delivery.issue.key, delivery.subscriber.key, domain) for domain in domains}


def _leave(delivery: Delivery, now: datetime) -> str:
    place = Subscription.objects.filter(
        subscriber_id=delivery.subscriber_id, newsletter_id=delivery.issue.newsletter_id
    ).first()
    left = place is not None and leaving.leave_list(subscription_id=place.pk, by="mail", now=now)
    return "left" if left else bounces.KNOWN
