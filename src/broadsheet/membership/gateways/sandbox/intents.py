"""Taking a card's money: payment intents, setup intents, charges."""

from __future__ import annotations

from . import customers, refusals
from .events import emit
from .shapes import nulls
from .store import World, new_id
from .wire import Params, Thing, listing

PAID, FAILED, ACTION = "paid", "failed", "action"


def new_intent(world: World, customer: Thing | None, amount: int, currency: str, **fields: object) -> Thing:
    """A payment intent that waits for a card."""
    wanted = new_id("pi_3")
    intent: Thing = {
        "id": wanted,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None,
        "capture_method": "automatic",
        "client_secret": f"{wanted}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": world.now,
        "currency": currency,
        "customer": customer["id"] if customer else None,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": nulls("installments mandate_options network request_three_d_secure")},
        "payment_method_types": ["card"],
        "setup_future_usage": None,
        "status": "requires_payment_method",
        **nulls(
            "application application_fee_amount canceled_at cancellation_reason customer_account description "
            "excluded_payment_method_types last_payment_error latest_charge next_action on_behalf_of payment_method "
            "managed_payments payment_method_configuration_details processing receipt_email review shipping source "
            "statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
        ),
        **fields,
    }
    world.put(intent)
    emit(world, "payment_intent.created", intent)
    return intent


def attempt(world: World, intent: Thing, method: Thing, *, authenticated: bool = False) -> str:
    """Try the card. The intent is changed and kept; the answer is PAID, FAILED or ACTION."""
    card = customers.card_of(method)
    intent["payment_method"] = method["id"]
    known = authenticated or (card.authenticates == "setup" and method["_authenticated"])
    if card.authenticates and not known:
        return _ask(world, intent)
    reason = card.at_once or card.later
    charge = _charge(world, intent, method, reason)
    intent |= {"latest_charge": charge["id"], "next_action": None}
    if reason:
        error = refusals.declined(reason, charge=charge["id"]).error
        intent |= {"status": "requires_payment_method", "payment_method": None}
        intent["last_payment_error"] = {**error, "payment_method": method}
        world.put(intent)
        emit(world, "charge.failed", charge)
        emit(world, "payment_intent.payment_failed", intent)
        return FAILED
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
    world.put(intent)
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.succeeded", intent)
    return PAID


def _ask(world: World, intent: Thing) -> str:
    back = f"{world.base}/3ds/{intent['client_secret']}"
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": back}}
    world.put(intent)
    emit(world, "payment_intent.requires_action", intent)
    return ACTION


def _charge(world: World, intent: Thing, method: Thing, reason: str) -> Thing:
    good = not reason
    wanted = new_id("ch_3")
    customer = world.find(intent["customer"]) or {}
    charge: Thing = {
        "id": wanted,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if good else 0,
        "amount_refunded": 0,
        "balance_transaction": new_id("txn_3") if good else None,
        "billing_details": {**method["billing_details"], "email": customer.get("email")},
        "calculated_statement_descriptor": "BROADSHEET SANDBOX",
        "captured": good,
        "created": world.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None if good else refusals.declined(reason).error["code"],
        "failure_message": None if good else str(refusals.declined(reason)),
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(reason),
        "paid": good,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": _charged_card(method, intent["amount"])},
        "receipt_url": f"{world.base}/receipts/{wanted}",
        "refunded": False,
        "status": "succeeded" if good else "failed",
        **nulls(
            "application application_fee application_fee_amount failure_balance_transaction on_behalf_of "
            "receipt_email receipt_number review shipping source source_transfer statement_descriptor "
            "statement_descriptor_suffix transfer_data transfer_group"
        ),
    }
    return world.put(charge)


def _outcome(reason: str) -> Thing:
    return {
        "advice_code": "try_again_later" if reason == "insufficient_funds" else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if reason else "approved_by_network",
        "reason": reason or None,
        "risk_level": "normal",
        "seller_message": "The bank declined." if reason else "Payment complete.",
        "type": "issuer_declined" if reason else "authorized",
    }


