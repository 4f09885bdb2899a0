"""Invoices: drafted, finalised, paid, failed, void."""

from __future__ import annotations

from . import aftermath, intents, reacting, refusals, sums
from .calendar import DAY
from .drafting import keep, payment_of
from .events import changed, emit, knobs
from .store import World, new_id
from .wire import Thing


def draft(world: World, invoice: Thing) -> Thing:
    """Keep a new invoice; left alone, it finalises itself after an hour."""
    if invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = world.now + knobs(world)["draft_seconds"]
    keep(world, invoice)
    emit(world, "invoice.created", invoice)
    return invoice


def finalise(world: World, invoice: Thing) -> Thing:
    """Number the invoice, take the customer's balance into account, and ask for the rest."""
    customer = world.get(invoice["customer"])
    before = world.get(invoice["id"])
    owed = invoice["total"] + customer["balance"]
    invoice["starting_balance"] = customer["balance"]
    sums.total(invoice)
    invoice["ending_balance"] = min(0, owed)
    number = customer["next_invoice_sequence"]
    world.put({**customer, "balance": min(0, owed), "next_invoice_sequence": number + 1})
    secret = new_id("", 32)
    invoice |= {
        "status": "open",
        "number": f"{customer['invoice_prefix']}-{number:04d}",
        "effective_at": world.now,
        "automatically_finalizes_at": None,
        "hosted_invoice_url": f"{world.base}/invoices/{secret}",
        "invoice_pdf": f"{world.base}/invoices/{secret}/pdf",
        "_secret": secret,
    }
    invoice["status_transitions"]["finalized_at"] = world.now
    keep(world, invoice)
    emit(world, "invoice.finalized", invoice)
    changed(world, "invoice.updated", invoice, before)
    if invoice["amount_due"]:
        _ask_for(world, invoice, customer)
    else:
        settle(world, invoice)
    return invoice


def _ask_for(world: World, invoice: Thing, customer: Thing) -> None:
    words = "Subscription creation" if invoice["billing_reason"] == "subscription_create" else "Subscription update"
    intent = intents.new_intent(world, customer, invoice["amount_due"], invoice["currency"], description=words)
    world.put({
        "id": new_id("inpay_1"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": world.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    })  # fmt: skip


def settle(world: World, invoice: Thing, charge: str | None = None, *, elsewhere: bool = False) -> None:
    """The invoice is paid: say so, and let the subscription know."""
    before = world.get(invoice["id"])
    invoice |= {
        "status": "paid",
        "attempted": True,
        "amount_paid": 0 if elsewhere else invoice["amount_due"],
        "amount_remaining": 0,
        "next_payment_attempt": None,
        "auto_advance": False,
    }
    if elsewhere:
        invoice["amount_paid_off_stripe"] = invoice["amount_due"]
    invoice["status_transitions"]["paid_at"] = world.now
    keep(world, invoice)
    if charge:
        payment = payment_of(world, invoice)
        payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
        payment["status_transitions"]["paid_at"] = world.now
        world.put(payment)
        emit(world, "invoice_payment.paid", payment)
    changed(world, "invoice.updated", invoice, before)
    emit(world, "invoice.paid", invoice)
    emit(world, "invoice.payment_succeeded", invoice)
    reacting.paid(world, invoice)
    if charge:
        aftermath.follow(world, charge)


def pay(world: World, invoice: Thing, method: Thing | None, *, authenticated: bool = False) -> str:
    """Try to collect an open invoice. PAID, FAILED or ACTION."""
    if method is None:
        _failed(world, invoice, intents.FAILED)
        return intents.FAILED
    intent = world.get(payment_of(world, invoice)["payment"]["payment_intent"])
    outcome = intents.attempt(world, intent, method, authenticated=authenticated)
    if outcome == intents.PAID:
        invoice |= {"attempt_count": invoice["attempt_count"] + 1, "attempted": True}
        settle(world, invoice, intent["latest_charge"])
    else:
        _failed(world, invoice, outcome)
    return outcome


def _failed(world: World, invoice: Thing, outcome: str) -> None:
    """One more attempt failed: when to try again, or that it was the last."""
    before = world.get(invoice["id"])
    invoice |= {"attempt_count": invoice["attempt_count"] + 1, "attempted": True}
    invoice.setdefault("_failed_at", world.now)
    days = knobs(world)["dunning_days"]
    done = invoice["_retries"] = invoice.get("_retries", -1) + 1
    again = invoice["billing_reason"] in {"subscription_cycle", "subscription_update"} and done < len(days)
    invoice["next_payment_attempt"] = invoice["_failed_at"] + days[done] * DAY if again else None
    keep(world, invoice)
    changed(world, "invoice.updated", invoice, before)
    if outcome == intents.ACTION:
        emit(world, "invoice.payment_action_required", invoice)
    emit(world, "invoice.payment_failed", invoice)
    reacting.unpaid(world, invoice, last=not again)


def close(world: World, invoice: Thing, status: str) -> Thing:
    """Void an invoice, or give it up as uncollectible."""
    allowed = {"void": {"open", "uncollectible"}, "uncollectible": {"open"}}[status]
    if invoice["status"] not in allowed:
        raise refusals.invalid(
            f"You can only mark an open invoice as {status}. This invoice is {invoice['status']}.",
            code="invoice_not_editable",
        )
    before = world.get(invoice["id"])
    moment, event = {
        "void": ("voided_at", "invoice.voided"),
        "uncollectible": ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    }[status]
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"][moment] = world.now
    keep(world, invoice)
    changed(world, "invoice.updated", invoice, before)
    emit(world, event, invoice)
    return invoice
