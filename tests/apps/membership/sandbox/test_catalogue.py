"""Products, prices, coupons, codes: made, changed, taken away."""

from __future__ import annotations

import pytest
import stripe

from tests.apps.membership.sandbox.conftest import Shop


def test_a_product_changes_and_tells(shop: Shop) -> None:
    made = shop.stripe.products.create(
        {
            "name": "Gift",
            "default_price_data": {"currency": "usd", "unit_amount": 1990},
            "images": ["https://paper.example/a.png"],
        }
    )
    assert shop.stripe.prices.retrieve(made.default_price).type == "one_time"
    changed = shop.stripe.products.update(made.id, {"name": "A gift", "active": False, "metadata": {"kind": "gift"}})
    assert (changed.name, changed.active, changed.metadata["kind"]) == ("A gift", False, "gift")
    assert [row.id for row in shop.stripe.products.list({"active": True}).data] == [shop.product]
    assert [row.id for row in shop.stripe.products.list({"ids": [made.id]}).data] == [made.id]
    assert shop.told("product.updated").name == "A gift"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.products.create({"id": made.id, "name": "Again"})
    assert refused.value.code == "resource_already_exists"


def test_a_price_keeps_its_amount_and_its_tax(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.prices.update(shop.monthly, {"unit_amount": 390})
    assert refused.value.code == "parameter_unknown"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.prices.update(shop.monthly, {"tax_behavior": "exclusive"})
    assert refused.value.param == "tax_behavior"
    assert shop.stripe.prices.update(shop.monthly, {"nickname": "Monthly"}).nickname == "Monthly"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"unit_amount": -1}, "unit_amount"),
        ({"unit_amount": "1.5"}, "unit_amount"),
        ({"currency": "dollars"}, "currency"),
        ({"recurring": {"interval": "fortnight"}}, "recurring[interval]"),
        ({"active": "perhaps"}, "active"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(shop: Shop, given: dict[str, object], param: str) -> None:
    good = {"product": shop.product, "currency": "usd", "unit_amount": 1}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.prices.create({**good, **given})
    assert refused.value.param == param


def test_prices_described_in_passing(shop: Shop) -> None:
    data = {"currency": "eur", "unit_amount": 700, "recurring": {"interval": "week", "interval_count": 2}}
    made = shop.stripe.prices.create({**data, "product_data": {"name": "Fortnightly"}})
    assert made.recurring.interval_count == 2
    subscription = shop.subscribe(items=[{"price_data": {**data, "product": made.product}, "quantity": 3}])
    assert shop.invoice(subscription).amount_paid == 2100
    assert shop.period_end(subscription) - subscription.created == 14 * 86_400
    single = shop.stripe.prices.create({"product": made.product, "currency": "eur", "unit_amount": 1})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe(price=single.id)
    assert "type=recurring" in str(refused.value)


def test_a_coupon_deleted_is_gone_but_kept_by_who_has_it(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"id": "WINTER", "percent_off": "50", "duration": "forever"})
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}])
    assert shop.stripe.coupons.delete("WINTER").deleted
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.coupons.retrieve("WINTER")
    shop.renew(subscription)
    assert shop.invoice(subscription).amount_paid == 145


@pytest.mark.parametrize(
    "given",
    [
        {"percent_off": "0"}, {"percent_off": "101"}, {"percent_off": "half"}, {},
        {"percent_off": "5", "amount_off": 5, "currency": "usd"}, {"amount_off": 5},
    ],
)  # fmt: skip
def test_a_coupon_that_makes_no_sense_is_refused(shop: Shop, given: dict[str, object]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.coupons.create({**given, "duration": "once"})


def test_a_coupon_out_of_time_is_refused(shop: Shop) -> None:
    now = shop.box.pull("clock")["now"]
    coupon = shop.stripe.coupons.create({"percent_off": "50", "duration": "once", "redeem_by": now + 60})
    shop.box.later(hours=1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.subscribe(discounts=[{"coupon": coupon.id}])
    assert refused.value.code == "coupon_expired"


def test_a_promotion_code_switched_off(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": "50", "duration": "once"})
    code = shop.stripe.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}})
    assert shop.stripe.promotion_codes.list({"coupon": coupon.id}).data[0].code == code.code
    shop.stripe.promotion_codes.update(code.id, {"active": False})
    with pytest.raises(stripe.InvalidRequestError):
        shop.subscribe(discounts=[{"promotion_code": code.id}])
    found = shop.stripe.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    assert (found.active, found.promotion.coupon.percent_off) == (False, 50)
