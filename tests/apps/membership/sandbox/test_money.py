"""BL-18 … BL-20, BL-24: money back, disputes, warnings, tax, discounts."""

from __future__ import annotations

import pytest
import stripe

from tests.apps.membership.sandbox.conftest import DAY, Shop


def test_BL_18_a_full_refund_leaves_the_subscription_as_it_is(shop: Shop) -> None:
    subscription = shop.subscribe()
    charge = shop.charge(subscription)
    given = shop.stripe.refunds.create(
        {"charge": charge, "reason": "requested_by_customer", "metadata": {"why": "LG-07"}}
    )
    assert (given.status, given.amount, given.metadata["why"]) == ("succeeded", 290, "LG-07")
    assert shop.stripe.charges.retrieve(charge).refunded
    assert shop.again(subscription).status == "active"
    assert shop.events()[-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": charge})
    assert refused.value.code == "charge_already_refunded"


def test_BL_18_partial_refunds_add_up(shop: Shop) -> None:
    subscription = shop.subscribe()
    intent = shop.invoice(subscription).payments.data[0].payment.payment_intent
    shop.stripe.refunds.create({"payment_intent": intent.id, "amount": 100})
    charge = shop.stripe.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded, len(charge.refunds.data)) == (100, False, 1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": charge.id, "amount": 191})
    assert refused.value.param == "amount"
    shop.stripe.refunds.create({"charge": charge.id, "amount": 190})
    assert shop.stripe.charges.retrieve(charge.id).refunded


def test_BL_18_a_credit_note_may_give_back_too(shop: Shop) -> None:
    subscription = shop.subscribe()
    invoice = shop.invoice(subscription)
    note = shop.stripe.credit_notes.create(
        {"invoice": invoice.id, "amount": 90, "refund_amount": 60, "credit_amount": 30}
    )
    assert (note.total, note.refunds[0].amount_refunded) == (90, 60)
    assert shop.stripe.customers.retrieve(subscription.customer).balance == -30
    assert shop.stripe.credit_notes.list({"invoice": invoice.id}).data[0].id == note.id


def test_BL_19_a_dispute_lost(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_createDispute")
    dispute = shop.told("charge.dispute.created")
    assert (dispute.reason, dispute.status, dispute.amount) == ("fraudulent", "needs_response", 290)
    assert shop.stripe.charges.retrieve(dispute.charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.refunds.create({"charge": dispute.charge})
    assert refused.value.code == "charge_disputed"
    assert shop.stripe.disputes.close(dispute.id).status == "lost"
    assert shop.told("charge.dispute.closed").status == "lost"
    assert "charge.dispute.funds_reinstated" not in shop.events()
    assert shop.again(subscription).status == "active"


def test_BL_19_a_dispute_won_by_evidence(shop: Shop) -> None:
    shop.subscribe("pm_card_createDisputeProductNotReceived")
    dispute = shop.told("charge.dispute.created")
    assert dispute.reason == "product_not_received"
    held = shop.stripe.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "We sent it."}})
    assert held.status == "under_review"
    won = shop.stripe.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert won.status == "won"
    assert shop.events()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]


def test_BL_19_a_dispute_that_nobody_answers_is_lost_in_time(shop: Shop) -> None:
    subscription = shop.subscribe()
    found = shop.box.pull("dispute", charge=shop.charge(subscription), reason="unrecognized")
    shop.box.later(days=21)
    assert shop.stripe.disputes.retrieve(found["id"]).status == "lost"
    other = shop.box.pull("dispute", charge=shop.charge(subscription))
    assert shop.box.pull("close_dispute", dispute=other["id"], won=True)["status"] == "won"
    assert len(shop.stripe.disputes.list({"charge": other["charge"]}).data) == 2


