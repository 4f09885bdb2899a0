"""BL-15 … BL-17 and the pages: Checkout, the bank's question, the portal, bills; as a browser without script sees them."""

from __future__ import annotations

import pytest
import stripe

from broadsheet.membership.gateways.sandbox.html import NOTICE
from tests.apps.membership.sandbox.browsing import visit
from tests.apps.membership.sandbox.conftest import Shop

GOOD, DECLINED, ASKS, LATER = "4242424242424242", "4000000000000002", "4000002760003184", "4000000000000341"
MAIL = {"email": "ada@example.org", "action": "pay"}


def test_the_page_states_price_trial_and_end_before_the_card(shop: Shop) -> None:
    page = visit(shop.checkout().url)
    assert NOTICE in page.text
    assert "$2.90 a month" in page.words
    assert "Free until" in page.words
    assert page.words.index("Free until") < page.words.index("4242 4242 4242 4242")
    assert "Start 30-day trial, then $2.90 a month" in page.words
    assert "<script" not in page.text


def test_a_completed_checkout_begins_the_trial_and_tells_in_order(shop: Shop) -> None:
    session = shop.checkout(client_reference_id="reader-7", metadata={"reader": "7"})
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 0)
    sent = visit(session.url, **MAIL, card=GOOD)
    assert (sent.status, sent.location) == (303, f"https://paper.example/thanks?session={session.id}")
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "line_items"]})
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert (done.subscription.status, done.client_reference_id) == ("trialing", "reader-7")
    assert done.line_items.data[0].price.id == shop.monthly
    assert done.subscription.default_payment_method
    events = shop.events()
    order = ["customer.created", "payment_method.attached", "setup_intent.succeeded", "customer.subscription.created",
             "invoice.paid", "checkout.session.completed"]  # fmt: skip
    assert [kind for kind in events if kind in order] == order
    assert "This purchase is done" in visit(session.url).words
    assert visit(session.url, **MAIL, card=GOOD).status == 200
    assert shop.events() == events


def test_a_paid_checkout_without_a_trial(shop: Shop) -> None:
    session = shop.checkout(subscription_data={}, customer_email="ada@example.org")
    assert session.amount_total == 290
    assert visit(session.url, action="pay", card=GOOD).status == 303
    done = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (done.payment_status, done.customer_details.email) == ("paid", "ada@example.org")
    assert shop.stripe.subscriptions.retrieve(done.subscription).status == "active"


def test_a_declined_card_leaves_the_session_open_and_nothing_behind(shop: Shop) -> None:
    session = shop.checkout()
    before = shop.events()
    for card in (DECLINED, "4000000000009995"):
        page = visit(session.url, **MAIL, card=card)
        assert page.status == 402
        assert 'role="alert"' in page.text
    assert "insufficient funds" in page.words
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "open"
    assert shop.events() == before
    assert shop.stripe.customers.list().data == []


def test_a_paid_checkout_with_a_card_declined_when_charged_leaves_nothing(shop: Shop) -> None:
    session = shop.checkout(subscription_data={})
    assert visit(session.url, **MAIL, card=LATER).status == 402
    assert shop.stripe.subscriptions.list({"status": "all"}).data == []
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "open"


def test_what_is_missing_is_asked_for(shop: Shop) -> None:
    session = shop.checkout(consent_collection={"terms_of_service": "required"})
    assert "Please give a mail address" in visit(session.url, action="pay", card=GOOD).words
    assert "Please agree to the terms" in visit(session.url, **MAIL, card=GOOD).words
    assert "is no test card" in visit(session.url, **MAIL, terms="yes", card="4111111111111111").words
    assert visit(session.url, **MAIL, terms="yes", card=GOOD).status == 303
    assert shop.stripe.checkout.sessions.retrieve(session.id).consent.terms_of_service == "accepted"


def test_the_bank_asks_and_is_answered(shop: Shop) -> None:
    session = shop.checkout()
    asked = visit(session.url, **MAIL, card=ASKS)
    assert "/3ds/" in asked.location
    assert NOTICE in visit(asked.location).text
    refused = visit(asked.location, action="refuse")
    assert refused.location == session.url
    assert "could not confirm" in visit(session.url).words
    assert visit(asked.location, action="confirm").status == 404
    again = visit(session.url, **MAIL, card=ASKS)
    assert visit(again.location, action="confirm").location.startswith("https://paper.example/thanks")
    done = shop.stripe.checkout.sessions.retrieve(session.id)
    assert shop.stripe.subscriptions.retrieve(done.subscription).status == "trialing"


