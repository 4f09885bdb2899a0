"""Institutions that are entered by a mail address: from the log-in, by a real pass, to the story at the edge."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.urls import reverse

from broadsheet import clock
from broadsheet.accounts import operations
from broadsheet.edge.app import Edge
from broadsheet.membership.models import Tier
from broadsheet.membership.operations.granting import grant
from broadsheet.paywall import passes
from broadsheet.paywall.ledgers.gathering import Gatherer
from broadsheet.paywall.ledgers.sqlite import SqliteLedger
from broadsheet.paywall.models import Institution, MeterSettings
from broadsheet.paywall.passes import MOST_SECONDS, Pass
from broadsheet.paywall.queries import ring
from broadsheet.prerender.operations import render, shelf
from broadsheet.readers import Standing
from tests.apps.accounts.readers import Browser, codes, words
from tests.apps.accounts.test_logging_out import PASS, logged_in, pass_of
from tests.apps.edge.paper import Paper as Served
from tests.paper import Paper, at, committed

ANN, BOB = "ann@cs.uni.example", "bob@elsewhere.example"


class AtTheEdge(Served):
    """The edge before the paper's own shelf, with the paper's own keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gatherer = Gatherer(lambda: SqliteLedger(folder / "ledger.sqlite3"))

        async def nobody(scope: Any, receive: Any, send: Any) -> None:
            raise AssertionError(f"{scope['path']} was to be on the shelf")

        self.edge = Edge(nobody, shelf(), self.gatherer, ring(), secure=False)

    def reads(self, path: str, cookie: str = "") -> bool:
        """Whether somebody with this pass gets the whole story."""
        self.edge.follow()
        with ThreadPoolExecutor(max_workers=1) as thread:  # a browser test of this worker may hold a loop in ours
            answer = thread.submit(asyncio.run, self.get(path, f"{PASS}={cookie}" if cookie else "")).result()
        assert answer.status == 200
        return b"hidden2x80" in answer.body


@pytest.fixture
def edge(paper: Paper, tmp_path: Path) -> AtTheEdge:
    """A paper with a story of each gate, and an allowance of none."""
    with committed():
        MeterSettings.objects.create(site=paper.site, allowance=0)
    for access in ("metered", "members"):
        assert render(paper.story(access, access=access).url)
    return AtTheEdge(tmp_path)


def university(**fields: Any) -> Institution:
    with committed():
        return Institution.objects.create(
            **{"name": "The University", "mail_domains": "uni.example\nuni.test", **fields}
        )


def borne(cookie: str) -> Pass:
    found = passes.unseal(ring(), cookie.encode())
    assert found is not None
    return found


def standing_of(browser: Browser) -> Standing:
    return borne(pass_of(browser)).standing


def test_who_is_logged_in_with_an_institutions_address_reads_everything_and_spends_nothing(edge: AtTheEdge) -> None:
    university()
    ann, bob = pass_of(logged_in(ANN)), pass_of(logged_in(BOB))
    for path in ("/world/metered/", "/world/members/"):
        assert [edge.reads(path, cookie) for cookie in (ann, ann, bob, "")] == [True, True, False, False]
    assert edge.spent() == 0
    assert (borne(ann).standing, borne(bob).standing) == (Standing.INSTITUTION, Standing.REGISTERED)


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("ann@uni.example", True),
        ("Ann@CS.Uni.Test", True),
        ("ann@evil-uni.example", False),
        ("ann@uni.example.evil.example", False),
    ],
)
def test_whole_labels_of_a_domain_count(paper: Paper, address: str, opens: bool) -> None:
    university()
    assert standing_of(logged_in(address)) is (Standing.INSTITUTION if opens else Standing.REGISTERED)


@pytest.mark.parametrize(
    "fields",
    [{"reads": False, "factor": 4}, {"mail_domains": "", "networks": "192.0.2.0/24"}, {"valid_until": "2020-01-01"}],
)
def test_one_that_only_shares_a_network_names_no_domain_or_is_over_opens_nothing(paper: Paper, fields: Any) -> None:
    university(**fields)
    assert standing_of(logged_in(ANN)) is Standing.REGISTERED


