"""BL-09 … BL-12, BL-23: another price, in a trial and after it, at once and at the period's end."""

from __future__ import annotations

import pytest
import stripe

from tests.apps.membership.sandbox.conftest import DAY, Shop


def test_BL_09_monthly_to_yearly_in_a_trial_keeps_the_trial_and_charges_nothing(shop: Shop) -> None:
    subscription = shop.subscribe(trial=30)
    switched = shop.switch(subscription, shop.yearly)
    assert (switched.status, switched.trial_end) == ("trialing", subscription.trial_end)
    assert "charge.succeeded" not in shop.events()
    shop.box.later(days=30, hours=2)
    assert shop.invoice(subscription).amount_paid == 1990
    assert shop.period_end(subscription) - subscription.trial_end in {365 * DAY, 366 * DAY}


def test_BL_10_monthly_to_yearly_is_previewed_as_it_is_then_billed(shop: Shop) -> None:
    subscription = shop.subscribe()
    half = (shop.period_end(subscription) - subscription.created) // 2
    at = shop.box.pull("clock", to=subscription.created + half, hold=True)["now"]
    item = subscription["items"].data[0].id
    details = {
        "items": [{"id": item, "price": shop.yearly}],
        "proration_behavior": "always_invoice",
        "proration_date": at,
    }
    preview = shop.stripe.invoices.create_preview({"subscription": subscription.id, "subscription_details": details})
    assert [row.amount for row in preview.lines.data] == [-145, 1990]
    assert [row.parent.subscription_item_details.proration for row in preview.lines.data] == [True, False]
    assert shop.again(subscription)["items"].data[0].price.id == shop.monthly
    switched = shop.switch(subscription, shop.yearly, proration_behavior="always_invoice", proration_date=at)
    invoice = shop.invoice(switched)
    assert (
        (invoice.amount_paid, invoice.billing_reason)
        == (preview.amount_due, "subscription_update")
        == (1845, "subscription_update")
    )
    assert (switched.billing_cycle_anchor, switched["items"].data[0].id) == (at, item)


