"""Lives of subscriptions: switched, paused, at a new price, with another card or address; a gateway in memory."""

from __future__ import annotations

import pytest

from broadsheet.membership import operations, queries
from broadsheet.membership.models import Consent, Customer, Price
from broadsheet.membership.operations import ChangeError, ConsentGiven
from broadsheet.membership.ports import Card
from broadsheet.membership.rules import ALL, Benefit, Notice, Reason
from broadsheet.money import Money
from broadsheet.paywall.queries import lost_passes
from broadsheet.readers import Standing
from tests.apps.membership.stage import ADDRESSES, DAY, HOUR, MINUTE, Stage, kinds

pytestmark = pytest.mark.django_db


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


def test_AC_06_who_changes_to_a_lesser_plan_takes_no_pass_of_the_better_one_along(stage: Stage) -> None:
    ann, before = stage.reader(), stage.now
    subscription = stage.join(ann, "year", trial=0)
    operations.set_offer(
        tier="letters", name="Letters", monthly=Money(100, "USD"), yearly=Money(900, "USD"), trial_days=0,
        now=stage.now, benefits=["newsletters"],
    )  # fmt: skip
    lesser = Price.objects.get(plan__tier__slug="letters", plan__interval="year", active=True)
    stage.till.advance(stage.now + DAY)
    given = ConsentGiven(lesser.pk, 0, "1", "$9.00 a year until cancelled.", "en", agreed=True)
    assert queries.standing_of(ann.user_id, stage.now).benefits == ALL
    operations.switch(gateway=stage.till, user_id=ann.user_id, consent=given, previewed_at=stage.now, now=stage.now)
    stage.work()
    assert stage.row(subscription).price_id == lesser.pk
    held = queries.standing_of(ann.user_id, stage.now)
    assert (held.standing, held.benefits) == (Standing.REGISTERED, {Benefit.NEWSLETTERS})
    assert lost_passes(before) == {ann.user_id: stage.now}, "what their pass said holds no more"


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
