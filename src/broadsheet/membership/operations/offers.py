"""What is on offer: tiers, plans, prices, and prices that rise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from broadsheet.membership.models import Coupon, Mail, Plan, Price, PriceChange, SubscriptionSnapshot, Tier
from broadsheet.membership.operations import rows
from broadsheet.membership.operations.joining import ensure_coupon, ensure_price
from broadsheet.membership.ports import PaymentGateway
from broadsheet.membership.queries.facts import POLICY
from broadsheet.membership.rules.offers import PriceRise, earliest_effective, may_charge_new_price
from broadsheet.membership.rules.values import ALL, LIVE
from broadsheet.money import Money


@transaction.atomic
def set_offer(
    *,
    tier: str,
    name: str,
    monthly: Money | None,
    yearly: Money | None,
    trial_days: int,
    now: datetime,
    benefits: Iterable[str] = tuple(sorted(ALL)),
) -> None:
    """A tier with its monthly and yearly plan, where there is none yet: for a new paper and the demo."""
    if Tier.objects.filter(slug=tier).exists():
        return
    row = Tier.objects.create(slug=tier, name=name, benefits=sorted(benefits))
    for order, (interval, money) in enumerate((("month", monthly), ("year", yearly))):
        if money is not None:
            trial = trial_days if interval == "month" or monthly is None else 0
            plan = Plan.objects.create(
                tier=row, slug=f"{tier}-{interval}", interval=interval, trial_days=trial, sort_order=order
            )
            Price.objects.create(plan=plan, currency=money.currency, minor=money.minor, made_at=now)


@transaction.atomic
def set_price(*, plan: str, money: Money, now: datetime, gateway_id: str = "") -> int:
    """A plan's price in one currency from now on, for those who join. Members keep theirs. Gives the price's number.

    With `gateway_id` it is one that is sold at the gateway already.
    """
    row = Plan.objects.select_for_update().get(slug=plan)
    held = Price.objects.filter(plan=row, currency=money.currency, active=True).first()
    if held is not None and held.minor == money.minor and gateway_id in {"", held.gateway_id}:
        return held.pk
    Price.objects.filter(plan=row, currency=money.currency, active=True).update(active=False)
    return Price.objects.create(
        plan=row, currency=money.currency, minor=money.minor, made_at=now, gateway_id=gateway_id
    ).pk


def publish_price(*, gateway: PaymentGateway, pk: int) -> str:
    """Make a price at the gateway now, not only when it is first sold. Gives its id there. Raises GatewayError."""
    return ensure_price(gateway=gateway, price=Price.objects.select_related("plan__tier").get(pk=pk))


def publish_coupon(*, gateway: PaymentGateway, pk: int) -> str:
    """The same for a coupon."""
    return ensure_coupon(gateway=gateway, coupon=Coupon.objects.get(pk=pk))


@transaction.atomic
def announce_price(*, old: int, new: int, now: datetime, effective_at: datetime) -> int:
    """Decide that members on an old price are to pay a new one, thirty days from now at the earliest. Gives its number.

    Each is told by a mail; who was not told in time keeps the old price until they were.
    """
    first = earliest_effective(now, POLICY)
    row, _ = PriceChange.objects.get_or_create(
        old_id=old, defaults={"new_id": new, "announced_at": now, "effective_at": max(effective_at, first)}
    )
    return row.pk


def carry_out_price_changes(*, gateway: PaymentGateway, now: datetime) -> int:
    """Tell members of a new price, and move those whose notice is old enough, with their next period. How many."""
    moved = 0
    for change in PriceChange.objects.filter(done_at=None).select_related("old", "new__plan__tier"):
        held = SubscriptionSnapshot.objects.filter(price=change.old_id, status__in=LIVE).select_related("customer")
        for row in held:
            moved += _carry_out(gateway, change, row, now)
        if not held.exists() and now >= change.effective_at:
            change.done_at = now
            change.save(update_fields=["done_at"])
    return moved


def _carry_out(gateway: PaymentGateway, change: PriceChange, row: SubscriptionSnapshot, now: datetime) -> bool:
    old, new = (Money(price.minor, price.currency) for price in (change.old, change.new))
    customer = row.customer
    rows.post(
        kind="new_price", subject=row.gateway_id, period=f"change-{change.pk}", now=now, user_id=customer.user_id,
        locale=customer.locale, context={"price": change.new_id, "at": change.effective_at.isoformat()},
    )  # fmt: skip
    sent = Mail.objects.filter(kind="new_price", subject=row.gateway_id, period=f"change-{change.pk}").first()
    rise = PriceRise(old, new, change.effective_at, sent.sent_at if sent else None)
    if not may_charge_new_price(rise, now, POLICY):
        return False
    return rows.ask(
        op="switch", key=f"bs:price:{customer.pk}:{change.pk}-{row.gateway_id}", now=now, subject=row.gateway_id,
        customer=customer.gateway_id or "", user_id=customer.user_id, at=None, at_period_end=False,
        price=ensure_price(gateway=gateway, price=change.new),
    )  # fmt: skip