def test_BL_15_two_tabs_make_two_subscriptions(shop: Shop) -> None:
    customer = shop.customer(None)
    first, second = shop.checkout(customer=customer), shop.checkout(customer=customer)
    for session in (first, second):
        assert visit(session.url, action="pay", card=GOOD).status == 303
    rows = shop.stripe.subscriptions.list({"customer": customer}).data
    assert len(rows) == 2
    prints = {row.card.fingerprint for row in shop.stripe.payment_methods.list({"customer": customer}).data}
    assert len(prints) == 1


def test_BL_16_an_abandoned_checkout_expires(shop: Shop) -> None:
    session, other = shop.checkout(), shop.checkout()
    assert shop.stripe.checkout.sessions.expire(other.id).status == "expired"
    shop.box.later(hours=25)
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "expired"
    assert shop.events() == ["checkout.session.expired"] * 2
    assert visit(session.url).status == 410
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.checkout.sessions.expire(session.id)


def test_BL_17_paid_but_the_browser_never_returns(shop: Shop) -> None:
    session = shop.checkout(metadata={"reader": "7"})
    visit(session.url, **MAIL, card=GOOD)  # and the redirect is never followed
    told = shop.told("checkout.session.completed")
    assert (told.id, told.metadata["reader"]) == (session.id, "7")
    assert shop.stripe.checkout.sessions.list({"subscription": told.subscription}).data[0].id == session.id


def test_BL_24_checkout_collects_the_country_for_the_tax(shop: Shop) -> None:
    session = shop.checkout(automatic_tax={"enabled": True}, subscription_data={})
    assert "Country, for the tax" in visit(session.url).words
    assert "choose your country" in visit(session.url, **MAIL, card=GOOD).words
    visit(session.url, **MAIL, card=GOOD, country="DE")
    done = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (done.amount_total, done.total_details.amount_tax, done.automatic_tax.status) == (290, 46, "complete")
    assert done.customer_details.address.country == "DE"
    assert shop.stripe.invoices.retrieve(done.invoice).total_taxes[0].amount == 46
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.checkout(customer=shop.customer(), automatic_tax={"enabled": True})
    assert refused.value.code == "customer_tax_location_invalid"


def test_promotion_codes_are_typed_in(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": "50", "duration": "once"})
    shop.stripe.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "AMUR"})
    session = shop.checkout(allow_promotion_codes=True, subscription_data={})
    assert "This code is invalid" in visit(session.url, **MAIL, card=GOOD, code="NOPE").words
    assert "-$1.45" in visit(session.url, email="a@b.c", action="apply", code="amur").words
    visit(session.url, **MAIL, card=GOOD, code="amur")
    done = shop.stripe.checkout.sessions.retrieve(session.id)
    assert (done.amount_total, shop.stripe.invoices.retrieve(done.invoice).amount_paid) == (145, 145)


def test_a_trial_without_a_card_where_none_is_needed(shop: Shop) -> None:
    session = shop.checkout(payment_method_collection="if_required")
    assert "Test card" not in visit(session.url).words
    assert visit(session.url, **MAIL).status == 303
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.subscription.status, done.subscription.default_payment_method) == ("trialing", None)


def test_a_single_payment_as_for_a_gift(shop: Shop) -> None:
    data = {"currency": "usd", "unit_amount": 1990, "product_data": {"name": "A year as a gift"}}
    rows = [{"price_data": data, "quantity": 1}]
    session = shop.checkout(
        mode="payment", line_items=rows, subscription_data={}, payment_intent_data={"metadata": {"gift": "1"}}
    )
    assert "Pay $19.90" in visit(session.url).words
    visit(session.url, **MAIL, card=GOOD)
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.payment_status, done.payment_intent.amount_received, done.customer) == ("paid", 1990, None)
    assert done.payment_intent.metadata["gift"] == "1"
    billed = shop.checkout(mode="payment", line_items=rows, subscription_data={}, customer_creation="always",
                           invoice_creation={"enabled": True})  # fmt: skip
    visit(billed.url, **MAIL, card=GOOD)
    done = shop.stripe.checkout.sessions.retrieve(billed.id, {"expand": ["invoice"]})
    assert (done.invoice.status, done.invoice.amount_paid) == ("paid", 1990)


