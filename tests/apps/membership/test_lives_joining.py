"""Lives of subscriptions: from consent to the first charge, with a gateway in memory; each trial once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.world import Plastic
from broadsheet.membership.letters import letter_of
from broadsheet.membership.models import (
    Consent,
    Customer,
    Mail,
    TrialUse,
)
from broadsheet.membership.operations import ConsentGiven, JoinError
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.rules import Notice, Reason
from broadsheet.money import Money
from broadsheet.paywall.models import LostPass
from broadsheet.readers import Standing
from tests.apps.membership.stage import ADDRESSES, DAY, HOUR, MINUTE, Stage, kinds

pytestmark = pytest.mark.django_db


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
    assert LostPass.objects.filter(user=ann.user_id).count() <= 1
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


def test_BL_15_what_is_paid_for_is_kept_although_it_was_cancelled_and_its_reader_is_told_how_long(stage: Stage) -> None:
    ann = stage.reader()
    tab = stage.checkout(ann, "year", trial=0)
    order, customer = stage.till.orders[tab.id], stage.till.orders[tab.id].customer
    first = stage.till.pay(tab.id, stage.card(ann))
    other = stage.till.create_checkout(order, key="another tab, long open")
    stage.work()
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    stage.till.advance(stage.now + MINUTE)
    second = stage.till.pay(other.id, stage.card(ann))
    stage.work()
    assert (stage.row(first).status, stage.row(second).status) == ("active", "canceled")
    assert stage.charged(customer) == 1990
    assert stage.access(ann).full
    letter = letter_of(Mail.objects.get(kind="second_ended", subject=second))
    assert "which you cancelled, is paid for until" in letter.paragraphs[1]
    assert str(stage.now.year + 1) in letter.paragraphs[1]


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
