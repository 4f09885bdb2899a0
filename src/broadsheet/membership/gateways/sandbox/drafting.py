"""Invoices on paper: their shape, their sums, and how they are kept. Nothing is told to anybody here."""

from __future__ import annotations

from . import customers, sums
from .shapes import SELF, nulls
from .store import World, new_id
from .wire import Thing, listing

_UNSAID = (
    "account_tax_ids application automatically_finalizes_at billing_reason custom_fields customer_account "
    "default_payment_method default_source description due_date effective_at ending_balance footer "
    "from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision "
    "next_payment_attempt number on_behalf_of parent receipt_number rendering shipping_cost "
    "shipping_details statement_descriptor webhooks_delivered_at"
)
_ZERO = (
    "amount_due amount_overpaid amount_paid amount_remaining amount_shipping post_payment_credit_notes_amount "
    "pre_payment_credit_notes_amount starting_balance subtotal subtotal_excluding_tax total total_excluding_tax"
)


def blank(world: World, customer: Thing, currency: str, lines: list[Thing], **fields: object) -> Thing:
    """An invoice's shape with its lines; nothing is kept yet."""
    wanted = str(fields.pop("id", "")) or new_id("in_1")
    lines = [{**row, "invoice": wanted} for row in lines]
    return {
        "id": wanted,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Broadsheet sandbox",
        **dict.fromkeys(_ZERO.split(), 0),
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {**_tax(False), "status": None},
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": currency,
        "customer": customer["id"],
        **{f"customer_{name}": customer[name] for name in ("address", "email", "name", "phone", "shipping")},
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": dict(SELF),
        "lines": listing(lines, f"/v1/invoices/{wanted}/lines"),
        "livemode": False,
        "metadata": {},
        "payment_settings": nulls("default_mandate payment_method_options payment_method_types"),
        "period_end": world.now,
        "period_start": world.now,
        "status": "draft",
        "status_transitions": nulls("finalized_at marked_uncollectible_at paid_at voided_at"),
        "test_clock": customer["test_clock"],
        **{name: [] for name in ("total_discount_amounts", "total_pretax_credit_amounts", "total_taxes")},
        **nulls(_UNSAID),
        **fields,
    }


def _tax(enabled: bool) -> Thing:
    liability = {"type": "self"} if enabled else None
    return {
        "disabled_reason": None,
        "enabled": enabled,
        "liability": liability,
        "provider": "stripe" if enabled else None,
    }


def country_of(world: World, customer: Thing, method: Thing | None = None) -> str | None:
    """Where a customer is taxed: by address, else by the card."""
    if customer["address"] and customer["address"]["country"]:
        return customer["address"]["country"]
    method = method or customers.method_to_charge(world, customer)
    return method["card"]["country"] if method else None


def reckon(world: World, invoice: Thing, customer: Thing, discounts: list[Thing], tax: bool) -> Thing:
    """Discounts, tax and totals."""
    lines = invoice["lines"]["data"]
    invoice["discounts"] = [row["id"] for row in discounts]
    invoice["total_discount_amounts"] = sums.discounted(world, lines, discounts)
    if tax:
        country = country_of(world, customer)
        invoice["automatic_tax"] = {**_tax(True), "status": "complete" if country else "requires_location_inputs"}
        invoice["total_taxes"] = sums.taxed(lines, country)
    return sums.total(invoice)


def keep(world: World, invoice: Thing) -> Thing:
    """Write an invoice down, and when the clock has to do with it again."""
    due = None
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        due = invoice["automatically_finalizes_at"]
    elif invoice["status"] == "open":
        due = invoice["next_payment_attempt"]
    return world.put(invoice, due)


def payment_of(world: World, invoice: Thing) -> Thing:
    """The invoice's payment that waits, or was made."""
    return world.rows("invoice_payment", invoice=invoice["id"])[0]
