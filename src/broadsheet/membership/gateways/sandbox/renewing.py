"""What the clock does to a subscription: trials end, periods begin, reminders go out, ends come."""

from __future__ import annotations

from . import billing, customers, ending, invoices, sums
from .calendar import DAY, HOUR
from .events import changed, emit
from .store import World
from .terms import FIRST_PAYMENT_HOURS, LIVE, UPCOMING_DAYS, WILL_END_DAYS, next_period, period, save, set_period
from .wire import Thing


def step(world: World, subscription: Thing) -> None:
    """One thing that is due at this moment."""
    now, status, end = world.now, subscription["status"], period(subscription)[1]
    pause = subscription["pause_collection"]
    if status == "incomplete":
        if subscription["created"] + FIRST_PAYMENT_HOURS * HOUR <= now:
            expire(world, subscription)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
        ending.end(world, subscription)
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= now:
        _collect_again(world, subscription)
    elif status not in LIVE:
        save(world, subscription)
    elif end <= now:
        end_trial(world, subscription, world.get(subscription["id"])) if status == "trialing" else _renew(
            world, subscription
        )
    else:
        _remind(world, subscription, end)


def expire(world: World, subscription: Thing) -> None:
    """The first payment never came."""
    before = world.get(subscription["id"])
    invoice = world.get(subscription["latest_invoice"])
    if invoice["status"] == "open":
        invoices.close(world, invoice, "void")
    subscription |= {"status": "incomplete_expired", "ended_at": world.now}
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)


def _collect_again(world: World, subscription: Thing) -> None:
    before = world.get(subscription["id"])
    subscription["pause_collection"] = None
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)


def _remind(world: World, subscription: Thing, end: int) -> None:
    told = subscription.setdefault("_told", {})
    trial_end = subscription["trial_end"]
    unsaid = subscription["status"] == "trialing" and told.get("will_end") != trial_end
    if unsaid and trial_end - WILL_END_DAYS * DAY <= world.now:
        told["will_end"] = trial_end
        save(world, subscription)
        emit(world, "customer.subscription.trial_will_end", subscription)
        return
    if told.get("upcoming") != end and end - UPCOMING_DAYS * DAY <= world.now:
        told["upcoming"] = end
        if subscription["cancel_at"] is None:
            emit(world, "invoice.upcoming", upcoming(world, subscription))
    save(world, subscription)


def upcoming(world: World, subscription: Thing) -> Thing:
    """The next invoice as it would be; it is not kept and has no id."""
    ahead = {**subscription, "items": {**subscription["items"], "data": [
        dict(row) for row in subscription["items"]["data"]
    ]}}  # fmt: skip
    _begin(ahead)
    rows = subscription.get("_pending", []) + billing.lines(world, ahead)
    invoice = billing.invoice_for(world, ahead, "upcoming", rows, id="in_upcoming")
    start = period(ahead)[0]
    invoice |= {"created": start, "next_payment_attempt": start + HOUR}
    invoice["starting_balance"] = world.get(subscription["customer"])["balance"]
    sums.total(invoice)
    invoice.pop("id")
    return invoice


def _begin(subscription: Thing) -> None:
    """Move on to the next period."""
    end = period(subscription)[1]
    if subscription["status"] == "trialing" and subscription["billing_cycle_anchor"] < end:
        subscription["billing_cycle_anchor"] = end
    set_period(subscription, *next_period(subscription, end))


def _renew(world: World, subscription: Thing) -> None:
    before = world.get(subscription["id"])
    _begin(subscription)
    billing.renew(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)


def end_trial(world: World, subscription: Thing, before: Thing) -> None:
    """The trial is over: with a card it goes on, without one as was set. `before`: what was last told of it."""
    customer = world.get(subscription["customer"])
    method = customers.method_to_charge(world, customer, subscription["default_payment_method"])
    behaviour = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if method is None and behaviour == "cancel":
        ending.end(world, subscription)
        return
    if method is None and behaviour == "pause":
        subscription["status"] = "paused"
        save(world, subscription)
        changed(world, "customer.subscription.updated", subscription, before)
        emit(world, "customer.subscription.paused", subscription)
        return
    _begin(subscription)
    subscription["status"] = "active"
    billing.renew(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)
