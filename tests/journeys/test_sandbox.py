"""The sandbox's pages in a browser: a trial is begun without script, and every page can be read by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from broadsheet.membership.gateways.sandbox.html import NOTICE
from tests.sandbox import Sandbox, sandbox

ASKS = "4000 0027 6000 3184"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of its own."""
    with sandbox(tmp_path) as running:
        yield running


def prices(box: Sandbox) -> tuple[str, str]:
    """A monthly and a yearly price of one membership."""
    v1 = box.client.v1
    product = v1.products.create({"name": "Membership"}).id
    money: dict[str, Any] = {"product": product, "currency": "usd", "tax_behavior": "inclusive"}
    monthly = v1.prices.create({**money, "unit_amount": 290, "recurring": {"interval": "month"}})
    yearly = v1.prices.create({**money, "unit_amount": 1990, "recurring": {"interval": "year"}})
    return monthly.id, yearly.id


def checkout(box: Sandbox, price: str) -> Any:
    """A session that asks for everything that the page can ask for."""
    return box.client.v1.checkout.sessions.create({
        "mode": "subscription",
        "line_items": [{"price": price, "quantity": 1}],
        "success_url": f"{box.address}/?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{box.address}/",
        "subscription_data": {"trial_period_days": 30},
        "automatic_tax": {"enabled": True},
        "consent_collection": {"terms_of_service": "required", "promotions": "auto"},
        "allow_promotion_codes": True,
    })  # fmt: skip


def test_a_trial_is_begun_renewed_and_cancelled_without_script(chromium: Browser, box: Sandbox) -> None:
    session = checkout(box, prices(box)[0])
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(session.url)
    tab.get_by_label("Mail address").fill("ada@example.org")
    tab.get_by_label("Country, for the tax").select_option("DE")
    tab.get_by_label(ASKS).check()
    tab.get_by_label("I agree").check()
    tab.get_by_role("button", name="Start 30-day trial, then $2.90 a month").click()
    tab.get_by_role("button", name="Refuse").click()
    expect(tab.get_by_role("alert")).to_contain_text("could not confirm")
    expect(tab.get_by_label("Mail address")).to_have_value("ada@example.org")
    tab.get_by_role("button", name="Start 30-day trial").click()
    tab.get_by_role("button", name="Confirm").click()
    expect(tab).to_have_url(f"{box.address}/?session={session.id}")
    done = box.client.v1.checkout.sessions.retrieve(session.id)
    box.later(days=30, hours=2)
    invoice = box.client.v1.subscriptions.retrieve(done.subscription, {"expand": ["latest_invoice"]}).latest_invoice
    tab.goto(invoice.hosted_invoice_url)
    tab.get_by_role("button", name="Pay $2.90").click()
    expect(tab.get_by_text("It is paid")).to_be_visible()
    portal = box.client.v1.billing_portal.sessions.create({"customer": done.customer})
    tab.goto(portal.url)
    tab.get_by_role("button", name="Cancel at the period's end").click()
    expect(tab.get_by_text("nothing more is charged")).to_be_visible()
    assert box.client.v1.subscriptions.retrieve(done.subscription).cancel_at
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_axe_finds_nothing_serious(chromium: Browser, box: Sandbox, scheme: str) -> None:
    monthly, _ = prices(box)
    session = checkout(box, monthly)
    done = box.pull("complete", session=checkout(box, monthly).id, email="ada@example.org", country="DE")
    portal = box.client.v1.billing_portal.sessions.create({"customer": done["customer"], "return_url": box.address})
    invoice = box.client.v1.invoices.retrieve(done["invoice"])
    asked = box.client.v1.setup_intents.create({"payment_method": "pm_card_authenticationRequired", "confirm": True})
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    for url in (
        f"{box.address}/", session.url, portal.url, invoice.hosted_invoice_url, asked.next_action.redirect_to_url.url,
    ):  # fmt: skip
        tab.goto(url)
        expect(tab.get_by_text(NOTICE)).to_be_visible()
        for width in (320, 768, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{url} is {wide} wide at {width}"
        serious = [row for row in Axe().run(tab).response["violations"] if row["impact"] in {"serious", "critical"}]
        assert [(row["id"], row["nodes"][0]["target"]) for row in serious] == []
    context.close()


def test_nothing_breaks_and_nobody_else_is_asked(chromium: Browser, box: Sandbox) -> None:
    session = checkout(box, prices(box)[0])
    tab = chromium.new_page()
    broken: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(session.url)
    assert broken == []
    assert {url.split("/")[2] for url in asked} == {box.address.split("/")[2]}
    tab.close()
