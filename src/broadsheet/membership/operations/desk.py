"""What the desk does to a reader's membership. Each act has a token: done twice with one token, it is done once.

Each leaves an entry that says who did it. What follows for the gateway and for mails is rows that loops drain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from broadsheet.membership.models import (
    Customer,
    DeskEntry,
    Grant,
    Invoice,
    Mail,
    PendingOperation,
    WebhookEvent,
)
from broadsheet.membership.operations import granting, rows
from broadsheet.membership.operations.changing import give_back
from broadsheet.membership.operations.ending import ChangeError, cancel
from broadsheet.membership.operations.inbox import replay
from broadsheet.membership.operations.leaving import end
from broadsheet.membership.operations.pushing import try_again
from broadsheet.membership.queries.facts import payment
from broadsheet.membership.rules.refunds import refundable


class DeskError(Exception):
    """Something cannot be done as asked. `code` says why: gone, over, before, too-much, under-way, no-address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, for which reader, when, and the token of the form that was sent."""

    user_id: int | None
    by: int | None
    by_name: str
    now: datetime
    token: str


def _first(act: Act, kind: str, **details: Any) -> bool:
    """Write the act down. False where it was done before."""
    values = {
        "user_id": act.user_id, "by_id": act.by, "by_name": act.by_name[:254], "at": act.now, "kind": kind,
        "details": details,
    }  # fmt: skip
    return DeskEntry.objects.get_or_create(token=act.token, defaults=values)[1]


@transaction.atomic
def write_note(*, act: Act, text: str) -> bool:
    """A note for the desk. Readers see it only among what they take away."""
    return _first(act, "note", text=text)


@transaction.atomic
def give(*, act: Act, tier: str, until: datetime | None, reason: str) -> bool:
    """Complimentary access until a date. Raises DeskError where that lies behind, Tier.DoesNotExist."""
    if until is not None and until <= act.now:
        raise DeskError("before")
    if act.user_id is None or not _first(act, "given", tier=tier, until=_iso(until), reason=reason):
        return False
    granting.grant(
        user_id=act.user_id, tier=tier, now=act.now, ends_at=until, reason=reason, by=act.by, once=f"desk:{act.token}"
    )
    return True


@transaction.atomic
def extend(*, act: Act, grant: int, until: datetime | None) -> bool:
    """Move a grant's end to a later day. Raises DeskError."""
    row = Grant.objects.select_for_update().filter(pk=grant, user=act.user_id).first()
    if row is None or row.ended_at is not None:
        raise DeskError("gone")
    if DeskEntry.objects.filter(token=act.token).exists():
        return False
    if row.ends_at is None or (until is not None and until <= max(row.ends_at, act.now)):
        raise DeskError("before")
    _first(act, "extended", grant=grant, former=_iso(row.ends_at), until=_iso(until))
    row.ends_at = until
    row.save(update_fields=["ends_at"])
    return True


@transaction.atomic
def take_back(*, act: Act, grant: int, reason: str) -> bool:
    """End a grant now. Raises DeskError."""
    if not Grant.objects.filter(pk=grant, user=act.user_id).exists():
        raise DeskError("gone")
    if not _first(act, "taken-back", grant=grant, reason=reason):
        return False
    if not granting.end_grant(pk=grant, now=act.now, reason=reason):
        raise DeskError("over")
    return True


@transaction.atomic
def end_at_period_end(*, act: Act, subscription: str, reason: str) -> bool:
    """Cancel for a reader, to the end of what is paid. They get the confirmation. Raises DeskError."""
    return _change(act, subscription, "cancelled", reason)


@transaction.atomic
def end_now(*, act: Act, subscription: str, reason: str) -> bool:
    """End a subscription at once. Nothing is given back by that. Raises DeskError."""
    return _change(act, subscription, "ended", reason)


def _change(act: Act, subscription: str, kind: str, reason: str) -> bool:
    if act.user_id is None or not _first(act, kind, subscription=subscription, reason=reason):
        return False
    change = cancel if kind == "cancelled" else end
    try:
        change(user_id=act.user_id, now=act.now, subscription=subscription, reason=reason, by="desk")
    except ChangeError as error:
        raise DeskError("over") from error
    return True


@transaction.atomic
def refund(*, act: Act, invoice: str, minor: int | None, reason: str) -> bool:
    """Give back an invoice, or a part of it; None: all that is left. Raises DeskError."""
    if DeskEntry.objects.filter(token=act.token).exists():
        return False
    row = Invoice.objects.filter(gateway_id=invoice, customer__user=act.user_id).first()
    if row is None or not refundable([payment(row)]):
        raise DeskError("gone")
    rows.lock(pk=row.customer_id)
    if under_way(row.gateway_id):
        raise DeskError("under-way")
    left = row.paid_minor - row.refunded_minor
    if minor is not None and not 0 < minor <= left:
        raise DeskError("too-much")
    amount = left if minor is None else minor
    _first(act, "refunded", invoice=invoice, minor=amount, currency=row.currency, reason=reason)
    if not give_back(invoice=invoice, now=act.now, minor=minor, reason="desk"):
        raise DeskError("under-way")
    return True


def under_way(invoice: str) -> bool:
    """Whether money of this invoice is on its way back, or was refused and waits for the desk."""
    unfinished = [PendingOperation.WAITING, PendingOperation.FAILED]
    return PendingOperation.objects.filter(op="refund", state__in=unfinished, intent__invoice=invoice).exists()


@transaction.atomic
def send_again(*, act: Act, mail: int) -> bool:
    """Put a mail into the outbox once more, to the reader's address of today. Raises DeskError."""
    row = Mail.objects.filter(pk=mail, user=act.user_id).exclude(user=None).first()
    if row is None:
        raise DeskError("gone")
    if row.state in {Mail.WAITING, Mail.SENDING}:
        raise DeskError("under-way")
    if not _first(act, "sent-again", mail=row.kind, of=_iso(row.sent_at)):
        return False
    rows.post(
        kind=row.kind, subject=row.subject, period=f"{row.about}|{act.token[-12:]}", now=act.now, user_id=row.user_id,
        locale=row.locale, context=row.context,
    )  # fmt: skip
    return True


@transaction.atomic
def replay_event(*, act: Act, event: int) -> bool:
    """Take up an event again that was parked. Raises DeskError."""
    row = WebhookEvent.objects.filter(pk=event).first()
    if row is None:
        raise DeskError("gone")
    if not _first(act, "replayed", event=row.event_id, event_kind=row.kind):
        return False
    if row.state != WebhookEvent.PARKED or not replay(pk=event, now=act.now):
        raise DeskError("over")
    return True


@transaction.atomic
def try_operation(*, act: Act, operation: int) -> bool:
    """Ask the gateway once more for what it refused. Raises DeskError."""
    row = PendingOperation.objects.filter(pk=operation).first()
    if row is None:
        raise DeskError("gone")
    if not _first(act, "tried-again", op=row.op, subject=row.subject):
        return False
    if not try_again(pk=operation, now=act.now):
        raise DeskError("over")
    return True


def reader_of_event(event: int) -> int | None:
    """Whom an event of the gateway is about."""
    row = WebhookEvent.objects.filter(pk=event).exclude(customer="").first()
    return _user_of(row.customer) if row else None


def reader_of_operation(operation: int) -> int | None:
    """Whom an operation at the gateway is for."""
    row = PendingOperation.objects.filter(pk=operation).first()
    return row.user_id if row else None


def _user_of(customer: str) -> int | None:
    held = Customer.objects.filter(gateway_id=customer).first()
    return held.user_id if held else None


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
