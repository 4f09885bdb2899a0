"""Snapshots and payments for the rules' tests, and strategies that draw any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from broadsheet.membership.rules.values import ALL, Benefit, Grant, Payment, Policy, Snapshot, Status
from broadsheet.money import Money

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POLICY = Policy()


def snapshot(status: str = Status.ACTIVE, **values: Any) -> Snapshot:
    """A monthly subscription in the middle of its period."""
    given: dict[str, Any] = {
        "id": "sub_1", "status": status, "created": NOW - 75 * DAY, "last_known": status, "price": Money(290, "USD"),
        "period_start": NOW - 15 * DAY, "period_end": NOW + 15 * DAY,
    }  # fmt: skip
    return Snapshot(**{**given, **values})


def payment(**values: Any) -> Payment:
    """A month that was paid."""
    given: dict[str, Any] = {
        "id": "in_1", "created": NOW - 15 * DAY, "paid_at": NOW - 15 * DAY, "paid": Money(290, "USD"),
        "billing_reason": "subscription_cycle", "period_end": NOW + 15 * DAY,
    }  # fmt: skip
    return Payment(**{**given, **values})


moments = st.integers(-90 * 24, 90 * 24).map(lambda hours: NOW + hours * HOUR)
maybe = st.none() | moments
payments = st.builds(
    payment, created=moments, paid_at=maybe, paid=st.sampled_from([0, 290, 1990]).map(lambda minor: Money(minor, "USD")),
    period_end=maybe, refunded=st.sampled_from([0, 100, 290, 1990]), refunded_at=maybe, disputed_at=maybe,
    dispute_status=st.sampled_from(["", "needs_response", "won", "lost", "a_new_word"]),
    dispute_reason=st.sampled_from(["", "fraudulent", "general"]), dispute_closed_at=maybe,
)  # fmt: skip
statuses = st.sampled_from([*Status, "a_new_word", ""])
benefits = st.frozensets(st.sampled_from(list(Benefit)))
snapshots = st.builds(
    snapshot, status=statuses, last_known=statuses, benefits=benefits | st.just(ALL), created=moments,
    interval=st.sampled_from(["month", "year", "week"]), period_start=maybe, period_end=maybe, trial_start=maybe,
    trial_end=maybe, cancel_at=maybe, cancel_at_period_end=st.booleans(), paused=st.booleans(), first_failed_at=maybe,
    ended_at=maybe, payments=st.lists(payments, max_size=3).map(tuple),
)  # fmt: skip
grants = st.builds(Grant, kind=st.just("gift"), start=moments, end=maybe, benefits=benefits)
