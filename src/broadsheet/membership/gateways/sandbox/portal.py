"""Customer portal sessions, and the configuration that they follow."""

from __future__ import annotations

from . import customers, refusals
from .shapes import nulls
from .store import World, new_id
from .wire import Params, Thing

FLOWS = ("payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm")
_FEATURES: Thing = {
    "customer_update": {"allowed_updates": ["email", "address"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": ["unused", "too_expensive", "other"]},
        "enabled": True,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"enabled": False, "duration": {"interval_options": [], "type": "indefinite"}},
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": ["price"],
        "enabled": True,
        "products": [],
        "proration_behavior": "create_prorations",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "continue_trial",
    },
}


def configuration(world: World) -> Thing:
    """The one configuration, made when it is first needed."""
    rows = world.rows("billing_portal.configuration")
    return rows[0] if rows else _make(world, Params({}))


def _make(world: World, params: Params) -> Thing:
    profile = params.child("business_profile")
    names = ("headline", "privacy_policy_url", "terms_of_service_url")
    return world.put({
        "id": new_id("bpc_1"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {name: profile.text(name) for name in names},
        "created": world.now,
        "default_return_url": params.text("default_return_url"),
        "features": _FEATURES,
        "is_default": True,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": params.metadata(),
        "name": params.text("name"),
        "updated": world.now,
    })  # fmt: skip


def create_configuration(world: World, params: Params) -> Thing:
    """POST /v1/billing_portal/configurations: our portal offers all it can, whatever the features asked for."""
    params.ignore("features", "login_page")
    return _make(world, params)


def create(world: World, params: Params) -> Thing:
    """POST /v1/billing_portal/sessions"""
    customer = customers.living(world, params.needed("customer"))
    wanted = params.text("configuration")
    chosen = world.the("billing_portal.configuration", wanted, "configuration") if wanted else configuration(world)
    world.follow(customer)
    secret = new_id("test_", 44)
    return world.put({
        "id": new_id("bps_1"),
        "object": "billing_portal.session",
        "configuration": chosen["id"],
        "created": world.now,
        "customer": customer["id"],
        "customer_account": None,
        "flow": _flow(world, params, customer),
        "livemode": False,
        "locale": params.text("locale"),
        "on_behalf_of": None,
        "return_url": params.text("return_url") or chosen["default_return_url"],
        "url": f"{world.base}/portal/{secret}",
        "_secret": secret,
    })  # fmt: skip


def _flow(world: World, params: Params, customer: Thing) -> Thing | None:
    if "flow_data" not in params:
        return None
    data = params.child("flow_data")
    kind = data.choice("type", FLOWS) or data.needed("type")
    flow: Thing = {
        "type": kind,
        "after_completion": _after(data.child("after_completion")),
        **nulls("subscription_cancel subscription_update subscription_update_confirm"),
    }
    if kind.startswith("subscription_"):
        chosen = data.child(kind)
        subscription = world.the("subscription", chosen.needed("subscription"), chosen.name("subscription"))
        if subscription["customer"] != customer["id"]:
            raise refusals.no_such("subscription", subscription["id"], chosen.name("subscription"), status=400)
        flow[kind] = {"subscription": subscription["id"]}
        if kind == "subscription_cancel":
            flow[kind]["retention"] = None
        if kind == "subscription_update_confirm":
            flow[kind] |= {"discounts": None, "items": [
                {"id": row.text("id"), "price": row.text("price"), "quantity": row.number("quantity", 1)}
                for row in chosen.children("items")
            ]}  # fmt: skip
    return flow


def _after(data: Params) -> Thing:
    kind = data.choice("type", ("redirect", "portal_homepage", "hosted_confirmation"), "portal_homepage")
    address = data.child("redirect").text("return_url")
    message = data.child("hosted_confirmation").text("custom_message")
    return {
        "type": kind,
        "redirect": {"return_url": address} if kind == "redirect" else None,
        "hosted_confirmation": {"custom_message": message} if kind == "hosted_confirmation" else None,
    }


def by_secret(world: World, secret: str) -> Thing:
    """The session of that address."""
    rows = world.rows("billing_portal.session", _secret=secret)
    if not rows:
        raise refusals.no_such("billing_portal.session", "…")
    world.follow(world.get(rows[0]["customer"]))
    return rows[0]
