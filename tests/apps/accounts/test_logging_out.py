"""Logging out, from the button to the edge: what was copied of a pass opens nothing, and other devices read on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from broadsheet.accounts import queries
from broadsheet.edge.cookies import names
from broadsheet.edge.gate import Gate
from broadsheet.newsroom.operations import opening
from broadsheet.paywall.networks import TrustedProxies
from broadsheet.paywall.queries import ring
from broadsheet.prerender.operations import shelf
from broadsheet.readers import Standing
from tests.apps.accounts.readers import Browser
from tests.paper import Paper, committed

ADA = "ada@example.org"
PASS = names(False)[1].decode()


class Edge:
    """The edge's gate, following the paper's own shelf."""

    def __init__(self) -> None:
        self.gate = Gate(ring(), settler=None, proxies=TrustedProxies(""), secure=False)  # type: ignore[arg-type]

    def knows(self, cookie: str) -> Standing | None:
        """What the edge takes somebody for who shows this pass, and nothing else."""
        self.gate.follow(lambda name: shelf().document(name))
        bearer = self.gate.visitor({b"cookie": f"{PASS}={cookie}".encode()}).bearer
        return bearer.standing if bearer else None


def logged_in(address: str = ADA) -> Browser:
    from django.core.cache import cache

    cache.clear()
    browser = Browser()
    browser.log_in(address)
    return browser


def pass_of(browser: Browser) -> str:
    """A pass that the edge gets for this browser now; empty where it gets none."""
    browser.client.cookies.pop(PASS, None)
    cookie = browser.get("pass").cookies.get(PASS)
    return cookie.value if cookie else ""


def by_the_button(one: Browser, other: Browser) -> None:
    one.post("account_logout")


def by_the_list_of_devices(one: Browser, other: Browser) -> None:
    device = one.client.session["broadsheet_device"]
    other.post("account_devices", {"device": device})


def everywhere_else(one: Browser, other: Browser) -> None:
    other.post("account_devices", {"others": "1"})


def by_a_new_password(one: Browser, other: Browser) -> None:
    other.post("account_set_password", {"password1": "a longer password", "password2": "a longer password"})


@pytest.mark.parametrize("ended", [by_the_button, by_the_list_of_devices, everywhere_else, by_a_new_password])
def test_AC_05_a_copied_pass_opens_nothing_once_its_device_is_logged_out(paper: Paper, ended: Any) -> None:
    edge, one, other = Edge(), logged_in(), logged_in()
    copied = pass_of(one)
    assert edge.knows(copied) is Standing.REGISTERED
    with committed():
        ended(one, other)
    assert edge.knows(copied) is None, "at once, with no help of the clock"
    assert pass_of(one) == ""
    assert edge.knows(pass_of(other)) is Standing.REGISTERED, "who is logged in elsewhere gets a new one"


def test_AC_05_whoever_is_suspended_is_out_everywhere_and_gets_no_pass(paper: Paper) -> None:
    edge, one, other = Edge(), logged_in(), logged_in()
    copied = [pass_of(one), pass_of(other)]
    ada = get_user_model().objects.get(email=ADA)
    ada.is_active = False
    with committed():
        ada.save()
    assert [edge.knows(each) for each in copied] == [None, None]
    assert [pass_of(one), pass_of(other)] == ["", ""]
    assert queries.devices(ada.pk) == ()
    ada.is_active = True
    ada.save()
    assert pass_of(one) == "", "whoever is let in again logs in again"


def test_AC_07_who_leaves_the_paper_reads_as_a_reader_at_once(paper: Paper) -> None:
    edge, browser = Edge(), Browser()
    browser.client = paper.desk().client
    user = paper.desk().user
    held = pass_of(browser)
    assert edge.knows(held) is Standing.STAFF
    with committed():
        user.groups.remove(Group.objects.get(name=opening.CHIEFS))
    assert edge.knows(held) is None
    held = pass_of(browser)
    assert edge.knows(held) is Standing.REGISTERED
    user.groups.add(Group.objects.get(name=opening.CHIEFS))
    with committed():
        browser.post("/admin/logout/")
    assert edge.knows(held) is None


def test_AC_05_logging_in_and_describing_oneself_takes_nobody_s_pass(paper: Paper) -> None:
    edge, one = Edge(), logged_in()
    held = pass_of(one)
    logged_in()
    with committed():
        one.post("account_home", {"first_name": "Ada", "last_name": "L", "language": "en", "zone": ""})
        logged_in("bob@example.org").post("account_logout")
    assert edge.knows(held) is Standing.REGISTERED


def test_logging_out_works_where_the_shelf_cannot_be_written(paper: Paper, monkeypatch: Any, caplog: Any) -> None:
    edge, one = Edge(), logged_in()
    held = pass_of(one)
    with monkeypatch.context() as broken:
        broken.setattr("broadsheet.prerender.operations.shelf", lambda: 1 / 0)
        with committed():
            assert one.post("account_logout").status_code == 302
    assert edge.knows(held) is Standing.REGISTERED, "the edge does not know yet"
    from broadsheet.prerender.operations import publish_lost_passes

    publish_lost_passes()  # as the clock does, every twenty seconds
    assert edge.knows(held) is None
    assert "division by zero" in caplog.text
