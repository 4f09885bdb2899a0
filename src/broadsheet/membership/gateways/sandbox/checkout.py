"""Checkout sessions: opened by the paper, completed by a reader on our page, or left to expire."""

from __future__ import annotations

from . import catalogue, customers, refusals, sums
from .calendar import DAY, HOUR
from .events import emit
from .shapes import nulls
from .store import World, new_id
from .wire import Params, Thing, listing


def create(world: World, params: Params) -> Thing:
    """POST /v1/checkout/sessions"""
    mode = params.choice("mode", ("subscription", "payment", "setup")) or params.needed("mode")
    _harmless(params)
    session = _blank(world, mode)
    _who(world, params, session)
    _how(params, session)
    _what(world, params, session)
    session["url"] = f"{world.base}/checkout/{session['id']}"
    return world.put(session, session["expires_at"])


def _harmless(params: Params) -> None:
    """What looks otherwise at Stripe's, and is the same here."""
    params.choice("ui_mode", ("hosted_page", "hosted"), "hosted_page")
    params.ignore(
        "payment_method_types", "payment_method_options", "phone_number_collection", "saved_payment_method_options",
        "adaptive_pricing", "branding_settings", "name_collection", "managed_payments", "wallet_options",
    )  # fmt: skip


def _blank(world: World, mode: str) -> Thing:
    return {
        "id": new_id("cs_test_", 58),
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": world.now,
        "custom_fields": [],
        "livemode": False,
        "mode": mode,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
        "adaptive_pricing": {"enabled": False},
        **nulls(
            "after_expiration amount_subtotal amount_total client_secret collected_information consent currency "
            "currency_conversion customer_account customer_details integration_identifier invoice invoice_creation "
            "managed_payments origin_context payment_intent payment_link payment_method_configuration_details "
            "permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection "
            "shipping_cost subscription total_details wallet_options"
        ),
    }


def _who(world: World, params: Params, session: Thing) -> None:
    customer, email = params.text("customer"), customers.mail(params, "customer_email")
    if customer and email:
        raise refusals.invalid("You may only specify one of these parameters: customer, customer_email.")
    if customer:
        customers.living(world, customer)
        session |= {"created": world.now, "_clock": world.clock}
    updates = params.child("customer_update")
    updates.ignore("name", "shipping")
    creation = params.choice("customer_creation", ("always", "if_required"))
    if session["mode"] == "subscription" and creation:
        raise refusals.invalid("`customer_creation` can only be used in `payment` and `setup` mode.")
    tax = params.child("automatic_tax").flag("enabled")
    saves = updates.choice("address", ("auto", "never"), "never")
    if tax and customer and saves == "never" and not world.get(customer)["address"]:
        raise refusals.invalid(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to "
            "the Customer or set either `customer_update[address]` to 'auto'.",
            "automatic_tax",
            "customer_tax_location_invalid",
        )
    session |= {
        "customer": customer,
        "customer_email": email,
        "customer_creation": creation or (None if session["mode"] == "subscription" else "if_required"),
        "client_reference_id": params.text("client_reference_id"),
        "_saves_address": saves == "auto" or not customer,
    }
    if tax:
        session["automatic_tax"] = {
            "enabled": True, "liability": {"type": "self"}, "provider": "stripe", "status": "requires_location_inputs",
        }  # fmt: skip


def _how(params: Params, session: Thing) -> None:
    """Addresses to return to, what is to be agreed to, when it expires."""
    consent = params.child("consent_collection")
    reuse = consent.child("payment_method_reuse_agreement").text("position")
    asked = {
        "payment_method_reuse_agreement": {"position": reuse} if reuse else None,
        "promotions": consent.choice("promotions", ("auto", "none")),
        "terms_of_service": consent.choice("terms_of_service", ("none", "required")),
    }
    words = params.child("custom_text")
    texts: Thing = {}
    for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"):
        message = words.child(name).text("message")
        texts[name] = {"message": message} if message else None
    expires = params.number("expires_at", session["created"] + DAY)
    if not session["created"] + HOUR // 2 <= expires <= session["created"] + DAY:
        raise refusals.invalid(
            "The `expires_at` timestamp must be less than 24 hours and at least 30 minutes from Checkout Session "
            "creation.",
            "expires_at",
        )
    collection = params.choice("payment_method_collection", ("always", "if_required"))
    params.child("tax_id_collection").flag("enabled")
    session |= {
        "success_url": _address(params, "success_url") or params.needed("success_url"),
        "cancel_url": _address(params, "cancel_url"),
        "consent_collection": asked if any(asked.values()) else None,
        "custom_text": texts,
        "expires_at": expires,
        "payment_method_collection": collection or ("always" if session["mode"] == "subscription" else None),
        "billing_address_collection": params.choice("billing_address_collection", ("auto", "required")),
        "locale": params.text("locale"),
        "submit_type": params.text("submit_type"),
        "allow_promotion_codes": params.flag("allow_promotion_codes", None),
        "metadata": params.metadata(),
    }


def _address(params: Params, name: str) -> str | None:
    address = params.text(name)
    if address and not address.startswith(("https://", "http://")):
        raise refusals.invalid("Not a valid URL", params.name(name), "url_invalid")
    return address


