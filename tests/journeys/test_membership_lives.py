"""Lives of memberships in a browser, with script and without: a demo paper of their own, whose gateway's clock is moved.

The paper keeps the wall's time. What is to have happened by now, happens to a gateway that begins in the past and then
catches up.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from broadsheet.membership.gateways.sandbox.store import Store
from tests.conftest import free_port
from tests.journeys.conftest import Demo, start_demo, stop
from tests.journeys.members import agree, come_in, is_open, pay, walled

DAY = 86_400
PATIENCE = 75  # seconds: the clock's work is done every twenty
TRIAL_CARDS = {"script": "4242 4242 4242 4242", "plain": "5555 5555 5555 4444"}  # each has one trial
CARD, DECLINED, FAILS_LATER = "4000 0027 6000 0016", "4000 0000 0000 0002", "4000 0000 0000 0341"


@dataclass(frozen=True)
class Till:
    """The gateway of a demo paper, and its clock."""

    demo: Demo

    def begin(self, ahead: float) -> None:
        """Let the gateway's clock go so many seconds ahead of the wall's, or behind it; what was, stays undone."""
        with Store(self.demo.folder / "sandbox.sqlite3").world() as world:
            world.remember("clock", {"ahead": int(ahead)})

    def catch_up(self, by: float) -> None:
        """Let time pass at the gateway, with all that falls due, and its bell ring for it."""
        with Store(self.demo.folder / "sandbox.sqlite3").world() as world:
            ahead = world.recall("clock", {}).get("ahead", 0)
            world.remember("clock", {"ahead": ahead + int(by)})
        urllib.request.urlopen(f"{self.demo.address}/sandbox/", timeout=30).read()

    def letters(self, address: str) -> list[str]:
        """What came to a mailbox."""
        folder = self.demo.folder / "mail"
        texts = (path.read_text(encoding="utf-8") for path in folder.iterdir())
        return [text for text in texts if f"To: {address}" in text]


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    """A demo paper whose gateway's clock is nobody else's."""
    folder = Path(tempfile.mkdtemp(prefix="bs-lives-"))
    process, found = start_demo(folder, free_port())
    yield Till(found)
    stop(process)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Somebody:
    """A reader with a tab, a mailbox and a card that had no trial yet."""

    tab: Page
    address: str
    card: str


@pytest.fixture(params=["script", "plain"])
def somebody(request: pytest.FixtureRequest, chromium: Browser, till: Till) -> Iterator[Somebody]:
    """A reader, with script and without."""
    till.begin(0)
    context = chromium.new_context(base_url=till.demo.address, java_script_enabled=request.param == "script")
    yield Somebody(context.new_page(), f"reader-{uuid4().hex[:8]}@example.org", TRIAL_CARDS[request.param])
    context.close()
    till.begin(0)


def eventually(tab: Page, path: str, text: str, where: str = ".standing") -> None:
    """Open a page again and again until the words stand there: the bell is heard within seconds."""
    until = time.monotonic() + PATIENCE
    while True:
        tab.goto(path)
        if text in (tab.locator(where).first.text_content() or ""):
            return
        assert time.monotonic() < until, tab.locator("main").inner_text()
        time.sleep(1)


def heard(letters: Callable[[], list[str]], words: str) -> str:
    """The letter with these words, once it has come."""
    until = time.monotonic() + PATIENCE
    while True:
        found = [text for text in letters() if words in " ".join(text.split())]
        if found:
            return found[-1]
        assert time.monotonic() < until, words
        time.sleep(1)


def to_the_card(who: Somebody, till: Till, plan: str) -> None:
    """From the wall to the gateway's page for the yearly plan, which has no trial, or the monthly one."""
    label, button = {
        "year": ("Subscribe", "Subscribe for $19.90/year"),
        "month": ("Start the trial", "Start 30-day trial, then $2.90/month"),
    }[plan]
    who.tab.locator(".wall").get_by_role("link", name=label, exact=True).click()
    if who.tab.locator("#id_email").count():
        come_in(who.tab, till.demo, who.address)
    agree(who.tab, button)


def test_BL_16_a_checkout_that_has_expired_leads_back_and_another_is_paid(somebody: Somebody, till: Till) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    to_the_card(somebody, till, "year")
    left = tab.url
    till.catch_up(25 * 3_600)
    tab.goto(left)
    expect(tab.get_by_role("heading", level=1)).to_have_text("This page has expired. Start again from the paper.")
    tab.get_by_role("link", name="Back to the paper").click()
    assert tab.url.startswith(till.demo.address + "/subscribe/")
    assert not is_open(tab, story)
    to_the_card(somebody, till, "year")
    assert tab.url != left
    pay(tab, CARD)
    assert tab.url == story
    expect(tab.locator(".wall")).to_have_count(0)


