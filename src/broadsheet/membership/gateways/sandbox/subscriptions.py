"""Subscriptions: made, changed, resumed."""

from __future__ import annotations

from . import billing, catalogue, customers, drafting, ending, intents, invoices, refusals, renewing, switching
from .calendar import DAY
from .events import changed, emit
from .store import World, new_id
from .terms import OVER, blank, item_price, new_item, next_period, period, same_beat, save, set_period
from .wire import Params, Thing

PAYMENT_BEHAVIOURS = ("allow_incomplete", "default_incomplete", "error_if_incomplete")
MISSING = ("cancel", "create_invoice", "pause")
PRORATIONS = ("create_prorations", "always_invoice", "none")


def create(world: World, params: Params) -> Thing:
    """POST /v1/subscriptions"""
    customer = customers.living(world, params.needed("customer"))
    behaviour = params.choice("payment_behavior", PAYMENT_BEHAVIOURS, "allow_incomplete")
    params.ignore("off_session", "currency")
    params.choice("collection_method", ("charge_automatically",))
    params.child("billing_mode").choice("type", ("flexible",))
    params.choice("proration_behavior", PRORATIONS)
    return start(world, customer, params, behaviour)


def start(world: World, customer: Thing, params: Params, behaviour: str = "allow_incomplete", *,
          authenticated: bool = False, **fields: object) -> Thing:  # fmt: skip
    """A new subscription as the parameters describe it, begun: for the call above and for Checkout."""
    subscription = _described(world, customer, params, **fields)
    _set_trial(world, params, subscription)
    ending.set_end(world, params, subscription)
    subscription["discounts"] = [
        catalogue.redeem(world, given, customer=customer["id"], subscription=subscription["id"])["id"]
        for given in _given_discounts(params)
    ]
    return begin(world, subscription, behaviour, authenticated=authenticated)


def _described(world: World, customer: Thing, params: Params, **fields: object) -> Thing:
    wanted = new_id("sub_1")
    rows = params.children("items")
    if not rows:
        raise refusals.missing(params.name("items"))
    items = []
    for row in rows:
        item = new_item(wanted, item_price(world, row), row.number("quantity", 1), (world.now, world.now), world.now)
        item["metadata"] = row.metadata()
        items.append(item)
    same_beat(items)
    subscription = blank(world, customer, items, **fields)
    subscription["metadata"] = params.metadata()
    subscription["description"] = params.text("description")
    _settings(world, params, subscription)
    set_period(subscription, *next_period(subscription, world.now))
    return subscription


def _given_discounts(params: Params) -> list[Thing]:
    rows = params.children("discounts")
    return [{"coupon": row.text("coupon"), "promotion_code": row.text("promotion_code")} for row in rows]


def _settings(world: World, params: Params, subscription: Thing) -> None:
    """What creation and update have in common."""
    if "default_payment_method" in params:
        method = params.text("default_payment_method")
        subscription["default_payment_method"] = customers.owned(world, method, subscription["customer"])
    if "automatic_tax" in params:
        enabled = params.child("automatic_tax").flag("enabled")
        if enabled and not _country(world, subscription):
            raise refusals.invalid(
                "The customer's location isn't recognized. Set a valid customer address in order to automatically "
                "calculate tax.",
                "automatic_tax[enabled]",
                "customer_tax_location_invalid",
            )
        liability = {"type": "self"} if enabled else None
        subscription["automatic_tax"] = {"disabled_reason": None, "enabled": enabled, "liability": liability}
    settings = params.child("trial_settings").child("end_behavior")
    if missing := settings.choice("missing_payment_method", MISSING):
        subscription["trial_settings"] = {"end_behavior": {"missing_payment_method": missing}}
    payment = params.child("payment_settings")
    payment.ignore("payment_method_types", "payment_method_options")
    if keeps := payment.choice("save_default_payment_method", ("off", "on_subscription")):
        subscription["payment_settings"]["save_default_payment_method"] = keeps


def _country(world: World, subscription: Thing) -> str | None:
    method = world.find(subscription["default_payment_method"])
    return drafting.country_of(world, world.get(subscription["customer"]), method)


def _set_trial(world: World, params: Params, subscription: Thing) -> None:
    """`trial_period_days`, or `trial_end` as a moment or "now"."""
    days = params.number("trial_period_days")
    end = world.now if params.text("trial_end") == "now" else params.number("trial_end")
    if days is not None and end is not None:
        raise refusals.invalid("You may only specify one of these parameters: trial_end, trial_period_days.")
    if days is not None:
        if not 0 < days <= 730:
            raise refusals.invalid("trial_period_days must be between 1 and 730.", params.name("trial_period_days"))
        end = world.now + days * DAY
    if end is None or end <= world.now:
        return
    subscription |= {"status": "trialing", "trial_start": world.now, "trial_end": end, "billing_cycle_anchor": end}
    set_period(subscription, world.now, end)


