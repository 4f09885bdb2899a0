"""Scenarios that run anywhere: on the sandbox, and on a sandbox of Stripe's own with a maintainer's key.

They use nothing but Stripe's API, and its test clocks for time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DAY = 86_400
Told = tuple[str, str]  # an event's type, and the status of what it tells of


@dataclass(frozen=True)
class Stage:
    """Where a scenario plays: the SDK, a clock that stands still, a monthly and a yearly price."""

    v1: Any
    clock: str
    begun: int
    monthly: str
    yearly: str

    def customer(self, card: str | None) -> str:
        """A customer on the clock, with a card."""
        made = self.v1.customers.create({"email": "ada@example.org", "test_clock": self.clock})
        if card:
            method = self.v1.payment_methods.attach(card, {"customer": made.id})
            self.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": method.id}})
        return made.id

    def begin(self, card: str | None, **fields: Any) -> Any:
        """A subscription to the monthly price."""
        given = {"customer": self.customer(card), "items": [{"price": self.monthly}], **fields}
        return self.v1.subscriptions.create(given)

    def at(self, days: float) -> None:
        """Move the clock to so many days after the beginning, and wait until it is there."""
        self.v1.test_helpers.test_clocks.advance(self.clock, {"frozen_time": self.begun + int(days * DAY)})
        until = time.monotonic() + 300
        while self.v1.test_helpers.test_clocks.retrieve(self.clock).status != "ready":
            if time.monotonic() > until:
                raise TimeoutError(f"the clock {self.clock} did not get there")
            time.sleep(2)


def trial_becomes_active(stage: Stage) -> str:
    """BL-01"""
    subscription = stage.begin("pm_card_visa", trial_period_days=30)
    stage.at(30.2)
    return subscription.customer


def trial_is_cancelled(stage: Stage) -> str:
    """BL-02"""
    subscription = stage.begin("pm_card_visa", trial_period_days=30)
    stage.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    stage.at(30.2)
    return subscription.customer


def trial_without_a_card_pauses(stage: Stage) -> str:
    """BL-03"""
    settings = {"end_behavior": {"missing_payment_method": "pause"}}
    subscription = stage.begin(None, trial_period_days=30, trial_settings=settings)
    stage.at(30.2)
    return subscription.customer


def card_is_declined_at_the_trials_end(stage: Stage) -> str:
    """BL-04"""
    subscription = stage.begin("pm_card_chargeCustomerFail", trial_period_days=30)
    stage.at(30.2)
    return subscription.customer


def cancelled_and_resumed(stage: Stage) -> str:
    """BL-06"""
    subscription = stage.begin("pm_card_visa")
    stage.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    stage.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    stage.at(31.2)
    return subscription.customer


def switched_to_yearly(stage: Stage) -> str:
    """BL-10"""
    subscription = stage.begin("pm_card_visa")
    stage.at(15)
    item = subscription["items"].data[0].id
    stage.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item, "price": stage.yearly}], "proration_behavior": "always_invoice"}
    )
    return subscription.customer


SCENARIOS: dict[Callable[[Stage], str], list[Told]] = {
    # What must be told, in this order, whoever tells it.
    trial_becomes_active: [
        ("customer.subscription.created", "trialing"), ("invoice.paid", "paid"),
        ("customer.subscription.trial_will_end", "trialing"), ("customer.subscription.updated", "active"),
        ("invoice.paid", "paid"),
    ],
    trial_is_cancelled: [
        ("customer.subscription.created", "trialing"), ("customer.subscription.updated", "trialing"),
        ("customer.subscription.deleted", "canceled"),
    ],
    trial_without_a_card_pauses: [
        ("customer.subscription.created", "trialing"), ("customer.subscription.paused", "paused"),
    ],
    card_is_declined_at_the_trials_end: [
        ("customer.subscription.created", "trialing"), ("customer.subscription.updated", "active"),
        ("invoice.payment_failed", "open"), ("customer.subscription.updated", "past_due"),
    ],
    cancelled_and_resumed: [
        ("customer.subscription.updated", "active"), ("customer.subscription.updated", "active"),
        ("invoice.paid", "paid"),
    ],
    switched_to_yearly: [("invoice.paid", "paid"), ("customer.subscription.updated", "active"), ("invoice.paid", "paid")],
}  # fmt: skip


def play(v1: Any, scenario: Callable[[Stage], str]) -> list[Told]:
    """Run a scenario on a stage of its own; all that was told of its customer, oldest first."""
    begun = int(time.time())
    clock = v1.test_helpers.test_clocks.create({"frozen_time": begun, "name": scenario.__name__}).id
    product = v1.products.create({"name": "Membership"}).id
    money = {"product": product, "currency": "usd"}
    monthly = v1.prices.create({**money, "unit_amount": 290, "recurring": {"interval": "month"}}).id
    yearly = v1.prices.create({**money, "unit_amount": 1990, "recurring": {"interval": "year"}}).id
    customer = scenario(Stage(v1, clock, begun, monthly, yearly))
    told = []
    for event in v1.events.list({"limit": 100, "created": {"gte": begun - DAY}}).auto_paging_iter():
        thing = event.data.object
        if customer in {getattr(thing, "customer", None), thing.id if "id" in thing else None}:
            told.append((event.type, str(getattr(thing, "status", ""))))
    return told[::-1]


def missing(told: list[Told], expected: list[Told]) -> list[Told]:
    """What of the expected did not come, or not in its place."""
    place = 0
    for wanted in expected:
        try:
            place = told.index(wanted, place) + 1
        except ValueError:
            return expected[expected.index(wanted) :]
    return []