def _charged_card(method: Thing, amount: int) -> Thing:
    card = method["card"]
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        **{name: card[name] for name in kept},
        "amount_authorized": amount,
        "network": card["brand"],
        "regulated_status": "unregulated",
        **nulls("authorization_code installments mandate network_token three_d_secure wallet"),
    }


# ----- setup intents: a card kept for later


def new_setup(world: World, customer: str | None, **fields: object) -> Thing:
    """A setup intent that waits for a card."""
    wanted = new_id("seti_1")
    setup: Thing = {
        "id": wanted,
        "object": "setup_intent",
        "automatic_payment_methods": None,
        "client_secret": f"{wanted}_secret_{new_id('', 30)}",
        "created": world.now,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {"card": nulls("mandate_options network request_three_d_secure")},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
        **nulls(
            "application cancellation_reason customer_account description excluded_payment_method_types "
            "flow_directions last_setup_error latest_attempt mandate next_action on_behalf_of payment_method "
            "payment_method_configuration_details single_use_mandate"
        ),
        **fields,
    }
    world.put(setup)
    emit(world, "setup_intent.created", setup)
    return setup


def confirm_setup(world: World, setup: Thing, method: Thing, *, authenticated: bool = False) -> str:
    """Keep the card for later payments."""
    card = customers.card_of(method)
    if card.at_once:
        error = refusals.declined(card.at_once)
        setup["last_setup_error"] = {**error.error, "payment_method": method}
        world.put(setup)
        emit(world, "setup_intent.setup_failed", setup)
        return FAILED
    setup["payment_method"] = method["id"]
    if card.authenticates and not authenticated:
        back = f"{world.base}/3ds/{setup['client_secret']}"
        setup["status"] = "requires_action"
        setup["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": back}}
        world.put(setup)
        emit(world, "setup_intent.requires_action", setup)
        return ACTION
    world.put({**method, "_authenticated": bool(card.authenticates)})
    if setup["customer"]:
        customers.attach(world, method["id"], setup["customer"])
    setup |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    world.put(setup)
    emit(world, "setup_intent.succeeded", setup)
    return PAID


def create_setup(world: World, params: Params) -> Thing:
    """POST /v1/setup_intents"""
    params.ignore("payment_method_types", "automatic_payment_methods", "return_url")
    customer = params.text("customer")
    if customer:
        customers.living(world, customer)
    usage = params.choice("usage", ("off_session", "on_session"), "off_session")
    setup = new_setup(world, customer, usage=usage, metadata=params.metadata())
    method = params.text("payment_method")
    if method:
        setup["payment_method"] = customers.method_of(world, method)["id"]
        setup["status"] = "requires_confirmation"
        world.put(setup)
    return _confirmed(world, setup) if params.flag("confirm") else setup


def confirm_setup_call(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/setup_intents/{id}/confirm"""
    params.ignore("return_url")
    setup = world.the("setup_intent", wanted)
    if method := params.text("payment_method"):
        setup["payment_method"] = customers.method_of(world, method)["id"]
    return _confirmed(world, setup)


def _confirmed(world: World, setup: Thing) -> Thing:
    if not setup["payment_method"]:
        raise refusals.missing("payment_method")
    method = world.get(setup["payment_method"])
    if confirm_setup(world, setup, method) == FAILED:
        raise refusals.declined(customers.card_of(method).at_once)
    return setup


def update_intent(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/payment_intents/{id}: its metadata and its words."""
    intent = world.the("payment_intent", wanted)
    intent["metadata"] = params.metadata(intent["metadata"])
    intent["description"] = params.text("description", intent["description"])
    return world.put(intent)


def with_refunds(world: World, charge: Thing) -> Thing:
    """A charge with its refunds listed, where they were asked for."""
    rows = world.rows("refund", charge=charge["id"])
    return {**charge, "refunds": listing(rows, f"/v1/charges/{charge['id']}/refunds")}