def _what(world: World, params: Params, session: Thing) -> None:
    rows = params.children("line_items")
    if session["mode"] == "setup":
        session["currency"] = params.text("currency")
        session |= {"_lines": [], "_data": {}, "discounts": None}
        params.child("setup_intent_data").metadata()
        return
    params.text("currency")
    if not rows:
        raise refusals.missing("line_items")
    lines = [_line(world, row, session["mode"]) for row in rows]
    discounts = [
        {"coupon": row.text("coupon"), "promotion_code": row.text("promotion_code")}
        for row in params.children("discounts")
    ]
    if discounts and session["allow_promotion_codes"]:
        raise refusals.invalid("You may only specify one of these parameters: allow_promotion_codes, discounts.")
    data = _data(params, session["mode"])
    session |= {"_lines": lines, "_data": data, "discounts": discounts, "currency": lines[0]["currency"]}
    if params.child("invoice_creation").flag("enabled"):
        session["invoice_creation"] = {
            "enabled": True,
            "invoice_data": {
                **nulls("account_tax_ids custom_fields description footer issuer rendering_options"),
                "metadata": {},
            },
        }
    reckon(world, session)


def _data(params: Params, mode: str) -> Thing:
    """`subscription_data` or `payment_intent_data`, kept for the moment of completion."""
    key = {"subscription": "subscription_data", "payment": "payment_intent_data"}[mode]
    data = params.child(key)
    known = {
        "subscription": {"trial_period_days", "trial_end", "trial_settings", "metadata", "description",
                         "proration_behavior", "billing_mode"},
        "payment": {"metadata", "description", "setup_future_usage", "receipt_email"},
    }[mode]  # fmt: skip
    data.ignore(*known)
    days = data.number("trial_period_days")
    if days is not None and days < 1:
        raise refusals.invalid("The minimum number of trial period days is 1.", data.name("trial_period_days"))
    return data.values


def _line(world: World, row: Params, mode: str) -> Thing:
    if "price_data" in row:
        data = row.child("price_data")
        if "product_data" in data:
            product = catalogue.create_product(world, data.child("product_data"))
        else:
            product = world.the("product", data.needed("product"), data.name("product"))
        price = catalogue.new_price(world, data, product)
    else:
        price = world.the("price", row.needed("price"), row.name("price"))
    if mode == "payment" and price["type"] == "recurring":
        raise refusals.invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            row.name("price"),
        )
    if mode == "subscription" and price["type"] != "recurring":
        raise refusals.invalid("The sandbox takes only recurring prices in `subscription` mode.", row.name("price"))
    return {
        "id": new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "currency": price["currency"],
        "description": world.get(price["product"])["name"],
        "metadata": {},
        "price": price,
        "quantity": row.number("quantity", 1),
    }


def trial_end(world: World, session: Thing) -> int | None:
    """When the trial that this session offers would end, if it were taken now."""
    data = session["_data"]
    if days := data.get("trial_period_days"):
        return world.now + int(days) * DAY
    return int(data["trial_end"]) if data.get("trial_end") else None


def after_trial(world: World, session: Thing, country: str | None = None) -> Thing:
    """Lines, subtotal, discount, tax, total of a full period."""
    lines = [sums.line(world, row["price"], row["quantity"], (world.now, world.now)) for row in session["_lines"]]
    taken = [_as_discount(world, row, place) for place, row in enumerate(session["discounts"] or [])]
    taken_off = sums.discounted(world, lines, taken)
    taxes = sums.taxed(lines, country) if session["automatic_tax"]["enabled"] else []
    added = sum(row["amount"] for row in taxes if row["tax_behavior"] == "exclusive")
    subtotal, off = sum(row["amount"] for row in lines), sum(row["amount"] for row in taken_off)
    tax = sum(row["amount"] for row in taxes)
    return {"lines": lines, "subtotal": subtotal, "off": off, "tax": tax, "total": subtotal - off + added}


def _as_discount(world: World, given: Thing, place: int) -> Thing:
    coupon = given["coupon"]
    if given["promotion_code"]:
        coupon = world.the("promotion_code", given["promotion_code"], "discounts")["promotion"]["coupon"]
    catalogue.usable(world, world.the("coupon", coupon, "discounts"))
    return {"id": str(place), "source": {"coupon": coupon}}


def reckon(world: World, session: Thing, country: str | None = None) -> Thing:
    """What is to be paid now: nothing, while a trial comes first."""
    sum_ = after_trial(world, session, country)
    free = session["mode"] == "subscription" and trial_end(world, session) is not None
    session |= {
        "amount_subtotal": 0 if free else sum_["subtotal"],
        "amount_total": 0 if free else sum_["total"],
        "total_details": {
            "amount_discount": 0 if free else sum_["off"],
            "amount_shipping": 0,
            "amount_tax": 0 if free else sum_["tax"],
        },
    }
    for row, line in zip(session["_lines"], sum_["lines"], strict=True):
        off = 0 if free else sum(entry["amount"] for entry in line["discount_amounts"])
        tax = 0 if free else sum(entry["amount"] for entry in line["taxes"])
        added = tax if line["_tax_behavior"] != "inclusive" else 0
        amount = 0 if free else line["amount"]
        row |= {
            "amount_discount": off, "amount_subtotal": amount, "amount_tax": tax, "amount_total": amount - off + added,
        }  # fmt: skip
    return session


def with_items(_: World, session: Thing) -> Thing:
    """A session with its line items, where they were asked for."""
    return {**session, "line_items": listing(session["_lines"], f"/v1/checkout/sessions/{session['id']}/line_items")}


# ----- the end of it


def expire(world: World, session: Thing) -> Thing:
    """Nobody paid."""
    if session["status"] != "open":
        raise refusals.invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
            f"of {session['status']}.",
            "session",
        )
    session |= {"status": "expired", "url": None}
    world.put(session)
    emit(world, "checkout.session.expired", session)
    return session


def expire_call(world: World, _: Params, wanted: str) -> Thing:
    """POST /v1/checkout/sessions/{id}/expire"""
    return expire(world, world.the("checkout.session", wanted))
