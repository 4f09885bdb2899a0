"""BL-01 … BL-08: trials, ends, failures, as Stripe has them; driven by the official SDK."""

from __future__ import annotations

from tests.apps.membership.sandbox.conftest import DAY, Shop


def test_BL_01_a_trial_becomes_active_with_a_payment(shop: Shop) -> None:
    subscription = shop.subscribe(trial=30)
    assert subscription.status == "trialing"
    assert subscription.trial_end == shop.period_end(subscription)
    first = shop.invoice(subscription)
    assert (first.status, first.total, first.billing_reason) == ("paid", 0, "subscription_create")
    shop.box.later(days=30)
    assert shop.again(subscription).status == "active"
    draft = shop.invoice(subscription)
    assert (draft.status, draft.billing_reason, draft.amount_due) == ("draft", "subscription_cycle", 290)
    shop.box.later(hours=1)
    paid = shop.invoice(subscription)
    assert (paid.status, paid.amount_paid, paid.lines.data[0].amount) == ("paid", 290, 290)
    assert paid.lines.data[0].period.start == subscription.trial_end
    events = shop.events("setup_intent", "payment_method", "customer.created", "customer.updated")
    order = ["customer.subscription.created", "customer.subscription.trial_will_end", "customer.subscription.updated",
             "charge.succeeded", "invoice.payment_succeeded"]  # fmt: skip
    last = [len(events) - 1 - events[::-1].index(kind) for kind in order]
    assert last == sorted(last)


def test_BL_01_months_keep_the_day_on_which_they_began(shop: Shop) -> None:
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": 1_769_860_800})  # 31 January 2026, noon
    customer = shop.customer(test_clock=clock.id)
    subscription = shop.subscribe(customer=customer)
    ends = []
    for _ in range(3):
        ends.append(shop.period_end(subscription))
        shop.stripe.test_helpers.test_clocks.advance(clock.id, {"frozen_time": ends[-1] + 7_200})
    assert ends == [1_772_280_000, 1_774_958_400, 1_777_550_400]  # 28 February, 31 March, 30 April


def test_BL_02_a_trial_cancelled_ends_with_the_trial_and_costs_nothing(shop: Shop) -> None:
    subscription = shop.subscribe(trial=30)
    cancelled = shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (cancelled.status, cancelled.cancel_at, cancelled.cancel_at_period_end) == (
        "trialing", subscription.trial_end, True,
    )  # fmt: skip
    assert cancelled.cancellation_details.reason == "cancellation_requested"
    shop.box.later(days=31)
    ended = shop.again(subscription)
    assert (ended.status, ended.ended_at) == ("canceled", subscription.trial_end)
    assert "charge.succeeded" not in shop.events()
    assert shop.events()[-1] == "customer.subscription.deleted"


def test_BL_03_a_trial_without_a_card_pauses_and_resumes(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=30, trial_settings={"end_behavior": {"missing_payment_method": "pause"}})
    assert subscription.pending_setup_intent
    shop.box.later(days=31)
    assert shop.again(subscription).status == "paused"
    assert shop.events()[-2:] == ["customer.subscription.updated", "customer.subscription.paused"]
    method = shop.stripe.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": method.id})
    resumed = shop.stripe.subscriptions.resume(subscription.id)
    assert (resumed.status, shop.invoice(subscription).amount_paid) == ("active", 290)
    assert "customer.subscription.resumed" in shop.events()


def test_BL_03_a_trial_without_a_card_may_end_instead(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=30, trial_settings={"end_behavior": {"missing_payment_method": "cancel"}})
    shop.box.later(days=31)
    assert shop.again(subscription).status == "canceled"


def test_BL_03_a_trial_without_a_card_may_owe(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=30)
    shop.box.later(days=30, hours=2)
    assert shop.again(subscription).status == "past_due"
    assert shop.invoice(subscription).status == "open"


def test_BL_04_declined_at_the_trials_end_then_recovered(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=30)
    shop.box.later(days=30, hours=2)
    assert shop.again(subscription).status == "past_due"
    invoice = shop.invoice(subscription)
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert invoice.next_payment_attempt > shop.box.pull("clock")["now"]
    method = shop.stripe.payment_methods.attach("pm_card_visa", {"customer": subscription.customer})
    shop.stripe.subscriptions.update(subscription.id, {"default_payment_method": method.id})
    shop.box.later(days=3)
    assert shop.again(subscription).status == "active"
    assert (shop.invoice(subscription).status, shop.invoice(subscription).attempt_count) == ("paid", 2)


def test_BL_04_declined_to_the_end_is_cancelled(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=30)
    shop.box.later(days=30, hours=2)
    shop.box.later(days=20)
    assert shop.again(subscription).status == "past_due"
    shop.box.later(days=2)
    ended = shop.again(subscription)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    assert shop.events().count("invoice.payment_failed") == 5
    assert shop.stripe.invoices.retrieve(ended.latest_invoice).next_payment_attempt is None


def test_BL_04_or_is_left_unpaid_where_the_server_says_so(shop: Shop) -> None:
    shop.box.pull("knobs", final_action="unpaid", dunning_days=[1])
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=30)
    shop.box.later(days=32)
    assert shop.again(subscription).status == "unpaid"
    shop.renew(subscription)
    draft = shop.invoice(subscription)
    assert (draft.status, draft.auto_advance) == ("draft", False)


