"""Stripe's objects as our facts, in today's shape and in older ones: periods on the subscription or on its items, an
invoice's subscription under its parent or on itself, its charge inside its payments or on itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from broadsheet.membership.ports import (
    Card,
    Checkout,
    CustomerFacts,
    DisputeFacts,
    InvoiceFacts,
    SubscriptionFacts,
)
from broadsheet.money import Money

Thing = dict[str, Any]


def text(value: Any) -> str:
    """A text, or nothing."""
    return value if isinstance(value, str) else ""


def ident(value: Any) -> str:
    """An id, whether the object itself was put in its place or not."""
    return text(value.get("id")) if isinstance(value, dict) else text(value)


def moment(value: Any) -> datetime | None:
    """A moment, from seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def part(value: Any) -> Thing:
    """A part of an object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Thing]:
    """What a list holds, in its wrapping or without."""
    found = value.get("data") if isinstance(value, dict) else value
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def money(minor: Any, currency: Any) -> Money:
    """An amount. A currency that is none becomes XXX, which ISO keeps for “no currency”."""
    code = text(currency).upper()
    fine = len(code) == 3 and code.isascii() and code.isalpha()
    return Money(minor if isinstance(minor, int) else 0, code if fine else "XXX")


def subscription(found: Thing, card: Card | None = None) -> SubscriptionFacts:
    """A subscription. Its period is the latest among its items'."""
    items = rows(found.get("items"))
    first = items[0] if items else {}
    price = part(first.get("price")) or part(first.get("plan")) or part(found.get("plan"))
    recurring = part(price.get("recurring")) or price
    ends = _moments(items, "current_period_end") or _moments([found], "current_period_end")
    starts = _moments(items, "current_period_start") or _moments([found], "current_period_start")
    minor = price.get("unit_amount", price.get("amount"))
    pause = found.get("pause_collection")
    own = method(found.get("default_payment_method"))
    return SubscriptionFacts(
        id=ident(found), customer=ident(found.get("customer")), status=text(found.get("status")),
        created=moment(found.get("created")) or datetime.fromtimestamp(0, UTC), price=ident(price),
        amount=money(minor, price.get("currency") or found.get("currency")), interval=text(recurring.get("interval")),
        livemode=found.get("livemode") is True, item=ident(first), product=ident(price.get("product")),
        quantity=_count(first.get("quantity") or found.get("quantity")), period_start=max(starts, default=None),
        period_end=max(ends, default=None), trial_start=moment(found.get("trial_start")),
        trial_end=moment(found.get("trial_end")), cancel_at=moment(found.get("cancel_at")),
        cancel_at_period_end=found.get("cancel_at_period_end") is True, canceled_at=moment(found.get("canceled_at")),
        ended_at=moment(found.get("ended_at")), paused=isinstance(pause, dict),
        resumes_at=moment(part(pause).get("resumes_at")), latest_invoice=ident(found.get("latest_invoice")),
        reference=text(part(found.get("metadata")).get("reference")), test_clock=ident(found.get("test_clock")),
        card=own if own.last4 or own.fingerprint else (card or own),
    )  # fmt: skip


def _moments(things: Iterable[Thing], name: str) -> list[datetime]:
    return [found for each in things if (found := moment(each.get(name))) is not None]


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 1


def method(found: Any) -> Card:
    """The card of a payment method, a charge's details, or an older source."""
    thing = part(found)
    card = part(thing.get("card")) or (thing if thing.get("object") == "card" else {})
    return Card(
        text(card.get("brand")).lower(), text(card.get("last4"))[-4:], _number(card.get("exp_month")),
        _number(card.get("exp_year")), text(card.get("fingerprint")),
    )  # fmt: skip


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000 else 0


def invoice(found: Thing, charges: Iterable[Thing] = (), disputes: Iterable[Thing] = ()) -> InvoiceFacts:
    """An invoice, with what became of its charge."""
    charge = _charge_of(found, list(charges))
    parent = part(part(found.get("parent")).get("subscription_details"))
    lines = rows(found.get("lines"))
    ends = [moment(part(line.get("period")).get("end")) for line in lines]
    starts = [moment(part(line.get("period")).get("start")) for line in lines]
    transitions = part(found.get("status_transitions"))
    paid_at = moment(transitions.get("paid_at")) or (moment(found.get("created")) if _paid(found) else None)
    currency = found.get("currency")
    refunds = [moment(each.get("created")) for each in rows(charge.get("refunds"))]
    return InvoiceFacts(
        id=ident(found), customer=ident(found.get("customer")),
        subscription=ident(parent.get("subscription")) or ident(found.get("subscription")),
        status=text(found.get("status")) or ("paid" if _paid(found) else "open"),
        created=moment(found.get("created")) or moment(found.get("date")) or datetime.fromtimestamp(0, UTC),
        due=money(found.get("amount_due"), currency), paid=money(found.get("amount_paid"), currency),
        billing_reason=text(found.get("billing_reason")), livemode=found.get("livemode") is True,
        number=text(found.get("number")), paid_at=paid_at if _paid(found) else None,
        period_start=min((each for each in starts if each), default=moment(found.get("period_start"))),
        period_end=max((each for each in ends if each), default=moment(found.get("period_end"))),
        attempts=_number(found.get("attempt_count")), next_attempt=moment(found.get("next_payment_attempt")),
        hosted_url=text(found.get("hosted_invoice_url")), pdf_url=text(found.get("invoice_pdf")), charge=ident(charge),
        intent=intent_of(found) or ident(charge.get("payment_intent")), refunded=_sum(charge.get("amount_refunded")),
        refunded_at=max((each for each in refunds if each), default=None),
        dispute=_dispute_of(charge, disputes),
    )  # fmt: skip