def test_a_card_left_for_later(shop: Shop) -> None:
    customer = shop.customer(None)
    session = shop.checkout(mode="setup", customer=customer, line_items=[], subscription_data={}, currency="usd")
    visit(session.url, action="pay", card=GOOD)
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (done.setup_intent.status, done.setup_intent.customer) == ("succeeded", customer)


def test_the_portal_cancels_keeps_switches_and_changes_the_card(shop: Shop) -> None:
    subscription = shop.subscribe()
    portal = shop.stripe.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": "https://paper.example/account"}
    )
    page = visit(portal.url)
    assert NOTICE in page.text
    assert "Switch to $19.90 a year" in page.words
    visit(portal.url, action="cancel", subscription=subscription.id)
    cancelled = shop.again(subscription)
    assert (cancelled.cancel_at, cancelled.cancel_at_period_end) == (shop.period_end(subscription), False)
    assert "nothing more is charged" in visit(portal.url).words
    visit(portal.url, action="renew", subscription=subscription.id)
    assert shop.again(subscription).cancel_at is None
    visit(portal.url, action="switch", subscription=subscription.id, price=shop.yearly)
    assert shop.again(subscription)["items"].data[0].price.id == shop.yearly
    visit(portal.url, action="card", card="5555555555554444")
    method = shop.again(subscription, "default_payment_method").default_payment_method
    assert method.card.last4 == "4444"
    assert visit(portal.url, action="card", card=DECLINED).status == 402


def test_the_portal_opened_for_one_purpose_shows_just_that(shop: Shop) -> None:
    subscription = shop.subscribe()
    flow = {"type": "subscription_cancel", "subscription_cancel": {"subscription": subscription.id},
            "after_completion": {"type": "redirect", "redirect": {"return_url": "https://paper.example/ended"}}}  # fmt: skip
    portal = shop.stripe.billing_portal.sessions.create({"customer": subscription.customer, "flow_data": flow})
    assert "Test card" not in visit(portal.url).words
    assert visit(portal.url, action="cancel", subscription=subscription.id).location == "https://paper.example/ended"


def test_the_portal_serves_its_own_customer_alone(shop: Shop) -> None:
    mine, other = shop.subscribe(), shop.subscribe()
    portal = shop.stripe.billing_portal.sessions.create({"customer": mine.customer})
    assert visit(portal.url, action="cancel", subscription=other.id).status == 404
    assert shop.again(other).cancel_at is None
    assert visit(portal.url[:-1]).status == 404


def test_BL_04_a_new_card_in_the_portal_pays_what_is_owed(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=1)
    shop.box.later(days=1, hours=2)
    portal = shop.stripe.billing_portal.sessions.create({"customer": subscription.customer})
    assert "The last payment failed" in visit(portal.url).words
    visit(portal.url, action="card", card=GOOD)
    assert shop.again(subscription).status == "active"


def test_BL_05_the_bill_is_paid_on_its_page_with_the_banks_question(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_authenticationRequired", trial=1)
    shop.box.later(days=1, hours=2)
    invoice = shop.invoice(subscription)
    page = visit(invoice.hosted_invoice_url)
    assert NOTICE in page.text
    assert "$2.90" in page.words
    assert visit(invoice.hosted_invoice_url, action="pay", card=DECLINED).status == 402
    asked = visit(invoice.hosted_invoice_url, action="pay", card=ASKS)
    assert "/3ds/" in asked.location
    assert visit(asked.location, action="confirm").location == invoice.hosted_invoice_url
    assert (shop.invoice(subscription).status, shop.again(subscription).status) == ("paid", "active")
    assert "It is paid" in visit(invoice.hosted_invoice_url).words


def test_BL_24_a_bill_is_a_pdf_that_needs_no_log_in(shop: Shop) -> None:
    invoice = shop.invoice(shop.subscribe())
    page = visit(invoice.invoice_pdf)
    assert page.text.startswith("%PDF-1.4")
    assert invoice.number in page.text


@pytest.mark.parametrize("path", ["/", "/checkout/cs_test_nobody", "/portal/x", "/invoices/x", "/3ds/x", "/nowhere"])
def test_every_page_says_that_no_money_moves(shop: Shop, path: str) -> None:
    page = visit(shop.box.address + path)
    assert NOTICE in page.text
    assert page.status == (200 if path == "/" else 404)


def test_a_customer_on_a_test_clock_has_sessions_on_it_too(shop: Shop) -> None:
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": 1_769_860_800})
    customer = shop.customer(test_clock=clock.id)
    session, other = shop.checkout(customer=customer), shop.checkout(customer=customer)
    assert session.created == 1_769_860_800
    assert visit(session.url, action="pay", card=GOOD).status == 303
    shop.stripe.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_769_860_800 + 90_000})
    assert shop.stripe.checkout.sessions.retrieve(other.id).status == "expired"
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.status, done.subscription.trial_start) == ("complete", 1_769_860_800)


