"""Bills in the hands of a program: drafts, finalising, settings, what a first payment waits for."""

from __future__ import annotations

import pytest
import stripe

from tests.apps.membership.sandbox.browsing import visit
from tests.apps.membership.sandbox.conftest import Shop


def test_a_draft_is_finalised_by_hand_and_once(shop: Shop) -> None:
    subscription = shop.subscribe(trial=1)
    shop.box.later(days=1)
    draft = shop.invoice(subscription)
    held = shop.stripe.invoices.update(draft.id, {"auto_advance": False, "metadata": {"held": "1"}})
    assert (held.auto_advance, held.number) == (False, None)
    shop.box.later(hours=5)
    assert shop.invoice(subscription).status == "draft"
    final = shop.stripe.invoices.finalize_invoice(draft.id)
    assert (final.status, final.amount_due) == ("open", 290)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.invoices.finalize_invoice(draft.id)
    assert refused.value.code == "invoice_not_editable"
    assert shop.stripe.invoices.pay(draft.id).status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.invoices.pay(draft.id)
    assert refused.value.code == "invoice_already_paid"
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.invoices.void_invoice(draft.id)


def test_a_draft_is_paid_by_hand_before_its_hour(shop: Shop) -> None:
    subscription = shop.subscribe(trial=1)
    shop.box.later(days=1)
    assert shop.stripe.invoices.pay(shop.invoice(subscription).id).status == "paid"
    shop.box.later(hours=2)
    assert len(shop.stripe.charges.list({"customer": subscription.customer}).data) == 1


def test_payment_by_hand_needs_a_card_and_perhaps_the_bank(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=1)
    shop.box.later(days=1, hours=2)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.invoices.pay(shop.invoice(subscription).id)
    assert refused.value.code == "invoice_no_payment_method"
    with pytest.raises(stripe.StripeError) as refused:
        shop.stripe.invoices.pay(shop.invoice(subscription).id, {"payment_method": "pm_card_authenticationRequired"})
    assert (refused.value.http_status, refused.value.code) == (402, "invoice_payment_intent_requires_action")
    intent = shop.invoice(subscription).payments.data[0].payment.payment_intent
    visit(intent.next_action.redirect_to_url.url, action="refuse")
    refused_intent = shop.stripe.payment_intents.retrieve(intent.id)
    assert refused_intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert shop.invoice(subscription).status == "open"


def test_a_subscription_that_waits_for_its_first_payment(shop: Shop) -> None:
    subscription = shop.subscribe(payment_behavior="default_incomplete", expand=["latest_invoice.confirmation_secret"])
    assert (subscription.status, subscription.latest_invoice.status) == ("incomplete", "open")
    secret = subscription.latest_invoice.confirmation_secret.client_secret
    assert secret.startswith("pi_")
    assert shop.stripe.invoices.pay(subscription.latest_invoice.id).status == "paid"
    assert shop.again(subscription).status == "active"


def test_a_subscription_that_must_be_paid_or_not_be(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    before = shop.events()
    with pytest.raises(stripe.CardError):
        shop.subscribe(customer=customer, payment_behavior="error_if_incomplete")
    assert shop.events() == before


def test_a_subscription_may_keep_the_card_that_paid_first(shop: Shop) -> None:
    subscription = shop.subscribe(payment_settings={"save_default_payment_method": "on_subscription"})
    assert (
        subscription.default_payment_method
        == shop.stripe.payment_methods.list({"customer": subscription.customer}).data[0].id
    )


def test_collection_paused_for_a_while_begins_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    now = shop.box.pull("clock")["now"]
    pause = {"behavior": "keep_as_draft", "resumes_at": now + 40 * 86_400}
    shop.stripe.subscriptions.update(subscription.id, {"pause_collection": pause})
    shop.renew(subscription)
    assert (shop.invoice(subscription).status, shop.invoice(subscription).auto_advance) == ("draft", False)
    shop.box.later(days=15)
    assert shop.again(subscription).pause_collection is None
    shop.stripe.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "mark_uncollectible"}})
    shop.renew(subscription)
    assert shop.invoice(subscription).status == "uncollectible"


def test_a_balance_is_used_before_the_card(shop: Shop) -> None:
    customer = shop.customer()
    shop.stripe.customers.update(customer, {"balance": -200})
    invoice = shop.invoice(shop.subscribe(customer=customer))
    assert (invoice.total, invoice.starting_balance, invoice.amount_paid, invoice.ending_balance) == (290, -200, 90, 0)
    assert shop.stripe.customers.retrieve(customer).balance == 0


def test_no_bill_is_to_come_after_the_end(shop: Shop) -> None:
    subscription = shop.subscribe()
    preview = shop.stripe.invoices.create_preview({"subscription": subscription.id, "customer": subscription.customer})
    assert (preview.amount_due, preview.period_start) == (290, shop.period_end(subscription))
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.invoices.create_preview({"subscription": subscription.id})
    assert refused.value.code == "invoice_upcoming_none"
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.invoices.create_preview({"subscription": subscription.id, "customer": shop.customer()})


def test_bills_and_their_payments_are_listed(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.renew(subscription)
    rows = shop.stripe.invoices.list({"subscription": subscription.id, "status": "paid"}).data
    assert len(rows) == 2
    paid = shop.stripe.invoice_payments.list({"invoice": rows[0].id}).data[0]
    named = {"payment": {"type": "payment_intent", "payment_intent": paid.payment.payment_intent}}
    assert shop.stripe.invoice_payments.list(named).data[0].invoice == rows[0].id
    assert shop.stripe.invoices.line_items.list(rows[0].id).data[0].amount == 290
    assert (
        shop.stripe.payment_intents.update(paid.payment.payment_intent, {"metadata": {"a": "b"}}).metadata["a"] == "b"
    )


def test_a_receipt_has_a_page(shop: Shop) -> None:
    charge = shop.stripe.charges.retrieve(shop.charge(shop.subscribe()))
    assert "$2.90" in visit(charge.receipt_url).words


def test_subscriptions_are_listed_by_state_and_price(shop: Shop) -> None:
    one, two = shop.subscribe(), shop.subscribe(trial=30, price=shop.yearly)
    shop.stripe.subscriptions.cancel(one.id)
    assert [row.id for row in shop.stripe.subscriptions.list({"status": "ended"}).data] == [one.id]
    assert [row.id for row in shop.stripe.subscriptions.list({"status": "trialing"}).data] == [two.id]
    assert [row.id for row in shop.stripe.subscriptions.list({"price": shop.yearly}).data] == [two.id]
    shop.stripe.subscriptions.update(one.id, {"metadata": {"why": "left"}})
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscriptions.update(one.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscriptions.cancel(one.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscriptions.resume(two.id)
    customer = shop.stripe.customers.retrieve(two.customer, {"expand": ["subscriptions", "tax"]})
    assert [row.id for row in customer.subscriptions.data] == [two.id]
    assert customer.tax.automatic_tax == "unrecognized_location"
