"""The plans on offer, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from broadsheet.membership.models import Checkout, Coupon, Price
from broadsheet.membership.queries.facts import benefits_of, trial_uses
from broadsheet.membership.rules.offers import Compared, CouponFacts, Offered, compare, coupon_holds, reduced
from broadsheet.membership.rules.trials import Known, seen_before
from broadsheet.membership.rules.values import Benefit, Policy
from broadsheet.money import Money


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan on offer in one currency. Saving and badge are computed."""

    price_id: int
    plan: str  # its slug
    tier: str
    interval: str
    price: Money
    trial_days: int
    benefits: frozenset[Benefit]
    saving: Money | None = None
    best: bool = False


@dataclass(frozen=True, slots=True)
class CouponCard:
    """A coupon that holds for a price, and what is left to pay."""

    coupon_id: int
    code: str
    price: Money
    months: int | None


def plans(currency: str = "") -> tuple[PlanCard, ...]:
    """The public plans with a price in `currency`, or in the currency that most of them have."""
    on_offer = Price.objects.filter(active=True, plan__public=True, plan__tier__active=True)
    order = ("plan__tier__sort_order", "plan__sort_order", "plan")
    rows = list(on_offer.select_related("plan__tier").order_by(*order))
    kept = [row for row in rows if row.currency == currency] or _most(rows)
    compared: dict[int, Compared] = {}
    for tier in {row.plan.tier_id for row in kept}:  # a year is compared with the months of the same tier
        compared |= compare([_offered(row) for row in kept if row.plan.tier_id == tier])
    return tuple(_card(row, compared[row.plan_id]) for row in kept)


def ever_sold() -> bool:
    """Whether the paper sells, or ever sold, a membership: then there may be somebody who wants to leave."""
    return Price.objects.exists()


def price_card(price_id: int) -> PlanCard | None:
    """One price that is on offer, by its number."""
    return next(
        (card for currency in _currencies(price_id) for card in plans(currency) if card.price_id == price_id), None
    )


def _currencies(price_id: int) -> list[str]:
    return list(Price.objects.filter(pk=price_id, active=True).values_list("currency", flat=True))


def _most(rows: list[Price]) -> list[Price]:
    held = [row.currency for row in rows]
    currency = max(held, key=held.count, default="")
    return [row for row in rows if row.currency == currency]


def _offered(row: Price) -> Offered:
    return Offered(row.plan_id, row.plan.interval, Money(row.minor, row.currency))


def _card(row: Price, found: Compared) -> PlanCard:
    plan = row.plan
    return PlanCard(
        row.pk, plan.slug, plan.tier.name, plan.interval, Money(row.minor, row.currency), plan.trial_days,
        benefits_of(plan.tier.benefits), found.saving, found.best,
    )  # fmt: skip


def coupon(code: str, price_id: int, now: datetime) -> CouponCard | None:
    """The coupon of this code, if it may be used for this price now."""
    row = Coupon.objects.filter(code__iexact=code.strip()).first() if code.strip() else None
    price = Price.objects.filter(pk=price_id, active=True).first()
    if row is None or price is None or not _for_plan(row.plans.values_list("pk", flat=True), price.plan_id):
        return None
    used = Checkout.objects.filter(coupon=row, state=Checkout.COMPLETE).count()
    amount = Money(row.minor, row.currency) if row.minor else None
    facts = CouponFacts(row.percent, amount, row.active, row.expires_at, used, row.most)
    money = Money(price.minor, price.currency)
    return CouponCard(row.pk, row.code, reduced(money, facts), row.months) if coupon_holds(facts, money, now) else None


def _for_plan(plans_: Iterable[int], plan: int) -> bool:
    chosen = list(plans_)
    return not chosen or plan in chosen


def trial_seen(user_id: int | None, mail_key: str, now: datetime) -> Known | None:
    """By what this reader is known to have had a trial; None where they may have one."""
    uses = trial_uses(now, user_id=user_id, mail_key=mail_key)
    return seen_before(uses, now, Policy(), member=user_id, mail_key=mail_key)
