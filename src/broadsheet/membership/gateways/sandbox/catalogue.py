"""The catalogue: products, prices, coupons, promotion codes."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from . import refusals
from .calendar import after
from .events import changed, emit
from .shapes import nulls
from .store import World, new_id
from .wire import Params, Thing

INTERVALS = ("day", "week", "month", "year")
TAX_BEHAVIOURS = ("exclusive", "inclusive", "unspecified")


def create_product(world: World, params: Params) -> Thing:
    """POST /v1/products"""
    wanted = params.text("id") or new_id("prod_", 14)
    if world.find(wanted):
        raise refusals.invalid(f"Product already exists: {wanted}", "id", "resource_already_exists")
    product: Thing = {
        "id": wanted,
        "object": "product",
        "active": params.flag("active", True),
        "created": world.now,
        "description": params.text("description"),
        "images": params.texts("images"),
        "livemode": False,
        "marketing_features": [{"name": row.text("name")} for row in params.children("marketing_features")],
        "metadata": params.metadata(),
        "name": params.needed("name"),
        "statement_descriptor": params.text("statement_descriptor"),
        "tax_code": params.text("tax_code"),
        "type": "service",
        "unit_label": params.text("unit_label"),
        "updated": world.now,
        "url": params.text("url"),
        **nulls("default_price package_dimensions shippable"),
    }
    world.put(product)
    emit(world, "product.created", product)
    if "default_price_data" in params:
        price = new_price(world, params.child("default_price_data"), product)
        product = world.put({**product, "default_price": price["id"]})
    return product


def update_product(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/products/{id}"""
    product, before = world.the("product", wanted), world.get(wanted)
    for name in ("name", "description", "statement_descriptor", "tax_code", "unit_label", "url", "default_price"):
        if name in params:
            product[name] = params.text(name)
    product |= {"active": params.flag("active", product["active"]), "metadata": params.metadata(product["metadata"])}
    product["updated"] = world.now
    world.put(product)
    changed(world, "product.updated", product, before)
    return product


def create_price(world: World, params: Params) -> Thing:
    """POST /v1/prices"""
    if "product_data" in params:
        product = create_product(world, params.child("product_data"))
    else:
        product = world.the("product", params.needed("product"), "product")
    return new_price(world, params, product)


def new_price(world: World, params: Params, product: Thing) -> Thing:
    """A price of a product: also where it is described in passing (`price_data`)."""
    if "unit_amount" not in params:
        raise refusals.missing(params.name("unit_amount"))
    amount = params.number("unit_amount")
    if amount < 0:
        raise refusals.invalid("Invalid non-negative integer", params.name("unit_amount"), "parameter_invalid_integer")
    recurring = params.child("recurring") if "recurring" in params else None
    price: Thing = {
        "id": new_id("price_1"),
        "object": "price",
        "active": params.flag("active", True),
        "billing_scheme": params.choice("billing_scheme", ("per_unit",), "per_unit"),
        "created": world.now,
        "currency": _currency(params),
        "livemode": False,
        "lookup_key": params.text("lookup_key"),
        "metadata": params.metadata(),
        "nickname": params.text("nickname"),
        "product": product["id"],
        "recurring": recurring and _recurring(recurring),
        "tax_behavior": params.choice("tax_behavior", TAX_BEHAVIOURS, "unspecified"),
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        **nulls("custom_unit_amount tiers_mode transform_quantity"),
    }
    _take_lookup_key(world, price, params)
    world.put(price)
    emit(world, "price.created", price)
    return price


def _currency(params: Params) -> str:
    code: str = params.needed("currency").lower()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise refusals.invalid(f"Invalid currency: {code}", params.name("currency"))
    return code


