"""Lives of subscriptions, from the first visit to the last, with a gateway in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.world import Plastic
from broadsheet.membership.models import (
    Cancellation,
    Consent,
    Customer,
    Invoice,
    Mail,
    PendingOperation,
    Revocation,
    TrialUse,
)
from broadsheet.membership.operations import ChangeError, ConsentGiven, JoinError
from broadsheet.membership.ports import Card, GatewayError
from broadsheet.membership.rules import Notice, Reason
from broadsheet.money import Money
from broadsheet.readers import Standing
from tests.apps.membership.stage import ADDRESSES, DAY, HOUR, MINUTE, Stage

pytestmark = pytest.mark.django_db


def kinds(subject: str = "") -> list[str]:
    rows = Mail.objects.filter(subject=subject) if subject else Mail.objects.all()
    return sorted(rows.values_list("kind", flat=True))


# Joining


def test_BL_01_a_trial_becomes_a_membership_and_is_charged_once_a_month(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    assert stage.access(ann).reason is Reason.TRIAL
    assert queries.standing_of(ann.user_id, stage.now).standing is Standing.MEMBER
    assert stage.charged() == 0
    stage.pass_time(31 * DAY)
    assert stage.row(subscription).status == "active"
    assert stage.charged() == 290
    stage.pass_time(31 * DAY)
    assert stage.charged() == 580
    assert kinds(subscription) == ["receipt", "receipt", "trial_soon", "trial_tomorrow", "welcome"]
    assert stage.divergent() == []


def test_BL_02_a_trial_that_is_cancelled_runs_out_and_charges_nothing(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.pass_time(5 * DAY)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    assert stage.access(ann).notice is Notice.TRIAL_ENDS_FREE
    stage.pass_time(24 * DAY)
    assert stage.access(ann).full
    stage.pass_time(2 * DAY)
    assert (stage.access(ann).full, stage.charged(), stage.row(subscription).status) == (False, 0, "canceled")
    assert "trial_soon" not in kinds(subscription)


def test_BL_04_a_card_that_fails_at_the_trial_s_end_has_fourteen_days_and_then_it_is_over(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.till.cards[stage.till.subscriptions[subscription].customer].works = False
    stage.pass_time(30 * DAY + HOUR)
    assert (stage.row(subscription).status, stage.access(ann).reason) == ("past_due", Reason.GRACE)
    stage.pass_time(13 * DAY)
    assert stage.access(ann).full
    stage.pass_time(1 * DAY)
    assert stage.access(ann).notice is Notice.FIX_CARD
    assert not stage.access(ann).full
    assert Revocation.objects.filter(user=ann.user_id).count() <= 1
    stages = Mail.objects.filter(kind="payment_failed").values_list("context__stage", flat=True)
    assert sorted(stages) == [0, 3, 7, 13]
    stage.pass_time(10 * DAY)
    assert stage.row(subscription).status == "canceled"
    assert stage.charged() == 0


def test_BL_04_a_card_that_is_mended_within_the_grace_heals_everything(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    card = stage.till.cards[stage.till.subscriptions[subscription].customer]
    card.works = False
    stage.pass_time(32 * DAY)
    card.works = True
    stage.till.retry(subscription)
    stage.work()
    assert (stage.row(subscription).status, stage.row(subscription).first_failed_at) == ("active", None)
    assert (stage.access(ann).reason, stage.charged()) == (Reason.PAID, 290)


def test_B3_a_first_payment_that_fails_opens_nothing_and_uses_no_trial_up(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0, card=Plastic("fp_bad", works=False))
    assert (stage.row(subscription).status, stage.access(ann).full) == ("incomplete", False)
    assert stage.access(ann).notice is Notice.FINISH_PAYMENT
    stage.pass_time(DAY)
    assert stage.row(subscription).status == "incomplete_expired"
    assert TrialUse.objects.count() == 0
    assert stage.join(ann), "they may have their trial still"


def test_LG_02_there_is_no_checkout_without_a_consent_and_each_subscription_has_its_own(stage: Stage) -> None:
    ann = stage.reader()
    given = stage.consent()
    for bad in (
        ConsentGiven(given.price_id, 30, "1", given.text, "en", agreed=False),
        ConsentGiven(given.price_id, 30, "1", " ", "en", agreed=True),
    ):
        with pytest.raises(JoinError, match="no-consent"):
            operations.start_checkout(gateway=stage.till, reader=ann, consent=bad, addresses=ADDRESSES, now=stage.now)
    assert (len(stage.till.checkouts), Consent.objects.count()) == (0, 0)
    subscription = stage.join(ann)
    row = Consent.objects.get(subscription=subscription)
    assert (row.user_id, row.minor, row.trial_days, row.locale, row.text) == (ann.user_id, 290, 30, "en", given.text)
    assert len(row.text_hash) == 64
    assert row.keep_until is not None
    assert row.keep_until - stage.now >= timedelta(days=3 * 365)


def test_LG_02_a_price_that_moved_since_the_reader_agreed_is_not_sold(stage: Stage) -> None:
    ann, given = stage.reader(), stage.consent()
    operations.set_price(plan="full-month", money=Money(390, "USD"), now=stage.now)
    with pytest.raises(JoinError, match="offer-changed"):
        operations.start_checkout(gateway=stage.till, reader=ann, consent=given, addresses=ADDRESSES, now=stage.now)


def test_a_checkout_whose_answer_was_lost_is_the_same_checkout_when_tried_again(stage: Stage) -> None:
    ann = stage.reader()
    stage.till.lose_answers = 1
    with pytest.raises(GatewayError):
        stage.checkout(ann)
    stage.till.lose_answers = 1
    with pytest.raises(GatewayError):
        stage.checkout(ann)
    stage.till.lose_answers = 0
    stage.checkout(ann)
    assert (len(stage.till.customers), len(stage.till.checkouts), Consent.objects.count()) == (1, 1, 1)


def test_two_tabs_with_the_same_wish_share_one_checkout_and_another_wish_closes_the_first(stage: Stage) -> None:
    ann = stage.reader()
    first, second = stage.checkout(ann), stage.checkout(ann)
    assert first.id == second.id
    third = stage.checkout(ann, "year")
    assert stage.till.checkout(first.id).state == "expired"
    assert stage.till.checkout(third.id).state == "open"


def test_who_is_a_member_is_not_sold_another_subscription(stage: Stage) -> None:
    ann = stage.reader()
    first = stage.checkout(ann)
    stage.till.pay(first.id, stage.card(ann))
    with pytest.raises(JoinError, match="member"):
        stage.checkout(ann, "year")
    assert stage.access(ann).full, "the paid checkout of the other tab was looked at"


def test_BL_15_a_second_subscription_from_another_tab_is_ended_and_refunded(stage: Stage) -> None:
    ann = stage.reader()
    tabs = [stage.checkout(ann, "year", trial=0)]
    order, customer = stage.till.orders[tabs[0].id], stage.till.orders[tabs[0].id].customer
    stage.till.pay(tabs[0].id, stage.card(ann))
    other = stage.till.create_checkout(order, key="another tab, long open")
    stage.till.advance(stage.now + MINUTE)
    second = stage.till.pay(other.id, stage.card(ann))
    assert stage.charged(customer) == 2 * 1990
    stage.work()
    assert (stage.charged(customer), stage.row(second).status) == (1990, "canceled")
    assert stage.access(ann).full
    assert kinds(second) == ["receipt", "refunded", "second_ended"]
    stage.pass_time(40 * DAY)
    assert stage.charged(customer) == 1990


def test_BL_16_a_checkout_that_is_left_expires_and_another_may_be_begun(stage: Stage) -> None:
    ann = stage.reader()
    left = stage.checkout(ann)
    stage.till.advance(stage.now + 25 * HOUR)
    again = stage.checkout(ann)
    assert again.id != left.id
    assert stage.access(ann).reason is Reason.NOTHING


def test_BL_17_who_paid_and_never_came_back_is_a_member_by_the_bell_alone(stage: Stage) -> None:
    ann = stage.reader()
    stage.till.pay(stage.checkout(ann).id, stage.card(ann))
    assert not stage.access(ann).full
    stage.work()
    assert stage.access(ann).full


def test_BL_17_and_without_the_bell_by_the_list_of_events(stage: Stage) -> None:
    ann = stage.reader()
    stage.till.pay(stage.checkout(ann).id, stage.card(ann))
    operations.list_events(gateway=stage.till, now=stage.now)
    operations.drain(gateway=stage.till, now=stage.now)
    assert stage.access(ann).full


def test_a_coupon_lowers_the_first_charge_and_is_counted(stage: Stage) -> None:
    from broadsheet.membership.models import Coupon

    Coupon.objects.create(code="SPRING", percent=50, most=1)
    ann, ben = stage.reader(), stage.reader()
    given = stage.consent("year", trial=0)
    made = operations.start_checkout(
        gateway=stage.till, reader=ann, consent=given, addresses=ADDRESSES, now=stage.now, coupon="spring"
    )
    stage.till.pay(made.id, stage.card(ann))
    stage.work()
    assert stage.charged() == 995
    with pytest.raises(JoinError, match="coupon"):
        operations.start_checkout(
            gateway=stage.till, reader=ben, consent=given, addresses=ADDRESSES, now=stage.now, coupon="SPRING"
        )


# Trials, once


def test_AC_02_a_card_that_had_a_trial_gets_no_second_one_and_is_not_charged(stage: Stage) -> None:
    ann, ben = stage.reader(), stage.reader()
    first = stage.join(ann, card=Plastic("fp_same"))
    stage.pass_time(DAY)
    second = stage.join(ben, card=Plastic("fp_same"))
    stage.work()
    assert stage.row(second).status == "canceled"
    assert (stage.row(first).status, stage.access(ann).full, stage.access(ben).full) == ("trialing", True, False)
    assert "trial_refused" in kinds(second)
    assert "welcome" not in kinds(second)
    stage.pass_time(40 * DAY)
    assert stage.charged(Customer.objects.get(user=ben.user_id).gateway_id or "") == 0
    with pytest.raises(JoinError, match="trial-used"):
        stage.checkout(ben)
    assert stage.join(ben, trial=0, card=Plastic("fp_same")), "the paid start is open to them"


def test_AC_03_a_mailbox_gets_one_trial_under_all_its_spellings_even_after_an_erasure(stage: Stage) -> None:
    ann = stage.reader("ann.other@gmail.com")
    stage.join(ann)
    operations.erase(user_id=ann.user_id, now=stage.now)
    stage.work()
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(pk=ann.user_id).delete()
    again = stage.reader("annother+2@googlemail.com")
    with pytest.raises(JoinError, match="trial-used"):
        stage.checkout(again)
    stage.till.advance(stage.now + 731 * DAY)
    assert stage.checkout(again).state == "open", "after 24 months it is forgotten"


def test_LG_10_who_joins_again_has_no_second_trial(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.pass_time(31 * DAY)
    with pytest.raises(JoinError, match="trial-used"):
        stage.checkout(ann)
    stage.join(ann, trial=0)
    assert stage.charged() == 290


# Cancelling


def test_BL_06_cancelled_and_resumed_before_the_end_it_goes_on(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    assert stage.access(ann).notice is Notice.ENDS
    operations.resume(user_id=ann.user_id, now=stage.now)
    stage.work()
    assert stage.access(ann).notice is None
    stage.pass_time(32 * DAY)
    assert (stage.row(subscription).status, stage.charged()) == ("active", 580)


def test_BL_06_resuming_before_the_cancellation_reached_the_gateway_ends_as_the_reader_meant(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.till.down = True
    operations.cancel(user_id=ann.user_id, now=stage.now)
    operations.push_pending(gateway=stage.till, now=stage.now)
    operations.resume(user_id=ann.user_id, now=stage.now)
    operations.push_pending(gateway=stage.till, now=stage.now)
    stage.till.down = False
    for _ in range(3):
        stage.till.advance(stage.now + 10 * MINUTE)
        stage.work()
    assert (stage.row(subscription).cancel_at, stage.row(subscription).cancel_at_period_end) == (None, False)
    assert PendingOperation.objects.filter(state="waiting").count() == 0


def test_BL_07_cancelling_twice_is_cancelling_once(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    first = operations.cancel(user_id=ann.user_id, now=stage.now)
    second = operations.cancel(user_id=ann.user_id, now=stage.now + MINUTE)
    assert first == second
    stage.work()
    assert (Cancellation.objects.count(), kinds(first.reference.hex)) == (1, ["cancelled"])


def test_BL_08_who_cancels_in_the_second_before_the_renewal_gets_its_charge_back(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    end = stage.till.subscriptions[subscription].period_end
    assert end is not None
    stage.till.advance(end - timedelta(seconds=1))
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.till.advance(end + MINUTE)
    assert stage.charged() == 580, "the gateway renewed before it was told"
    stage.work()
    stage.pass_time(DAY)
    assert stage.charged() == 290
    assert (stage.row(subscription).status, stage.access(ann).full) == ("canceled", False)


def test_LG_05_a_cancellation_is_recorded_and_confirmed_while_the_gateway_is_down(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.work()
    mail.outbox.clear()
    stage.till.down = True
    found = operations.cancel(user_id=ann.user_id, now=stage.now)
    from broadsheet.membership import tasks

    tasks.work(stage.now, stage.till)
    (sent,) = [each for each in mail.outbox if "cancelled" in each.subject]
    assert sent.to == [ann.email]
    assert str(found.reference) in sent.body
    assert queries.membership_of(ann.user_id, stage.now).contracts[0].cancelling
    assert stage.till.subscriptions[subscription].cancel_at is None
    stage.till.down = False
    stage.till.advance(stage.now + 3 * HOUR)
    stage.work()
    assert stage.till.subscriptions[subscription].cancel_at_period_end


STATES = ["trialing", "active", "past_due", "paused", "collection paused", "ending", "unpaid", "incomplete"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
def test_LG_11_one_can_cancel_in_every_state_and_with_the_gateway_down(stage: Stage, state: str, down: bool) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=30 if state == "trialing" else 0)
    change = {
        "past_due": {"status": "past_due"}, "paused": {"status": "paused"}, "collection paused": {"paused": True},
        "ending": {"cancel_at_period_end": True}, "unpaid": {"status": "unpaid"}, "incomplete": {"status": "incomplete"},
    }.get(state)  # fmt: skip
    if change:
        stage.till.change(subscription, **change)
    stage.work()
    stage.till.down = down
    found = operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    stage.till.down = False
    stage.pass_time(2 * DAY)
    kept = stage.till.subscriptions[subscription]
    assert kept.status in {"canceled", "incomplete_expired"} or kept.cancel_at is not None or kept.cancel_at_period_end
    assert Cancellation.objects.get(reference=found.reference).ends_at is not None
    taken = stage.charged()
    stage.pass_time(40 * DAY)
    assert stage.charged() <= taken


def test_a_cancellation_at_the_gateway_s_own_page_is_seen_both_ways(stage: Stage) -> None:
    for by_date in (True, False):
        ann = stage.reader()
        subscription = stage.join(ann, trial=0)
        stage.till.plan_end(subscription, by_date=by_date)
        stage.work()
        assert stage.access(ann).notice is Notice.ENDS


def test_nobody_can_cancel_what_is_not_theirs_or_not_there(stage: Stage) -> None:
    ann, ben = stage.reader(), stage.reader()
    subscription = stage.join(ann)
    for user, name in ((ben.user_id, ""), (ben.user_id, subscription)):
        with pytest.raises(ChangeError, match="none"):
            operations.cancel(user_id=user, now=stage.now, subscription=name)
    assert Cancellation.objects.count() == 0


# Withdrawing, refunds, disputes


def test_LG_07_a_withdrawal_within_its_days_gives_the_last_charge_back_in_full(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, "year", trial=0)
    stage.pass_time(13 * DAY)
    found = operations.withdraw(user_id=ann.user_id, now=stage.now)
    assert found.refund == Money(1990, "USD")
    stage.work()
    assert (stage.charged(), stage.row(subscription).status, stage.access(ann).full) == (0, "canceled", False)
    assert Revocation.objects.filter(user=ann.user_id).exists()
    assert Invoice.objects.get(subscription=subscription).refunded_minor == 1990


def test_LG_07_after_its_days_a_withdrawal_is_refused_and_nothing_is_written(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    stage.pass_time(14 * DAY)
    with pytest.raises(ChangeError, match="too-late"):
        operations.withdraw(user_id=ann.user_id, now=stage.now)
    assert Cancellation.objects.count() == 0


def test_BL_18_a_full_refund_by_hand_ends_access_at_once_and_the_next_charge_too(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    (invoice,) = stage.till.invoices.values()
    stage.till.give_back(invoice.id, 100)
    stage.work()
    assert stage.access(ann).full
    stage.till.give_back(invoice.id, 190)
    stage.work()
    assert (stage.access(ann).full, stage.row(subscription).status) == (False, "canceled")
    stage.pass_time(60 * DAY)
    assert stage.charged() == 0


def test_BL_18_the_desk_gives_a_part_back_and_then_the_rest(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    (invoice,) = stage.till.invoices
    assert operations.give_back(invoice=invoice, now=stage.now, minor=90)
    stage.work()
    assert (stage.charged(), stage.access(ann).full) == (200, True)
    assert operations.give_back(invoice=invoice, now=stage.now)
    stage.work()
    assert stage.charged() == 0
    assert not operations.give_back(invoice=invoice, now=stage.now)


def test_BL_19_a_dispute_that_is_lost_ends_access_and_one_that_is_won_gives_it_back(stage: Stage) -> None:
    ann, ben = stage.reader(), stage.reader()
    lost, won = stage.join(ann, trial=0), stage.join(ben, trial=0)
    first, second = (stage.till.subscriptions[each].latest_invoice for each in (lost, won))
    stage.till.dispute(first)
    stage.till.dispute(second, "fraudulent")
    stage.work()
    assert (stage.access(ann).full, stage.access(ben).full) == (True, False)
    stage.till.close_dispute(first, won=False)
    stage.till.close_dispute(second, won=True)
    stage.work()
    assert (stage.access(ann).full, stage.access(ben).full) == (False, True)
    assert (stage.row(lost).status, stage.row(won).status) == ("canceled", "active")


def test_BL_20_an_early_warning_of_fraud_refunds_and_ends(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.work()
    (invoice,) = stage.till.invoices
    stage.till.warn(invoice)
    stage.work()
    assert (stage.charged(), stage.row(subscription).status, stage.access(ann).full) == (0, "canceled", False)
    stage.till.warn(invoice)
    stage.work()
    assert stage.charged() == 0


def test_BL_21_a_customer_who_is_deleted_at_the_gateway_ends_and_may_join_again(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.till.delete(stage.till.subscriptions[subscription].customer)
    stage.work()
    assert (stage.row(subscription).status, stage.access(ann).full) == ("canceled", False)
    assert stage.join(ann, trial=0)
    assert stage.access(ann).full


# Switching, pausing


def test_BL_09_from_months_to_a_year_within_the_trial_charges_nothing_and_keeps_its_end(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    end = stage.row(subscription).trial_end
    year = stage.price("year")
    preview = operations.preview_switch(gateway=stage.till, user_id=ann.user_id, price_id=year.pk, now=stage.now)
    assert (preview.due_now.minor, preview.next_charge.minor, preview.next_charge_at) == (0, 1990, end)
    operations.switch(
        gateway=stage.till, user_id=ann.user_id, consent=stage.consent("year", 0), previewed_at=stage.now, now=stage.now
    )
    stage.work()
    assert (stage.row(subscription).interval, stage.row(subscription).trial_end, stage.charged()) == ("year", end, 0)
    stage.pass_time(31 * DAY)
    assert stage.charged() == 1990


def test_BL_10_from_months_to_a_year_costs_what_the_preview_said(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.pass_time(10 * DAY)
    before, year = stage.charged(), stage.price("year")
    preview = operations.preview_switch(gateway=stage.till, user_id=ann.user_id, price_id=year.pk, now=stage.now)
    asked, agreed = stage.now, stage.consent("year", 0)
    stage.till.advance(stage.now + 5 * MINUTE)
    operations.switch(gateway=stage.till, user_id=ann.user_id, consent=agreed, previewed_at=asked, now=stage.now)
    stage.work()
    assert stage.charged() - before == preview.due_now.minor < 1990
    assert stage.row(subscription).interval == "year"
    assert Consent.objects.filter(kind="switch", subscription=subscription).count() == 1


def test_BL_11_from_a_year_to_months_the_year_runs_out_first(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, "year", trial=0)
    stage.pass_time(10 * DAY)
    operations.switch(
        gateway=stage.till,
        user_id=ann.user_id,
        consent=stage.consent("month", 0),
        previewed_at=stage.now,
        now=stage.now,
    )
    stage.work()
    assert (stage.row(subscription).interval, stage.charged()) == ("year", 1990)
    stage.till.advance(stage.now + 360 * DAY)
    stage.work()
    assert (stage.row(subscription).interval, stage.charged()) == ("month", 1990 + 290)


def test_BL_13_nobody_switches_while_a_payment_is_owed_or_the_end_is_planned(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.till.change(subscription, status="past_due")
    stage.work()
    with pytest.raises(ChangeError, match="not-now"):
        operations.preview_switch(
            gateway=stage.till, user_id=ann.user_id, price_id=stage.price("year").pk, now=stage.now
        )
    stage.till.change(subscription, status="active")
    stage.work()
    operations.cancel(user_id=ann.user_id, now=stage.now)
    with pytest.raises(ChangeError, match="not-now"):
        operations.preview_switch(
            gateway=stage.till, user_id=ann.user_id, price_id=stage.price("year").pk, now=stage.now
        )


def test_a_pause_collects_nothing_and_opens_nothing_past_what_was_paid(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    operations.pause(user_id=ann.user_id, now=stage.now, until=None)
    stage.work()
    assert stage.access(ann).notice is Notice.COLLECTION_PAUSED
    stage.pass_time(35 * DAY)
    assert (stage.access(ann).full, stage.charged()) == (False, 290)
    operations.resume(user_id=ann.user_id, now=stage.now)
    stage.work()
    assert stage.access(ann).full


def test_BL_23_members_keep_their_price_until_they_were_told_for_thirty_days(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    old = stage.price().pk
    new = operations.set_price(plan="full-month", money=Money(390, "USD"), now=stage.now)
    stage.pass_time(32 * DAY)
    assert stage.charged() == 580, "a new price for those who join is none for members"
    operations.announce_price(old=old, new=new, now=stage.now, effective_at=stage.now)
    stage.pass_time(29 * DAY)
    assert stage.row(subscription).minor == 290
    assert "new_price" in kinds(subscription)
    before = stage.charged()
    stage.pass_time(35 * DAY)
    assert stage.row(subscription).minor == 390
    assert (stage.charged() - before) % 390 in {0, 290}
    assert kinds(subscription).count("new_price") == 1


def test_BL_03_a_trial_that_ends_without_a_card_pauses_and_may_be_resumed(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.till.change(subscription, status="paused")
    stage.work()
    assert (stage.access(ann).full, stage.access(ann).notice) == (False, Notice.RESUME)
    operations.resume(user_id=ann.user_id, now=stage.now)
    stage.work()
    assert (stage.row(subscription).status, stage.access(ann).full) == ("active", True)


def test_BL_05_a_bank_that_asks_its_question_at_the_trial_s_end_leaves_time_to_answer(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    customer = stage.till.subscriptions[subscription].customer
    stage.till.cards[customer].works = False
    stage.pass_time(30 * DAY + HOUR)
    stage.till.ring("invoice.payment_action_required", "invoice", stage.row(subscription).latest_invoice, customer)
    stage.work()
    assert stage.access(ann).notice is Notice.FIX_CARD
    stage.till.cards[customer].works = True
    stage.till.retry(subscription)
    stage.work()
    assert (stage.access(ann).reason, stage.charged()) == (Reason.PAID, 290)


def test_BL_12_to_a_year_and_back_within_a_minute_charges_one_switch_and_no_second(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann, trial=0)
    stage.pass_time(3 * DAY)
    due = operations.preview_switch(
        gateway=stage.till, user_id=ann.user_id, price_id=stage.price("year").pk, now=stage.now
    ).due_now.minor
    for interval in ("year", "month"):
        operations.switch(
            gateway=stage.till, user_id=ann.user_id, consent=stage.consent(interval, 0), previewed_at=stage.now,
            now=stage.now,
        )  # fmt: skip
        stage.work()
    assert (stage.row(subscription).interval, stage.charged()) == ("year", 290 + due)
    with pytest.raises(ChangeError, match="same"):
        operations.switch(
            gateway=stage.till,
            user_id=ann.user_id,
            consent=stage.consent("year", 0),
            previewed_at=stage.now,
            now=stage.now,
        )


def test_BL_14_a_card_that_the_bank_renewed_is_shown_as_it_is_now(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    before = stage.row(subscription).card_key
    stage.till.change(subscription, card=Card("visa", "1111", 3, 2033, "fp_new"))
    stage.work()
    row = stage.row(subscription)
    assert (row.card_last4, row.card_expires) == ("1111", "2033-03")
    assert row.card_key not in {before, "fp_new", ""}


def test_BL_22_an_address_that_changes_here_is_told_there_and_one_that_changes_there_moves_no_account(
    stage: Stage,
) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann)
    operations.change_email(user_id=ann.user_id, email="ann@new.example", now=stage.now)
    stage.work()
    (customer,) = stage.till.customers.values()
    assert customer.email == "ann@new.example"
    stage.till.change_email(customer.id, email="x@example.org", key="by hand")
    stage.work()
    assert Customer.objects.get().email == "x@example.org"
    assert Customer.objects.get().user.email == "ann@example.org"  # type: ignore[union-attr]


def test_BL_24_where_the_paper_collects_tax_the_gateway_reckons_it(stage: Stage) -> None:
    ann = stage.reader()
    made = operations.start_checkout(
        gateway=stage.till, reader=ann, consent=stage.consent(), addresses=ADDRESSES, now=stage.now, tax=True
    )
    assert stage.till.orders[made.id].tax
