"""Offers, reminders, refunds and trials, as pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from broadsheet.membership.rules.offers import (
    CouponFacts,
    Offered,
    PriceRise,
    compare,
    coupon_holds,
    earliest_effective,
    may_charge_new_price,
    monthly_share,
    reduced,
)
from broadsheet.membership.rules.refunds import Ground, charged_after, refundable, to_keep, withdrawal
from broadsheet.membership.rules.reminders import Kind, reminders
from broadsheet.membership.rules.trials import Known, Use, counts_as_used, seen_before
from broadsheet.membership.rules.values import Snapshot, Status, months_later
from broadsheet.money import Money
from tests.apps.membership.facts import DAY, HOUR, NOW, POLICY, moments, payment, snapshot, snapshots

USD = "USD"
MONTH, YEAR = Offered(1, "month", Money(290, USD)), Offered(2, "year", Money(1990, USD))


# Offers


def test_the_saving_of_a_year_is_twelve_months_less_the_year_and_bears_the_badge() -> None:
    found = compare([MONTH, YEAR])
    assert found[2].saving == Money(12 * 290 - 1990, USD) == Money(1490, USD)
    assert (found[2].best, found[1].best, found[1].saving) == (True, False, None)


def test_a_year_that_saves_nothing_bears_no_badge() -> None:
    found = compare([MONTH, replace(YEAR, price=Money(3480, USD))])
    assert (found[2].saving, found[2].best) == (None, False)
    assert compare([YEAR])[2].saving is None
    assert compare([MONTH, replace(YEAR, price=Money(1990, "EUR"))])[2].saving is None


def test_a_coupon_takes_per_cent_or_an_amount_and_never_more_than_the_price() -> None:
    half = CouponFacts(50, None, True, None, 0, None)
    assert reduced(Money(290, USD), half) == Money(145, USD)
    assert reduced(Money(291, USD), half) == Money(145, USD), "a fraction of a cent is the reader's"
    assert reduced(Money(290, USD), replace(half, percent=0, amount=Money(500, USD))) == Money(0, USD)


def test_a_coupon_holds_until_it_expires_or_is_used_up_and_in_its_currency() -> None:
    coupon = CouponFacts(0, Money(100, USD), True, NOW, 9, 10)
    assert coupon_holds(coupon, Money(290, USD), NOW - HOUR)
    assert not coupon_holds(coupon, Money(290, USD), NOW)
    assert not coupon_holds(replace(coupon, redeemed=10), Money(290, USD), NOW - HOUR)
    assert not coupon_holds(coupon, Money(290, "EUR"), NOW - HOUR)
    assert not coupon_holds(replace(coupon, active=False), Money(290, USD), NOW - HOUR)


def test_LG_09_a_higher_price_is_charged_to_nobody_before_thirty_days_notice() -> None:
    rise = PriceRise(Money(290, USD), Money(390, USD), NOW, None)
    assert not may_charge_new_price(rise, NOW + 300 * DAY, POLICY), "who was not told pays the old price"
    told = replace(rise, announced=NOW - 10 * DAY)
    assert not may_charge_new_price(told, NOW + 19 * DAY, POLICY)
    assert may_charge_new_price(told, NOW + 20 * DAY, POLICY)
    assert may_charge_new_price(replace(rise, new=Money(190, USD)), NOW, POLICY), "a lower one needs no notice"
    assert earliest_effective(NOW, POLICY) == NOW + 30 * DAY


def test_the_month_s_revenue_counts_a_year_as_twelfths_and_rounds_once() -> None:
    prices = [
        (Money(290, USD), "month"),
        (Money(1990, USD), "year"),
        (Money(1990, USD), "year"),
        (Money(5, "EUR"), "month"),
    ]
    assert monthly_share(prices) == {USD: Money(622, USD), "EUR": Money(5, "EUR")}  # 290 + 3980/12 = 621.67


# Reminders


def due(given_: Snapshot, now: datetime) -> list[tuple[Kind, str]]:
    return [(each.kind, each.period) for each in reminders(given_, now, POLICY)]


TRIAL = snapshot(Status.TRIALING, trial_start=NOW, created=NOW, trial_end=NOW + 30 * DAY, period_end=NOW + 30 * DAY)
END = (NOW + 30 * DAY).date().isoformat()


def test_LG_09_a_trial_is_reminded_of_seven_days_before_its_end_and_one() -> None:
    assert due(TRIAL, NOW + 22 * DAY) == []
    assert due(TRIAL, NOW + 23 * DAY) == [(Kind.TRIAL_SOON, END)]
    assert due(TRIAL, NOW + 29 * DAY) == [(Kind.TRIAL_TOMORROW, END)]
    assert due(TRIAL, NOW + 30 * DAY) == []


def test_LG_09_a_trial_that_was_cancelled_is_not_reminded_of() -> None:
    assert due(replace(TRIAL, cancel_at_period_end=True), NOW + 25 * DAY) == []
    assert due(replace(TRIAL, cancel_at=NOW + 30 * DAY), NOW + 25 * DAY) == []


def test_LG_09_a_trial_of_a_week_goes_without_the_reminder_of_a_week() -> None:
    week = replace(TRIAL, trial_end=NOW + 7 * DAY, period_end=NOW + 7 * DAY)
    assert due(week, NOW + HOUR) == []
    assert [kind for kind, _ in due(week, NOW + 6 * DAY)] == [Kind.TRIAL_TOMORROW]


def test_LG_09_a_year_is_reminded_of_between_thirty_and_fifteen_days_before_it_renews() -> None:
    year = snapshot(interval="year", period_end=NOW + 60 * DAY)
    assert due(year, NOW + 38 * DAY) == []
    assert [kind for kind, _ in due(year, NOW + 39 * DAY)] == [Kind.RENEWAL]
    assert [kind for kind, _ in due(year, NOW + 45 * DAY)] == [Kind.RENEWAL]


def test_LG_09_who_pays_monthly_hears_once_a_year() -> None:
    member = snapshot(created=NOW - 365.5 * DAY)
    assert due(member, NOW) == [(Kind.YEARLY_WORD, "year-1")]
    assert due(member, NOW + 60 * DAY) == []
    assert due(member, NOW + 366 * DAY) == [(Kind.YEARLY_WORD, "year-2")]
    assert due(snapshot(created=NOW - 300 * DAY), NOW) == []


def test_B3_a_failed_payment_is_told_of_on_days_0_3_7_and_13() -> None:
    owed = snapshot(Status.PAST_DUE, first_failed_at=NOW)
    told = {day: [each.stage for each in reminders(owed, NOW + day * DAY, POLICY)] for day in range(16)}
    assert [stage for day in range(16) for stage in told[day][:1]] == [0, 0, 0, 3, 3, 3, 3, 7, 7, 7, 7, 7, 7, 13, 13]
    assert len({each.period for day in range(16) for each in reminders(owed, NOW + day * DAY, POLICY)}) == 4


@given(snapshots, moments)
def test_LG_09_nobody_gets_more_than_one_word_at_a_time(given_: Snapshot, now: datetime) -> None:
    found = reminders(given_, now, POLICY)
    assert len(found) <= 1
    assert all(each.period and len(each.period) <= 60 for each in found)


# Refunds


def test_LG_07_within_fourteen_days_of_a_trial_s_start_one_may_withdraw_and_nothing_was_paid() -> None:
    found = withdrawal(TRIAL, NOW + 13 * DAY, POLICY)
    assert (found.allowed, found.ground, found.refund) == (True, Ground.TRIAL, None)
    assert not withdrawal(TRIAL, NOW + 14 * DAY, POLICY).allowed


def test_LG_07_the_first_charge_after_a_trial_opens_fourteen_days_more() -> None:
    first = payment(created=NOW, paid_at=NOW)
    converted = replace(TRIAL, status=Status.ACTIVE, trial_start=NOW - 30 * DAY, payments=(first,))
    found = withdrawal(converted, NOW + 13 * DAY, POLICY)
    assert (found.allowed, found.ground, found.refund, found.payment) == (
        True,
        Ground.CONVERSION,
        Money(290, USD),
        "in_1",
    )
    assert not withdrawal(converted, NOW + 14 * DAY, POLICY).allowed


def test_LG_07_a_year_s_renewal_may_be_withdrawn_from_and_a_month_s_may_not() -> None:
    paid = (payment(id="in_0", created=NOW - 366 * DAY, paid_at=NOW - 366 * DAY), payment(created=NOW, paid_at=NOW))
    assert withdrawal(snapshot(interval="year", payments=paid), NOW + DAY, POLICY).ground is Ground.RENEWAL
    assert not withdrawal(snapshot(interval="month", payments=paid), NOW + DAY, POLICY).allowed


def test_LG_07_only_what_is_left_of_the_last_charge_goes_back() -> None:
    part = payment(created=NOW, paid_at=NOW, refunded=100)
    assert withdrawal(snapshot(payments=(part,)), NOW, POLICY).refund == Money(190, USD)


def test_LG_10_what_is_charged_after_a_cancellation_is_owed_back() -> None:
    before, after = payment(created=NOW - HOUR), payment(id="in_2", created=NOW + HOUR)
    assert charged_after([before, after], NOW) == (after,)
    assert charged_after([replace(after, refunded=290)], NOW) == ()
    assert charged_after([replace(after, paid_at=None)], NOW) == ()


def test_of_two_subscriptions_the_older_sound_one_is_kept() -> None:
    first, second = snapshot(id="a", created=NOW - HOUR), snapshot(id="b", created=NOW)
    assert to_keep([second, first]) == (first, (second,))
    owing = replace(first, status=Status.PAST_DUE)
    assert to_keep([owing, second]) == (second, (owing,))
    ending = replace(first, cancel_at=NOW + DAY)
    assert to_keep([ending, second]) == (ending, (second,)), "its days are paid for"
    ending_trial = replace(ending, status=Status.TRIALING)
    assert to_keep([ending_trial, second]) == (second, (ending_trial,))
    assert to_keep([replace(first, status=Status.CANCELED)]) == (None, ())


def test_a_disputed_payment_is_not_refunded_beside() -> None:
    assert refundable([payment(disputed_at=NOW)]) == ()


# Trials


def test_BL_30_a_trial_is_once_for_a_member_a_mailbox_and_a_card() -> None:
    use = Use(1, "mail", "card", "sub_1", NOW - DAY)
    asked = {"member": 2, "mail_key": "other", "card_key": "other"}
    assert seen_before([use], NOW, POLICY, **asked) is None  # type: ignore[arg-type]
    assert seen_before([use], NOW, POLICY, **{**asked, "member": 1}) is Known.MEMBER  # type: ignore[arg-type]
    assert seen_before([use], NOW, POLICY, **{**asked, "mail_key": "mail"}) is Known.MAIL  # type: ignore[arg-type]
    assert seen_before([use], NOW, POLICY, **{**asked, "card_key": "card"}) is Known.CARD  # type: ignore[arg-type]
    assert seen_before([use], NOW, POLICY, member=1, mail_key="mail", subscription="sub_1") is None
    assert seen_before([replace(use, used_at=NOW - 731 * DAY)], NOW, POLICY, member=1, mail_key="mail") is None


def test_BL_30_a_reader_without_a_card_s_key_is_not_taken_for_others_without() -> None:
    assert seen_before([Use(1, "mail", "", "sub_1", NOW)], NOW, POLICY, member=2, mail_key="", card_key="") is None


@pytest.mark.parametrize(
    ("status", "used"),
    [("incomplete", False), ("incomplete_expired", False), ("trialing", True), ("canceled", True), ("paused", True)],
)
def test_BL_30_a_trial_that_never_began_is_not_used(status: str, used: bool) -> None:
    assert counts_as_used(replace(TRIAL, status=status)) is used
    assert counts_as_used(replace(TRIAL, trial_start=None)) is False


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert months_later(datetime(2027, 1, 31), 1) == datetime(2027, 2, 28)
    assert months_later(datetime(2028, 1, 31), 1) == datetime(2028, 2, 29)
    assert months_later(datetime(2026, 12, 15), 12) == datetime(2027, 12, 15)
    assert timedelta(0) < months_later(NOW, 1) - NOW <= 31 * DAY
