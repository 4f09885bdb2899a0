"""Billing a subscription: the invoice of a period, at its start, at renewal, at a trial's end."""

from __future__ import annotations

from . import customers, drafting, intents, invoices, sums
from .reacting import subscription_of
from .store import World
from .terms import discounts_of, period, save
from .wire import Thing


def lines(world: World, subscription: Thing, *, trial: bool = False) -> list[Thing]:
    """The lines of the present period; in a trial they cost nothing."""
    rows = []
    for item in subscription["items"]["data"]:
        more: Thing = {"subscription": subscription["id"], "item": item["id"]}
        if trial:
            name = world.get(item["price"]["product"])["name"]
            more |= {"amount": 0, "description": f"Trial period for {name}"}
        rows.append(sums.line(world, item["price"], item["quantity"], period(subscription), **more))
    return rows


def invoice_for(world: World, subscription: Thing, reason: str, rows: list[Thing], **fields: object) -> Thing:
    """An invoice for a subscription, reckoned, not yet kept."""
    customer = world.get(subscription["customer"])
    details = {
        "metadata": subscription["metadata"],
        "subscription": subscription["id"],
        "subscription_proration_date": fields.pop("proration_date", None),
    }
    parent = {"type": "subscription_details", "subscription_details": details, "quote_details": None}
    start, end = period(subscription)
    invoice = drafting.blank(
        world,
        customer,
        subscription["currency"],
        rows,
        billing_reason=reason,
        parent=parent,
        **{"period_start": start, "period_end": end, **fields},
    )
    if not details["subscription_proration_date"]:
        details.pop("subscription_proration_date")
    return drafting.reckon(
        world, invoice, customer, discounts_of(world, subscription), subscription["automatic_tax"]["enabled"]
    )


def bill(world: World, subscription: Thing, reason: str, rows: list[Thing], **fields: object) -> Thing:
    """Make the invoice and let the subscription name it. Lines that waited come along."""
    waiting = subscription.pop("_pending", [])
    invoice = invoice_for(world, subscription, reason, waiting + rows, **fields)
    subscription["latest_invoice"] = invoice["id"]
    _note_charged(subscription, invoice)
    if invoice["total"] > 0 or any(row["amount"] for row in rows):
        _use_up(world, subscription)
    save(world, subscription)
    return invoices.draft(world, invoice)


def _note_charged(subscription: Thing, invoice: Thing) -> None:
    """What each item costs in this period after its discount: that much is credited for time unused."""
    for row in invoice["lines"]["data"]:
        details = row["parent"]["subscription_item_details"]
        for item in subscription["items"]["data"]:
            if item["id"] == details["subscription_item"] and not details["proration"]:
                item["_charged"] = row["amount"] - sums.taken_off(row)


def _use_up(world: World, subscription: Thing) -> None:
    """A discount that counts once has counted."""
    kept = []
    for wanted in subscription["discounts"]:
        discount = world.get(wanted)
        if world.get(discount["source"]["coupon"])["duration"] != "once":
            kept.append(wanted)
    subscription["discounts"] = kept


def collect_now(world: World, subscription: Thing, invoice: Thing, method: Thing | None = None, *,
                authenticated: bool = False) -> str:  # fmt: skip
    """Finalise and pay at once, as at a start. PAID, FAILED or ACTION."""
    invoice |= {"auto_advance": True}
    invoice = invoices.finalise(world, invoice)
    if invoice["status"] == "paid":
        return intents.PAID
    method = method or method_for(world, subscription, invoice)
    return invoices.pay(world, invoice, method, authenticated=authenticated)


def method_for(world: World, subscription: Thing | None, invoice: Thing) -> Thing | None:
    """The card by which an invoice is paid."""
    customer = world.get(invoice["customer"])
    chosen = subscription["default_payment_method"] if subscription else None
    return customers.method_to_charge(world, customer, invoice["default_payment_method"], chosen)


def renew(world: World, subscription: Thing) -> Thing:
    """A new period begins: its invoice waits an hour as a draft, as collection's pause and arrears allow."""
    invoice = bill(world, subscription, "subscription_cycle", lines(world, subscription))
    behaviour = (subscription["pause_collection"] or {}).get("behavior")
    if behaviour == "keep_as_draft" or subscription["status"] == "unpaid":
        return drafting.keep(world, {**invoice, "auto_advance": False, "automatically_finalizes_at": None})
    if behaviour:
        status = {"void": "void", "mark_uncollectible": "uncollectible"}[behaviour]
        invoices.close(world, {**invoice, "status": "open", "automatically_finalizes_at": None}, status)
    return invoice


def advance_invoice(world: World, invoice: Thing) -> None:
    """The clock has to do with an invoice: finalise its draft and collect, or try again."""
    subscription = subscription_of(world, invoice)
    if invoice["status"] == "draft":
        invoice = invoices.finalise(world, invoice)
    if invoice["status"] == "open":
        invoices.pay(world, invoice, method_for(world, subscription, invoice))
