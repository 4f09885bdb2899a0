"""Subscription schedules: phases to come, such as a monthly price once the year is over."""

from __future__ import annotations

from . import ending, proration, refusals
from .calendar import after as later
from .events import changed, emit
from .shapes import nulls
from .store import World, new_id
from .terms import OVER, beat, item_price, new_item, period, save
from .wire import Params, Thing

INVOICE_SETTINGS = "account_tax_ids custom_fields days_until_due description footer"


def create(world: World, params: Params) -> Thing:
    """POST /v1/subscription_schedules, from a subscription that runs."""
    subscription = world.the("subscription", params.needed("from_subscription"), "from_subscription")
    if subscription["schedule"]:
        raise refusals.invalid(
            "You cannot migrate a subscription that is already attached to a schedule.", "from_subscription"
        )
    if subscription["status"] in OVER:
        raise refusals.invalid(f"The subscription is {subscription['status']}.", "from_subscription")
    before = world.get(subscription["id"])
    schedule = _blank(world, subscription)
    subscription["schedule"] = schedule["id"]
    save(world, subscription)
    _keep(world, schedule)
    emit(world, "subscription_schedule.created", schedule)
    changed(world, "customer.subscription.updated", subscription, before)
    return schedule


def _blank(world: World, subscription: Thing) -> Thing:
    start, end = period(subscription)
    items = [_phase_item(row["price"], row["quantity"]) for row in subscription["items"]["data"]]
    first = _phase(subscription, items, start, end)
    if subscription["status"] == "trialing":
        first["trial_end"] = subscription["trial_end"]
    return {
        "id": new_id("sub_sched_1"),
        "object": "subscription_schedule",
        "billing_mode": subscription["billing_mode"],
        "created": world.now,
        "current_phase": {"start_date": start, "end_date": end},
        "customer": subscription["customer"],
        "default_settings": {
            "automatic_tax": subscription["automatic_tax"],
            "billing_cycle_anchor": "automatic",
            "collection_method": "charge_automatically",
            "default_payment_method": subscription["default_payment_method"],
            "invoice_settings": {**nulls(INVOICE_SETTINGS), "issuer": {"type": "self"}},
            **nulls("application_fee_percent billing_thresholds description on_behalf_of transfer_data"),
        },
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "pause_schedules": [],
        "phases": [first],
        "status": "active",
        "subscription": subscription["id"],
        "test_clock": subscription["test_clock"],
        **nulls("application canceled_at completed_at customer_account released_at released_subscription"),
    }


def _phase_item(price: Thing, quantity: int) -> Thing:
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": {},
        "plan": price["id"],
        "price": price["id"],
        "quantity": quantity,
        "tax_rates": [],
    }


def _phase(
    subscription: Thing, items: list[Thing], start: int, end: int, proration: str = "create_prorations"
) -> Thing:
    return {
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "default_tax_rates": [],
        "discounts": [],
        "end_date": end,
        "items": items,
        "metadata": {},
        "proration_behavior": proration,
        "start_date": start,
        **nulls(
            "application_fee_percent automatic_tax billing_cycle_anchor billing_thresholds collection_method "
            "default_payment_method description invoice_settings on_behalf_of transfer_data trial_end"
        ),
    }


def _keep(world: World, schedule: Thing) -> Thing:
    running = schedule["status"] == "active"
    return world.put(schedule, schedule["current_phase"]["end_date"] if running else None)


