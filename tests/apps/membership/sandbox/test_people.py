"""BL-14, BL-21, BL-22: customers and their cards."""

from __future__ import annotations

import pytest
import stripe

from tests.apps.membership.sandbox.conftest import Shop


def test_BL_14_a_card_that_the_bank_renewed(shop: Shop) -> None:
    subscription = shop.subscribe()
    method = shop.stripe.customers.payment_methods.list(subscription.customer).data[0]
    shop.stripe.payment_methods.update(method.id, {"card": {"exp_month": 1, "exp_year": 2040}})
    told = shop.told("payment_method.updated")
    assert (told.card.exp_month, told.card.exp_year, told.card.fingerprint) == (1, 2040, method.card.fingerprint)


def test_the_same_card_has_the_same_fingerprint_whoever_holds_it(shop: Shop) -> None:
    prints = [
        shop.stripe.payment_methods.create({"type": "card", "card": {"number": number, "exp_month": 1, "exp_year": 2040}})
        .card.fingerprint
        for number in ("4242424242424242", "4242 4242 4242 4242", "5555555555554444")
    ]  # fmt: skip
    assert prints[0] == prints[1] != prints[2]
    with pytest.raises(stripe.CardError) as refused:
        shop.stripe.payment_methods.create({"type": "card", "card": {"number": "4111111111111111"}})
    assert refused.value.code == "incorrect_number"


def test_a_card_declined_at_once_is_never_attached(shop: Shop) -> None:
    customer = shop.customer(None)
    for card, code, reason in (
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ):
        with pytest.raises(stripe.CardError) as declined:
            shop.stripe.payment_methods.attach(card, {"customer": customer})
        assert declined.value.code == code
        assert getattr(declined.value.error, "decline_code", None) == reason
    assert shop.stripe.payment_methods.list({"customer": customer}).data == []


def test_a_card_detached_pays_no_longer(shop: Shop) -> None:
    subscription = shop.subscribe()
    method = shop.stripe.payment_methods.list({"customer": subscription.customer}).data[0]
    assert shop.stripe.payment_methods.detach(method.id).customer is None
    assert shop.stripe.customers.retrieve(subscription.customer).invoice_settings.default_payment_method is None
    shop.renew(subscription)
    assert shop.again(subscription).status == "past_due"


def test_BL_21_a_deleted_customer_takes_the_subscriptions_along(shop: Shop) -> None:
    subscription = shop.subscribe()
    gone = shop.stripe.customers.delete(subscription.customer)
    assert gone.deleted
    assert shop.again(subscription).status == "canceled"
    assert shop.events()[-2:] == ["customer.subscription.deleted", "customer.deleted"]
    assert shop.stripe.customers.retrieve(subscription.customer).deleted
    assert shop.stripe.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.subscriptions.create({"customer": subscription.customer, "items": [{"price": shop.monthly}]})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "customer")


def test_BL_22_another_mail_address_is_told_with_what_it_was(shop: Shop) -> None:
    customer = shop.customer()
    shop.stripe.customers.update(customer, {"email": "lovelace@example.org", "metadata": {"reader": "7"}})
    event = shop.stripe.events.list({"type": "customer.updated", "limit": 1}).data[0]
    assert event.data.object.email == "lovelace@example.org"
    assert event.data.previous_attributes.to_dict() == {"email": "ada@example.org", "metadata": {}}
    assert [row.id for row in shop.stripe.customers.list({"email": "lovelace@example.org"}).data] == [customer]


def test_metadata_is_merged_unset_and_cleared(shop: Shop) -> None:
    customer = shop.customer(None, metadata={"a": "1", "b": "2"})
    update = shop.stripe.customers.update
    assert update(customer, {"metadata": {"b": "", "c": "3"}}).metadata.to_dict() == {"a": "1", "c": "3"}
    assert update(customer, {"name": "Ada"}).metadata.to_dict() == {"a": "1", "c": "3"}
    assert update(customer, {"metadata": ""}).metadata.to_dict() == {}


def test_a_setup_intent_keeps_a_card(shop: Shop) -> None:
    customer = shop.customer(None)
    setup = shop.stripe.setup_intents.create({"customer": customer, "payment_method": "pm_card_visa", "confirm": True})
    assert setup.status == "succeeded"
    assert shop.stripe.payment_methods.retrieve(setup.payment_method).customer == customer
    asks = shop.stripe.setup_intents.create({"customer": customer})
    assert asks.status == "requires_payment_method"
    asks = shop.stripe.setup_intents.confirm(asks.id, {"payment_method": "pm_card_authenticationRequired"})
    assert (asks.status, asks.next_action.type) == ("requires_action", "redirect_to_url")
    with pytest.raises(stripe.CardError):
        shop.stripe.setup_intents.create({"payment_method": "pm_card_chargeDeclined", "confirm": True})


def test_nothing_is_listed_of_nobody(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.subscriptions.list({"customer": "cus_nobody"})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "customer")