def test_an_address_that_nobody_proved_opens_nothing(paper: Paper) -> None:
    university()
    browser = logged_in(ANN)
    user = get_user_model().objects.get(email=ANN)
    EmailAddress.objects.update(verified=False)
    assert standing_of(browser) is Standing.REGISTERED
    EmailAddress.objects.all().delete()
    assert standing_of(browser) is Standing.REGISTERED
    EmailAddress.objects.create(user=user, email=ANN.upper(), verified=True)
    assert standing_of(browser) is Standing.INSTITUTION


def test_an_address_of_the_institution_that_the_desk_wrote_there_opens_nothing_before_its_code(paper: Paper) -> None:
    university()
    browser = logged_in(BOB)
    get_user_model().objects.filter(email=BOB).update(email=ANN)
    assert standing_of(browser) is Standing.REGISTERED
    assert standing_of(logged_in(ANN)) is Standing.INSTITUTION
    operations.enrol(people=[operations.Newcomer("new@uni.example", "New", clock.now())])
    imported = Browser()
    imported.client.force_login(get_user_model().objects.get(email="new@uni.example"))
    assert standing_of(imported) is Standing.REGISTERED


def test_an_address_that_was_left_opens_nothing_at_once_and_the_new_one_does(edge: AtTheEdge) -> None:
    university()
    browser, path = logged_in(ANN), "/world/members/"
    for new, opens in ((BOB, False), ("ann@uni.test", True)):
        before = pass_of(browser)
        assert edge.reads(path, before) is not opens
        with committed():
            browser.post("account_email", {"email": new, "action_add": "1"})
            browser.post("account_email_verification_sent", {"code": codes(new)[-1]})
        assert not edge.reads(path, before), "lost with the address"
        assert edge.reads(path, pass_of(browser)) is opens


def test_no_pass_outlasts_the_institution(edge: AtTheEdge) -> None:
    last = clock.now().date() + timedelta(days=2)
    university(valid_until=last)
    browser, end = logged_in(ANN), datetime.combine(last + timedelta(days=1), time(), UTC)
    with at(end - timedelta(minutes=3)):
        found = borne(pass_of(browser))
    assert (found.standing, found.expires) == (Standing.INSTITUTION, int(end.timestamp()))
    with at(end):
        assert standing_of(browser) is Standing.REGISTERED


@pytest.mark.parametrize("change", ["removed", "edited", "moved"])
def test_what_is_changed_of_an_institution_holds_with_the_next_pass(edge: AtTheEdge, change: str) -> None:
    row, browser = university(), logged_in(ANN)
    held = borne(pass_of(browser))
    assert held.expires - clock.now().timestamp() <= MOST_SECONDS
    with committed():
        if change == "removed":
            row.delete()
        else:
            row.reads, row.mail_domains = change == "moved", "else.example" if change == "moved" else row.mail_domains
            row.save()
    assert not edge.reads("/world/members/", pass_of(browser))


def test_a_membership_comes_before_an_institution_and_staff_before_both(paper: Paper) -> None:
    university(mail_domains="uni.example\nexample.org")
    browser = logged_in(ANN)
    Tier.objects.create(slug="full", benefits=["full"])
    grant(user_id=browser.user, tier="full", now=clock.now(), ends_at=None, reason="", by=None)
    assert standing_of(browser) is Standing.MEMBER
    chief = Browser()
    chief.client = paper.desk().client
    assert standing_of(chief) is Standing.STAFF


def test_the_account_page_says_so_to_whom_it_concerns(paper: Paper) -> None:
    university()
    line = "Every story is open to you, because of your mail address at cs.uni.example ."
    assert line in words(logged_in(ANN).get(reverse("account_home")))
    assert "Every story is open to you" not in words(logged_in(BOB).get(reverse("account_home")))
