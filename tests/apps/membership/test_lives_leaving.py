"""Lives of subscriptions: cancelled, withdrawn from, refunded, disputed, with a gateway in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from broadsheet.membership import operations, queries
from broadsheet.membership.models import (
    Cancellation,
    Invoice,
    PendingOperation,
)
from broadsheet.membership.operations import ChangeError
from broadsheet.membership.rules import Notice
from broadsheet.money import Money
from broadsheet.paywall.models import LostPass
from tests.apps.membership.stage import DAY, HOUR, MINUTE, Stage, kinds

pytestmark = pytest.mark.django_db


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
    assert LostPass.objects.filter(user=ann.user_id).exists()
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
