"""Switching a subscription to another price, and settling the difference."""

from __future__ import annotations

from . import billing, proration, refusals
from .events import changed
from .store import World
from .terms import beat, next_period, period, save, set_period
from .wire import Params, Thing


def switch(world: World, subscription: Thing, before: Thing, rows: list[Params], how: str, at: int) -> Thing:
    """Change the items, and settle the difference as asked. `before`: as it was when the request came."""
    after = proration.changed_to(subscription, proration.new_items(world, subscription, rows))
    if after["currency"] != after["items"]["data"][0]["price"]["currency"]:
        raise refusals.invalid("The price specified only supports another currency.", "items")
    start, end = period(subscription)
    if not start <= at <= end:
        raise refusals.invalid("proration_date must lie in the current period.", "proration_date")
    resets = beat(before) != beat(after) and subscription["status"] != "trialing"
    charged = proration.difference(world, subscription, after, at, resets=resets, proration=how)
    if resets:
        after["billing_cycle_anchor"] = at
        set_period(after, *next_period(after, at))
    save(world, after)
    if not charged or (how == "create_prorations" and not resets):
        after["_pending"] = after.get("_pending", []) + charged
        save(world, after)
        changed(world, "customer.subscription.updated", after, before)
        return after
    changed(world, "customer.subscription.updated", after, before)
    invoice = billing.bill(world, after, "subscription_update", charged, proration_date=at)
    billing.collect_now(world, after, invoice)
    return world.get(after["id"])