def test_BL_05_authentication_needed_at_the_trials_end(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_authenticationRequired", trial=30)
    shop.box.later(days=30, hours=2)
    assert shop.again(subscription).status == "past_due"
    assert "invoice.payment_action_required" in shop.events()
    intent = shop.invoice(subscription).payments.data[0].payment.payment_intent
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")


def test_a_first_payment_declined_is_incomplete_and_expires(shop: Shop) -> None:
    subscription = shop.subscribe("pm_card_chargeCustomerFail")
    assert subscription.status == "incomplete"
    shop.box.later(hours=22)
    assert shop.again(subscription).status == "incomplete"
    shop.box.later(hours=2)
    assert shop.again(subscription).status == "incomplete_expired"
    assert shop.invoice(subscription).status == "void"


def test_a_first_payment_that_succeeds_is_active_at_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    assert (subscription.status, shop.invoice(subscription).amount_paid) == ("active", 290)
    kinds = shop.events("customer.created", "customer.updated", "payment_method")
    assert kinds[0] == "customer.subscription.created"
    assert kinds[-1] == "customer.subscription.updated"


def test_BL_06_cancelled_then_resumed_renews(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = shop.period_end(subscription)
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    kept = shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at, kept.cancel_at_period_end) == (None, None, False)
    shop.renew(subscription)
    assert shop.again(subscription).status == "active"
    assert shop.period_end(subscription) > end


def test_BL_06_the_other_way_to_set_the_end_leaves_the_boolean_false(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = shop.period_end(subscription)
    cancelled = shop.stripe.subscriptions.update(subscription.id, {"cancel_at": end})
    assert (cancelled.cancel_at, cancelled.cancel_at_period_end) == (end, False)
    back = shop.stripe.subscriptions.update(subscription.id, {"cancel_at": ""})
    assert back.cancel_at is None
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at": end - 5 * DAY})
    shop.box.later(days=29)
    assert shop.again(subscription).ended_at == end - 5 * DAY


def test_BL_07_cancelled_twice_is_cancelled_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    before = len(shop.events())
    again = shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert again.cancel_at_period_end
    assert len(shop.events()) == before


def test_BL_08_cancelled_at_the_second_of_renewal_ends_a_period_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    end = shop.period_end(subscription)
    shop.box.pull("clock", to=end, hold=True)
    cancelled = shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert cancelled.cancel_at == shop.period_end(subscription) > end


def test_cancelled_at_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    ended = shop.stripe.subscriptions.cancel(
        subscription.id, {"cancellation_details": {"feedback": "too_expensive", "comment": "Sorry"}}
    )
    assert (ended.status, ended.cancellation_details.feedback) == ("canceled", "too_expensive")
    assert shop.stripe.subscriptions.list({"customer": ended.customer}).data == []
    assert [row.id for row in shop.stripe.subscriptions.list({"customer": ended.customer, "status": "all"}).data] == [
        ended.id
    ]


def test_collection_paused_leaves_the_subscription_active_and_asks_for_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    paused = shop.stripe.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert paused.pause_collection.behavior == "void"
    shop.renew(subscription)
    assert (shop.again(subscription).status, shop.invoice(subscription).status) == ("active", "void")
    shop.stripe.subscriptions.update(subscription.id, {"pause_collection": ""})
    shop.renew(subscription)
    assert shop.invoice(subscription).status == "paid"


def test_a_trial_ended_early_is_paid_at_once(shop: Shop) -> None:
    subscription = shop.subscribe(trial=30)
    shop.box.later(days=3)
    before = len(shop.events())
    ended = shop.stripe.subscriptions.update(subscription.id, {"trial_end": "now"})
    now = shop.box.pull("clock")["now"]
    assert (ended.status, shop.invoice(ended).amount_paid) == ("active", 290)
    assert now - 60 <= ended.trial_end <= now
    assert ended.billing_cycle_anchor == ended.trial_end
    assert 28 * DAY <= shop.period_end(ended) - ended.trial_end <= 31 * DAY
    assert shop.events()[before:].count("customer.subscription.updated") == 1


def test_a_trial_ended_early_without_a_card_ends_as_was_set(shop: Shop) -> None:
    subscription = shop.subscribe(None, trial=30, trial_settings={"end_behavior": {"missing_payment_method": "pause"}})
    assert shop.stripe.subscriptions.update(subscription.id, {"trial_end": "now"}).status == "paused"


def test_a_trial_prolonged(shop: Shop) -> None:
    subscription = shop.subscribe(trial=30)
    later = shop.stripe.subscriptions.update(subscription.id, {"trial_end": subscription.trial_end + 5 * DAY})
    assert (later.status, later.trial_end, shop.period_end(later)) == ("trialing",) + (
        subscription.trial_end + 5 * DAY,
    ) * 2


def test_what_time_brings_nobody_asked_for(shop: Shop) -> None:
    shop.subscribe(trial=30)
    shop.box.later(days=31)
    rows = shop.stripe.events.list({"limit": 100}).data
    by_hand = {row.type for row in rows if row.request.id}
    assert "customer.subscription.created" in by_hand
    assert {
        row.request.id for row in rows if row.type in {"customer.subscription.trial_will_end", "invoice.upcoming"}
    } == {None}
