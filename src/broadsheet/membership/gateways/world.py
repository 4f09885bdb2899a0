"""A gateway's world in memory: readers pay, time passes, cards fail, banks dispute. For tests and proofs.

It follows what Stripe does as far as membership sees it: trials, renewals, dunning, planned ends, prorations by whole
days, refunds, disputes. Every change leaves an event.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any

from broadsheet.membership.ports import (
    Card,
    Checkout,
    CheckoutOrder,
    CustomerFacts,
    DisputeFacts,
    Event,
    GatewayError,
    InvoiceFacts,
    NewPrice,
    SubscriptionFacts,
)
from broadsheet.membership.rules.values import months_later
from broadsheet.money import Money

RETRIES = (timedelta(days=3), timedelta(days=5), timedelta(days=7), timedelta(days=6))  # then it is cancelled
EXPIRES = timedelta(hours=24)


@dataclass
class Plastic:
    """A card in a reader's hand."""

    fingerprint: str = "fp_1"
    works: bool = True
    brand: str = "visa"
    last4: str = "4242"


@dataclass
class World:
    """Everything at the gateway."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    livemode: bool = False
    name: str = "memory"
    account: str = ""
    customers: dict[str, CustomerFacts] = field(default_factory=dict)
    prices: dict[str, NewPrice] = field(default_factory=dict)
    coupons: dict[str, tuple[int, Money | None, int | None]] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    orders: dict[str, CheckoutOrder] = field(default_factory=dict)
    subscriptions: dict[str, SubscriptionFacts] = field(default_factory=dict)
    invoices: dict[str, InvoiceFacts] = field(default_factory=dict)
    cards: dict[str, Plastic] = field(default_factory=dict)
    planned: dict[str, str] = field(default_factory=dict)  # a price for the next period
    warned: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)  # by idempotency key
    calls: list[str] = field(default_factory=list)
    down: bool = False
    lose_answers: int = 0  # so many of the next changes are made, and their answer is lost
    lock: RLock = field(default_factory=RLock)
    numbers: Any = field(default_factory=lambda: count(1))

    def number(self, prefix: str) -> str:
        """An id that nobody has."""
        return f"{prefix}_{next(self.numbers)}"

    def ring(self, kind: str, object_kind: str, object_id: str, customer: str, charge: str = "") -> None:
        """Leave an event."""
        self.events.append(
            Event(self.number("evt"), kind, self.now, self.livemode, object_kind, object_id, customer, charge)
        )

    # What readers do at the gateway

    def pay(self, checkout: str, card: Plastic | None = None) -> str:
        """Complete a checkout with a card. Gives the subscription's id, or nothing for a gift."""
        with self.lock:
            found, order = self.checkouts[checkout], self.orders[checkout]
            if found.state != "open":
                raise GatewayError("the checkout is not open", retryable=False)
            plastic = card or Plastic()
            self.cards[order.customer] = plastic
            if order.once:
                made = replace(found, state="complete", paid=True, payment=self.number("pi"))
                self.checkouts[checkout] = made
                self.ring("checkout.session.completed", "checkout.session", checkout, order.customer)
                return ""
            subscription = self._begin(order, plastic)
            begun = self.subscriptions[subscription].status != "incomplete"
            if begun:
                self.checkouts[checkout] = replace(found, state="complete", paid=True, subscription=subscription)
                self.ring("checkout.session.completed", "checkout.session", checkout, order.customer)
            return subscription

    def _begin(self, order: CheckoutOrder, plastic: Plastic) -> str:
        price = self.prices[order.price]
        trial = self.now + timedelta(days=order.trial_days) if order.trial_days else None
        made = SubscriptionFacts(
            id=self.number("sub"), customer=order.customer, status="trialing" if trial else "incomplete",
            created=self.now, price=order.price, amount=price.amount, interval=price.interval, livemode=self.livemode,
            item=self.number("si"), period_start=self.now, period_end=trial or self.later(self.now, price.interval),
            trial_start=self.now if trial else None, trial_end=trial, reference=order.reference,
            card=Card(plastic.brand, plastic.last4, 12, 2031, plastic.fingerprint),
        )  # fmt: skip
        self.subscriptions[made.id] = made
        self.ring("customer.subscription.created", "subscription", made.id, made.customer)
        if trial is None:
            paid = self.bill(made.id, "subscription_create", self._first_amount(order, price.amount))
            self.change(made.id, status="active" if paid else "incomplete")
        else:
            self.bill(made.id, "subscription_create", Money(0, price.amount.currency))
        return made.id

    def _first_amount(self, order: CheckoutOrder, amount: Money) -> Money:
        percent, off, _ = self.coupons.get(order.coupon, (0, None, None))
        less = off.minor if off else amount.minor * percent // 100
        return Money(max(amount.minor - less, 0), amount.currency)

    def plan_end(self, subscription: str, *, by_date: bool = True) -> None:
        """The reader cancels on the gateway's own page: the date is set, and the flag only in the older way."""
        found = self.subscriptions[subscription]
        at = found.trial_end if found.status == "trialing" else found.period_end
        if by_date:
            self.change(subscription, cancel_at=at, canceled_at=self.now)
        else:
            self.change(subscription, cancel_at_period_end=True, cancel_at=at, canceled_at=self.now)

    # Money

    def bill(self, subscription: str, reason: str, amount: Money) -> bool:
        """Make an invoice and try to collect it. Whether it was paid."""
        found = self.subscriptions[subscription]
        works = self.cards.get(found.customer, Plastic(works=False)).works or not amount.minor
        charged = bool(amount.minor)
        made = InvoiceFacts(
            id=self.number("in"), customer=found.customer, subscription=subscription,
            status="paid" if works else "open", created=self.now, due=amount,
            paid=amount if works else Money(0, amount.currency), billing_reason=reason, livemode=self.livemode,
            number=self.number("N"), paid_at=self.now if works else None, period_start=found.period_start,
            period_end=found.period_end, attempts=1 if charged else 0, charge=self.number("ch") if charged else "",
            intent=self.number("pi") if charged else "",
            next_attempt=None if works else self.now + RETRIES[0],
        )  # fmt: skip
        self.invoices[made.id] = made
        self.subscriptions[subscription] = replace(found, latest_invoice=made.id)
        self.ring("invoice.paid" if works else "invoice.payment_failed", "invoice", made.id, found.customer)
        return works

    def owed(self, subscription: str) -> InvoiceFacts | None:
        """The invoice that is open."""
        found = [each for each in self.invoices.values() if each.subscription == subscription and each.status == "open"]
        return min(found, key=lambda each: each.created) if found else None

    def retry(self, subscription: str) -> bool:
        """Try the open invoice again: the reader gave another card, or the time has come."""
        invoice, found = self.owed(subscription), self.subscriptions[subscription]
        if invoice is None:
            return False
        attempts = invoice.attempts + 1
        if self.cards[found.customer].works:
            self.invoices[invoice.id] = replace(
                invoice, status="paid", paid=invoice.due, paid_at=self.now, attempts=attempts, next_attempt=None
            )
            self.ring("invoice.paid", "invoice", invoice.id, found.customer)
            self.change(subscription, status="active")
            return True
        wait = RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
        self.invoices[invoice.id] = replace(invoice, attempts=attempts, next_attempt=self.now + wait if wait else None)
        self.ring("invoice.payment_failed", "invoice", invoice.id, found.customer)
        if wait is None:
            self.end(subscription)
        return False

    def give_back(self, invoice: str, minor: int) -> None:
        """Refund: by us, or by hand at the gateway."""
        found = self.invoices[invoice]
        self.invoices[invoice] = replace(found, refunded=found.refunded + minor, refunded_at=self.now)
        self.ring("charge.refunded", "charge", found.charge, found.customer, found.charge)

    def dispute(self, invoice: str, reason: str = "product_not_received") -> None:
        """The reader's bank wants the money back."""
        found = self.invoices[invoice]
        made = DisputeFacts(self.number("dp"), found.charge, "needs_response", reason, self.now)
        self.invoices[invoice] = replace(found, dispute=made)
        self.ring("charge.dispute.created", "dispute", made.id, "", found.charge)

    def close_dispute(self, invoice: str, *, won: bool) -> None:
        """The bank has decided."""
        found = self.invoices[invoice]
        if found.dispute is None:
            raise GatewayError("no dispute", retryable=False)
        made = replace(found.dispute, status="won" if won else "lost", closed_at=self.now)
        self.invoices[invoice] = replace(found, dispute=made)
        self.ring("charge.dispute.closed", "dispute", made.id, "", found.charge)

    def warn(self, invoice: str) -> None:
        """The issuer says: this is a fraud."""
        found = self.invoices[invoice]
        self.warned.add(found.charge)
        self.ring(
            "radar.early_fraud_warning.created", "radar.early_fraud_warning", self.number("issfr"), "", found.charge
        )

    # Changes, and time

    def change(self, subscription: str, **values: Any) -> None:
        """Change a subscription, and say so."""
        self.subscriptions[subscription] = replace(self.subscriptions[subscription], **values)
        found = self.subscriptions[subscription]
        self.ring("customer.subscription.updated", "subscription", subscription, found.customer)

    def end(self, subscription: str) -> None:
        """It is over."""
        found = replace(self.subscriptions[subscription], status="canceled", ended_at=self.now)
        self.subscriptions[subscription] = replace(found, canceled_at=found.canceled_at or self.now)
        self.planned.pop(subscription, None)
        for invoice in list(self.invoices.values()):
            if invoice.subscription == subscription and invoice.status == "open":
                self.invoices[invoice.id] = replace(invoice, status="void", next_attempt=None)
        self.ring("customer.subscription.deleted", "subscription", subscription, found.customer)

    def delete(self, customer: str) -> None:
        """Delete a customer, by us or by hand: what runs ends."""
        for found in list(self.subscriptions.values()):
            if found.customer == customer and found.ended_at is None:
                self.end(found.id)
        self.customers[customer] = replace(self.customers[customer], deleted=True, email="")
        self.ring("customer.deleted", "customer", customer, customer)

    def later(self, moment: datetime, interval: str) -> datetime:
        """The end of the period that begins then."""
        return months_later(moment, 12 if interval == "year" else 1)

    def advance(self, to: datetime) -> None:
        """Let time pass: whatever is due on the way happens at its moment."""
        with self.lock:
            while True:
                due = [(moment, each.id) for each in self.subscriptions.values() if (moment := self._due(each))]
                moment, subscription = min(due, default=(to + timedelta(days=1), ""))
                if moment > to:
                    break
                self.now = max(self.now, moment)
                self._step(subscription)
            self.now = to

    def _due(self, found: SubscriptionFacts) -> datetime | None:
        if found.status in {"canceled", "incomplete_expired", "paused"}:
            return None
        if found.status == "incomplete":
            return found.created + timedelta(hours=23)
        if found.status == "past_due":
            owed = self.owed(found.id)
            moments = [owed.next_attempt if owed else None, found.cancel_at]
            return min((moment for moment in moments if moment), default=None)
        moments = [found.cancel_at, found.trial_end if found.status == "trialing" else found.period_end]
        return min((moment for moment in moments if moment), default=None)

    def _step(self, subscription: str) -> None:
        found = self.subscriptions[subscription]
        if found.status == "incomplete":
            self.change(subscription, status="incomplete_expired", ended_at=self.now)
            return
        if found.cancel_at is not None and self.now >= found.cancel_at:
            self.end(subscription)
            return
        if found.status == "past_due":
            self.retry(subscription)
            return
        self._renew(subscription)

    def _renew(self, subscription: str) -> None:
        """The next period begins: it is billed, unless collection is paused."""
        found = self.subscriptions[subscription]
        price = self.planned.pop(subscription, found.price)
        sold = self.prices[price]
        start = (found.trial_end if found.status == "trialing" else found.period_end) or self.now
        self.subscriptions[subscription] = replace(
            found, price=price, amount=sold.amount, interval=sold.interval, period_start=start,
            period_end=self.later(start, sold.interval), status="active",
        )  # fmt: skip
        paid = found.paused or self.bill(subscription, "subscription_cycle", sold.amount)
        self.change(subscription, status="active" if paid else "past_due")
