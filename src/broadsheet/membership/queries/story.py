"""Everything that happened to one reader's membership, from all tables, as one story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from broadsheet.membership.models import (
    Cancellation,
    Checkout,
    Consent,
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
from broadsheet.membership.queries.kept import kept

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
    tables = kept(user_id)
    found = [each for name, rows in tables.items() for row in rows for each in TOLD[name](row)]
    found += _events([row.gateway_id for row in tables["customer"] if row.gateway_id])
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _nothing(row: Any) -> Iterator[Happening]:
    yield from ()  # told of by what happened to it


def _history(row: HistoryEntry) -> Iterator[Happening]:
    if row.kind not in TOLD_BY_ROWS:
        yield Happening(row.at, "history", row.kind, row.by, row.subscription, row.details, row.pk)


def _mail(row: Mail) -> Iterator[Happening]:
    yield Happening(row.sent_at or row.made_at, "mail", row.kind, "", "", {"error": row.error}, row.pk, row.state)


def _invoice(row: Invoice) -> Iterator[Happening]:
    details = {
        "number": row.number, "minor": row.paid_minor if row.paid_at else row.due_minor, "currency": row.currency,
        "refunded": row.refunded_minor,
    }  # fmt: skip
    at = row.paid_at or row.created_at
    yield Happening(at, "invoice", row.status, "", row.subscription, details, row.pk, row.status)


def _consent(row: Consent) -> Iterator[Happening]:
    details = {
        "minor": row.minor, "currency": row.currency, "interval": row.interval, "trial": row.trial_days,
        "version": row.text_version, "text": row.text,
    }  # fmt: skip
    yield Happening(row.given_at, "consent", row.kind, "reader", row.subscription, details, row.pk)


def _cancellation(row: Cancellation) -> Iterator[Happening]:
    details = {"reason": row.reason, "ends": row.ends_at, "resumed": row.withdrawn_at, "number": str(row.reference)}
    yield Happening(row.declared_at, "cancellation", row.kind, "", row.subscription, details, row.pk)


def _grant(row: Grant) -> Iterator[Happening]:
    details = {"tier": row.tier.name, "until": row.ends_at, "reason": row.reason}
    yield Happening(row.made_at, "grant", row.kind, str(row.by) if row.by else "", "", details, row.pk)


def _gift_bought(row: GiftSubscription) -> Iterator[Happening]:
    details = {"tier": row.plan.tier.name, "minor": row.minor, "currency": row.currency}
    yield Happening(row.made_at, "gift", "bought", "reader", "", details, row.pk, row.state)


def _gift_redeemed(row: GiftSubscription) -> Iterator[Happening]:
    at = row.redeemed_at or row.made_at
    yield Happening(at, "gift", "redeemed", "reader", "", {"tier": row.plan.tier.name}, row.pk, row.state)


def _seat(row: Seat) -> Iterator[Happening]:
    yield Happening(row.accepted_at or row.invited_at, "seat", "accepted", "reader", "", {"group": row.group.name})
    if row.revoked_at is not None:
        yield Happening(row.revoked_at, "seat", "revoked", "", "", {"group": row.group.name})


def _desk(row: DeskEntry) -> Iterator[Happening]:
    yield Happening(row.at, "desk", row.kind, row.by_name, row.details.get("subscription", ""), row.details, row.pk)


def _operation(row: PendingOperation) -> Iterator[Happening]:
    details = {"error": row.error, "tries": row.tries}
    yield Happening(row.done_at or row.made_at, "operation", row.op, "", row.subject, details, row.pk, row.state)


def _checkout(row: Checkout) -> Iterator[Happening]:
    yield Happening(row.made_at, "checkout", "begun", "reader", "", {}, row.pk, row.state)


def _trial(row: TrialUse) -> Iterator[Happening]:
    yield Happening(row.used_at, "trial", "refused" if row.refused else "used", "", row.subscription, {}, row.pk)


def _events(customers: list[str]) -> Iterator[Happening]:
    for row in WebhookEvent.objects.filter(customer__in=customers)[:MOST_EVENTS]:
        details = {"event": row.event_id, "error": row.error, "why": row.reason}
        yield Happening(row.created_at, "event", row.kind, "gateway", "", details, row.pk, row.state)


# How a row of each table is told. A table that is kept and has no line here fails with the first story.
TOLD: dict[str, Callable[[Any], Iterator[Happening]]] = {
    "customer": _nothing, "subscriptions": _nothing, "invoices": _invoice, "checkouts": _checkout, "consents": _consent,
    "cancellations": _cancellation, "trials": _trial, "grants": _grant, "gifts_bought": _gift_bought,
    "gifts_redeemed": _gift_redeemed, "seats": _seat, "operations": _operation, "mails": _mail, "desk": _desk,
    "history": _history,
}  # fmt: skip
