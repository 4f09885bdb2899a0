"""A subscription's terms: its items, its period, and when the clock has to do with it again."""

from __future__ import annotations

from . import catalogue, refusals
from .calendar import DAY, HOUR, next_after
from .shapes import invoice_settings, nulls, payment_settings
from .store import World, new_id
from .wire import Params, Thing, listing

WILL_END_DAYS, UPCOMING_DAYS, FIRST_PAYMENT_HOURS = 3, 7, 23
LIVE = frozenset({"trialing", "active", "past_due", "unpaid"})
OVER = frozenset({"canceled", "incomplete_expired"})

_UNSAID = (
    "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at "
    "customer_account days_until_due default_payment_method default_source description ended_at "
    "latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection "
    "pending_invoice_item_interval pending_setup_intent pending_update schedule transfer_data trial_end "
    "trial_start"
)


def new_item(subscription: str, price: Thing, quantity: int, period: tuple[int, int], created: int) -> Thing:
    """One item of a subscription."""
    return {
        "id": new_id("si_", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": created,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": {},
        "plan": catalogue.plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def item_price(world: World, params: Params) -> Thing:
    """The price that an item names, which must be sold by the month or the like."""
    if "price_data" in params:
        data = params.child("price_data")
        price = catalogue.new_price(world, data, world.the("product", data.needed("product"), data.name("product")))
    else:
        price = world.the("price", params.needed("price"), params.name("price"))
    if price["type"] != "recurring":
        raise refusals.invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            params.name("price"),
        )
    if not price["active"]:
        raise refusals.invalid("The price specified is inactive. This field only accepts active prices.",
                               params.name("price"))  # fmt: skip
    return price


def same_beat(items: list[Thing]) -> None:
    """All items of one subscription are billed together here, in one currency."""
    beats = {(row["price"]["recurring"]["interval"], row["price"]["recurring"]["interval_count"]) for row in items}
    if len(beats) > 1:
        raise refusals.invalid("The sandbox bills all items of a subscription at one interval.", "items")
    if len({row["price"]["currency"] for row in items}) > 1:
        raise refusals.invalid("All prices of a subscription must use the same currency.", "items")


def beat(subscription: Thing) -> tuple[str, int]:
    """Interval and count of the first item, which are those of all."""
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def period(subscription: Thing) -> tuple[int, int]:
    """Start and end of the present period."""
    first = subscription["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def set_period(subscription: Thing, start: int, end: int) -> None:
    """Begin another period."""
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end}


def next_period(subscription: Thing, start: int) -> tuple[int, int]:
    """The period that begins at `start`, on the beat of the billing anchor."""
    interval, count = beat(subscription)
    return start, next_after(subscription["billing_cycle_anchor"], interval, count, start)


def due(subscription: Thing) -> int | None:
    """When the clock next has something to do with this subscription."""
    status = subscription["status"]
    if status in OVER:
        return None
    if status == "incomplete":
        return subscription["created"] + FIRST_PAYMENT_HOURS * HOUR
    moments = [subscription["cancel_at"]]
    if (pause := subscription["pause_collection"]) and pause["resumes_at"]:
        moments.append(pause["resumes_at"])
    if status in LIVE:
        end, told = period(subscription)[1], subscription.get("_told", {})
        moments.append(end)
        if status == "trialing" and told.get("will_end") != subscription["trial_end"]:
            moments.append(subscription["trial_end"] - WILL_END_DAYS * DAY)
        if told.get("upcoming") != end:
            moments.append(end - UPCOMING_DAYS * DAY)
    return min((moment for moment in moments if moment), default=None)


def save(world: World, subscription: Thing) -> Thing:
    """Write a subscription down."""
    return world.put(subscription, due(subscription))


def discounts_of(world: World, subscription: Thing) -> list[Thing]:
    """The discounts that still count."""
    rows = [world.get(wanted) for wanted in subscription["discounts"]]
    return [row for row in rows if row["end"] is None or row["end"] > world.now]


def blank(world: World, customer: Thing, items: list[Thing], **fields: object) -> Thing:
    """A subscription's shape."""
    wanted = items[0]["subscription"]
    return {
        "id": wanted,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": world.now,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}, "updated_at": world.now},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": nulls("comment feedback reason"),
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": items[0]["price"]["currency"],
        "customer": customer["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": invoice_settings(),
        "items": listing(items, f"/v1/subscription_items?subscription={wanted}"),
        "livemode": False,
        "metadata": {},
        "payment_settings": {**payment_settings(), "save_default_payment_method": "off"},
        "start_date": world.now,
        "status": "incomplete",
        "test_clock": customer["test_clock"],
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        **nulls(_UNSAID),
        **fields,
    }