def _paid(found: Thing) -> bool:
    return found.get("paid") is True or found.get("status") == "paid"


def _sum(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def intent_of(found: Thing) -> str:
    """The payment intent that paid an invoice, or is to pay it."""
    paying = [part(each.get("payment")) for each in rows(found.get("payments"))]
    intents = [ident(each.get("payment_intent")) for each in paying]
    return ident(found.get("payment_intent")) or next((each for each in intents if each), "")


def _charge_of(found: Thing, charges: list[Thing]) -> Thing:
    """The charge that paid an invoice: named by it, or by its payment."""
    named = {ident(found.get("charge"))}
    for each in rows(found.get("payments")):
        named.add(ident(part(each.get("payment")).get("charge")))
    named.discard("")
    intent = intent_of(found)
    for charge in charges:
        if ident(charge) in named or (intent and ident(charge.get("payment_intent")) == intent and _succeeded(charge)):
            return charge
    inside = part(found.get("charge"))
    return inside or ({"id": next(iter(sorted(named)))} if named else {})


def _succeeded(charge: Thing) -> bool:
    return charge.get("status") == "succeeded"


def _dispute_of(charge: Thing, disputes: Iterable[Thing]) -> DisputeFacts | None:
    ours = [each for each in disputes if ident(charge) and ident(each.get("charge")) == ident(charge)]
    inside = part(charge.get("dispute"))
    found = max(ours, key=lambda each: each.get("created") or 0, default=inside)
    return dispute(found) if found else None


def dispute(found: Thing) -> DisputeFacts:
    """A dispute. When it was closed, its last movement of money says."""
    status = text(found.get("status"))
    moved = [moment(each.get("created")) for each in rows(found.get("balance_transactions"))]
    closed = max((each for each in moved if each), default=None) if status in {"won", "lost"} else None
    return DisputeFacts(
        ident(found), ident(found.get("charge")), status, text(found.get("reason")),
        moment(found.get("created")) or datetime.fromtimestamp(0, UTC), closed,
    )  # fmt: skip


def checkout(found: Thing) -> Checkout:
    """A checkout session."""
    return Checkout(
        id=ident(found), url=text(found.get("url")), state=text(found.get("status")),
        paid=found.get("payment_status") in {"paid", "no_payment_required"}, customer=ident(found.get("customer")),
        subscription=ident(found.get("subscription")), payment=ident(found.get("payment_intent")),
        reference=text(part(found.get("metadata")).get("reference")), expires_at=moment(found.get("expires_at")),
    )  # fmt: skip


def customer(
    found: Thing,
    subscriptions: Iterable[Thing] = (),
    invoices: Iterable[Thing] = (),
    charges: Iterable[Thing] = (),
    disputes: Iterable[Thing] = (),
) -> CustomerFacts:
    """A customer with all that is theirs."""
    charges, disputes = list(charges), list(disputes)
    card = _card_of(found, charges)
    return CustomerFacts(
        id=ident(found), email=text(found.get("email")), locale=_locale(found), deleted=found.get("deleted") is True,
        livemode=found.get("livemode") is True, test_clock=ident(found.get("test_clock")),
        subscriptions=tuple(subscription(each, card) for each in subscriptions),
        invoices=tuple(invoice(each, charges, disputes) for each in invoices if each.get("status") != "draft"),
    )  # fmt: skip


def _locale(found: Thing) -> str:
    named = found.get("preferred_locales")
    return text(named[0]) if isinstance(named, list) and named else ""


def _card_of(found: Thing, charges: list[Thing]) -> Card:
    """The customer's own card, else the one that paid last."""
    own = method(part(found.get("invoice_settings")).get("default_payment_method"))
    if own.last4 or own.fingerprint:
        return own
    paid = sorted((each for each in charges if _succeeded(each)), key=lambda each: each.get("created") or 0)
    return method(paid[-1].get("payment_method_details")) if paid else own
