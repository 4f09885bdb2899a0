"""Doing at the gateway what was written down: again and again with the same key, until it is done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from broadsheet.membership.models import PendingOperation
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.syncing import sync_customer
from broadsheet.membership.ports import GatewayError, PaymentGateway

log = logging.getLogger("broadsheet.membership")

ORDERED = ("cancel", "resume", "pause", "switch")  # the later of two undoes the earlier: never the other way round
UNORDERED = ("end", "refund", "email", "forget")
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)


def push_pending(
    *, gateway: PaymentGateway, now: datetime, limit: int = 200, subjects: Iterable[str] | None = None
) -> int:
    """Push what is due, each subject's operations in order; then fetch what changed. Gives how many were done.

    What fails for now is tried later, for as long as it takes; what the gateway refuses is left to the desk.
    """
    done, customers = 0, dict[str, None]()
    for pk in _due(now, limit, subjects):
        row = PendingOperation.objects.get(pk=pk)
        if row.state != PendingOperation.WAITING or _waits_for_another(row):
            continue
        if _push(gateway, row, now):
            done += 1
            customers[row.customer] = None
    for customer in customers:
        if customer:
            _look(gateway, customer, now)
    return done


def _due(now: datetime, limit: int, subjects: Iterable[str] | None) -> list[int]:
    rows = PendingOperation.objects.filter(state=PendingOperation.WAITING, next_try__lte=now)
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def _waits_for_another(row: PendingOperation) -> bool:
    if not row.subject:
        return False
    before = PendingOperation.objects.filter(subject=row.subject, pk__lt=row.pk, state=PendingOperation.WAITING)
    return row.op not in UNORDERED and before.filter(op__in=ORDERED).exists()


def _push(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> bool:
    try:
        result = DOERS[row.op](gateway, row, now) or ""
    except GatewayError as error:
        _put_off(row, error, now)
        return False
    except Exception as error:  # one that cannot be carried out may not hold up the others: the desk looks into it
        log.exception("An operation could not be carried out: %s", row.op)
        _put_off(row, GatewayError(f"{type(error).__name__}: {error}", retryable=False), now)
        return False
    with transaction.atomic():
        if row.customer:
            rows.changed_there(row.customer)  # the customer's row first, as everybody locks them
        held = PendingOperation.objects.select_for_update().get(pk=row.pk)
        if held.state == PendingOperation.WAITING:
            held.state, held.done_at, held.result, held.error = PendingOperation.DONE, now, result[:255], ""
            held.tries += 1
            held.save()
    return True


def _put_off(row: PendingOperation, error: GatewayError, now: datetime) -> None:
    row.tries += 1
    row.error = str(error)[:2000]
    row.next_try = now + wait_after(row.tries)
    if error.code == "over":
        row.state = PendingOperation.DROPPED  # what it was to change has ended meanwhile
    elif not error.retryable:
        row.state = PendingOperation.FAILED
        log.error("The gateway refuses %s (%s): %s", row.op, row.key, error)
    row.save(update_fields=["tries", "error", "next_try", "state"])


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many failures: twice as long each time, six hours at most."""
    return min(FIRST_WAIT * (2 ** min(tries - 1, 12)), LONGEST_WAIT)


def _look(gateway: PaymentGateway, customer: str, now: datetime) -> None:
    """Fetch what an operation changed. If that fails, the gateway's own bell or the sweep will see to it."""
    try:
        sync_customer(gateway=gateway, customer=customer, now=now)
    except GatewayError as error:
        log.warning("What was changed could not be fetched yet: %s", error)


@transaction.atomic
def try_again(*, pk: int, now: datetime) -> bool:
    """Put an operation that was refused back into the queue: for the desk."""
    found = PendingOperation.objects.filter(pk=pk, state=PendingOperation.FAILED)
    return bool(found.update(state=PendingOperation.WAITING, next_try=now, tries=0))


# What each operation does. All are safe to repeat.


def _cancel(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    gateway.cancel(row.subject, now=False, key=row.key)


def _end(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    gateway.cancel(row.subject, now=True, key=row.key)


def _resume(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    gateway.resume(row.subject, key=row.key)


def _pause(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    until = row.intent.get("until")
    gateway.pause(row.subject, until=datetime.fromisoformat(until) if until else None, key=row.key)


def _switch(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    at = row.intent.get("at")
    gateway.switch(
        row.subject, price=row.intent["price"], at=datetime.fromisoformat(at) if at else None,
        at_period_end=bool(row.intent.get("at_period_end")), key=row.key,
    )  # fmt: skip


def _refund(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> str:
    """What is left of it by now: the desk may have given some back at the gateway meanwhile. The key names the sum."""
    intent, minor = row.intent, _left(gateway, row)
    if minor <= 0:
        return "given back already"
    try:
        return gateway.refund(charge=intent["charge"], intent=intent["intent"], minor=minor, key=f"{row.key}:{minor}")
    except GatewayError as error:
        if not error.retryable and _left(gateway, row) != minor:  # some was given back between the look and the call
            raise GatewayError(str(error), retryable=True) from error
        raise


def _left(gateway: PaymentGateway, row: PendingOperation) -> int:
    """How much of a planned refund is still owed. What a bank disputes it takes back by itself."""
    wanted, name = int(row.intent["minor"]), row.intent.get("invoice")
    if not name or not row.customer:
        return wanted
    found = next((each for each in gateway.fetch_customer(row.customer).invoices if each.id == name), None)
    if found is None:
        return wanted
    disputed = found.dispute is not None and found.dispute.status != "won"
    return 0 if disputed else min(wanted, found.paid.minor - found.refunded)


def _email(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    gateway.change_email(row.customer, email=row.intent["email"], key=row.key)


def _forget(gateway: PaymentGateway, row: PendingOperation, now: datetime) -> None:
    gateway.forget_customer(row.customer, key=row.key)


DOERS: dict[str, Callable[[PaymentGateway, PendingOperation, datetime], Any]] = {
    "cancel": _cancel, "end": _end, "resume": _resume, "pause": _pause, "switch": _switch, "refund": _refund,
    "email": _email, "forget": _forget,
}  # fmt: skip