def begin(world: World, subscription: Thing, behaviour: str, *, authenticated: bool = False) -> Thing:
    """The subscription starts: free with a trial, else with a payment."""
    world.follow(subscription)
    trial = subscription["status"] == "trialing"
    save(world, subscription)
    if trial and not _pays_with(world, subscription):
        setup = intents.new_setup(world, subscription["customer"])
        subscription["pending_setup_intent"] = setup["id"]
        save(world, subscription)
    emit(world, "customer.subscription.created", subscription)
    customer = world.get(subscription["customer"])
    if customer["currency"] is None:
        world.put({**customer, "currency": subscription["currency"]})
    rows = billing.lines(world, subscription, trial=trial)
    invoice = billing.bill(world, subscription, "subscription_create", rows)
    if behaviour == "default_incomplete" and invoice["amount_due"]:
        invoices.finalise(world, invoice)
        return world.get(subscription["id"])
    outcome = billing.collect_now(world, subscription, invoice, authenticated=authenticated)
    if outcome != intents.PAID and behaviour == "error_if_incomplete":
        refusal = refusals.declined("generic_decline", keeps=False)
        raise refusal if outcome == intents.FAILED else refusals.invalid("Payment requires authentication.")
    return world.get(subscription["id"])


def _pays_with(world: World, subscription: Thing) -> Thing | None:
    customer = world.get(subscription["customer"])
    return customers.method_to_charge(world, customer, subscription["default_payment_method"])


def update(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/subscriptions/{id}"""
    subscription, before = world.the("subscription", wanted), world.get(wanted)
    ending.explain(params, subscription)
    subscription["metadata"] = params.metadata(subscription["metadata"])
    if subscription["status"] in OVER:
        if set(params.values) - {"metadata", "cancellation_details", "expand"}:
            raise refusals.invalid(
                "A canceled subscription can only update its cancellation_details and metadata.",
                next(iter(params.values)),
            )
        return save(world, subscription)
    _settings(world, params, subscription)
    _smaller(world, params, subscription)
    if params.text("trial_end") == "now":
        subscription = _end_trial_now(world, subscription, before)
        before = world.get(wanted)
    elif "trial_end" in params:
        _set_trial(world, params, subscription)
    subscription, before = _switch(world, params, subscription, before)
    ending.set_end(world, params, subscription)
    save(world, subscription)
    changed(world, "customer.subscription.updated", subscription, before)
    return subscription


def _smaller(world: World, params: Params, subscription: Thing) -> None:
    """What an update may set besides."""
    subscription["description"] = params.text("description", subscription["description"])
    params.ignore("off_session")
    if "discounts" in params:
        on = {"customer": subscription["customer"], "subscription": subscription["id"]}
        subscription["discounts"] = [catalogue.redeem(world, row, **on)["id"] for row in _given_discounts(params)]
    if "pause_collection" in params:
        pause = params.child("pause_collection")
        behaviour = pause.choice("behavior", ("keep_as_draft", "mark_uncollectible", "void"))
        resumes = pause.number("resumes_at")
        subscription["pause_collection"] = {"behavior": behaviour, "resumes_at": resumes} if behaviour else None


def _switch(world: World, params: Params, subscription: Thing, before: Thing) -> tuple[Thing, Thing]:
    """Other items, where they are given; the subscription after, and what was last told of it."""
    behaviour = params.choice("payment_behavior", ("allow_incomplete", "error_if_incomplete"), "allow_incomplete")
    how = params.choice("proration_behavior", PRORATIONS, "create_prorations")
    at = params.number("proration_date", world.now)
    rows = params.children("items")
    save(world, subscription)
    if not rows:
        return subscription, before
    was = subscription["latest_invoice"]
    subscription = switching.switch(world, subscription, before, rows, how, at)
    latest = world.get(subscription["latest_invoice"])
    if behaviour == "error_if_incomplete" and latest["id"] != was and latest["status"] == "open":
        raise refusals.declined("generic_decline", keeps=False)
    return subscription, world.get(subscription["id"])


def _end_trial_now(world: World, subscription: Thing, before: Thing) -> Thing:
    """The trial is over, and its invoice is paid at once."""
    if subscription["status"] != "trialing":
        return subscription
    was = subscription["latest_invoice"]
    subscription |= {"trial_end": world.now, "billing_cycle_anchor": world.now}
    set_period(subscription, period(subscription)[0], world.now)
    save(world, subscription)
    renewing.end_trial(world, subscription, before)
    subscription = world.get(subscription["id"])
    latest = world.get(subscription["latest_invoice"])
    if latest["id"] != was and latest["status"] == "draft":
        billing.collect_now(world, subscription, latest)
    return world.get(subscription["id"])


def resume(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/subscriptions/{id}/resume: of one that paused for want of a card."""
    subscription, before = world.the("subscription", wanted), world.get(wanted)
    if subscription["status"] != "paused":
        raise refusals.invalid(f"You cannot resume a subscription that is {subscription['status']}.")
    anchored = params.choice("billing_cycle_anchor", ("now", "unchanged"), "now")
    params.ignore("proration_date", "proration_behavior")
    if anchored == "now":
        subscription["billing_cycle_anchor"] = world.now
    set_period(subscription, *next_period(subscription, world.now))
    reason = "subscription_update"
    invoice = billing.bill(world, subscription, reason, billing.lines(world, subscription))
    changed(world, "customer.subscription.updated", subscription, before)
    billing.collect_now(world, subscription, invoice)
    return world.get(wanted)
