"""The webhooks' inbox: a row for each ring of the bell, drained one by one, or for a customer all at once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership.models import Customer, GiftSubscription, Invoice, WebhookEvent
from broadsheet.membership.operations.fraud import heed_warning
from broadsheet.membership.operations.gifts import settle_gift
from broadsheet.membership.operations.pushing import wait_after
from broadsheet.membership.operations.syncing import Synced, sync_customer
from broadsheet.membership.ports import Event, GatewayError, PaymentGateway

log = logging.getLogger("broadsheet.membership")

MOST_TRIES = 10
WARNING = "radar.early_fraud_warning.created"
CHECKOUTS = "checkout.session."
ANSWERED = r"^(customer|invoice)\."  # whatever else they say, a fetch of the customer answers them
ABOUT_CONTRACTS = (
    "customer.", "invoice.", "invoice_payment.", "charge.", "checkout.session.", "payment_intent.", "refund.",
    "radar.early_fraud_warning.", "subscription_schedule.", "credit_note.", "payment_method.", "setup_intent.",
)  # fmt: skip


def receive(*, event: Event, now: datetime, by: str = "hook") -> bool:
    """Keep an event. False where it is kept already. Nothing else happens here: no call, no mail."""
    values = {
        "kind": event.kind[:100], "object_kind": event.object_kind[:60], "object_id": event.object_id[:255],
        "customer": event.customer[:255], "charge": event.charge[:255], "livemode": event.livemode,
        "api_version": event.api_version[:60], "created_at": event.created, "received_at": now, "next_try": now,
        "by": by,
    }  # fmt: skip
    return WebhookEvent.objects.get_or_create(event_id=event.id[:255], defaults=values)[1]


def drain(*, gateway: PaymentGateway, now: datetime, limit: int = 500) -> int:
    """Process what is due. Gives how many events are out of the way."""
    due = WebhookEvent.objects.filter(state=WebhookEvent.NEW, next_try__lte=now).order_by("next_try", "pk")
    return sum(process(gateway=gateway, pk=pk, now=now) for pk in due.values_list("pk", flat=True)[:limit])


def process(*, gateway: PaymentGateway, pk: int, now: datetime) -> bool:
    """Process one event; what fails is tried again later, ten times, and then parked for the desk."""
    try:
        _process(gateway, WebhookEvent.objects.get(pk=pk), now)
    except GatewayError as error:
        _put_off(pk, error, now)
        return False
    except Exception as error:  # a poison event may not hold up the others
        log.exception("An event of the gateway could not be processed.")
        _put_off(pk, error, now)
        return False
    return True


def _process(gateway: PaymentGateway, event: WebhookEvent, now: datetime) -> None:
    if event.state != WebhookEvent.NEW:
        return
    if event.livemode != gateway.livemode:
        _finish([event.pk], "of another mode", now)
        return
    if not event.kind.startswith(ABOUT_CONTRACTS):
        _finish([event.pk], "unknown kind", now)
        return
    if event.kind.startswith(CHECKOUTS) and (gift := _gift(event)) is not None:
        settle_gift(gateway=gateway, reference=gift.reference, now=now)
        _finish([event.pk], "", now)
        return
    customer = event.customer or _whose(gateway, event)
    if not customer:
        _finish([event.pk], "nobody's", now)
        return
    _sync(gateway, event, customer, now)


def _sync(gateway: PaymentGateway, event: WebhookEvent, customer: str, now: datetime) -> None:
    """Fetch the customer, write, and mark the event done in the same transaction.

    Other events of the same customer that lay in the inbox before the fetch are answered by it too.
    """
    answered: list[int] = []
    warned = event.kind == WARNING and event.charge and gateway.fraud_warning(event.charge)

    def still_new() -> bool:
        new = WebhookEvent.objects.filter(state=WebhookEvent.NEW)
        others = new.filter(customer=customer, kind__regex=ANSWERED).exclude(pk=event.pk)
        answered[:] = others.values_list("pk", flat=True)
        return new.filter(pk=event.pk).exists()

    def mark(row: Customer, synced: Synced) -> None:
        if warned:
            heed_warning(customer=row, charge=event.charge, now=now)
        _finish([event.pk, *answered], synced.why, now)

    found = sync_customer(gateway=gateway, customer=customer, now=now, before=still_new, after=mark)
    if found.why == "unknown customer":
        _finish([event.pk], found.why, now)


def _finish(events: list[int], why: str, now: datetime) -> None:
    state = WebhookEvent.IGNORED if why else WebhookEvent.DONE
    rows = WebhookEvent.objects.filter(pk__in=events, state=WebhookEvent.NEW)
    rows.update(state=state, reason=why, done_at=now, error="")


def _whose(gateway: PaymentGateway, event: WebhookEvent) -> str:
    """Whom a charge belongs to: by our invoices, else by asking."""
    if not event.charge:
        return ""
    known = Invoice.objects.filter(charge=event.charge).select_related("customer").first()
    return (known.customer.gateway_id or "") if known else gateway.customer_of_charge(event.charge)


def _gift(event: WebhookEvent) -> GiftSubscription | None:
    return GiftSubscription.objects.filter(checkout=event.object_id).first()


@transaction.atomic
def _put_off(pk: int, error: Exception, now: datetime) -> None:
    row = WebhookEvent.objects.select_for_update().get(pk=pk)
    if row.state != WebhookEvent.NEW:
        return
    row.tries += 1
    row.error = f"{type(error).__name__}: {error}"[:2000]
    row.next_try = now + wait_after(row.tries)
    if row.tries >= MOST_TRIES:
        row.state = WebhookEvent.PARKED
        log.error("Event %s (%s) is parked after %s tries: %s", row.event_id, row.kind, row.tries, row.error)
    row.save()


@transaction.atomic
def replay(*, pk: int, now: datetime) -> bool:
    """Take a parked or finished event up again: for the desk."""
    found = WebhookEvent.objects.filter(pk=pk).exclude(state=WebhookEvent.NEW)
    return bool(found.update(state=WebhookEvent.NEW, tries=0, next_try=now, error="", reason="", done_at=None))


def forget_events(*, now: datetime, after: timedelta = timedelta(days=90)) -> int:
    """Delete events that were done with so long ago that nobody asks for them again."""
    over = WebhookEvent.objects.filter(done_at__lt=now - after).exclude(state=WebhookEvent.PARKED)
    return over.delete()[0]
