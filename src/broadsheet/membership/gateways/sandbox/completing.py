"""Completing a Checkout session: the customer, the card, the subscription or the payment, and the news of it."""

from __future__ import annotations

from typing import Any

from . import aftermath, catalogue, customers, drafting, intents, invoices, refusals, subscriptions, sums
from .checkout import reckon
from .events import emit
from .shapes import NO_ADDRESS
from .store import World
from .wire import Params, Thing


def complete(world: World, session: Thing, method: Thing | None, given: Thing, *, authenticated: bool = False) -> Thing:
    """The reader has submitted the page. `given`: email, name, country, terms, promotions, code."""
    if session["status"] != "open":
        raise refusals.invalid(f"This Checkout Session is {session['status']}.", "session")
    if session["customer"]:
        world.follow(world.get(session["customer"]))
    if code := given.get("code"):
        session["discounts"] = [promotion(world, session, code)]
    country = given.get("country") or (method["card"]["country"] if method else None)
    reckon(world, session, country)
    customer = _customer(world, session, given)
    if method and session["mode"] != "payment":
        method = world.get(_keep_card(world, session, customer, method, authenticated))
    _FINISH[session["mode"]](world, session, customer, method, authenticated)
    _close(world, session, customer, given)
    return session


def promotion(world: World, session: Thing, code: str) -> Thing:
    """The promotion code that a reader typed, as a discount of the session."""
    rows = [row for row in world.rows("promotion_code", active=True) if row["code"].lower() == code.strip().lower()]
    if not rows or not session["allow_promotion_codes"]:
        raise refusals.invalid("This code is invalid.", "promotion_code")
    return {"coupon": None, "promotion_code": rows[0]["id"]}


def _customer(world: World, session: Thing, given: Thing) -> Thing:
    if session["customer"]:
        customer = customers.living(world, session["customer"])
    elif session["mode"] == "payment" and session["customer_creation"] != "always":
        return {"id": None, "email": given.get("email"), "name": given.get("name"), "phone": None, "address": None,
                "tax_exempt": "none"}  # fmt: skip
    else:
        email = session["customer_email"] or given.get("email")
        customer = customers.make(world, email=email, name=given.get("name"))
        session["customer"] = customer["id"]
    if given.get("country") and session["_saves_address"]:
        where = dict.fromkeys(("city", "line1", "line2", "postal_code", "state"))
        before = customer
        customer = {**customer, "address": {**where, "country": given["country"]}}
        world.put(customer)
        if before["address"] != customer["address"]:
            emit(world, "customer.updated", customer, before)
    return customer


def _keep_card(world: World, session: Thing, customer: Thing, method: Thing, authenticated: bool) -> str:
    """The card becomes the customer's. Where nothing is paid now, a setup intent says that it may be used later."""
    if session["mode"] == "setup" or session["amount_total"] == 0:
        setup = intents.new_setup(world, customer["id"])
        outcome = intents.confirm_setup(world, setup, method, authenticated=authenticated)
        if outcome == intents.FAILED:
            raise refusals.declined(customers.card_of(method).at_once, keeps=False)
        if outcome == intents.ACTION:
            raise refusals.invalid("This card asks for authentication first.", "payment_method")
        session["setup_intent"] = setup["id"] if session["mode"] == "setup" else None
        return method["id"]
    if authenticated:
        method = world.put({**method, "_authenticated": True})
    return customers.attach(world, method["id"], customer["id"])["id"]


def _subscribe(world: World, session: Thing, customer: Thing, method: Thing | None, authenticated: bool) -> None:
    values: Thing = {
        **session["_data"],
        "items": {
            str(place): {"price": row["price"]["id"], "quantity": str(row["quantity"])}
            for place, row in enumerate(session["_lines"])
        },
    }
    if session["discounts"]:
        values["discounts"] = {
            str(place): {name: value for name, value in row.items() if value}
            for place, row in enumerate(session["discounts"])
        }
    if session["automatic_tax"]["enabled"]:
        values["automatic_tax"] = {"enabled": "true"}
    if method is not None:
        values["default_payment_method"] = method["id"]
    began = subscriptions.start(world, customer, Params(values), "error_if_incomplete", authenticated=authenticated)
    session |= {"subscription": began["id"], "invoice": began["latest_invoice"]}
    free = world.get(began["latest_invoice"])["total"] <= 0
    session["payment_status"] = "no_payment_required" if free else "paid"


def _pay(world: World, session: Thing, customer: Thing, method: Thing | None, authenticated: bool) -> None:
    if method is None:
        session["payment_status"] = "no_payment_required"
        return
    data = session["_data"]
    metadata = data.get("metadata", {})
    if customer["id"] and data.get("setup_future_usage"):
        method = world.get(customers.attach(world, method["id"], customer["id"])["id"])
    if session["invoice_creation"] and customer["id"]:
        session["invoice"] = _invoice(world, session, customer, method, authenticated)
    else:
        paying = customer if customer["id"] else None
        intent = intents.new_intent(world, paying, session["amount_total"], session["currency"], metadata=metadata)
        session["payment_intent"] = intent["id"]
        _refuse_unless_paid(intents.attempt(world, intent, method, authenticated=authenticated), method)
        aftermath.follow(world, intent["latest_charge"])
    session["payment_status"] = "paid"


def _invoice(world: World, session: Thing, customer: Thing, method: Thing, authenticated: bool) -> str:
    span = (world.now, world.now)
    lines = [sums.line(world, row["price"], row["quantity"], span) for row in session["_lines"]]
    taken = [catalogue.redeem(world, row, customer=customer["id"]) for row in session["discounts"] or []]
    invoice = drafting.blank(world, customer, session["currency"], lines, billing_reason="manual")
    drafting.reckon(world, invoice, customer, taken, session["automatic_tax"]["enabled"])
    invoice = invoices.finalise(world, invoices.draft(world, invoice))
    if invoice["status"] != "paid":
        session["payment_intent"] = drafting.payment_of(world, invoice)["payment"]["payment_intent"]
        _refuse_unless_paid(invoices.pay(world, invoice, method, authenticated=authenticated), method)
    return invoice["id"]


def _refuse_unless_paid(outcome: str, method: Thing) -> None:
    card = customers.card_of(method)
    if outcome != intents.PAID:
        raise refusals.declined(card.at_once or card.later or "authentication_required", keeps=False)


def _set_up(world: World, session: Thing, customer: Thing, method: Thing | None, authenticated: bool) -> None:
    session["payment_status"] = "no_payment_required"


_FINISH: dict[str, Any] = {"subscription": _subscribe, "payment": _pay, "setup": _set_up}


def _close(world: World, session: Thing, customer: Thing, given: Thing) -> None:
    session |= {"status": "complete", "url": None}
    session["customer_details"] = {
        "address": customer["address"] or dict(NO_ADDRESS),
        **{name: customer[name] for name in ("email", "name", "phone", "tax_exempt")},
        "tax_ids": [],
        "business_name": None,
        "individual_name": None,
    }  # fmt: skip
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    asked = session["consent_collection"] or {}
    if asked:
        session["consent"] = {
            "promotions": ("opt_in" if given.get("promotions") else "opt_out") if asked.get("promotions") else None,
            "terms_of_service": "accepted" if asked.get("terms_of_service") == "required" else None,
        }
    world.put(session)
    emit(world, "checkout.session.completed", session)
