"""How a subscription ends, and how its end is set and taken back."""

from __future__ import annotations

from . import drafting, proration, refusals
from .events import changed, emit
from .store import World
from .terms import OVER, period, save
from .wire import Params, Thing

FEEDBACK = (
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
    "too_expensive", "unused",
)  # fmt: skip


def end(world: World, subscription: Thing, reason: str = "cancellation_requested") -> Thing:
    """It is over, now."""
    schedule = subscription["schedule"]
    subscription |= {"status": "canceled", "ended_at": world.now, "schedule": None}
    subscription["canceled_at"] = subscription["canceled_at"] or world.now
    details = subscription["cancellation_details"]
    details["reason"] = details["reason"] or reason
    save(world, subscription)
    _stop_collecting(world, subscription)
    if schedule:
        held = world.get(schedule)
        held |= {"status": "canceled", "canceled_at": world.now, "current_phase": None}
        world.put(held)
        emit(world, "subscription_schedule.canceled", held)
    emit(world, "customer.subscription.deleted", subscription)
    return subscription


def _stop_collecting(world: World, subscription: Thing) -> None:
    """What is still open stays open, but nobody asks for it by himself."""
    for invoice in world.rows("invoice", customer=subscription["customer"]):
        ours = (invoice["parent"] or {}).get("subscription_details", {}).get("subscription") == subscription["id"]
        if ours and invoice["status"] in {"draft", "open"}:
            drafting.keep(world, {**invoice, "auto_advance": False, "next_payment_attempt": None})


def cancel(world: World, params: Params, wanted: str) -> Thing:
    """DELETE /v1/subscriptions/{id}: at once."""
    subscription = world.the("subscription", wanted)
    if subscription["status"] in OVER:
        raise refusals.no_such("subscription", wanted)
    explain(params, subscription)
    params.flag("invoice_now")
    prorate = params.flag("prorate")
    if prorate and subscription["status"] == "active":
        _credit(world, subscription)
    return end(world, subscription)


def _credit(world: World, subscription: Thing) -> None:
    """The time that was paid for and is not used goes onto the customer's balance."""
    customer = world.get(subscription["customer"])
    credit = sum(row["amount"] for row in proration.unused(world, subscription, world.now))
    world.put({**customer, "balance": customer["balance"] + credit})


def explain(params: Params, subscription: Thing) -> None:
    """Why it is cancelled, where somebody said."""
    if "cancellation_details" not in params:
        return
    details = params.child("cancellation_details")
    kept = subscription["cancellation_details"]
    if "comment" in details:
        kept["comment"] = details.text("comment")
    if "feedback" in details:
        kept["feedback"] = details.choice("feedback", FEEDBACK)


def set_end(world: World, params: Params, subscription: Thing) -> None:
    """`cancel_at_period_end` and `cancel_at`: the two ways to set the end, or to take it back."""
    if (held := subscription["schedule"]) and {"cancel_at_period_end", "cancel_at"} & set(params.values):
        raise refusals.invalid(
            f"The subscription is managed by the subscription schedule `{held}`, and updating any cancelation behavior "
            "directly is not allowed. Please update the schedule instead."
        )
    if "cancel_at_period_end" in params and "cancel_at" in params and params.text("cancel_at"):
        raise refusals.invalid("You may only specify one of these parameters: cancel_at, cancel_at_period_end.")
    if "cancel_at_period_end" in params:
        ends = params.flag("cancel_at_period_end")
        schedule(world, subscription, period(subscription)[1] if ends else None, at_period_end=ends)
    if "cancel_at" in params:
        schedule(world, subscription, _moment(params, subscription))


def _moment(params: Params, subscription: Thing) -> int | None:
    if params.text("cancel_at") in {"min_period_end", "max_period_end"}:
        return period(subscription)[1]
    return params.number("cancel_at")


def schedule(world: World, subscription: Thing, at: int | None, *, at_period_end: bool = False) -> None:
    """Set the end, or take it back with None. Changes the object; the caller keeps it."""
    if at is not None and at < world.now:
        raise refusals.invalid("cancel_at must be in the future.", "cancel_at")
    was = subscription["cancel_at"] is not None
    subscription |= {"cancel_at": at, "cancel_at_period_end": at_period_end}
    if at is None:
        subscription["canceled_at"] = None
        subscription["cancellation_details"]["reason"] = None
    elif not was:
        subscription["canceled_at"] = world.now
        subscription["cancellation_details"]["reason"] = "cancellation_requested"


def set_and_tell(world: World, subscription: Thing, at: int | None, *, at_period_end: bool = False) -> Thing:
    """The same, kept and told: what the portal does."""
    before = world.get(subscription["id"])
    schedule(world, subscription, at, at_period_end=at_period_end)
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)
    return subscription


def delete_customer(world: World, _: Params, wanted: str) -> Thing:
    """DELETE /v1/customers/{id}: its subscriptions end with it, and its cards are forgotten."""
    customer = world.the("customer", wanted)
    for subscription in world.rows("subscription", customer=wanted):
        if subscription["status"] not in OVER:
            end(world, subscription)
    for method in world.rows("payment_method", customer=wanted):
        world.put({**method, "customer": None})
    emit(world, "customer.deleted", customer)
    gone = {"id": wanted, "object": "customer", "deleted": True}
    world.put({**gone, "_was": customer})
    return gone
