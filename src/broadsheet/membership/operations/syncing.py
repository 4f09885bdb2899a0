"""`sync_customer`: fetch; then lock, write, and write down what follows, in one transaction.

An older answer may not overwrite a newer one, so what was fetched is written only where nobody wrote or pushed anything
of this customer meanwhile; else it is fetched again. No transaction waits for the gateway: on SQLite it would hold off
all other writers. Marking an event done in another transaction than its effect would lose the effect in a crash
between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.membership.models import Customer
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.following import follow
from broadsheet.membership.operations.writing import write
from broadsheet.membership.ports import CustomerFacts, GatewayError, PaymentGateway
from broadsheet.membership.queries.standing import access_of
from broadsheet.membership.rules.standing import Access
from broadsheet.paywall.passes import MOST_SECONDS

MOST_LOOKS = 20  # each of which saw others write: whoever came first is done with it, so this ends long before


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did. `why` names the reason where it did nothing."""

    changed: int
    why: str = ""


def sync_customer(
    *,
    gateway: PaymentGateway,
    customer: str,
    now: datetime,
    before: Callable[[], bool] | None = None,
    after: Callable[[Customer, Synced], None] | None = None,
) -> Synced:
    """Bring one customer's rows in line with the gateway. Raises GatewayError; then nothing was written.

    `before` is asked before each fetch whether there is still anything to do; `after` writes in the same transaction.
    """
    for _ in range(MOST_LOOKS):
        version = rows.version(customer)
        if version is None:
            return Synced(0, "unknown customer")
        if before is not None and not before():
            return Synced(0, "done already")
        facts = gateway.fetch_customer(customer)
        with transaction.atomic():
            row = rows.lock(gateway_id=customer)
            if row is not None and row.version == version:
                return _written(row, facts, gateway.livemode, now, after)
    raise GatewayError("the customer changes faster than it can be fetched", retryable=True, code="busy")


def _written(
    row: Customer, facts: CustomerFacts, livemode: bool, now: datetime, after: Callable[[Customer, Synced], None] | None
) -> Synced:
    synced = _bring_in_line(row, facts, livemode, now)
    if after is not None:
        after(row, synced)
    return synced


def _bring_in_line(row: Customer, facts: CustomerFacts, livemode: bool, now: datetime) -> Synced:
    if facts.livemode != livemode and not facts.deleted:
        return Synced(0, "of another mode")
    if facts.test_clock and livemode:
        return Synced(0, "on a test clock")
    before = access_of(row.user_id, now) if row.user_id else None
    changed = write(row, facts, now)
    follow(row, now)
    if before is not None and row.user_id and _outlasted(before, access_of(row.user_id, now), now):
        rows.revoke(user_id=row.user_id, reason="access lost", now=now)
    return Synced(changed)


def _outlasted(before: Access, after: Access, now: datetime) -> bool:
    """Whether a pass that was made with what was known before may say more than is true now."""
    if not before.full or after.until is None:
        return before.full and not after.full
    sooner = before.until is None or after.until < before.until
    return not after.full or (sooner and after.until - now < timedelta(seconds=MOST_SECONDS))
