"""What may be asked of invoices: pay, finalise, void, preview, credit notes."""

from __future__ import annotations

from . import aftermath, billing, customers, drafting, ending, intents, invoices, proration, refusals, renewing, sums
from .events import changed, emit
from .reacting import subscription_of
from .shapes import nulls
from .store import World, new_id
from .terms import beat
from .wire import Params, Thing, listing

PRORATIONS = ("create_prorations", "always_invoice", "none")


def pay(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/invoices/{id}/pay"""
    invoice = world.the("invoice", wanted)
    params.ignore("off_session")
    elsewhere, named = params.flag("paid_out_of_band"), params.text("payment_method")
    if invoice["status"] == "draft":
        invoice = invoices.finalise(world, invoice)
    if invoice["status"] == "paid":
        if invoice["amount_due"] == 0:
            return invoice
        raise refusals.invalid("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "void":
        raise refusals.invalid("This invoice can no longer be paid. It is void.")
    if elsewhere:
        invoices.settle(world, invoice, elsewhere=True)
        return world.get(wanted)
    method = customers.method_of(world, named) if named else None
    method = method or billing.method_for(world, subscription_of(world, invoice), invoice)
    if method is None:
        raise refusals.invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set a payment method.",
            code="invoice_no_payment_method",
        )
    outcome = invoices.pay(world, invoice, method)
    if outcome == intents.FAILED:
        card = customers.card_of(method)
        raise refusals.declined(card.at_once or card.later)
    if outcome == intents.ACTION:
        raise refusals.Refusal(
            402, "invalid_request_error", "Payment for this invoice requires additional user action before it can be "
            "completed successfully.", code="invoice_payment_intent_requires_action", keeps=True,
        )  # fmt: skip
    return world.get(wanted)


def finalize(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/invoices/{id}/finalize"""
    invoice = world.the("invoice", wanted)
    if invoice["status"] != "draft":
        raise refusals.invalid("This invoice is already finalized.", code="invoice_not_editable")
    advances = params.flag("auto_advance", invoice["auto_advance"])
    return invoices.finalise(world, {**invoice, "auto_advance": advances})


def void(world: World, _: Params, wanted: str) -> Thing:
    """POST /v1/invoices/{id}/void"""
    return invoices.close(world, world.the("invoice", wanted), "void")


def uncollectible(world: World, _: Params, wanted: str) -> Thing:
    """POST /v1/invoices/{id}/mark_uncollectible"""
    return invoices.close(world, world.the("invoice", wanted), "uncollectible")


def update(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/invoices/{id}"""
    invoice, before = world.the("invoice", wanted), world.get(wanted)
    invoice["metadata"] = params.metadata(invoice["metadata"])
    invoice["description"] = params.text("description", invoice["description"])
    invoice["auto_advance"] = params.flag("auto_advance", invoice["auto_advance"])
    if "default_payment_method" in params:
        method = params.text("default_payment_method")
        invoice["default_payment_method"] = customers.owned(world, method, invoice["customer"])
    if invoice["auto_advance"] and invoice["status"] == "draft" and not invoice["automatically_finalizes_at"]:
        invoice["automatically_finalizes_at"] = world.now
    drafting.keep(world, invoice)
    changed(world, "invoice.updated", invoice, before)
    return invoice


def with_payments(world: World, invoice: Thing) -> Thing:
    """An invoice with its payments listed, where they were asked for."""
    rows = world.rows("invoice_payment", invoice=invoice["id"])
    return {**invoice, "payments": listing(rows, f"/v1/invoice_payments?invoice={invoice['id']}")}


def with_secret(world: World, invoice: Thing) -> Thing:
    """An invoice with the secret by which a browser confirms its payment."""
    rows = world.rows("invoice_payment", invoice=invoice["id"])
    secret = world.get(rows[0]["payment"]["payment_intent"])["client_secret"] if rows else None
    found = {"client_secret": secret, "type": "payment_intent"} if secret else None
    return {**invoice, "confirmation_secret": found}


def preview(world: World, params: Params) -> Thing:
    """POST /v1/invoices/create_preview: the next invoice, or what a change would bring. Nothing is kept."""
    subscription = world.the("subscription", params.needed("subscription"), "subscription")
    if (customer := params.text("customer")) and customer != subscription["customer"]:
        raise refusals.no_such("subscription", subscription["id"], "subscription", status=400)
    params.ignore("preview_mode", "automatic_tax")
    details = params.child("subscription_details")
    how = details.choice("proration_behavior", PRORATIONS, "create_prorations")
    at = details.number("proration_date", world.now)
    rows = details.children("items")
    ending.set_end(world, details, subscription)
    if subscription["cancel_at"] is not None and not rows:
        raise refusals.invalid("No upcoming invoices for customer", code="invoice_upcoming_none")
    after = proration.changed_to(subscription, proration.new_items(world, subscription, rows)) if rows else subscription
    resets = beat(subscription) != beat(after) and subscription["status"] != "trialing"
    charged = proration.difference(world, subscription, after, at, resets=resets, proration=how)
    if not charged or (how == "create_prorations" and not resets):
        after = {**after, "_pending": after.get("_pending", []) + charged}
        return _previewed(renewing.upcoming(world, after))
    invoice = billing.invoice_for(world, after, "subscription_update", charged, proration_date=at)
    invoice["starting_balance"] = world.get(subscription["customer"])["balance"]
    return _previewed(sums.total(invoice))


def _previewed(invoice: Thing) -> Thing:
    invoice["id"] = new_id("upcoming_in_1")
    invoice["ending_balance"] = min(0, invoice["total"] + invoice["starting_balance"])
    return invoice


# ----- credit notes


def credit_note(world: World, params: Params) -> Thing:
    """POST /v1/credit_notes: part of a paid invoice is taken back, by refund or onto the balance."""
    invoice = world.the("invoice", params.needed("invoice"), "invoice")
    amount = params.number("amount") or invoice["total"] - invoice["post_payment_credit_notes_amount"]
    back, credit = params.number("refund_amount", 0), params.number("credit_amount", 0)
    if invoice["status"] != "paid" or not 0 < amount <= invoice["amount_paid"]:
        raise refusals.invalid("The amount exceeds what can be credited on this invoice.", "amount")
    if back + credit != amount:
        raise refusals.invalid(
            "The sum of refund_amount and credit_amount must equal the credit note amount.", "refund_amount"
        )
    reasons = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
    note = _note(world, invoice, amount, params.choice("reason", reasons), params.text("memo"))
    note["metadata"] = params.metadata()
    if back:
        intent = world.get(drafting.payment_of(world, invoice)["payment"]["payment_intent"])
        given = aftermath.refund(world, world.get(intent["latest_charge"]), back, "requested_by_customer")
        note["refunds"] = [{"amount_refunded": back, "refund": given["id"], "type": "refund"}]
    customer = world.get(invoice["customer"])
    world.put({**customer, "balance": customer["balance"] - credit})
    before = world.get(invoice["id"])
    invoice["post_payment_credit_notes_amount"] += amount
    drafting.keep(world, invoice)
    world.put(note)
    emit(world, "credit_note.created", note)
    changed(world, "invoice.updated", invoice, before)
    return note


def _note(world: World, invoice: Thing, amount: int, reason: str | None, memo: str | None) -> Thing:
    wanted = new_id("cn_1")
    number = len(world.rows("credit_note", invoice=invoice["id"])) + 1
    return {
        "id": wanted,
        "object": "credit_note",
        "amount": amount,
        "amount_shipping": 0,
        "created": world.now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": world.now,
        "invoice": invoice["id"],
        "lines": listing([], f"/v1/credit_notes/{wanted}/lines"),
        "livemode": False,
        "memo": memo,
        "number": f"{invoice['number']}-CN-{number:02d}",
        "pdf": invoice["invoice_pdf"],
        "post_payment_amount": amount,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": reason,
        "refunds": [],
        "status": "issued",
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_excluding_tax": amount,
        "total_taxes": [],
        "type": "post_payment",
        **nulls("customer_account customer_balance_transaction out_of_band_amount shipping_cost voided_at"),
    }