def _recurring(params: Params) -> Thing:
    return {
        "interval": params.choice("interval", INTERVALS) or params.needed("interval"),
        "interval_count": params.number("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": params.choice("usage_type", ("licensed",), "licensed"),
    }


def _take_lookup_key(world: World, price: Thing, params: Params) -> None:
    transfers, key = params.flag("transfer_lookup_key"), price["lookup_key"]
    if not key:
        return
    for other in world.rows("price", lookup_key=key):
        if other["id"] == price["id"]:
            continue
        if not transfers:
            raise refusals.invalid(
                f"A price (`{other['id']}`) already uses that lookup key.", "lookup_key", "lookup_key_in_use"
            )
        world.put({**other, "lookup_key": None})


def update_price(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/prices/{id}: its amount never changes."""
    price, before = world.the("price", wanted), world.get(wanted)
    for name in ("nickname", "lookup_key"):
        if name in params:
            price[name] = params.text(name)
    price |= {"active": params.flag("active", price["active"]), "metadata": params.metadata(price["metadata"])}
    behaviour = params.choice("tax_behavior", TAX_BEHAVIOURS, price["tax_behavior"])
    if behaviour != price["tax_behavior"] and price["tax_behavior"] != "unspecified":
        raise refusals.invalid("tax_behavior cannot be changed once it is set.", "tax_behavior")
    price["tax_behavior"] = behaviour
    _take_lookup_key(world, price, params)
    world.put(price)
    changed(world, "price.updated", price, before)
    return price


def plan_of(price: Thing) -> Thing:
    """The price as the old Plan object, which items of subscriptions still carry."""
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "nickname": price["nickname"],
        "product": price["product"],
        "usage_type": "licensed",
        **nulls("meter tiers_mode transform_usage trial_period_days"),
    }


# ----- coupons and promotion codes


def create_coupon(world: World, params: Params) -> Thing:
    """POST /v1/coupons"""
    wanted = params.text("id") or new_id("", 8)
    if world.find(wanted):
        raise refusals.invalid("Coupon already exists.", "id", "resource_already_exists")
    percent, amount = params.text("percent_off"), params.number("amount_off")
    if (percent is None) == (amount is None):
        raise refusals.invalid("Must provide exactly one of percent_off and amount_off.", "percent_off")
    coupon: Thing = {
        "id": wanted,
        "object": "coupon",
        "amount_off": amount,
        "created": world.now,
        "currency": _currency(params) if amount is not None else None,
        "duration": params.choice("duration", ("forever", "once", "repeating"), "once"),
        "duration_in_months": params.number("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.number("max_redemptions"),
        "metadata": params.metadata(),
        "name": params.text("name"),
        "percent_off": _percent(percent) if percent is not None else None,
        "redeem_by": params.number("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    world.put(coupon)
    emit(world, "coupon.created", coupon)
    return coupon


def _percent(text: str) -> float:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not 0 < value <= 100:
        raise refusals.invalid("Invalid percent_off: must be above 0 and at most 100", "percent_off")
    return float(value)


def delete_coupon(world: World, _: Params, wanted: str) -> Thing:
    """DELETE /v1/coupons/{id}: who has it keeps it."""
    coupon = world.the("coupon", wanted)
    emit(world, "coupon.deleted", coupon)
    world.put({**coupon, "valid": False, "_deleted": True})
    return {"id": wanted, "object": "coupon", "deleted": True}


def usable(world: World, coupon: Thing) -> Thing:
    """The coupon, if it can still be redeemed."""
    spent = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    late = coupon["redeem_by"] is not None and coupon["redeem_by"] < world.now
    if spent or late or not coupon["valid"]:
        raise refusals.invalid(f"Coupon expired: {coupon['id']}", "coupon", "coupon_expired")
    return coupon


def create_promotion_code(world: World, params: Params) -> Thing:
    """POST /v1/promotion_codes"""
    promotion = params.child("promotion")
    promotion.choice("type", ("coupon",), "coupon")
    coupon = world.the("coupon", promotion.needed("coupon"), "promotion[coupon]")
    code = params.text("code") or new_id("", 8).upper()
    if any(row["code"].lower() == code.lower() for row in world.rows("promotion_code", active=True)):
        raise refusals.invalid("An active promotion code with that code already exists.", "code")
    rules = params.child("restrictions")
    promotion_code: Thing = {
        "id": new_id("promo_1"),
        "object": "promotion_code",
        "active": params.flag("active", True),
        "code": code,
        "created": world.now,
        "customer": params.text("customer"),
        "customer_account": None,
        "expires_at": params.number("expires_at"),
        "livemode": False,
        "max_redemptions": params.number("max_redemptions"),
        "metadata": params.metadata(),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": rules.flag("first_time_transaction"),
            "minimum_amount": rules.number("minimum_amount"),
            "minimum_amount_currency": rules.text("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    world.put(promotion_code)
    emit(world, "promotion_code.created", promotion_code)
    return promotion_code


def update_promotion_code(world: World, params: Params, wanted: str) -> Thing:
    """POST /v1/promotion_codes/{id}"""
    code, before = world.the("promotion_code", wanted), world.get(wanted)
    code |= {"active": params.flag("active", code["active"]), "metadata": params.metadata(code["metadata"])}
    world.put(code)
    changed(world, "promotion_code.updated", code, before)
    return code


def redeem(world: World, given: Thing, **on: Any) -> Thing:
    """A discount from `{"coupon": …}` or `{"promotion_code": …}`, counted as used."""
    code = world.the("promotion_code", given["promotion_code"], "promotion_code") if given["promotion_code"] else None
    if code is not None:
        spent = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
        late = code["expires_at"] is not None and code["expires_at"] < world.now
        if spent or late or not code["active"]:
            raise refusals.invalid("This promotion code has expired.", "promotion_code", "promotion_code_expired")
        world.put({**code, "times_redeemed": code["times_redeemed"] + 1})
    named = code["promotion"]["coupon"] if code else given["coupon"]
    coupon = usable(world, world.the("coupon", named, "coupon"))
    world.put({**coupon, "times_redeemed": coupon["times_redeemed"] + 1})
    discount: Thing = {
        "id": new_id("di_1"),
        "object": "discount",
        "checkout_session": None,
        "customer_account": None,
        "end": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": world.now,
        **nulls("customer invoice invoice_item subscription subscription_item"),
        **on,
    }
    if coupon["duration"] == "repeating":
        discount["end"] = after(world.now, "month", coupon["duration_in_months"] or 1)
    return world.put(discount)
