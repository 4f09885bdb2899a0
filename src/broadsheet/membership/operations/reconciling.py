"""Catching up: events listed hourly, every customer swept nightly, a reader looked at when they log in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from broadsheet.membership.models import Customer, Reconciliation
from broadsheet.membership.operations.inbox import receive
from broadsheet.membership.operations.syncing import Synced, sync_customer
from broadsheet.membership.ports import GatewayError, PaymentGateway
from broadsheet.membership.queries.standing import older_than

log = logging.getLogger("broadsheet.membership")

OVERLAP, HORIZON = timedelta(hours=1), timedelta(days=29)
HOURLY, NIGHTLY = timedelta(minutes=59), timedelta(hours=23)
FRESH = timedelta(hours=24)


def list_events(*, gateway: PaymentGateway, now: datetime, force: bool = False) -> int | None:
    """Put what the bell did not ring for into the inbox. None where an hour has not passed. Raises GatewayError."""
    loop = _loop("events")
    if not _has_customers():
        return None
    if not force and loop.done_at is not None and now - loop.done_at < HOURLY:
        return None
    since = max(loop.reached - OVERLAP, now - HORIZON) if loop.reached else now - HORIZON
    found = sum(receive(event=event, now=now, by="list") for event in gateway.events_since(since))
    loop.begun_at = loop.done_at = loop.reached = now
    loop.checked = found
    loop.save()
    return found


def sweep(*, gateway: PaymentGateway, now: datetime, force: bool = False, limit: int = 500) -> int | None:
    """Fetch every customer once a night, some at a time; gives how many had drifted, None where nothing is due."""
    loop = _loop("sweep")
    running = loop.begun_at is not None and (loop.done_at is None or loop.done_at < loop.begun_at)
    if not running:
        if not force and loop.begun_at is not None and now - loop.begun_at < NIGHTLY:
            return None
        loop.begun_at, loop.checked, loop.drift = now, 0, 0
        loop.save()
    begun = loop.begun_at or now
    stale = Customer.objects.filter(gateway_id__isnull=False, gone_at=None).filter(
        Q(synced_at=None) | Q(synced_at__lt=begun)
    )
    names = list(stale.order_by("pk").values_list("gateway_id", flat=True)[:limit])
    drifted, unreached = 0, 0
    for name in names:
        try:
            drifted += bool(sync_customer(gateway=gateway, customer=name or "", now=now).changed)
        except GatewayError as error:
            unreached += 1
            log.warning("A customer could not be swept: %s", error)
    if drifted:
        log.error("The nightly sweep found %s customers whose rows had drifted.", drifted)
    loop.checked += len(names)
    loop.drift += drifted
    loop.drift_total += drifted
    if len(names) - unreached < limit:
        loop.done_at = now
    loop.save()
    return drifted


def refresh_if_old(*, gateway: PaymentGateway, user_id: int, now: datetime) -> Synced | None:
    """At a log-in: fetch a reader whose facts are a day old. None where they are fresh. Raises GatewayError."""
    customer = older_than(user_id, now - FRESH)
    return sync_customer(gateway=gateway, customer=customer, now=now) if customer else None


def _has_customers() -> bool:
    """A paper that nobody has joined asks the gateway nothing."""
    return Customer.objects.filter(gateway_id__isnull=False).exists()


def _loop(name: str) -> Reconciliation:
    return Reconciliation.objects.get_or_create(name=name)[0]


def upkeep(*, now: datetime, do: Iterable[Callable[..., int]]) -> int | None:
    """Forget, once a day, what need not be kept. None where that was done today."""
    loop = _loop("upkeep")
    if loop.done_at is not None and now - loop.done_at < NIGHTLY:
        return None
    gone = sum(forget(now=now) for forget in do)
    loop.begun_at = loop.done_at = now
    loop.checked = gone
    loop.save()
    return gone
