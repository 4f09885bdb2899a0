"""The values that the rules of membership take: what the gateway said, and what staff decided."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from broadsheet.money import Money


class Benefit(StrEnum):
    """What an entitlement opens. The values are stored: they never change."""

    FULL = "full"
    AD_FREE = "ad_free"
    NEWSLETTERS = "newsletters"
    EDITIONS = "editions"
    ARCHIVE = "archive"


ALL = frozenset(Benefit)
NONE: frozenset[Benefit] = frozenset()


class Status(StrEnum):
    """A subscription's status at the gateway. What else a gateway may say is kept as text, and acted on by nobody."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


KNOWN = frozenset(Status)
LIVE = frozenset({Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED})
OVER = frozenset({Status.CANCELED, Status.INCOMPLETE_EXPIRED})


class Interval(StrEnum):
    """How often a plan is paid."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms on which access is given, refused and given back. One value for the whole paper."""

    slack: timedelta = timedelta(hours=72)  # beyond a period's end: an invoice is a draft for an hour, hooks may lag
    grace: timedelta = timedelta(days=14)  # from the first failed payment
    withdrawal: timedelta = timedelta(days=14)
    trial_memory: timedelta = timedelta(days=730)  # how long a trial is remembered, in 24 months' days
    dunning_days: tuple[int, ...] = (0, 3, 7, 13)
    trial_days_before: tuple[int, ...] = (7, 1)
    renewal_days_before: int = 21
    asked: timedelta = timedelta(hours=20)  # to object to what somebody declared without logging in
    notice_days: int = 30  # before a new price is charged


@dataclass(frozen=True, slots=True)
class Payment:
    """One invoice of a subscription, as the gateway knows it, with what became of its charge."""

    id: str
    created: datetime
    paid_at: datetime | None
    paid: Money
    billing_reason: str = ""  # subscription_create, subscription_cycle, subscription_update …
    period_end: datetime | None = None  # the end of what it pays for
    refunded: int = 0  # minor units
    refunded_at: datetime | None = None
    dispute_status: str = ""  # needs_response, under_review, won, lost …
    dispute_reason: str = ""
    disputed_at: datetime | None = None
    dispute_closed_at: datetime | None = None

    @property
    def wholly_refunded(self) -> bool:
        """Whether all that was paid was given back."""
        return self.paid.minor > 0 and self.refunded >= self.paid.minor


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A subscription's facts, copied from the gateway. It decides nothing."""

    id: str
    status: str
    created: datetime
    benefits: frozenset[Benefit] = ALL
    last_known: str = ""  # the last status that we understood
    interval: str = Interval.MONTH
    price: Money = field(default_factory=lambda: Money(0, "USD"))
    period_start: datetime | None = None
    period_end: datetime | None = None  # the latest among its items
    trial_start: datetime | None = None
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    cancel_at_period_end: bool = False
    paused: bool = False  # the gateway collects no payments for now
    first_failed_at: datetime | None = None
    ended_at: datetime | None = None
    payments: tuple[Payment, ...] = ()

    @property
    def scheduled(self) -> bool:
        """Whether its end is planned. The gateway's own page for readers sets the date and leaves the flag alone."""
        return self.cancel_at_period_end or self.cancel_at is not None

    @property
    def live(self) -> bool:
        """Whether it may still charge, or be made to."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Grant:
    """Access that nobody pays for month by month: complimentary, a gift, a seat, an institution."""

    kind: str
    start: datetime
    end: datetime | None
    benefits: frozenset[Benefit] = ALL


def months_later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a shorter month."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
