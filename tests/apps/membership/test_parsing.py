"""Stripe's objects in every shape that is at hand: real ones of many versions, and any that could be drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.membership.gateways import hooks, parsing
from broadsheet.membership.ports import CustomerFacts, Event, InvoiceFacts, SubscriptionFacts
from broadsheet.money import Money
from tests.shared import files, shared

FIXTURES = [path for path in files("payments", "*.json") if "stripe-cli-triggers" not in path.parts]
PARSERS = {
    "subscription": parsing.subscription, "invoice": parsing.invoice, "customer": parsing.customer,
    "checkout.session": parsing.checkout, "dispute": parsing.dispute, "payment_method": parsing.method,
}  # fmt: skip


def objects(found: Any) -> list[dict[str, Any]]:
    """Every object of Stripe's inside, however deep."""
    if isinstance(found, dict) and found.get("deleted"):
        return []
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    own = [found] if isinstance(found, dict) and str(found.get("object")) in PARSERS else []
    return own + [each for value in inside for each in objects(value)]


@pytest.mark.shared_data
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_object_at_hand_is_understood(path: Path) -> None:
    found = json.loads(shared(*path.parts[path.parts.index("payments") :]).read_text(encoding="utf-8"))
    for each in objects(found):
        facts = PARSERS[each["object"]](each)
        if isinstance(facts, SubscriptionFacts):
            assert facts.id
            assert facts.status
            assert facts.period_end is not None, "whether on the subscription or on its items"
            assert facts.period_start is not None
            assert facts.amount.currency != "XXX"
            assert facts.interval in {"day", "week", "month", "year"}
        if isinstance(facts, InvoiceFacts):
            assert facts.id or each.get("id") is None
            assert facts.period_end is not None
            assert facts.paid.currency != "XXX"
            if each.get("subscription"):
                assert facts.subscription, "an older invoice names its subscription itself"
    if found.get("object") == "event" if isinstance(found, dict) else False:
        event = hooks.event_of(found)
        assert event.id
        assert event.kind


@pytest.mark.shared_data
def test_the_newest_shape_gives_the_same_facts_as_the_oldest() -> None:
    now = json.loads(shared("payments", "stripe-openapi-fixtures3.json").read_text(encoding="utf-8"))["resources"]
    new = parsing.subscription(now["subscription"])
    assert new.period_end == datetime.fromtimestamp(976287773, UTC)
    assert (new.amount, new.interval, new.price) == (Money(2000, "USD"), "month", "price_1PgafmB7WZ01zgkW6dKueIc5")
    old = json.loads(shared("payments", "pay-rails", "stripe", "subscription.created.json").read_text(encoding="utf-8"))
    facts = parsing.subscription(old["object"])
    assert facts.period_end == datetime.fromtimestamp(old["object"]["current_period_end"], UTC)


def test_the_period_is_the_latest_of_the_items() -> None:
    items = [{"id": "si_1", "current_period_end": 1_000}, {"id": "si_2", "current_period_end": 5_000}]
    found = parsing.subscription({"id": "sub", "items": {"data": items}, "current_period_end": 9_000})
    assert found.period_end == datetime.fromtimestamp(5_000, UTC)


def test_an_invoice_finds_its_charge_by_its_payment_and_the_charge_its_dispute() -> None:
    payments = {"data": [{"payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]}
    invoice = {
        "id": "in_1", "currency": "usd", "amount_paid": 290, "status": "paid", "created": 1, "payments": payments,
        "parent": {"subscription_details": {"subscription": "sub_1"}},
    }  # fmt: skip
    refunds = {"data": [{"created": 70}, {"created": 80}]}
    charges = [
        {"id": "ch_0", "payment_intent": "pi_1", "status": "failed"},
        {"id": "ch_1", "payment_intent": "pi_1", "status": "succeeded", "amount_refunded": 290, "refunds": refunds},
    ]
    disputes = [{"id": "dp_1", "charge": {"id": "ch_1"}, "status": "lost", "reason": "general", "created": 60}]
    facts = parsing.invoice(invoice, charges, disputes)
    assert (facts.charge, facts.intent, facts.subscription, facts.refunded) == ("ch_1", "pi_1", "sub_1", 290)
    assert facts.refunded_at == datetime.fromtimestamp(80, UTC)
    assert facts.dispute is not None
    assert facts.dispute.status == "lost"


NAMES = st.sampled_from(
    ["id", "object", "data", "status", "customer", "items", "price", "recurring", "interval", "currency", "unit_amount",
     "created", "current_period_end", "trial_end", "cancel_at", "pause_collection", "metadata", "reference", "payments",
     "payment", "payment_intent", "charge", "amount_paid", "amount_refunded", "refunds", "lines", "period", "end",
     "default_payment_method", "card", "last4", "exp_year", "fingerprint", "parent", "subscription_details", "deleted"]
)  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(NAMES, anything, max_size=12))
@settings(max_examples=300, deadline=None)
def test_WH_09_an_object_of_any_shape_is_facts_and_no_fault(found: dict[str, Any]) -> None:
    assert isinstance(parsing.subscription(found), SubscriptionFacts)
    assert isinstance(parsing.invoice(found, [found], [found]), InvoiceFacts)
    assert isinstance(parsing.customer(found, [found], [found], [found], [found]), CustomerFacts)
    assert isinstance(hooks.event_of(found), Event)
    parsing.checkout(found)
    parsing.dispute(found)