def test_B3_a_card_that_is_declined_opens_nothing_and_the_next_one_does(somebody: Somebody, till: Till) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    to_the_card(somebody, till, "year")
    pay(tab, DECLINED)
    expect(tab.get_by_role("alert")).to_contain_text("declined")
    page = tab.url
    assert not is_open(tab, story)
    tab.goto(page)
    pay(tab, CARD)
    assert tab.url == story
    expect(tab.locator(".wall")).to_have_count(0)
    tab.goto("/account/membership/")
    expect(tab.locator(".invoices").first).to_contain_text("$19.90")


def test_BL_04_a_renewal_that_fails_is_told_of_given_grace_and_mended_by_another_card(
    somebody: Somebody, till: Till
) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    till.begin(-366 * DAY)
    to_the_card(somebody, till, "year")
    pay(tab, CARD)
    assert tab.url == story, "a year ago"
    tab.goto("/account/membership/")
    tab.get_by_role("button", name="Change the card").click()
    tab.get_by_label(FAILS_LATER).first.check()
    tab.locator('form:has(input[name="card"]) button').first.click()
    till.catch_up(366 * DAY)
    eventually(tab, "/account/membership/", "Your last payment did not go through")
    expect(tab.locator(".standing")).to_contain_text("Please look at your card")
    assert is_open(tab, story), "in its grace"
    letter = heard(lambda: till.letters(somebody.address), "We could not collect your payment")
    assert "/membership/cancel/" in letter

    tab.goto("/account/membership/")
    tab.get_by_role("button", name="Change the card").click()
    tab.get_by_label(CARD).first.check()
    tab.locator('form:has(input[name="card"]) button').first.click()
    eventually(tab, "/account/membership/", "You are a member")
    assert is_open(tab, story)


def test_a_membership_is_paused_and_resumed(somebody: Somebody, till: Till) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    to_the_card(somebody, till, "year")
    pay(tab, CARD)
    tab.goto("/account/membership/")
    tab.get_by_label("Collect nothing for").select_option("2")
    tab.get_by_role("button", name="Pause").click()
    expect(tab.locator(".standing")).to_contain_text("Your payments are paused")
    assert is_open(tab, story), "what is paid for stays open"
    tab.goto("/account/membership/")
    tab.get_by_role("button", name="Resume").click()
    expect(tab.locator(".standing")).to_contain_text("You are a member")


def test_LG_10_what_was_paid_for_is_open_to_its_second_and_no_second_trial_is_had(
    somebody: Somebody, till: Till
) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    till.begin(75 - 30 * DAY)
    to_the_card(somebody, till, "month")
    pay(tab, somebody.card)
    assert tab.url == story
    tab.goto("/membership/cancel/")
    tab.get_by_role("button", name="Cancel now").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your membership is cancelled")
    end = end_of(till)
    while time.time() < end - 2:
        assert is_open(tab, story)
        time.sleep(0.5)
    time.sleep(max(0.0, end + 0.2 - time.time()))
    assert not is_open(tab, story), "from that second on"
    tab.locator(".wall").get_by_role("link", name="Start the trial").click()
    expect(tab.locator("main")).to_contain_text("A trial is free once.")
    expect(tab.get_by_role("button", name="Subscribe for $2.90/month")).to_be_visible()
    expect(tab.get_by_role("button", name="trial")).to_have_count(0)


def end_of(till: Till) -> int:
    """The second at which the latest trial ends."""
    with Store(till.demo.folder / "sandbox.sqlite3").world() as world:
        return int(world.rows("subscription")[0]["trial_end"])


def test_AC_05_who_logs_out_shuts_the_copies_of_their_pass_and_no_other_device(
    chromium: Browser, somebody: Somebody, till: Till
) -> None:
    tab, story = somebody.tab, walled(somebody.tab)
    to_the_card(somebody, till, "year")
    pay(tab, CARD)
    assert is_open(tab, story)
    (held,) = [cookie for cookie in tab.context.cookies() if cookie["name"].endswith("bs-p")]
    thief = chromium.new_context(base_url=till.demo.address)
    stolen = thief.new_page()
    walled(stolen)  # their own free story is read
    thief.add_cookies([{"name": held["name"], "value": held["value"], "url": till.demo.address}])
    assert is_open(stolen, story), "a pass is worth something to whoever holds it"
    other = chromium.new_context(base_url=till.demo.address)
    second = other.new_page()
    second.goto("/account/login/")
    come_in(second, till.demo, somebody.address)
    assert is_open(second, story)

    tab.goto("/account/")
    tab.locator("main").get_by_role("button", name="Log out").click()
    logged_out = time.monotonic()
    while is_open(stolen, story):
        assert time.monotonic() - logged_out < 10, "within a minute is promised; a second is what it takes"
        time.sleep(0.2)
    assert is_open(second, story), "the other device reads on"
    thief.close()
    other.close()
