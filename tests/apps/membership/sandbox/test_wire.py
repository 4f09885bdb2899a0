"""The wire: keys, errors, idempotency, lists, expansion; the way Stripe's clients expect them."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import stripe

from broadsheet.membership.gateways.sandbox import api, server, wire
from tests.apps.membership.sandbox import shapes
from tests.apps.membership.sandbox.conftest import Shop
from tests.sandbox import KEY, Sandbox


def test_only_sandbox_keys_are_taken(box: Sandbox) -> None:
    for key in ("sk_live_51Habc", "sk_test_51Habc", "rk_test_sandbox_x", ""):
        client = stripe.StripeClient(key or "x", base_addresses={"api": box.address})
        with pytest.raises(stripe.AuthenticationError):
            client.v1.products.list()


def test_a_missing_object_is_404_with_stripes_code(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.customers.retrieve("cus_nobody")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")
    assert refused.value.request_id.startswith("req_")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.subscriptions.create({"customer": "cus_nobody", "items": [{"price": shop.monthly}]})
    assert (refused.value.http_status, refused.value.param) == (400, "customer")


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"mode": "subscription", "surprise": "1"}, "line_items", "parameter_missing"),
        ({"mode": "holiday"}, "mode", None),
        ({}, "mode", "parameter_missing"),
    ],
)
def test_bad_input_names_its_parameter(shop: Shop, given: dict[str, Any], param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.checkout.sessions.create({"success_url": "https://paper.example/", **given})
    assert (refused.value.param, refused.value.code) == (param, code)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"surprise": "1"}, "surprise"),
        ({"invoice_settings": {"surprise": "1"}}, "invoice_settings[surprise]"),
        ({"address": {"country": "DE", "planet": "Earth"}}, "address[planet]"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused_and_nothing_is_done(
    shop: Shop, given: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.customers.create({"email": "ada@example.org", **given})
    assert (refused.value.param, refused.value.code) == (param, "parameter_unknown")
    assert shop.stripe.customers.list().data == []


def test_the_same_key_with_the_same_request_is_answered_alike(shop: Shop) -> None:
    first = shop.stripe.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"})
    again = shop.stripe.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"})
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(shop.stripe.customers.list().data) == 1


def test_the_same_key_with_another_request_is_refused(shop: Shop) -> None:
    shop.stripe.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError) as refused:
        shop.stripe.customers.create({"email": "b@example.org"}, {"idempotency_key": "one"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        shop.stripe.products.create({"name": "Other"}, {"idempotency_key": "one"})


def test_a_refused_request_leaves_its_key_free_and_a_declined_one_keeps_it(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.customers.create({"surprise": "1"}, {"idempotency_key": "two"})
    shop.stripe.customers.create({"email": "a@example.org"}, {"idempotency_key": "two"})
    subscription = shop.subscribe("pm_card_chargeCustomerFail", trial=1)
    shop.box.later(days=1, hours=2)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.stripe.invoices.pay(shop.again(subscription).latest_invoice, {}, {"idempotency_key": "three"})
    assert shop.invoice(subscription).attempt_count == 2  # the renewal's, and one of these two


def test_one_key_in_many_threads_makes_one_customer(shop: Shop) -> None:
    def create(_: int) -> str:
        client = shop.box.client
        return client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "race"}).id

    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(create, range(24)))
    assert len(made) == 1 == len(shop.stripe.customers.list().data)


def test_many_threads_write_at_once(shop: Shop) -> None:
    start = threading.Barrier(6)

    def create(number: int) -> str:
        start.wait()
        return shop.box.client.v1.customers.create({"email": f"{number}@example.org"}).id

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(create, range(6)))
    assert len(set(made)) == 6 == len(shop.stripe.customers.list().data)


def test_lists_come_in_pages_newest_first(shop: Shop) -> None:
    made = [shop.stripe.customers.create({"email": f"{number}@example.org"}).id for number in range(7)]
    first = shop.stripe.customers.list({"limit": 3})
    assert ([row.id for row in first.data], first.has_more) == (made[:3:-1], True)
    rest = shop.stripe.customers.list({"limit": 3, "starting_after": first.data[-1].id})
    assert [row.id for row in rest.data] == made[3:0:-1]
    back = shop.stripe.customers.list({"limit": 3, "ending_before": rest.data[0].id})
    assert [row.id for row in back.data] == [row.id for row in first.data]
    assert [row.id for row in first.auto_paging_iter()] == made[::-1]
    for limit in (0, 101):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.stripe.customers.list({"limit": limit})
        assert refused.value.param == "limit"


def test_events_are_filtered_by_type_and_time(shop: Shop) -> None:
    shop.box.later(hours=1)
    now = shop.box.pull("clock")["now"]
    shop.subscribe()
    kinds = {row.type for row in shop.stripe.events.list({"created": {"gte": now}, "limit": 100}).data}
    assert "customer.subscription.created" in kinds
    assert "product.created" not in kinds
    some = shop.stripe.events.list({"types": ["invoice.paid", "charge.succeeded"]}).data
    assert {row.type for row in some} == {"invoice.paid", "charge.succeeded"}
    event = shop.stripe.events.retrieve(some[0].id)
    assert (event.api_version, event.livemode) == (stripe.api_version, False)


def test_objects_take_the_place_of_their_ids(shop: Shop) -> None:
    subscription = shop.subscribe()
    paths = ["customer", "latest_invoice.payments.data.payment.payment_intent.latest_charge",
             "default_payment_method", "items.data.price.product"]  # fmt: skip
    found = shop.stripe.subscriptions.retrieve(subscription.id, {"expand": paths})
    assert found.customer.email == "ada@example.org"
    assert found.latest_invoice.payments.data[0].payment.payment_intent.latest_charge.amount == 290
    assert found["items"].data[0].price.product.name == "Membership"
    listed = shop.stripe.subscriptions.list({"expand": ["data.customer"]})
    assert listed.data[0].customer.id == subscription.customer
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.stripe.subscriptions.retrieve(subscription.id, {"expand": ["nothing"]})
    assert "cannot be expanded" in str(refused.value)


def test_prices_are_found_by_their_lookup_key(shop: Shop) -> None:
    assert [row.id for row in shop.stripe.prices.list({"lookup_keys": ["monthly"]}).data] == [shop.monthly]
    data = {"product": shop.product, "currency": "usd", "unit_amount": 390, "recurring": {"interval": "month"}}
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.prices.create({**data, "lookup_key": "monthly"})
    new = shop.stripe.prices.create({**data, "lookup_key": "monthly", "transfer_lookup_key": True})
    assert [row.id for row in shop.stripe.prices.list({"lookup_keys": ["monthly"]}).data] == [new.id]


def test_what_a_test_clock_holds_goes_with_it(shop: Shop) -> None:
    clocks = shop.stripe.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": 1_769_860_800, "name": "A winter"})
    customer = shop.customer(test_clock=clock.id)
    subscription = shop.subscribe(customer=customer, trial=30)
    assert subscription.trial_start == 1_769_860_800
    shop.box.later(days=60)
    assert shop.again(subscription).status == "trialing"
    answered = clocks.advance(clock.id, {"frozen_time": 1_769_860_800 + 31 * 86_400})
    assert answered.status == "advancing"
    assert clocks.retrieve(clock.id).status == "ready"
    assert shop.again(subscription).status == "active"
    with pytest.raises(stripe.InvalidRequestError):
        clocks.advance(clock.id, {"frozen_time": 1_769_860_800})
    clocks.delete(clock.id)
    with pytest.raises(stripe.InvalidRequestError):
        shop.stripe.customers.retrieve(customer)


def test_forms_are_read_as_stripe_writes_them() -> None:
    text = "items[0][price]=a&items[0][quantity]=2&items[1][price]=b&expand[]=x&expand[]=y&metadata[a%5Bb]=1&email="
    found = wire.parse(text)
    assert found["items"] == {"0": {"price": "a", "quantity": "2"}, "1": {"price": "b"}}
    params = wire.Params(found)
    assert params.texts("expand") == ["x", "y"]
    assert params.text("email", "kept") is None
    assert params.unread() == "items"


def test_addresses_that_are_not_there(shop: Shop) -> None:
    for path in ("/v1/nothing", "/v1/invoices/in_1/fly", "/v1/customers/a/b/c/d", "/v2/core/events"):
        request = urllib.request.Request(shop.box.address + path, headers={"Authorization": f"Bearer {KEY}"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 404


def test_the_judge_sees_what_is_made_up_left_out_and_misspelt(shop: Shop) -> None:
    good = shop.stripe.products.retrieve(shop.product).to_dict()
    assert shapes.problems(good) == []
    bad = {**good, "flavour": "sweet", "type": "thing", "created": "today"}
    del bad["active"]
    told = "\n".join(shapes.problems(bad))
    for name in ("flavour: made up", "active: left out", "'thing' is no such word", "'today' is no int"):
        assert name in told


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"success_url": "//evil.example"}, "success_url", "url_invalid"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"cancel_url": "thanks"}, "cancel_url", "url_invalid"),
        ({"customer_email": "ada"}, "customer_email", "email_invalid"),
        ({"expires_at": 1}, "expires_at", None),
    ],
)
def test_addresses_must_be_addresses(shop: Shop, given: dict[str, Any], param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.checkout(**given)
    assert (refused.value.param, refused.value.code) == (param, code)


def test_one_key_only_where_one_was_set(tmp_path: Path) -> None:
    box = server.Sandbox(tmp_path / "a", key="sk_test_sandbox_mine")
    for key, status in (("sk_test_sandbox_mine", 200), ("sk_test_sandbox_other", 401)):
        asked = api.Asked("GET", "/v1/customers", headers={"authorization": f"Bearer {key}"})
        assert box.respond(asked).status == status
