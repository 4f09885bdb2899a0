"""What is on offer, edited at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.membership import queries
from broadsheet.membership.models import Coupon, Mail, Plan, PolicyText, Price, PriceChange, Tier
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.queries.desk import policy_text
from tests.apps.membership.stage import Stage
from tests.paper import Desk


def month() -> Plan:
    return Plan.objects.get(interval="month")


def new_price(desk: Desk, amount: str, **more: str):
    return desk.post(
        "/admin/members/prices/new/",
        {"plan": month().pk, "amount": amount, "currency": "USD", "gateway_id": "", **more},
    )


def test_BL_a_price_rise_is_a_new_price_and_members_keep_theirs_until_told(desk: Desk, stage: Stage):
    member = stage.reader()
    subscription = stage.join(member, "month", trial=0)
    stage.work()
    old = stage.price()
    answer = new_price(desk, "3.50")
    new = stage.price()
    assert (new.minor, old.minor) == (350, 290)
    assert not Price.objects.get(pk=old.pk).active
    assert answer.response.redirect_chain[-1][0] == f"/admin/members/prices/{new.pk}/"
    for words in ("1 member pays", "$2.90 a month → $3.50 a month", "They keep their price."):
        assert words in answer.text, words
    stage.pass_time(timedelta(days=35))
    assert stage.row(subscription).minor == 290

    where = f"/admin/members/prices/{new.pk}/announce/{old.pk}/"
    soon = desk.post(where, {"day": (stage.now + timedelta(days=10)).date()})
    assert "told 30 days before" in soon.text
    assert not PriceChange.objects.exists()
    assert "Write the day as" in desk.post(where, {"day": "soon"}).text
    told = desk.post(where, {"day": (stage.now + timedelta(days=40)).date()})
    assert "It is decided." in told.text
    assert "Nothing was done twice." in desk.post(where, {"day": (stage.now + timedelta(days=90)).date()}).text
    assert PriceChange.objects.count() == 1
    stage.work()
    stage.pass_time(timedelta(days=1))
    assert Mail.objects.get(kind="new_price").state == Mail.SENT
    assert "So far 1 have been told" in " ".join(desk.get(f"/admin/members/prices/{new.pk}/").content.decode().split())
    stage.pass_time(timedelta(days=100))
    assert stage.row(subscription).minor == 350


@pytest.mark.parametrize(
    ("amount", "currency"), [("2.905", "USD"), ("2.5", "JPY"), ("-1", "USD"), ("x", "USD"), ("2", "US")]
)
def test_an_amount_that_there_is_not_is_refused(desk: Desk, stage: Stage, amount: str, currency: str):
    before = Price.objects.count()
    answer = new_price(desk, amount, currency=currency)
    assert answer.status == 200
    assert "error" in answer.html
    assert Price.objects.count() == before


def test_the_same_price_again_makes_no_other(desk: Desk, stage: Stage):
    before = set(Price.objects.values_list("pk", flat=True))
    new_price(desk, "2.90")
    assert set(Price.objects.values_list("pk", flat=True)) == before


def test_yen_have_no_hundredths(desk: Desk, stage: Stage):
    new_price(desk, "300", currency="jpy")
    assert Price.objects.get(currency="JPY").minor == 300


def test_a_price_that_is_sold_at_the_gateway_already_keeps_its_number(desk: Desk, stage: Stage):
    new_price(desk, "2.50", gateway_id="price_moved")
    assert stage.price().gateway_id == "price_moved"
    again = new_price(desk, "2.40", gateway_id="price_moved")
    assert "belongs to another price here" in again.text


def test_a_price_is_published_by_a_button_that_tells_the_result(
    desk: Desk, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    pk = stage.price().pk
    where = f"/admin/members/prices/{pk}/publish/"
    assert "Publish to the gateway" in desk.get(f"/admin/members/prices/{pk}/").content.decode()
    with monkeypatch.context() as patched:

        def silent(*args: object, **kwargs: object) -> str:
            raise GatewayError("no answer", retryable=True)

        patched.setattr(stage.till, "ensure_price", silent)
        assert "The gateway did not take it: no answer" in desk.post(where).text
    assert Price.objects.get(pk=pk).gateway_id == ""
    made = [desk.post(where).text for _ in range(2)]
    assert Price.objects.get(pk=pk).gateway_id
    assert all(f"as {Price.objects.get(pk=pk).gateway_id}" in text for text in made)


def test_nobody_else_makes_or_publishes_a_price(chief: Desk, stage: Stage):
    price = stage.price()
    for where in ("new/", f"{price.pk}/publish/", f"{price.pk}/announce/{price.pk}/"):
        assert chief.client.post(f"/admin/members/prices/{where}", {}).status_code == 403
    for where in ("plans/new/", "coupons/new/", "tiers/new/", "texts/new/", f"plans/edit/{month().pk}/"):
        assert chief.client.post(f"/admin/members/{where}", {}).status_code == 403
    assert Price.objects.filter(gateway_id="").count() == Price.objects.count()


def test_a_tiers_benefits_are_ticked(desk: Desk, stage: Stage):
    tier = Tier.objects.get()
    answer = desk.post(
        f"/admin/members/tiers/edit/{tier.pk}/",
        {"name": "Supporter", "slug": "full", "benefits": ["full", "archive"], "newsletters": "daily, week ,",
         "sort_order": 0, "active": "on"},
    )  # fmt: skip
    assert answer.status == 200
    tier.refresh_from_db()
    assert (tier.name, tier.benefits, tier.newsletters) == ("Supporter", ["full", "archive"], ["daily", "week"])
    assert "daily, week" in desk.get(f"/admin/members/tiers/edit/{tier.pk}/").content.decode()


def test_a_plan_is_edited(desk: Desk, stage: Stage):
    plan = month()
    data = {
        "tier": plan.tier_id,
        "interval": "month",
        "slug": plan.slug,
        "trial_days": 14,
        "public": "on",
        "sort_order": 0,
    }
    assert desk.post(f"/admin/members/plans/edit/{plan.pk}/", data).status == 200
    assert queries.plans()[0].trial_days == 14
    assert "error" in desk.post(f"/admin/members/plans/edit/{plan.pk}/", {**data, "trial_days": 400}).html


COUPON = {"code": "SPRING", "percent": "20", "minor": "0", "currency": "", "months": "0", "expires_at": "", "most": "",
          "active": "on"}  # fmt: skip


def test_a_coupon_is_made_and_published(desk: Desk, stage: Stage):
    assert desk.post("/admin/members/coupons/new/", COUPON).status == 200
    row = Coupon.objects.get()
    page = desk.get(f"/admin/members/coupons/edit/{row.pk}/").content.decode()
    assert "Publish to the gateway" in page
    assert "It is at the gateway" in desk.post(f"/admin/members/coupons/{row.pk}/publish/").text
    row.refresh_from_db()
    assert row.gateway_id
    answer = desk.post(f"/admin/members/coupons/edit/{row.pk}/", {**COUPON, "percent": "50"})
    assert "its terms stay" in answer.text
    row.refresh_from_db()
    assert row.percent == 20


@pytest.mark.parametrize("wrong", [{"percent": "0"}, {"minor": "100", "currency": "USD"}, {"percent": "0", "minor": "100"},
                                   {"percent": "101"}])  # fmt: skip
def test_a_coupon_is_per_cent_or_an_amount(desk: Desk, stage: Stage, wrong: dict[str, str]):
    assert "error" in desk.post("/admin/members/coupons/new/", {**COUPON, **wrong}).html
    assert not Coupon.objects.exists()


def test_a_text_gets_a_version_with_each_change_of_its_words(desk: Desk, stage: Stage):
    data = {"kind": "terms", "language": "en", "text": "First words"}
    desk.post("/admin/members/texts/new/", data)
    row = PolicyText.objects.get()
    first = policy_text("terms", "en")
    assert first is not None
    assert (first.text, first.version) == ("First words", "terms-en-1")
    for text, version in (("First words", 1), ("Other words", 2)):
        desk.post(f"/admin/members/texts/edit/{row.pk}/", {**data, "text": text})
        row.refresh_from_db()
        assert row.version == version
    assert policy_text("terms", "ar") is None