def update(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/subscription_schedules/{id}: its phases, whole."""
    schedule, before = _running(world, wanted), world.get(wanted)
    subscription = world.get(schedule["subscription"])
    schedule["end_behavior"] = params.choice("end_behavior", ("release", "cancel"), schedule["end_behavior"])
    schedule["metadata"] = params.metadata(schedule["metadata"])
    params.choice("proration_behavior", ("create_prorations", "always_invoice", "none"))
    if rows := params.children("phases"):
        start = schedule["current_phase"]["start_date"]
        phases = []
        for row in rows:
            phases.append(_read_phase(world, row, subscription, start))
            start = phases[-1]["end_date"]
        if len({row["items"][0]["price"] for row in phases[:1]} & _prices(subscription)) != 1:
            raise refusals.invalid("The sandbox leaves the phase that runs as it is.", "phases[0]")
        schedule["phases"] = phases
        schedule["current_phase"] = {name: phases[0][name] for name in ("start_date", "end_date")}
    _keep(world, schedule)
    changed(world, "subscription_schedule.updated", schedule, before)
    return schedule


def _prices(subscription: Thing) -> set[str]:
    return {row["price"]["id"] for row in subscription["items"]["data"]}


def _read_phase(world: World, row: Params, subscription: Thing, start: int) -> Thing:
    row.number("start_date")
    prices = [(item_price(world, item), item.number("quantity", 1)) for item in row.children("items")]
    if not prices:
        raise refusals.missing(row.name("items"))
    end = row.number("end_date")
    if end is None:
        length = row.child("duration")
        recurring = prices[0][0]["recurring"]
        interval = length.text("interval") or recurring["interval"]
        end = later(start, interval, length.number("interval_count", recurring["interval_count"]))
    if end <= start:
        raise refusals.invalid("A phase must end after it starts.", row.name("end_date"))
    prorated = row.choice("proration_behavior", ("create_prorations", "always_invoice", "none"), "create_prorations")
    row.ignore("trial_end", "currency", "collection_method")
    phase = _phase(subscription, [_phase_item(*pair) for pair in prices], start, end, prorated)
    phase["metadata"] = row.metadata()
    return phase


def _running(world: World, wanted: str) -> Thing:
    schedule = world.the("subscription_schedule", wanted)
    if schedule["status"] != "active":
        raise refusals.invalid(f"The subscription schedule is {schedule['status']}.")
    return schedule


def release(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/subscription_schedules/{id}/release: the subscription goes on as it is."""
    params.ignore("preserve_cancel_date")
    return _release(world, _running(world, wanted))


def _release(world: World, schedule: Thing) -> Thing:
    before = world.get(schedule["subscription"])
    schedule |= {
        "status": "released",
        "released_at": world.now,
        "released_subscription": schedule["subscription"],
        "subscription": None,
        "current_phase": None,
    }
    _keep(world, schedule)
    freed = save(world, {**before, "schedule": None})
    emit(world, "subscription_schedule.released", schedule)
    changed(world, "customer.subscription.updated", freed, before)
    return schedule


def cancel(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/subscription_schedules/{id}/cancel: the subscription ends with it."""
    params.ignore("invoice_now", "prorate")
    schedule = _running(world, wanted)
    ending.end(world, world.get(schedule["subscription"]))
    return world.get(wanted)


def step(world: World, schedule: Thing) -> None:
    """A phase is over: the next begins, or the schedule has done its work."""
    done = schedule["current_phase"]["end_date"]
    following = next((row for row in schedule["phases"] if row["start_date"] == done), None)
    if following is None:
        if schedule["end_behavior"] == "release":
            _release(world, schedule)
        else:
            ending.end(world, world.get(schedule["subscription"]))
            schedule |= {"status": "completed", "completed_at": world.now, "current_phase": None}
            _keep(world, schedule)
            emit(world, "subscription_schedule.completed", schedule)
        return
    before = world.get(schedule["id"])
    schedule["current_phase"] = {name: following[name] for name in ("start_date", "end_date")}
    _keep(world, schedule)
    _apply(world, world.get(schedule["subscription"]), following)
    changed(world, "subscription_schedule.updated", schedule, before)


def _apply(world: World, subscription: Thing, phase: Thing) -> None:
    before = world.get(subscription["id"])
    span = period(subscription)
    old = subscription["items"]["data"]
    items = []
    for place, row in enumerate(phase["items"]):
        item = new_item(subscription["id"], world.get(row["price"]), row["quantity"], span, world.now)
        if place < len(old):
            item |= {"id": old[place]["id"], "created": old[place]["created"]}
        items.append(item)
    after = proration.changed_to(subscription, items)
    if world.now < span[1]:
        charged = proration.difference(
            world, before, after, world.now, resets=False, proration=phase["proration_behavior"]
        )
        after["_pending"] = after.get("_pending", []) + charged
    elif beat(before) != beat(after):
        after["billing_cycle_anchor"] = world.now
    save(world, after)
    changed(world, "customer.subscription.updated", after, before)
