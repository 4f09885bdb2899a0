"""A stranger becomes a reader, in a browser: without script, and with a passkey, which needs one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.kinds import LEAD

CODE = re.compile(r"^\s+(\d{6})$", re.MULTILINE)


def code(demo: Demo, address: str) -> str:
    """The latest code in the mail to this address, as the paper's folder keeps it."""
    letters = sorted((demo.folder / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
    ours = [text for path in letters if f"To: {address}" in (text := path.read_text(encoding="utf-8"))]
    return [found for text in ours for found in CODE.findall(text)][-1]  # other mails may have come since


@pytest.fixture
def plain(chromium: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """A reader whose browser runs no script."""
    context = chromium.new_context(base_url=demo.address, java_script_enabled=False)
    yield context
    context.close()


def come_in(tab: Page, demo: Demo, address: str) -> None:
    """From wherever the link “Log in” stands, by a code."""
    tab.locator(".tools").get_by_role("link", name="Log in").click()
    tab.get_by_label("Mail address").fill(address)
    tab.get_by_role("button", name="Send me a code").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Check your mail")
    tab.get_by_label("Code").fill(code(demo, address))
    tab.get_by_role("button", name="Continue").click()


def test_a_stranger_joins_sees_their_devices_and_logs_out_without_script(plain: BrowserContext, demo: Demo) -> None:
    asked: list[str] = []
    plain.on("request", lambda request: asked.append(request.url))
    tab, address = plain.new_page(), f"reader-{uuid4().hex[:8]}@example.org"
    tab.goto(LEAD)
    come_in(tab, demo, address)
    assert tab.url == demo.address + LEAD, "back at the story"
    tab.locator(".tools").get_by_role("link", name="Log in").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(tab.locator(".list-line")).to_have_text(address)
    tab.get_by_label("First name").fill("Ada")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".said")).to_have_text("Saved.")
    expect(tab.get_by_label("First name")).to_have_value("Ada")
    tab.get_by_role("link", name="Show them").click()
    expect(tab.locator(".devices li")).to_have_count(1)
    expect(tab.locator(".devices li")).to_contain_text("This one")
    tab.go_back()
    tab.get_by_role("button", name="Log out").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Log in, or join")
    tab.goto("/account/devices/")
    assert "/account/login/" in tab.url
    assert {url.split("/")[2] for url in asked} == {demo.address.split("/")[2]}, "nobody else was asked for anything"


def test_a_page_that_is_kept_for_all_names_no_reader(plain: BrowserContext, demo: Demo) -> None:
    tab, address = plain.new_page(), f"reader-{uuid4().hex[:8]}@example.org"
    tab.goto("/world/")
    before = tab.content()
    come_in(tab, demo, address)
    assert tab.url == demo.address + "/world/"
    assert tab.content() == before


@pytest.fixture
def keyed(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A tab of a browser with a device that keeps passkeys. Browsers know these by a name, not by an address."""
    context = chromium.new_context(base_url=demo.address.replace("127.0.0.1", "localhost"))
    tab = context.new_page()
    chrome = context.new_cdp_session(tab)
    chrome.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield tab
    context.close()


def test_a_passkey_is_added_and_logs_its_owner_in(keyed: Page, demo: Demo) -> None:
    said: list[str] = []
    keyed.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    address = f"reader-{uuid4().hex[:8]}@example.org"
    keyed.goto(LEAD)
    come_in(keyed, demo, address)
    keyed.goto("/account/security/")
    keyed.get_by_role("link", name="Add a passkey").click()
    keyed.get_by_label("Name, for your own list").fill("My phone")
    keyed.get_by_role("button", name="Add a passkey").click()
    expect(keyed.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert keyed.locator(".codes li").count() == 10
    keyed.goto("/account/security/")
    expect(keyed.locator(".devices li")).to_contain_text("My phone")
    keyed.goto("/account/logout/")
    keyed.locator("main").get_by_role("button", name="Log out").click()
    keyed.goto(LEAD)
    keyed.locator(".tools").get_by_role("link", name="Log in").click()
    keyed.get_by_role("button", name="Log in with a passkey").click()
    keyed.wait_for_url(demo.address.replace("127.0.0.1", "localhost") + LEAD)
    keyed.goto("/account/")
    expect(keyed.locator(".list-line")).to_have_text(address)
    assert said == []


ROOMS = ("/account/", "/account/devices/", "/account/security/", "/account/security/app/", "/account/email/",
         "/account/password/", "/account/erase/", "/account/again/code/", "/account/logout/")  # fmt: skip


@pytest.mark.parametrize(("language", "scheme"), [("", "light"), ("", "dark"), ("/ar", "light"), ("/ar", "dark")])
def test_no_page_of_an_account_sticks_out_or_shuts_anybody_out(
    chromium: Browser, demo: Demo, language: str, scheme: str
) -> None:
    context = chromium.new_context(base_url=demo.address, color_scheme=scheme, bypass_csp=True)
    tab, address = context.new_page(), f"reader-{uuid4().hex[:8]}@example.org"
    tab.goto("/world/")
    come_in(tab, demo, address)
    for path in ROOMS:
        tab.goto(language + path)
        for width in (320, 375, 1440):
            tab.set_viewport_size({"width": width, "height": 900})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        found = Axe().run(tab).response["violations"]
        assert [item["id"] for item in found if item["impact"] in {"serious", "critical"}] == [], path
        assert tab.locator("html").get_attribute("dir") == ("rtl" if language else "ltr")
    context.close()
