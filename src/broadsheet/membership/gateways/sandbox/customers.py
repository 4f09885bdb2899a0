"""Customers and their payment methods."""

from __future__ import annotations

import re
from typing import Any

from . import refusals, testcards
from .events import changed, emit
from .shapes import NO_ADDRESS, nulls
from .store import World, new_id
from .terms import save
from .wire import Params, Thing

_TEXTS = ("description", "email", "name", "phone")


def address(params: Params) -> Thing | None:
    """An address, or None where nothing of it was said."""
    found = {name: params.text(name) for name in NO_ADDRESS}
    return found if any(found.values()) else None


def mail(params: Params, name: str) -> str | None:
    """A mail address that looks like one."""
    found = params.text(name)
    if found is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", found):
        raise refusals.invalid(f"Invalid email address: {found}", params.name(name), "email_invalid")
    return found


def make(world: World, **fields: Any) -> Thing:
    """A new customer."""
    clock = fields.get("test_clock")
    if clock:
        world.the("test_helpers.test_clock", clock, "test_clock")
        world.clock = clock
    customer: Thing = {
        "id": new_id("cus_", 14),
        "object": "customer",
        "balance": 0,
        "created": world.now,
        "currency": None,
        "delinquent": False,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": nulls("custom_fields default_payment_method footer rendering_options"),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
        **nulls("address default_source description discount email name phone shipping"),
        **fields,
    }
    world.put(customer)
    emit(world, "customer.created", customer)
    return customer


