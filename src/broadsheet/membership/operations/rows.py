"""The rows that follow from a decision: a line of history, a mail, something to do at the gateway, a revocation.

Each is known by what it comes of, so that whoever decides the same thing twice writes it once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from broadsheet.membership.models import Customer, HistoryEntry, Mail, PendingOperation
from broadsheet.paywall.operations import lose_passes

_TRIALS = 0x747269616C  # "trial": the lock under which trials are counted, across readers


def note(
    *,
    user_id: int | None,
    once: str,
    kind: str,
    at: datetime,
    subscription: str = "",
    by: str = "gateway",
    **details: Any,
) -> bool:
    """Add a line to a reader's story. False where it stands there already, or the reader is gone."""
    if user_id is None:
        return False
    values = {"user_id": user_id, "kind": kind, "at": at, "subscription": subscription, "by": by, "details": details}
    return HistoryEntry.objects.get_or_create(once=once, defaults=values)[1]


def post(
    *,
    kind: str,
    subject: str,
    now: datetime,
    period: str = "",
    user_id: int | None = None,
    to: str = "",
    locale: str = "",
    due_at: datetime | None = None,
    context: dict[str, Any] | None = None,
) -> bool:
    """Put a mail into the outbox. False where there is one for this kind, subject and period, sent or not."""
    values = {
        "user_id": user_id, "to": to, "locale": locale, "context": context or {}, "due_at": due_at or now,
        "made_at": now,
    }  # fmt: skip
    return Mail.objects.get_or_create(kind=kind, subject=subject, period=period, defaults=values)[1]


def ask(
    *,
    op: str,
    key: str,
    now: datetime,
    subject: str = "",
    customer: str = "",
    user_id: int | None = None,
    due_at: datetime | None = None,
    **intent: Any,
) -> bool:
    """Write down something to be done at the gateway. False where it was written down before."""
    values = {
        "op": op, "subject": subject, "customer": customer, "user_id": user_id, "intent": intent,
        "next_try": due_at or now, "made_at": now,
    }  # fmt: skip
    return PendingOperation.objects.get_or_create(key=key, defaults=values)[1]


def revoke(*, user_id: int | None, reason: str, now: datetime) -> None:
    """From now on the passes of this reader hold no more."""
    if user_id is not None:
        lose_passes(user_id=user_id, reason=reason, now=now)


def lock(**which: Any) -> Customer | None:
    """The customer's row, held until this transaction ends. On SQLite a transaction holds off all other writers."""
    return Customer.objects.select_for_update().filter(**which).first()


def version(customer: str) -> int | None:
    """How often a customer was written or changed at the gateway by us; None where there is no such customer."""
    return Customer.objects.filter(gateway_id=customer).values_list("version", flat=True).first()


def changed_there(customer: str) -> None:
    """We changed something of this customer at the gateway: what was fetched before is not written any more."""
    Customer.objects.filter(gateway_id=customer).update(version=F("version") + 1)


def one_trial_at_a_time() -> None:
    """Hold off others who record trials until this transaction ends: two readers may have one card."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TRIALS])