def test_BL_20_an_early_fraud_warning(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_createIssuerFraudRecord")
    warning = shop.told("radar.early_fraud_warning.created")
    assert (warning.charge, warning.actionable) == (shop.charge(subscription), True)
    assert shop.stripe.radar.early_fraud_warnings.list({"charge": warning.charge}).data[0].id == warning.id
    assert shop.stripe.refunds.create({"charge": warning.charge}).status == "succeeded"


def test_BL_24_tax_in_the_price(shop: Shop) -> None:
    customer = shop.customer(address={"country": "DE"})
    invoice = shop.invoice(shop.subscribe(customer=customer, automatic_tax={"enabled": True}))
    assert (invoice.total, invoice.total_excluding_tax, invoice.total_taxes[0].amount) == (290, 244, 46)
    assert (invoice.total_taxes[0].tax_behavior, invoice.automatic_tax.status) == ("inclusive", "complete")


def test_BL_24_tax_on_top_of_the_price(shop: Shop) -> None:
    price = shop.stripe.prices.create({"product": shop.product, "currency": "eur", "unit_amount": 1000,
                                       "recurring": {"interval": "month"}, "tax_behavior": "exclusive"})  # fmt: skip
    customer = shop.customer(address={"country": "FR"})
    invoice = shop.invoice(shop.subscribe(customer=customer, price=price.id, automatic_tax={"enabled": True}))
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (1000, 1200, 1200)


def test_BL_24_tax_needs_to_know_where(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe(None, automatic_tax={"enabled": True}, trial=30)
    assert refused.value.code == "customer_tax_location_invalid"


def test_a_coupon_counts_once(shop: Shop) -> None:
    half = shop.stripe.coupons.create({"percent_off": "50", "duration": "once"})
    subscription = shop.subscribe(discounts=[{"coupon": half.id}])
    first = shop.invoice(subscription)
    assert (first.amount_paid, first.total_discount_amounts[0].amount) == (145, 145)
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 290
    assert shop.stripe.coupons.retrieve(half.id).times_redeemed == 1


def test_a_coupon_waits_for_the_trial_to_end(shop: Shop) -> None:
    off = shop.stripe.coupons.create({"amount_off": 100, "currency": "usd", "duration": "once"})
    subscription = shop.subscribe(trial=30, discounts=[{"coupon": off.id}])
    shop.box.later(days=30, hours=2)
    assert shop.invoice(subscription).amount_paid == 190


def test_a_coupon_for_some_months_ends(shop: Shop) -> None:
    off = shop.stripe.coupons.create({"percent_off": "10", "duration": "repeating", "duration_in_months": 2})
    subscription = shop.subscribe(discounts=[{"coupon": off.id}])
    paid = [shop.invoice(subscription).amount_paid]
    for _ in range(2):
        shop.renew(subscription)
        paid.append(shop.invoice(subscription).amount_paid)
    assert paid == [261, 261, 290]


def test_promotion_codes_are_unique_and_run_out(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": "25", "duration": "forever"})
    given = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "AMUR", "max_redemptions": 1}
    code = shop.stripe.promotion_codes.create(given)
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.promotion_codes.create(given)
    assert shop.stripe.promotion_codes.list({"code": "AMUR"}).data[0].id == code.id
    shop.subscribe(discounts=[{"promotion_code": code.id}])
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe(discounts=[{"promotion_code": code.id}])
    assert refused.value.code == "promotion_code_expired"


def test_an_open_invoice_is_paid_elsewhere_void_or_given_up(shop: Shop) -> None:
    outcomes = []
    for act in (
        lambda wanted: shop.stripe.invoices.pay(wanted, {"paid_out_of_band": True}),
        lambda wanted: shop.stripe.invoices.void_invoice(wanted),
        lambda wanted: shop.stripe.invoices.mark_uncollectible(wanted),
    ):
        subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=1)
        shop.box.later(days=1, hours=2)
        act(shop.invoice(subscription).id)
        outcomes.append((shop.invoice(subscription).status, shop.again(subscription).status))
    assert outcomes == [("paid", "active"), ("void", "past_due"), ("uncollectible", "past_due")]


def test_a_declined_payment_answers_402_and_its_traces_stay(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=1)
    shop.box.later(days=1, hours=2)
    invoice = shop.invoice(subscription)
    with pytest.raises(stripe.CardError) as declined:
        shop.stripe.invoices.pay(invoice.id)
    assert (declined.value.code, declined.value.error.decline_code) == ("card_declined", "generic_decline")
    assert shop.invoice(subscription).attempt_count == invoice.attempt_count + 1
    assert shop.stripe.charges.list({"customer": subscription.customer}).data[0].status == "failed"
    paid = shop.stripe.invoices.pay(invoice.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, shop.again(subscription).status) == ("paid", "active")


def test_an_unused_balance_is_given_back_on_cancelling_with_proration(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = shop.period_end(subscription)
    shop.box.pull("clock", to=subscription.created + (end - subscription.created) // 2, hold=True)
    shop.stripe.subscriptions.cancel(subscription.id, {"prorate": True})
    assert shop.stripe.customers.retrieve(subscription.customer).balance == -145
    assert end - subscription.created >= 28 * DAY
