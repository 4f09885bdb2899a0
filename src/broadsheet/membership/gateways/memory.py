"""The gateway's port over a world in memory: what tests use in Stripe's place. The same key does a thing once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from broadsheet.membership.gateways import hooks
from broadsheet.membership.gateways.world import EXPIRES, World
from broadsheet.membership.ports import (
    Checkout,
    CheckoutOrder,
    CustomerFacts,
    Event,
    GatewayError,
    NewPrice,
    Preview,
    SubscriptionFacts,
)
from broadsheet.money import Money

SECRET = "whsec_memory"  # noqa: S105  (of tests)
OVER = {"canceled", "incomplete_expired"}


@dataclass
class MemoryGateway(World):
    """A PaymentGateway without a wire."""

    def _once(self, key: str, do: Callable[[], Any]) -> Any:
        """Do it, or give the answer of the first time."""
        self._reach(key.split(":")[1] if ":" in key else key)
        with self.lock:
            if key not in self.answers:
                self.answers[key] = do()
            if self.lose_answers:
                self.lose_answers -= 1
                raise GatewayError("the answer was lost", retryable=True)
            return self.answers[key]

    def _reach(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise GatewayError("the gateway cannot be reached", retryable=True)

    def create_customer(self, *, email: str, locale: str, reference: str, key: str) -> str:
        """A customer's id."""

        def do() -> str:
            made = self.number("cus")
            self.customers[made] = CustomerFacts(made, email, locale, livemode=self.livemode)
            self.ring("customer.created", "customer", made, made)
            return made

        return self._once(key, do)

    def change_email(self, customer: str, *, email: str, key: str) -> None:
        """Another address."""

        def do() -> None:
            self.customers[customer] = replace(self._customer(customer), email=email)
            self.ring("customer.updated", "customer", customer, customer)

        self._once(key, do)

    def forget_customer(self, customer: str, *, key: str) -> None:
        """Delete a customer."""
        self._once(key, lambda: None if self._customer(customer).deleted else self.delete(customer))

    def ensure_price(self, new: NewPrice, *, key: str) -> str:
        """A price."""

        def do() -> str:
            made = self.number("price")
            self.prices[made] = new
            return made

        return self._once(key, do)

    def ensure_coupon(self, *, code: str, percent: int, amount: Money | None, months: int | None, key: str) -> str:
        """A coupon."""

        def do() -> str:
            made = self.number("coupon")
            self.coupons[made] = (percent, amount, months)
            return made

        return self._once(key, do)

    def create_checkout(self, order: CheckoutOrder, *, key: str) -> Checkout:
        """A checkout that is open."""

        def do() -> str:
            made = self.number("cs")
            self.checkouts[made] = Checkout(
                made, f"https://memory.example/{made}", "open", customer=order.customer, reference=order.reference,
                expires_at=self.now + EXPIRES,
            )  # fmt: skip
            self.orders[made] = order
            return made

        return self.checkouts[self._once(key, do)]

    def checkout(self, checkout: str) -> Checkout:
        """A checkout as it is now."""
        self._reach("checkout")
        found = self.checkouts[checkout]
        if found.state == "open" and found.expires_at is not None and self.now >= found.expires_at:
            found = self.checkouts[checkout] = replace(found, state="expired")
        return found

    def expire_checkout(self, checkout: str, *, key: str) -> None:
        """Close a checkout."""

        def do() -> None:
            if self.checkouts[checkout].state == "open":
                self.checkouts[checkout] = replace(self.checkouts[checkout], state="expired")
                self.ring("checkout.session.expired", "checkout.session", checkout, self.orders[checkout].customer)

        self._once(key, do)

    def portal_url(self, customer: str, *, return_url: str, locale: str) -> str:
        """A page."""
        self._reach("portal")
        return f"https://memory.example/portal/{customer}"

    def cancel(self, subscription: str, *, now: bool, key: str) -> None:
        """End it now, or with its period."""

        def do() -> None:
            found = self._subscription(subscription)
            if found.status in OVER:
                return
            if now:
                self.end(subscription)
            else:
                self.plan_end(subscription, by_date=False)

        self._once(key, do)

    def resume(self, subscription: str, *, key: str) -> None:
        """Go on."""

        def do() -> None:
            found = self._subscription(subscription)
            if found.status in OVER:
                raise GatewayError("it is over", retryable=False, code="over")
            self.change(
                subscription, cancel_at=None, cancel_at_period_end=False, canceled_at=None, paused=False,
                status="active" if found.status == "paused" else found.status,
            )  # fmt: skip

        self._once(key, do)

    def pause(self, subscription: str, *, until: datetime | None, key: str) -> None:
        """Collect nothing."""
        self._once(key, lambda: self.change(subscription, paused=True, resumes_at=until))

    def preview_switch(self, subscription: str, *, price: str, at: datetime) -> Preview:
        """By whole seconds: the unused part of the old price against the whole new one."""
        self._reach("preview")
        found, sold = self._subscription(subscription), self.prices[price]
        credit = self._unused(found, at)
        due = max(sold.amount.minor - credit, 0)
        currency = sold.amount.currency
        return Preview(Money(due, currency), Money(credit, currency), sold.amount, self.later(at, sold.interval))

    def _unused(self, found: SubscriptionFacts, at: datetime) -> int:
        if found.period_start is None or found.period_end is None:
            return 0
        whole = (found.period_end - found.period_start).total_seconds()
        return int(found.amount.minor * max((found.period_end - at).total_seconds(), 0) / whole)

    def switch(self, subscription: str, *, price: str, at: datetime | None, at_period_end: bool, key: str) -> None:
        """Change the price."""

        def do() -> None:
            found, sold = self._subscription(subscription), self.prices[price]
            if found.status in OVER:
                raise GatewayError("it is over", retryable=False, code="over")
            if at_period_end:
                self.planned[subscription] = price
                return
            if at is None:
                self.change(subscription, price=price, amount=sold.amount, interval=sold.interval)
                return
            due = self.preview_switch(subscription, price=price, at=at).due_now
            self.change(
                subscription, price=price, amount=sold.amount, interval=sold.interval, period_start=self.now,
                period_end=self.later(self.now, sold.interval),
            )  # fmt: skip
            if not self.bill(subscription, "subscription_update", due):
                self.change(subscription, status="past_due")

        self._once(key, do)

    def refund(self, *, charge: str, intent: str, minor: int, key: str) -> str:
        """Give money back."""

        def do() -> str:
            found = [
                each for each in self.invoices.values()
                if (charge and each.charge == charge) or (intent and each.intent == intent)
            ]  # fmt: skip
            if not found:
                return self.number("re") if intent else self._refuse("no such charge")
            left = found[0].paid.minor - found[0].refunded
            if left <= 0:
                return self.number("re")
            if minor > left:
                return self._refuse("more than is left")
            self.give_back(found[0].id, minor)
            return self.number("re")

        return self._once(key, do)

    def _refuse(self, why: str) -> str:
        raise GatewayError(why, retryable=False)

    def fetch_customer(self, customer: str) -> CustomerFacts:
        """All of it, as it is now."""
        self._reach("fetch")
        with self.lock:
            subscriptions = (each for each in self.subscriptions.values() if each.customer == customer)
            invoices = (each for each in self.invoices.values() if each.customer == customer)
            return replace(self._customer(customer), subscriptions=tuple(subscriptions), invoices=tuple(invoices))

    def customer_of_charge(self, charge: str) -> str:
        """Whose charge this is."""
        self._reach("charge")
        return next((each.customer for each in self.invoices.values() if each.charge == charge), "")

    def fraud_warning(self, charge: str) -> bool:
        """Whether there was a warning."""
        self._reach("warning")
        return charge in self.warned

    def events_since(self, since: datetime) -> Iterator[Event]:
        """Latest first, as Stripe lists them."""
        self._reach("events")
        return iter([event for event in reversed(self.events) if event.created >= since])

    def read_event(self, body: bytes, signature: str, now: datetime) -> Event:
        """A signed event."""
        hooks.verify(body, signature, [SECRET], now)
        return hooks.read(body)

    def _customer(self, customer: str) -> CustomerFacts:
        if customer not in self.customers:
            raise GatewayError("no such customer", retryable=False, code="resource_missing")
        return self.customers[customer]

    def _subscription(self, subscription: str) -> SubscriptionFacts:
        if subscription not in self.subscriptions:
            raise GatewayError("no such subscription", retryable=False, code="resource_missing")
        return self.subscriptions[subscription]
