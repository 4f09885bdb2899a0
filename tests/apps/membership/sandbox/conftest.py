"""A sandbox for each test, whose every answer and event is judged by the SDK's types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe

from broadsheet.membership.gateways.sandbox import api
from tests.apps.membership.sandbox import shapes
from tests.sandbox import Sandbox, sandbox

DAY = 86_400


@dataclass(frozen=True)
class Shop:
    """A sandbox with the plans of the model page, and short words for what the tests do all the time."""

    box: Sandbox
    product: str
    monthly: str
    yearly: str

    @property
    def stripe(self) -> Any:
        """The official SDK."""
        return self.box.client.v1

    def customer(self, card: str | None = "pm_card_visa", **fields: Any) -> str:
        """A customer, with a card to pay by."""
        made = self.stripe.customers.create({"email": "ada@example.org", **fields})
        if card:
            method = self.stripe.payment_methods.attach(card, {"customer": made.id})
            self.stripe.customers.update(made.id, {"invoice_settings": {"default_payment_method": method.id}})
        return made.id

    def subscribe(self, card: str | None = "pm_card_visa", *, price: str = "", trial: int = 0, **fields: Any) -> Any:
        """A subscription of a new customer."""
        given: dict[str, Any] = {"items": [{"price": price or self.monthly}], **fields}
        given.setdefault("customer", self.customer(card) if "customer" not in given else None)
        if trial:
            given["trial_period_days"] = trial
        return self.stripe.subscriptions.create(given)

    def again(self, subscription: Any, *expand: str) -> Any:
        """The subscription as it is now."""
        return self.stripe.subscriptions.retrieve(subscription.id, {"expand": list(expand)} if expand else {})

    def invoice(self, subscription: Any) -> Any:
        """Its latest invoice, with payments."""
        latest = self.again(subscription).latest_invoice
        return self.stripe.invoices.retrieve(latest, {"expand": ["payments.data.payment.payment_intent"]})

    def charge(self, subscription: Any) -> str:
        """The charge that paid its latest invoice."""
        return self.invoice(subscription).payments.data[0].payment.payment_intent.latest_charge

    def period_end(self, subscription: Any) -> int:
        """When its present period ends."""
        return self.again(subscription)["items"].data[0].current_period_end

    def renew(self, subscription: Any) -> None:
        """Let the clock run past the period's end and the hour of the draft."""
        now = self.box.pull("clock")["now"]
        self.box.later(self.period_end(subscription) - now + 3_700)

    def switch(self, subscription: Any, price: str, **fields: Any) -> Any:
        """Another price."""
        item = self.again(subscription)["items"].data[0].id
        return self.stripe.subscriptions.update(subscription.id, {"items": [{"id": item, "price": price}], **fields})

    def checkout(self, **fields: Any) -> Any:
        """A Checkout session for the monthly plan with its trial."""
        given: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": self.monthly, "quantity": 1}],
            "success_url": "https://paper.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://paper.example/plans",
            "subscription_data": {"trial_period_days": 30},
        }
        return self.stripe.checkout.sessions.create({**given, **fields})

    def events(self, *hidden: str) -> list[str]:
        """The types of all events so far, oldest first."""
        rows = list(self.stripe.events.list({"limit": 100}).auto_paging_iter())
        return [row.type for row in reversed(rows) if not row.type.startswith(("product.", "price.", *hidden))]

    def told(self, kind: str) -> Any:
        """The object of the latest event of that type."""
        return self.stripe.events.list({"type": kind, "limit": 1}).data[0].data.object


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox; at the end, nothing that it answered may have been of a shape that Stripe does not have."""
    wrong: list[str] = []
    with sandbox(tmp_path) as running:
        respond = running.running.sandbox.respond

        def judged(asked: api.Asked) -> api.Answer:
            given = respond(asked)
            if asked.path.startswith("/v1/"):
                wrong.extend(verdict(asked, given))
            return given

        running.running.sandbox.respond = judged  # type: ignore[method-assign]
        yield running
        for _ in running.client.v1.events.list({"limit": 100}).auto_paging_iter():
            pass  # every event passes the judge above
    assert sorted(set(wrong)) == []


def verdict(asked: api.Asked, given: api.Answer) -> list[str]:
    """What is wrong with one answer."""
    body = json.loads(given.body)
    where = f"{asked.method} {asked.path}"
    if given.status == 200:
        return [f"{where} {line}" for line in shapes.problems(body) if asked.path != "/v1/account"]
    known = set(stripe.ErrorObject.__annotations__)
    made_up = [f"{where} error.{name}: made up" for name in body["error"] if name not in known]
    return made_up + [f"{where}: {given.status}"] * (given.status >= 500)


@pytest.fixture
def shop(box: Sandbox) -> Shop:
    """A shop with a monthly and a yearly price."""
    v1 = box.client.v1
    product = v1.products.create({"name": "Membership"}).id
    money = {"product": product, "currency": "usd", "tax_behavior": "inclusive"}
    monthly = v1.prices.create(
        {**money, "unit_amount": 290, "recurring": {"interval": "month"}, "lookup_key": "monthly"}
    )
    yearly = v1.prices.create({**money, "unit_amount": 1990, "recurring": {"interval": "year"}, "lookup_key": "yearly"})
    return Shop(box, product, monthly.id, yearly.id)
