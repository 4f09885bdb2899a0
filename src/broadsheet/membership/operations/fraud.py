"""An issuer's early warning of fraud: the charge goes back and the subscription ends, before a dispute costs more."""

from __future__ import annotations

from datetime import datetime

from broadsheet.membership.models import Customer, Invoice
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.following import refund
from broadsheet.membership.queries.facts import payment


def heed_warning(*, customer: Customer, charge: str, now: datetime) -> None:
    """Act on a warning that the gateway confirms, once. Runs under the customer's lock."""
    invoice = Invoice.objects.filter(customer=customer, charge=charge).exclude(charge="").first()
    if invoice is None or invoice.warned_at is not None:
        return
    invoice.warned_at = now
    invoice.save(update_fields=["warned_at"])
    if invoice.disputed_at is None:
        refund(customer, invoice.subscription, payment(invoice), "fraud-warning", now)
    if invoice.subscription:
        rows.ask(
            op="end", key=f"bs:end:{customer.pk}:warned-{invoice.subscription}", now=now, subject=invoice.subscription,
            customer=customer.gateway_id or "", user_id=customer.user_id,
        )  # fmt: skip
    rows.note(
        user_id=customer.user_id, once=f"{invoice.gateway_id}:warned", kind="fraud_warning", at=now,
        subscription=invoice.subscription, by="gateway",
    )  # fmt: skip