def create(world: World, params: Params) -> Thing:
    """POST /v1/customers"""
    fields: Thing = {name: params.text(name) for name in _TEXTS}
    mail(params, "email")
    fields |= {"address": address(params.child("address")), "metadata": params.metadata()}
    fields |= {"test_clock": params.text("test_clock"), "preferred_locales": params.texts("preferred_locales")}
    fields["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), "none")
    params.ignore("tax")
    customer = make(world, **fields)
    if method := params.text("payment_method"):
        attach(world, method, customer["id"])
    return _set_defaults(world, world.get(customer["id"]), params)


def _set_defaults(world: World, customer: Thing, params: Params) -> Thing:
    settings = params.child("invoice_settings")
    if "default_payment_method" not in settings:
        return customer
    method = settings.text("default_payment_method")
    if method is not None:
        _owned(world, method, customer["id"], settings.name("default_payment_method"))
    customer["invoice_settings"]["default_payment_method"] = method
    return world.put(customer)


def update(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/customers/{id}"""
    customer = world.the("customer", wanted)
    before = world.get(wanted)
    customer |= {name: params.text(name) for name in _TEXTS if name in params}
    mail(params, "email")
    if "address" in params:
        customer["address"] = address(params.child("address"))
    if "preferred_locales" in params:
        customer["preferred_locales"] = params.texts("preferred_locales")
    customer["balance"] = params.number("balance", customer["balance"])
    customer["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), customer["tax_exempt"])
    customer["metadata"] = params.metadata(customer["metadata"])
    params.ignore("tax")
    customer = _set_defaults(world, world.put(customer), params)
    changed(world, "customer.updated", customer, before)
    return customer


def retrieve(world: World, _: Params, wanted: str) -> Thing:
    """GET /v1/customers/{id}; one that was deleted still says so."""
    return world.the("customer", wanted)


def living(world: World, wanted: str, param: str = "customer") -> Thing:
    """The customer that a request names, who must not be deleted."""
    customer = world.the("customer", wanted, param)
    if customer.get("deleted"):
        raise refusals.no_such("customer", wanted, param, status=400)
    return customer


# ----- payment methods


def new_method(world: World, card: testcards.TestCard, **fields: Any) -> Thing:
    """A payment method of a test card."""
    shown = {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": card.fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return world.put({
        "id": new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": dict(NO_ADDRESS), **nulls("email name phone tax_id")},
        "card": shown,
        "created": world.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_card": card.number,
        "_authenticated": False,
        **fields,
    })  # fmt: skip


def create_method(world: World, params: Params) -> Thing:
    """POST /v1/payment_methods"""
    params.choice("type", ("card",), "card")
    given = params.child("card")
    given.ignore("exp_month", "exp_year", "cvc")
    token, number = given.text("token"), given.text("number")
    card = testcards.by_name(token) if token else testcards.by_number(number or "")
    if card is None:
        raise refusals.no_such("token", token or "", "card[token]", status=400)
    method = new_method(world, card, metadata=params.metadata())
    details = params.child("billing_details")
    method["billing_details"] |= {name: details.text(name) for name in ("email", "name", "phone")}
    method["billing_details"]["address"] = address(details.child("address")) or dict(NO_ADDRESS)
    if expires := given.number("exp_year"):
        method["card"] |= {"exp_year": expires, "exp_month": given.number("exp_month", 12)}
    return world.put(method)


def method_of(world: World, wanted: str, param: str = "payment_method") -> Thing:
    """The payment method of that id; a test name such as `pm_card_visa` makes a new one."""
    if card := testcards.by_name(wanted):
        return new_method(world, card)
    return world.the("payment_method", wanted, param)


def card_of(method: Thing) -> testcards.TestCard:
    """The test card behind a payment method."""
    return testcards.by_number(method["_card"])


def attach(world: World, wanted: str, owner: str) -> Thing:
    """Give a customer a card; a bank that says no at once says it here."""
    method = method_of(world, wanted)
    if method["customer"] == owner:
        return method
    if method["customer"]:
        raise refusals.invalid(
            "The payment method you provided has already been attached to a customer.", "payment_method"
        )
    if reason := card_of(method).at_once:
        raise refusals.declined(reason, keeps=False)
    method["customer"] = owner
    world.put(method)
    emit(world, "payment_method.attached", method)
    return method


def attach_method(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/payment_methods/{id}/attach"""
    owner = living(world, params.needed("customer"))
    return attach(world, wanted, owner["id"])


def detach_method(world: World, _: Params, wanted: str) -> Thing:
    """POST /v1/payment_methods/{id}/detach: nobody pays with it any longer."""
    method = world.the("payment_method", wanted)
    if not method["customer"]:
        raise refusals.invalid("The payment method you provided is not attached to a customer.", "payment_method")
    before, owner = dict(method), world.get(method["customer"])
    method["customer"] = None
    world.put(method)
    if owner["invoice_settings"]["default_payment_method"] == wanted:
        owner["invoice_settings"]["default_payment_method"] = None
        world.put(owner)
    for subscription in world.rows("subscription", customer=owner["id"], default_payment_method=wanted):
        save(world, {**subscription, "default_payment_method": None})
    emit(world, "payment_method.detached", method, before)
    return method


def update_method(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/payment_methods/{id}"""
    method, before = world.the("payment_method", wanted), world.get(wanted)
    card = params.child("card")
    method["card"] |= {name: card.number(name) for name in ("exp_month", "exp_year") if name in card}
    method["metadata"] = params.metadata(method["metadata"])
    world.put(method)
    changed(world, "payment_method.updated", method, before)
    return method


def method_to_charge(world: World, customer: Thing, *preferred: str | None) -> Thing | None:
    """What an invoice is paid with: its own choice, the subscription's, the customer's."""
    for wanted in (*preferred, customer["invoice_settings"]["default_payment_method"]):
        if wanted and (found := world.find(wanted)) and found["customer"] == customer["id"]:
            return found
    return None


def _owned(world: World, wanted: str, owner: str, param: str) -> Thing:
    method = world.the("payment_method", wanted, param)
    if method["customer"] != owner:
        raise refusals.invalid(
            f"The customer does not have a payment method with the ID {wanted}. The payment method must be attached "
            "to the customer.",
            param,
            "resource_missing",
        )
    return method


def owned(world: World, wanted: str | None, owner: str, param: str = "default_payment_method") -> str | None:
    """The id of a payment method, which must be the customer's."""
    return _owned(world, wanted, owner, param)["id"] if wanted else None
