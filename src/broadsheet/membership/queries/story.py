"""Everything that happened to one reader's membership, from all tables, as one story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from broadsheet.membership.models import (
    Cancellation,
    Checkout,
    Consent,
    Customer,
    DeskEntry,
    GiftSubscription,
    Grant,
    HistoryEntry,
    Invoice,
    Mail,
    PendingOperation,
    Seat,
    TrialUse,
    WebhookEvent,
)

TOLD_BY_ROWS = {"paid", "granted", "cancel", "extraordinary", "withdrawal"}  # these stand here with a row of their own
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: from which table, what, with what it needs to be told in words, and the number of its row."""

    at: datetime
    source: str  # the table: history, mail, invoice, consent, cancellation, grant, gift, seat, desk, event …
    kind: str
    by: str = ""
    subscription: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    pk: int = 0
    state: str = ""


def happenings(user_id: int) -> tuple[Happening, ...]:
    """The whole story, latest first."""
    customers = [name for name in Customer.objects.filter(user=user_id).values_list("gateway_id", flat=True) if name]
    parts = (
        _history(user_id), _mails(user_id), _invoices(user_id), _consents(user_id), _cancellations(user_id),
        _grants(user_id), _gifts(user_id), _seats(user_id), _desk(user_id), _operations(user_id), _events(customers),
        _checkouts(user_id), _trials(user_id),
    )  # fmt: skip
    return tuple(sorted((each for part in parts for each in part), key=lambda each: each.at, reverse=True))


def _history(user_id: int) -> Iterator[Happening]:
    for row in HistoryEntry.objects.filter(user=user_id).exclude(kind__in=TOLD_BY_ROWS):
        yield Happening(row.at, "history", row.kind, row.by, row.subscription, row.details, row.pk)


def _mails(user_id: int) -> Iterator[Happening]:
    for row in Mail.objects.filter(user=user_id):
        details = {"error": row.error}
        yield Happening(row.sent_at or row.made_at, "mail", row.kind, "", "", details, row.pk, row.state)


def _invoices(user_id: int) -> Iterator[Happening]:
    for row in Invoice.objects.filter(customer__user=user_id):
        details = {
            "number": row.number, "minor": row.paid_minor if row.paid_at else row.due_minor, "currency": row.currency,
            "refunded": row.refunded_minor,
        }  # fmt: skip
        at = row.paid_at or row.created_at
        yield Happening(at, "invoice", row.status, "", row.subscription, details, row.pk, row.status)


def _consents(user_id: int) -> Iterator[Happening]:
    for row in Consent.objects.filter(user=user_id):
        details = {
            "minor": row.minor, "currency": row.currency, "interval": row.interval, "trial": row.trial_days,
            "version": row.text_version, "text": row.text,
        }  # fmt: skip
        yield Happening(row.given_at, "consent", row.kind, "reader", row.subscription, details, row.pk)


def _cancellations(user_id: int) -> Iterator[Happening]:
    for row in Cancellation.objects.filter(user=user_id):
        details = {"reason": row.reason, "ends": row.ends_at, "resumed": row.withdrawn_at, "number": str(row.reference)}
        yield Happening(row.declared_at, "cancellation", row.kind, "", row.subscription, details, row.pk)


def _grants(user_id: int) -> Iterator[Happening]:
    for row in Grant.objects.filter(user=user_id).select_related("tier", "by"):
        details = {"tier": row.tier.name, "until": row.ends_at, "reason": row.reason}
        yield Happening(row.made_at, "grant", row.kind, str(row.by) if row.by else "", "", details, row.pk)


def _gifts(user_id: int) -> Iterator[Happening]:
    for row in GiftSubscription.objects.filter(buyer=user_id).select_related("plan__tier"):
        details = {"tier": row.plan.tier.name, "minor": row.minor, "currency": row.currency}
        yield Happening(row.made_at, "gift", "bought", "reader", "", details, row.pk, row.state)
    for row in GiftSubscription.objects.filter(redeemed_by=user_id).select_related("plan__tier"):
        at = row.redeemed_at or row.made_at
        yield Happening(at, "gift", "redeemed", "reader", "", {"tier": row.plan.tier.name}, row.pk, row.state)


def _seats(user_id: int) -> Iterator[Happening]:
    for row in Seat.objects.filter(user=user_id).select_related("group"):
        yield Happening(row.accepted_at or row.invited_at, "seat", "accepted", "reader", "", {"group": row.group.name})
        if row.revoked_at is not None:
            yield Happening(row.revoked_at, "seat", "revoked", "", "", {"group": row.group.name})


def _desk(user_id: int) -> Iterator[Happening]:
    for row in DeskEntry.objects.filter(user=user_id):
        yield Happening(row.at, "desk", row.kind, row.by_name, row.details.get("subscription", ""), row.details, row.pk)


def _operations(user_id: int) -> Iterator[Happening]:
    for row in PendingOperation.objects.filter(user=user_id):
        details = {"error": row.error, "tries": row.tries}
        yield Happening(row.done_at or row.made_at, "operation", row.op, "", row.subject, details, row.pk, row.state)


def _events(customers: list[str]) -> Iterator[Happening]:
    for row in WebhookEvent.objects.filter(customer__in=customers)[:MOST_EVENTS]:
        details = {"event": row.event_id, "error": row.error, "why": row.reason}
        yield Happening(row.created_at, "event", row.kind, "gateway", "", details, row.pk, row.state)


def _checkouts(user_id: int) -> Iterator[Happening]:
    for row in Checkout.objects.filter(customer__user=user_id):
        yield Happening(row.made_at, "checkout", "begun", "reader", "", {}, row.pk, row.state)


def _trials(user_id: int) -> Iterator[Happening]:
    for row in TrialUse.objects.filter(user=user_id):
        kind = "refused" if row.refused else "used"
        yield Happening(row.used_at, "trial", kind, "", row.subscription, {}, row.pk)
