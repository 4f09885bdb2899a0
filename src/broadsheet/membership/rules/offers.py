"""Plans on offer: what a year saves, which is best value, and what a new price needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.membership.rules.values import Interval, Policy
from broadsheet.money import Money


@dataclass(frozen=True, slots=True)
class Offered:
    """A plan's price in one currency, before it is compared."""

    plan: int
    interval: str
    price: Money


@dataclass(frozen=True, slots=True)
class Compared:
    """What a plan saves against paying monthly, and whether it is the best value."""

    saving: Money | None
    best: bool


def a_year(offered: Offered) -> Money:
    """What a plan costs in a year."""
    return offered.price * (12 if offered.interval == Interval.MONTH else 1)


def compare(offers: Sequence[Offered]) -> dict[int, Compared]:
    """Each plan's saving against the cheapest monthly one, and the badge for the plan that saves most, if any does."""
    monthly = [a_year(offered) for offered in offers if offered.interval == Interval.MONTH]
    base = min(monthly, key=lambda money: money.minor, default=None)
    savings: dict[int, Money | None] = {}
    for offered in offers:
        saves = offered.interval == Interval.YEAR and base is not None and base.currency == offered.price.currency
        saving = base - a_year(offered) if saves and base is not None else None
        savings[offered.plan] = saving if saving is not None and saving.minor > 0 else None
    best = max((plan for plan in savings if savings[plan]), key=lambda plan: _minor(savings[plan]), default=None)
    return {plan: Compared(saving, plan == best) for plan, saving in savings.items()}


def _minor(money: Money | None) -> int:
    return money.minor if money else 0


@dataclass(frozen=True, slots=True)
class PriceRise:
    """A new price for those who pay the old one. `announced` is when this member's notice went out, if it did."""

    old: Money
    new: Money
    effective: datetime
    announced: datetime | None


def may_charge_new_price(rise: PriceRise, now: datetime, policy: Policy) -> bool:
    """Whether a member may be moved to the new price: told in time, and the day has come. A lower price may at once."""
    if rise.new.minor <= rise.old.minor and rise.new.currency == rise.old.currency:
        return now >= rise.effective
    if rise.announced is None:
        return False
    return now >= max(rise.effective, rise.announced + timedelta(days=policy.notice_days))


def earliest_effective(now: datetime, policy: Policy) -> datetime:
    """The first moment at which a price that is raised now may be charged to those who are members already."""
    return now + timedelta(days=policy.notice_days)


@dataclass(frozen=True, slots=True)
class CouponFacts:
    """An offer's terms: per cent or an amount off, for how long, until when it may be used."""

    percent: int
    amount: Money | None
    active: bool
    expires: datetime | None
    redeemed: int
    most: int | None


def coupon_holds(coupon: CouponFacts, price: Money, now: datetime) -> bool:
    """Whether a coupon may be used for this price now."""
    if not coupon.active or (coupon.expires is not None and now >= coupon.expires):
        return False
    if coupon.most is not None and coupon.redeemed >= coupon.most:
        return False
    return coupon.amount is None or coupon.amount.currency == price.currency


def reduced(price: Money, coupon: CouponFacts) -> Money:
    """The price after the coupon, never below nothing; a fraction of a minor unit is the reader's gain."""
    if coupon.amount is not None:
        return Money(max(price.minor - coupon.amount.minor, 0), price.currency)
    return Money(price.minor * (100 - coupon.percent) // 100, price.currency)


def monthly_share(prices: Iterable[tuple[Money, str]]) -> dict[str, Money]:
    """Monthly recurring revenue by currency: a yearly price counts a twelfth, rounded once at the end."""
    twelfths: dict[str, int] = {}
    for price, interval in prices:
        times = 12 if interval == Interval.MONTH else 1
        twelfths[price.currency] = twelfths.get(price.currency, 0) + price.minor * times
    return {currency: Money((minor + 6) // 12, currency) for currency, minor in twelfths.items()}