def test_BL_10_the_same_interval_waits_for_the_next_bill(shop: Shop) -> None:
    dearer = shop.stripe.prices.create(
        {"product": shop.product, "currency": "usd", "unit_amount": 490, "recurring": {"interval": "month"}}
    )
    subscription = shop.subscribe()
    end = shop.period_end(subscription)
    shop.box.pull("clock", to=subscription.created + (end - subscription.created) // 2, hold=True)
    before = len(shop.events())
    switched = shop.switch(subscription, dearer.id)
    assert shop.period_end(switched) == end
    assert shop.events()[before:] == ["customer.subscription.updated"]
    preview = shop.stripe.invoices.create_preview({"subscription": subscription.id})
    assert [row.amount for row in preview.lines.data] == [-145, 245, 490]
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == preview.amount_due == 590


def test_BL_10_without_proration_only_the_next_bill_changes(shop: Shop) -> None:
    dearer = shop.stripe.prices.create(
        {"product": shop.product, "currency": "usd", "unit_amount": 490, "recurring": {"interval": "month"}}
    )
    subscription = shop.subscribe()
    shop.switch(subscription, dearer.id, proration_behavior="none")
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 490


def test_BL_11_yearly_to_monthly_at_the_periods_end_by_a_schedule(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.yearly)
    end = shop.period_end(subscription)
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    assert schedule.current_phase.end_date == end
    first = schedule.phases[0]
    schedule = shop.stripe.subscription_schedules.update(schedule.id, {"end_behavior": "release", "phases": [
        {"items": [{"price": shop.yearly}], "start_date": first.start_date, "end_date": first.end_date},
        {"items": [{"price": shop.monthly}], "duration": {"interval": "month", "interval_count": 1}},
    ]})  # fmt: skip
    assert shop.again(subscription).schedule == schedule.id
    shop.renew(subscription)
    now = shop.again(subscription)
    assert (now.status, now["items"].data[0].price.id, shop.invoice(now).amount_paid) == ("active", shop.monthly, 290)
    assert 28 * DAY <= shop.period_end(now) - end <= 31 * DAY
    shop.renew(subscription)
    assert shop.again(subscription).schedule is None
    assert shop.stripe.subscription_schedules.retrieve(schedule.id).status == "released"
    assert shop.events().count("subscription_schedule.released") == 1


def test_BL_11_a_schedule_can_be_taken_back(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.yearly)
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    released = shop.stripe.subscription_schedules.release(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 1990


def test_BL_11_a_schedule_may_end_the_subscription(shop: Shop) -> None:
    subscription = shop.subscribe()
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    shop.stripe.subscription_schedules.update(schedule.id, {"end_behavior": "cancel"})
    shop.renew(subscription)
    assert shop.again(subscription).status == "canceled"


def test_BL_12_there_and_back_in_a_minute_costs_nothing_more(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.box.pull("clock", seconds=0, hold=True)
    at = shop.box.pull("clock")["now"]
    shop.switch(subscription, shop.yearly, proration_behavior="always_invoice", proration_date=at)
    back = shop.switch(subscription, shop.monthly, proration_behavior="always_invoice", proration_date=at)
    assert shop.invoice(back).total == 290 - 1990
    credit = -shop.stripe.customers.retrieve(subscription.customer).balance
    paid = sum(row.amount for row in shop.stripe.charges.list({"customer": subscription.customer}).data)
    assert paid - credit == 290
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 0  # from the balance


def test_a_switch_that_the_card_refuses_is_past_due(shop: Shop) -> None:
    subscription = shop.subscribe()
    bad = shop.stripe.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscription.customer})
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": bad.id})
    assert shop.switch(subscription, shop.yearly, proration_behavior="always_invoice").status == "past_due"


def test_BL_23_a_raised_price_is_another_price_and_old_ones_keep_theirs(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.stripe.prices.update(shop.monthly, {"active": False})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe()
    assert refused.value.param == "items[0][price]"
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 290


def test_items_of_another_currency_or_interval_are_refused(shop: Shop) -> None:
    euro = shop.stripe.prices.create(
        {"product": shop.product, "currency": "eur", "unit_amount": 290, "recurring": {"interval": "month"}}
    )
    subscription = shop.subscribe()
    with pytest.raises(stripe.InvalidRequestError):
        shop.switch(subscription, euro.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscriptions.update(subscription.id, {"items": [{"price": shop.yearly}]})
    assert shop.again(subscription)["items"].data[0].price.id == shop.monthly


def test_a_switch_that_must_be_paid_or_not_be_leaves_nothing_when_it_is_not(shop: Shop) -> None:
    subscription = shop.subscribe()
    bad = shop.stripe.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": subscription.customer})
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": bad.id})
    before = shop.events()
    with pytest.raises(stripe.CardError):
        shop.switch(
            subscription, shop.yearly, proration_behavior="always_invoice", payment_behavior="error_if_incomplete"
        )
    assert shop.events() == before
    assert shop.again(subscription)["items"].data[0].price.id == shop.monthly


def test_a_phase_that_begins_in_the_middle_is_prorated(shop: Shop) -> None:
    dearer = shop.stripe.prices.create(
        {"product": shop.product, "currency": "usd", "unit_amount": 490, "recurring": {"interval": "month"}}
    )
    subscription = shop.subscribe()
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    start, end = schedule.phases[0].start_date, schedule.phases[0].end_date
    half = start + (end - start) // 2
    shop.stripe.subscription_schedules.update(schedule.id, {"phases": [
        {"items": [{"price": shop.monthly}], "start_date": start, "end_date": half},
        {"items": [{"price": dearer.id, "quantity": 1}], "end_date": end + 86_400},
    ]})  # fmt: skip
    shop.renew(subscription)
    assert [row.amount for row in shop.invoice(subscription).lines.data] == [-145, 245, 490]


@pytest.mark.parametrize(
    "phases",
    [
        [{"items": [], "metadata": {"a": "b"}}],
        [{"items": [{"price": "yearly"}], "end_date": 1}],
        [{"items": [{"price": "monthly"}], "duration": {"interval": "month"}}],
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(shop: Shop, phases: list[dict[str, object]]) -> None:
    subscription = shop.subscribe(price=shop.yearly)
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    names = {"yearly": shop.yearly, "monthly": shop.monthly}
    for phase in phases:
        phase["items"] = [{"price": names[row["price"]]} for row in phase["items"]]  # type: ignore[attr-defined,index]
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscription_schedules.update(schedule.id, {"phases": phases})
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    ended = shop.stripe.subscription_schedules.cancel(schedule.id)
    assert (ended.status, shop.again(subscription).status) == ("canceled", "canceled")
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.subscription_schedules.release(schedule.id)


def test_items_come_and_go(shop: Shop) -> None:
    extra = shop.stripe.prices.create(
        {"product": shop.product, "currency": "usd", "unit_amount": 100, "recurring": {"interval": "month"}}
    )
    subscription = shop.subscribe()
    two = shop.stripe.subscriptions.update(
        subscription.id, {"items": [{"price": extra.id, "quantity": 2}], "proration_behavior": "none"}
    )
    assert len(two["items"].data) == 2
    first = two["items"].data[0].id
    one = shop.stripe.subscriptions.update(
        subscription.id, {"items": [{"id": first, "deleted": True}], "proration_behavior": "none"}
    )
    assert [row.price.id for row in one["items"].data] == [extra.id]
    for rows in ([{"id": one["items"].data[0].id, "deleted": True}], [{"id": "si_nobody", "price": extra.id}]):
        with pytest.raises(stripe.InvalidRequestError):
            shop.stripe.subscriptions.update(subscription.id, {"items": rows})
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 200


def test_under_a_schedule_the_end_is_the_schedules_to_set(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.yearly)
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert schedule.id in str(refused.value)
    shop.stripe.subscription_schedules.release(schedule.id)
    assert shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True}).cancel_at_period_end


def test_what_a_discount_took_off_is_not_credited(shop: Shop) -> None:
    half = shop.stripe.coupons.create({"percent_off": "50", "duration": "once"})
    subscription = shop.subscribe(discounts=[{"coupon": half.id}])
    middle = subscription.created + (shop.period_end(subscription) - subscription.created) // 2
    at = shop.box.pull("clock", to=middle, hold=True)["now"]
    switched = shop.switch(subscription, shop.yearly, proration_behavior="always_invoice", proration_date=at)
    assert [row.amount for row in shop.invoice(switched).lines.data] == [-73, 1990]
    later = shop.box.pull("clock", to=at + (shop.period_end(switched) - at) // 2)["now"]
    back = shop.switch(switched, shop.monthly, proration_behavior="always_invoice", proration_date=later)
    assert shop.invoice(back).lines.data[0].amount == -995
