"""Lists: which may be asked for, narrowed by what, a page at a time; and objects put in place of their ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import checkout, intents, invoice_calls, refusals
from .shapes import NO_ADDRESS
from .store import World, conditions
from .wire import Params, Thing, listing

# Object → the fields by which its list may be narrowed.
FILTERS: dict[str, tuple[str, ...]] = {
    "product": ("active",),
    "price": ("active", "product", "currency", "type"),
    "coupon": (),
    "promotion_code": ("active", "code", "customer"),
    "customer": ("email", "test_clock"),
    "payment_method": ("customer", "type"),
    "setup_intent": ("customer", "payment_method"),
    "payment_intent": ("customer",),
    "charge": ("customer", "payment_intent"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "subscription": ("customer", "collection_method", "test_clock"),
    "subscription_schedule": ("customer",),
    "invoice": ("customer", "status", "collection_method"),
    "invoice_payment": ("invoice", "status"),
    "credit_note": ("customer", "invoice"),
    "checkout.session": ("customer", "subscription", "payment_intent", "status"),
    "billing_portal.configuration": ("active", "is_default"),
    "event": ("type",),
    "webhook_endpoint": (),
    "test_helpers.test_clock": (),
}
_FLAGS = {"active", "is_default"}
_GONE = " AND json_extract(body, '$.deleted') IS NULL AND json_extract(body, '$._deleted') IS NULL"


def page(world: World, params: Params, kind: str, url: str) -> Thing:
    """One page of a list."""
    equal: Thing = {}
    for name in FILTERS[kind]:
        equal[name] = params.flag(name, None) if name in _FLAGS else params.text(name)
    if (owner := equal.get("customer")) and world.find(owner) is None:
        raise refusals.no_such("customer", owner, "customer", status=400)
    where, values = conditions(equal)
    for more, given in (_created(params), *_special(params, kind)):
        where, values = where + more, values + given
    newest = "ending_before" not in params
    limit = params.number("limit", 10)
    if not 1 <= limit <= 100:
        raise refusals.invalid("Invalid limit: must be between 1 and 100", "limit", "parameter_invalid_integer")
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if cursor := params.text(name):
            where, values = where + f" AND seq {sign} ?", [*values, _place(world, cursor, name)]
    order = "DESC" if newest else "ASC"
    query = f"SELECT body FROM objects WHERE kind = ?{_GONE}{where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
    rows = [json.loads(row[0]) for row in world.db.execute(query, [kind, *values, limit + 1])]
    shown = rows[:limit] if newest else rows[:limit][::-1]
    return listing(shown, url, len(rows) > limit)


def _place(world: World, cursor: str, param: str) -> int:
    row = world.db.execute("SELECT seq FROM objects WHERE id = ?", [cursor]).fetchone()
    if row is None:
        raise refusals.no_such("object", cursor, param, status=400)
    return row[0]


def _created(params: Params) -> tuple[str, list[Any]]:
    given = params.values.get("created")
    if given is None or isinstance(given, str):
        exact = params.number("created")
        return (" AND json_extract(body, '$.created') = ?", [exact]) if exact is not None else ("", [])
    bounds = params.child("created")
    where, values = "", list[Any]()
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        if (bound := bounds.number(name)) is not None:
            where, values = where + f" AND json_extract(body, '$.created') {sign} ?", [*values, bound]
    return where, values


def _among(field: str, words: list[str]) -> tuple[str, list[Any]]:
    return f" AND json_extract(body, '$.{field}') IN ({', '.join('?' * len(words))})", list(words)


def _special(params: Params, kind: str) -> list[tuple[str, list[Any]]]:
    """The filters that are no plain equality."""
    if kind == "subscription":
        return _subscriptions(params)
    found = []
    if kind == "event":
        if types := params.texts("types"):
            found.append(_among("type", types))
        params.text("delivery_success")
    if kind == "price" and (keys := params.texts("lookup_keys")):
        found.append(_among("lookup_key", keys))
    if kind == "product" and (ids := params.texts("ids")):
        found.append(_among("id", ids))
    if kind == "promotion_code" and (coupon := params.text("coupon")):
        found.append((" AND json_extract(body, '$.promotion.coupon') = ?", [coupon]))
    if kind == "invoice" and (subscription := params.text("subscription")):
        found.append((" AND json_extract(body, '$.parent.subscription_details.subscription') = ?", [subscription]))
    if kind == "invoice_payment":
        payment = params.child("payment")
        payment.choice("type", ("payment_intent",))
        if intent := payment.text("payment_intent"):
            found.append((" AND json_extract(body, '$.payment.payment_intent') = ?", [intent]))
    return found


def _subscriptions(params: Params) -> list[tuple[str, list[Any]]]:
    status, price = params.text("status"), params.text("price")
    found: list[tuple[str, list[Any]]] = []
    if status is None:
        found.append((" AND json_extract(body, '$.status') != 'canceled'", []))
    elif status == "ended":
        found.append(_among("status", ["canceled", "incomplete_expired"]))
    elif status != "all":
        found.append((" AND json_extract(body, '$.status') = ?", [status]))
    if price:
        found.append((" AND json_extract(body, '$.items.data[0].price.id') = ?", [price]))
    return found


# ----- expand


def _subscriptions_of(world: World, customer: Thing) -> Thing:
    rows = [row for row in world.rows("subscription", customer=customer["id"]) if row["status"] != "canceled"]
    return {**customer, "subscriptions": listing(rows, f"/v1/customers/{customer['id']}/subscriptions")}


def _tax_of(_: World, customer: Thing) -> Thing:
    country = (customer["address"] or NO_ADDRESS)["country"]
    location = {"country": country, "source": "billing_address", "state": None} if country else None
    state = "supported" if country else "unrecognized_location"
    found = {"automatic_tax": state, "ip_address": None, "location": location, "provider": "stripe"}
    return {**customer, "tax": found}


INCLUDED: dict[tuple[str, str], Callable[[World, Thing], Thing]] = {
    ("checkout.session", "line_items"): checkout.with_items,
    ("invoice", "payments"): invoice_calls.with_payments,
    ("invoice", "confirmation_secret"): invoice_calls.with_secret,
    ("charge", "refunds"): intents.with_refunds,
    ("customer", "subscriptions"): _subscriptions_of,
    ("customer", "tax"): _tax_of,
}
_MOST, _DEEPEST = 20, 4


def expand(world: World, answer: Thing, paths: list[str]) -> Thing:
    """Put objects in the place of their ids, along each path."""
    for path in paths[:_MOST]:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > _DEEPEST + 2:
            raise refusals.invalid("You cannot expand more than 4 levels of a property.", "expand")
        answer = _along(world, answer, parts, path)
    return answer


def _along(world: World, thing: Any, parts: list[str], path: str) -> Any:
    if isinstance(thing, list):
        return [_along(world, row, parts, path) for row in thing]
    if isinstance(thing, str):
        found = world.find(thing)
        if found is None:
            return thing
        thing = found
    if not parts or thing is None:
        return thing
    name = parts[0]
    if include := INCLUDED.get((thing.get("object", ""), name)):
        thing = include(world, thing)
    if name not in thing:
        raise refusals.invalid(f"This property cannot be expanded ({path}).", "expand[0]")
    return {**thing, name: _along(world, thing[name], parts[1:], path)}