def test_a_kept_card_is_offered_again(shop: Shop) -> None:
    customer = shop.customer()
    method = shop.stripe.payment_methods.list({"customer": customer}).data[0]
    session = shop.checkout(customer=customer)
    assert "The card kept for you" in visit(session.url).words
    other = shop.customer()
    foreign = shop.stripe.payment_methods.list({"customer": other}).data[0]
    assert visit(session.url, action="pay", card=f"saved:{foreign.id}").status == 402
    assert visit(session.url, action="pay", card=f"saved:{method.id}").status == 303
    done = shop.stripe.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert done.subscription.default_payment_method == method.id


def test_a_paused_trial_is_resumed_in_the_portal(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=1, trial_settings={"end_behavior": {"missing_payment_method": "pause"}})
    shop.box.later(days=2)
    portal = shop.stripe.billing_portal.sessions.create({"customer": subscription.customer})
    assert "Paused" in visit(portal.url).words
    visit(portal.url, action="card", card=GOOD)
    visit(portal.url, action="resume", subscription=subscription.id)
    assert shop.again(subscription).status == "active"


def test_a_new_card_in_the_portal_may_need_the_bank(shop: Shop) -> None:
    subscription = shop.subscribe()
    portal = shop.stripe.billing_portal.sessions.create({"customer": subscription.customer})
    asked = visit(portal.url, action="card", card=ASKS)
    assert visit(asked.location, action="refuse").location == portal.url
    assert shop.again(subscription).default_payment_method is None
    asked = visit(portal.url, action="card", card=ASKS)
    assert visit(asked.location, action="confirm").location == portal.url
    method = shop.again(subscription, "default_payment_method").default_payment_method
    assert method.card.last4 == "3184"


def test_the_portal_shows_the_price_of_a_switch_as_it_is_then_charged(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.box.later(days=15)
    portal = shop.stripe.billing_portal.sessions.create({"customer": subscription.customer, "flow_data": {
        "type": "subscription_update", "subscription_update": {"subscription": subscription.id},
    }})  # fmt: skip
    words = visit(portal.url).words
    visit(portal.url, action="switch", subscription=subscription.id, price=shop.yearly)
    assert f"now: ${shop.invoice(subscription).amount_paid / 100:.2f}" in words


def test_the_portal_follows_a_configuration(shop: Shop) -> None:
    made = shop.stripe.billing_portal.configurations.create(
        {"features": {"invoice_history": {"enabled": True}}, "default_return_url": "https://paper.example/account"}
    )
    portal = shop.stripe.billing_portal.sessions.create({"customer": shop.customer(), "configuration": made.id})
    assert portal.return_url == "https://paper.example/account"
    assert [row.id for row in shop.stripe.billing_portal.configurations.list().data] == [made.id]


def test_what_a_reader_does_can_be_done_in_one_call(shop: Shop) -> None:
    session = shop.checkout()
    done = shop.box.pull("complete", session=session.id, card="4000 0000 0000 0341", email="ada@example.org")
    assert done["status"] == "complete"
    with pytest.raises(AssertionError, match="is complete"):
        shop.box.pull("complete", session=session.id, email="ada@example.org")
    free = shop.checkout(payment_method_collection="if_required")
    assert shop.box.pull("complete", session=free.id, card=None, email="ada@example.org")["subscription"]
    with pytest.raises(AssertionError, match="declined"):
        shop.box.pull("complete", session=shop.checkout().id, card="pm_card_chargeDeclined", email="ada@example.org")
