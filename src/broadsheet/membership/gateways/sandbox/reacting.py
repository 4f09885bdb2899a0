"""What a subscription does when its invoice was paid, or was not."""

from __future__ import annotations

from . import drafting, ending
from .events import changed, emit, knobs
from .store import World
from .terms import OVER, save
from .wire import Thing


def subscription_of(world: World, invoice: Thing) -> Thing | None:
    """The subscription that an invoice is for."""
    details = (invoice["parent"] or {}).get("subscription_details")
    return world.find(details["subscription"]) if details else None


def paid(world: World, invoice: Thing) -> None:
    """Payment makes it active: the first, or the one that was owed."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] in OVER or subscription["latest_invoice"] != invoice["id"]:
        return
    before = world.get(subscription["id"])
    status = subscription["status"]
    if status in {"incomplete", "past_due", "unpaid", "paused"}:
        subscription["status"] = "active"
    _keep_card(world, subscription, invoice)
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)
    if status == "paused":
        emit(world, "customer.subscription.resumed", subscription)


def _keep_card(world: World, subscription: Thing, invoice: Thing) -> None:
    """A subscription that asked for it remembers the card that paid first."""
    if subscription["payment_settings"]["save_default_payment_method"] != "on_subscription":
        return
    if subscription["default_payment_method"] or not invoice["amount_paid"]:
        return
    intent = world.get(drafting.payment_of(world, invoice)["payment"]["payment_intent"])
    subscription["default_payment_method"] = intent["payment_method"]


def unpaid(world: World, invoice: Thing, *, last: bool) -> None:
    """A failed renewal is past due; after the last attempt the server's setting decides."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] in OVER | {"incomplete", "paused"}:
        return
    before = world.get(subscription["id"])
    final = knobs(world)["final_action"]
    if last and final == "cancel" and subscription["status"] == "past_due":
        ending.end(world, subscription, "payment_failed")
        return
    subscription["status"] = "unpaid" if last and final == "unpaid" else "past_due"
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)
