"""The table of access, row by row, and what holds whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.membership.rules import Access, Benefit, Grant, Notice, Reason, Snapshot, Status, access
from broadsheet.membership.rules.standing import lost_at, of_subscription
from broadsheet.money import Money
from tests.apps.membership.facts import (
    DAY,
    HOUR,
    NOW,
    POLICY,
    grants,
    moments,
    payment,
    snapshot,
    snapshots,
)

SLACK, GRACE = timedelta(hours=72), timedelta(days=14)
P = NOW + 15 * DAY


def of(given_: Snapshot, now: datetime = NOW) -> Access:
    return access([given_], [], now, POLICY)


TRIAL = {"trial_start": NOW - 15 * DAY, "trial_end": P, "status": Status.TRIALING}
ROWS: list[tuple[str, dict[str, Any], datetime | None, Reason, Notice | None]] = [
    ("incomplete", {"status": "incomplete"}, None, Reason.UNFINISHED, Notice.FINISH_PAYMENT),
    ("incomplete_expired", {"status": "incomplete_expired"}, None, Reason.EXPIRED, Notice.START_AGAIN),
    ("trialing", TRIAL, P + SLACK, Reason.TRIAL, Notice.TRIAL_ENDS),
    ("trialing, cancelled by the flag", {**TRIAL, "cancel_at_period_end": True}, P, Reason.TRIAL, Notice.TRIAL_ENDS_FREE),
    ("trialing, cancelled by a date", {**TRIAL, "cancel_at": P}, P, Reason.TRIAL, Notice.TRIAL_ENDS_FREE),
    ("active", {}, P + SLACK, Reason.PAID, None),
    ("active, cancelled by the flag", {"cancel_at_period_end": True}, P, Reason.PAID, Notice.ENDS),
    ("active, cancelled by a date", {"cancel_at": NOW + 3 * DAY}, NOW + 3 * DAY, Reason.PAID, Notice.ENDS),
    ("active, collection paused", {"paused": True, "payments": (payment(),)}, P, Reason.PAUSED, Notice.COLLECTION_PAUSED),
    (
        "past due within the grace", {"status": "past_due", "first_failed_at": NOW - 13 * DAY}, NOW + DAY,
        Reason.GRACE, Notice.FIX_CARD,
    ),
    ("past due beyond it", {"status": "past_due", "first_failed_at": NOW - 14 * DAY}, None, Reason.OVERDUE, Notice.FIX_CARD),
    ("unpaid", {"status": "unpaid"}, None, Reason.OVERDUE, Notice.FIX_CARD),
    ("paused", {"status": "paused"}, None, Reason.PAUSED, Notice.RESUME),
    ("canceled", {"status": "canceled", "ended_at": NOW}, None, Reason.ENDED, Notice.REJOIN),
    ("a word that is new", {"status": "hibernating", "last_known": "active"}, P + SLACK, Reason.UNKNOWN, None),
    ("a word that is new, of a stranger", {"status": "hibernating", "last_known": ""}, None, Reason.UNKNOWN, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "until", "reason", "notice"), ROWS, ids=[row[0] for row in ROWS])
def test_B3_each_row_of_the_table_gives_its_access_until_its_moment(
    name: str, facts: dict[str, Any], until: datetime | None, reason: Reason, notice: Notice | None
) -> None:
    found = of(snapshot(**facts))
    assert (found.full, found.until, found.reason, found.notice) == (until is not None, until, reason, notice)
    if until is not None:
        assert of(snapshot(**facts), until - timedelta(seconds=1)).full
        assert not of(snapshot(**facts), until).full


def test_B3_the_period_ends_with_the_latest_of_its_items_and_slack_covers_late_hooks() -> None:
    over = snapshot(period_end=NOW - timedelta(hours=71))
    assert of(over).full
    assert not of(replace(over, period_end=NOW - timedelta(hours=72))).full


def test_B3_a_paused_collection_opens_no_more_than_what_was_paid() -> None:
    paid = payment(period_end=NOW - HOUR)
    assert not of(snapshot(paused=True, payments=(paid,))).full
    assert of(snapshot(paused=True, payments=(replace(paid, period_end=NOW + HOUR),))).until == NOW + HOUR


def test_B3_a_full_refund_of_the_last_payment_ends_access_at_once_and_a_part_of_it_does_not() -> None:
    back = payment(refunded=290, refunded_at=NOW - HOUR)
    assert of(snapshot(payments=(back,))).reason is Reason.GIVEN_BACK
    assert of(snapshot(payments=(replace(back, refunded=289),))).full
    older = replace(back, id="in_0", created=NOW - 45 * DAY)
    assert of(snapshot(payments=(older, payment()))).full, "an earlier month that went back does not end this one"


@pytest.mark.parametrize(
    ("status", "reason", "full"),
    [
        ("needs_response", "fraudulent", False), ("needs_response", "general", True), ("lost", "general", False),
        ("won", "fraudulent", True), ("won", "general", True), ("under_review", "fraudulent", False),
    ],
)  # fmt: skip
def test_B3_a_dispute_ends_access_when_it_is_for_fraud_or_lost_and_gives_it_back_when_won(
    status: str, reason: str, full: bool
) -> None:
    disputed = payment(
        dispute_status=status, dispute_reason=reason, disputed_at=NOW - DAY, dispute_closed_at=NOW - HOUR
    )
    assert of(snapshot(payments=(disputed,))).full is full


def test_B3_grants_open_without_a_subscription_until_their_end() -> None:
    gift = Grant("gift", NOW - DAY, NOW + DAY)
    found = access([], [gift], NOW, POLICY)
    assert (found.full, found.until, found.reason) == (True, NOW + DAY, Reason.GRANT)
    assert not access([], [gift], NOW + DAY, POLICY).full
    assert not access([], [gift], NOW - 2 * DAY, POLICY).full
    assert access([], [replace(gift, end=None)], NOW + 900 * DAY, POLICY).until is None


def test_B3_who_has_nothing_is_told_nothing() -> None:
    assert access([], [], NOW, POLICY) == Access(frozenset(), None, Reason.NOTHING)


def test_B3_two_contracts_open_what_both_open_for_as_long_as_the_longer() -> None:
    short = snapshot(id="a", cancel_at=NOW + DAY, benefits=frozenset({Benefit.FULL}))
    other = snapshot(id="b", benefits=frozenset({Benefit.EDITIONS}))
    found = access([short, other], [], NOW, POLICY)
    assert found.benefits == {Benefit.FULL, Benefit.EDITIONS}
    assert found.until == NOW + DAY, "a pass is of full access: it lasts as long as that does"


@given(snapshots, moments, st.integers(0, 60))
def test_B3_access_grows_with_the_period(given_: Snapshot, now: datetime, days: int) -> None:
    if given_.period_end is None:
        return
    later = replace(given_, period_end=given_.period_end + days * DAY)
    before, after = of(given_, now), of(later, now)
    assert after.benefits >= before.benefits
    if before.benefits and before.until is not None:
        assert after.until is None or after.until >= before.until


@given(snapshots, moments)
def test_B3_nothing_is_open_after_the_end(given_: Snapshot, now: datetime) -> None:
    if given_.ended_at is not None and now >= given_.ended_at:
        assert not of(given_, now).benefits


@given(snapshots, moments)
def test_B3_who_tries_or_pays_is_never_refused_within_the_period(given_: Snapshot, now: datetime) -> None:
    sound = given_.status in {Status.TRIALING, Status.ACTIVE} and given_.period_end is not None
    spared = not given_.scheduled and not given_.paused and given_.ended_at is None
    lost = lost_at(given_.payments)
    if sound and spared and now < given_.period_end and (lost is None or now < lost):  # type: ignore[operator]
        assert of(given_, now).benefits == given_.benefits


@given(st.lists(snapshots, max_size=4), st.lists(grants, max_size=2), moments)
@settings(max_examples=300)
def test_B3_access_is_total_the_same_each_time_and_the_union_of_its_parts(
    held: list[Snapshot], given_: list[Grant], now: datetime
) -> None:
    found = access(held, given_, now, POLICY)
    assert found == access(held, given_, now, POLICY)
    parts = [of_subscription(each, now, POLICY) for each in held] + [access([], [each], now, POLICY) for each in given_]
    assert found.benefits == frozenset().union(*(part.benefits for part in parts))
    assert found.benefits == access([*reversed(held)], [*reversed(given_)], now, POLICY).benefits
    if found.benefits:
        assert found.until is None or found.until > now, "what is open is open for a while"


@given(st.lists(snapshots, max_size=3), moments, st.integers(0, 90 * 24))
def test_B3_until_keeps_its_word(held: list[Snapshot], now: datetime, hours: int) -> None:
    found = access(held, [], now, POLICY)
    later = now + hours * HOUR
    lost = [moment for each in held if (moment := lost_at(each.payments)) is not None and moment > now]
    if found.full and (found.until is None or later < found.until) and not lost:
        assert access(held, [], later, POLICY).full


def test_a_payment_of_nothing_was_not_given_back() -> None:
    assert payment(paid=Money(0, "USD"), refunded=0).wholly_refunded is False
