"""Devices, passes, the second factor, changing and ending: an account once somebody is in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.conf import settings as configured
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.template import Template
from django.urls import reverse

from broadsheet.accounts import queries
from broadsheet.accounts.models import Device
from broadsheet.accounts.rules import Reading, device_label, in_use_since, must_choose
from broadsheet.edge.cookies import names
from broadsheet.paywall import passes
from broadsheet.paywall.queries import ring
from broadsheet.readers import Standing
from broadsheet.web import account, holdings
from tests.apps.accounts.readers import Browser, codes, number_of, words
from tests.paper import PASSWORD, Paper, at

ADA = "ada@example.org"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RECEIPT, PASS = (name.decode() for name in names(False))


def reading(since: int, used: int = 0) -> Reading:
    return Reading(NOW - timedelta(hours=since), NOW - timedelta(hours=used))


def test_AC_01_only_the_device_that_came_last_is_asked_to_choose() -> None:
    others = [reading(hours) for hours in range(1, 6)]
    assert must_choose(reading(0), others, NOW)
    assert not must_choose(reading(9), others, NOW), "who read before the others reads on"
    assert not must_choose(reading(0), others[1:], NOW)
    assert not must_choose(reading(0), [*others[1:], reading(30, used=24)], NOW), "not in use for a day"


def test_AC_01_a_device_that_comes_back_after_a_day_is_the_last_to_come() -> None:
    back = Reading(NOW - timedelta(days=9), NOW - timedelta(hours=24))
    assert in_use_since(back, NOW) == NOW
    steady = Reading(NOW - timedelta(days=9), NOW - timedelta(hours=23))
    assert in_use_since(steady, NOW) == steady.since


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""),
    ],
)  # fmt: skip
def test_a_device_is_called_what_its_owner_would_call_it(agent: str, label: str) -> None:
    assert device_label(agent) == label


def logged_in(count: int) -> list[Browser]:
    from django.core.cache import cache

    found = []
    for _ in range(count):
        cache.clear()
        found.append(Browser())
        found[-1].log_in(ADA)
    return found


def bearer(browser: Browser) -> passes.Pass | None:
    """Whom the pass that this browser gets names, or None where it gets none."""
    browser.client.cookies.pop(PASS, None)
    answer = browser.get("pass")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (204, "no-store")
    cookie = answer.cookies.get(PASS)
    return passes.unseal(ring(), cookie.value.encode()) if cookie and cookie.value else None


def test_AC_01_the_sixth_device_is_let_in_has_to_end_another_and_logs_nobody_out_unasked(paper: Paper) -> None:
    *five, sixth = logged_in(6)
    assert sixth.user is not None
    assert sixth.get("account_home").url == reverse("account_devices")
    page = sixth.get("account_devices")
    assert "One device too many" in words(page)
    assert bearer(sixth) is None
    for browser in five:
        assert browser.get("account_home").status_code == 200
        assert bearer(browser) is not None
    chosen = queries.devices(sixth.user)[-1].pk
    assert sixth.post("account_devices", {"device": chosen}).status_code == 302
    assert sixth.get("account_home").status_code == 200
    assert bearer(sixth) is not None
    assert [browser.get("account_home").status_code for browser in five] == [302, 200, 200, 200, 200]


def test_a_device_is_ended_by_its_owner_alone_and_at_once(paper: Paper) -> None:
    first, second = logged_in(2)
    stranger = Browser()
    stranger.log_in("bob@example.org")
    device = next(
        row.pk for row in queries.devices(number_of(ADA)) if row.pk == first.client.session["broadsheet_device"]
    )
    stranger.post("account_devices", {"device": device})
    assert first.get("account_home").status_code == 200
    second.post("account_devices", {"device": device})
    assert first.get("account_home").status_code == 302
    assert second.get("account_home").status_code == 200


def test_all_others_are_ended_by_one_button_and_a_new_password(paper: Paper) -> None:
    first, second, third = logged_in(3)
    third.post("account_devices", {"others": "1"})
    assert [browser.get("account_home").status_code for browser in (first, second, third)] == [302, 302, 200]
    fourth = logged_in(1)[0]
    third.post("account_set_password", {"password1": "a longer password", "password2": "a longer password"})
    assert [browser.get("account_home").status_code for browser in (fourth, third)] == [302, 200]
    assert len(queries.devices(number_of(ADA))) == 1


def test_the_list_of_devices_holds_no_address_no_agent_and_no_minute(paper: Paper) -> None:
    with at(NOW):
        browser = Browser()
        browser.client.defaults["REMOTE_ADDR"] = "203.0.113.77"
        browser.log_in(ADA)
        page = browser.get("account_devices")
    assert "Firefox, Linux" in words(page)
    assert "November 20" in words(page)
    fields = {field.name for field in Device._meta.get_fields()}
    assert fields == {"id", "user", "session_key", "label", "since", "last_used"}
    device = Device.objects.get()
    assert device.last_used == NOW.replace(minute=0)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "203.0.113.77" not in str(cursor.fetchall()), table


def test_logging_out_ends_the_session_takes_the_pass_and_leaves_the_receipt(paper: Paper) -> None:
    browser = Browser()
    browser.client.cookies[RECEIPT] = "whatever"
    browser.log_in(ADA)
    key = browser.client.session.session_key
    answer = browser.post("account_logout")
    assert answer.url == reverse("account_login")
    assert answer.cookies[PASS].value == ""
    assert RECEIPT not in answer.cookies
    assert not Session.objects.filter(session_key=key).exists()
    assert not Device.objects.exists()
    assert bearer(browser) is None


def test_a_reader_gets_a_pass_of_minutes_that_names_their_account_to_the_meter(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    found = bearer(browser)
    assert found is not None
    assert (found.standing, found.user) == (Standing.REGISTERED, number_of(ADA))
    assert found.account == queries.account_of(number_of(ADA))
    assert 0 < found.expires - datetime.now(UTC).timestamp() <= passes.MOST_SECONDS
    cookie = browser.client.cookies[PASS]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_AC_07_staff_get_a_pass_of_staff_and_without_their_second_factor_one_of_readers(paper: Paper, settings) -> None:
    desk, browser = paper.desk(), Browser()
    browser.client = desk.client
    assert bearer(browser).standing is Standing.STAFF
    settings.STAFF_SECOND_FACTOR = True
    assert bearer(browser).standing is Standing.REGISTERED


def test_a_session_that_is_over_is_taken_away_and_one_that_waits_for_a_code_is_not(paper: Paper) -> None:
    browser = Browser()
    browser.ask(ADA)
    assert bearer(browser) is None
    assert browser.client.cookies["sessionid"].value
    Session.objects.all().delete()
    answer = browser.get("pass")
    assert answer.cookies["sessionid"].value == ""


def test_a_stranger_gets_nothing_by_asking_for_a_pass(paper: Paper) -> None:
    answer = Browser().get("pass")
    assert (answer.status_code, list(answer.cookies)) == (204, [])


def test_the_mail_address_changes_once_the_new_one_is_verified_and_both_are_told(paper: Paper) -> None:
    browser, new = Browser(), "ada@new.example"
    browser.log_in(ADA)
    asked = browser.post("account_email", {"email": new, "action_add": "1"})
    assert asked.url == reverse("account_email_verification_sent")
    assert queries.person(browser.user).email == ADA, "not before the code"
    before = len(mail.outbox)
    browser.post("account_email_verification_sent", {"code": codes(new)[-1]})
    assert queries.person(browser.user).email == new
    told = {letter.to[0]: str(letter.body) for letter in mail.outbox[before:]}
    assert set(told) == {ADA, new}
    assert all(ADA in body and new in body for body in told.values())
    again = Browser()
    again.log_in(new)
    assert again.user == browser.user
    other = Browser()
    other.log_in(ADA)
    assert other.user != browser.user, "the old address is free"


def test_AC_08_an_address_that_belongs_to_somebody_else_is_refused_only_to_who_reads_its_mail(paper: Paper) -> None:
    bob = Browser()
    bob.log_in("bob@example.org")
    browser = Browser()
    browser.log_in(ADA)
    said = [browser.post("account_email", {"email": mail_, "action_add": "1"}) for mail_ in ("bob@example.org",)]
    assert said[0].url == reverse("account_email_verification_sent")
    answer = browser.post("account_email_verification_sent", {"code": codes("bob@example.org")[-1]})
    assert "belongs to another account" in words(answer)
    assert queries.person(browser.user).email == ADA


LATER = timedelta(minutes=11).total_seconds()


@pytest.mark.parametrize("name", ["account_email", "account_set_password", "account_export", "account_erase", "mfa_activate_totp", "mfa_add_webauthn"])  # fmt: skip
def test_what_matters_asks_once_more_who_it_is(paper: Paper, name: str) -> None:
    import time

    browser, now = Browser(), time.time()
    browser.log_in(ADA)
    assert browser.get(name).status_code == 200
    with patch("time.time", lambda: now + LATER):
        asked = browser.get(name)
        assert asked.url == f"{reverse('account_reauthenticate_code')}?next={reverse(name).replace('/', '%2F')}"
        assert browser.post(name, {"sure": "1"}).status_code == 302
        before = len(mail.outbox)
        assert "We send a code to" in words(browser.client.get(asked.url))
        assert len(mail.outbox) == before, "opening the page sends nothing"
        browser.post("account_reauthenticate_code", {"send": "1", "next": reverse(name)})
        wrong = browser.post("account_reauthenticate_code", {"code": "x", "next": reverse(name)})
        assert "This is not the code" in words(wrong)
        right = browser.post("account_reauthenticate_code", {"code": codes(ADA)[-1], "next": reverse(name)})
        assert right.url == reverse(name)
        assert browser.get(name).status_code == 200
    assert get_user_model().objects.count() == 1


def test_all_that_is_held_of_a_reader_is_given_to_them_as_a_file(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    browser.post("account_home", {"first_name": "Ada", "last_name": "L", "language": "ar", "zone": "Europe/Tallinn"})
    answer = browser.get("account_export")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    held = json.loads(answer.content)["account"]
    assert (held["mail"], held["first_name"], held["language"], held["time_zone"]) == (
        ADA,
        "Ada",
        "ar",
        "Europe/Tallinn",
    )
    assert [device["label"] for device in held["devices"]] == ["Firefox, Linux"]
    fields = {field.name for field in get_user_model()._meta.concrete_fields}
    told = {"id", "password", "is_superuser", "is_staff", "is_active", "mail_key", "email", "first_name", "last_name",
            "language", "zone", "date_joined", "last_login"}  # fmt: skip
    assert fields == told, "a new field of a user belongs into the export"


def test_an_account_is_erased_with_all_that_every_room_holds(paper: Paper) -> None:
    erased: list[int] = []
    part = holdings.Holding("letters", lambda user_id: {}, lambda *, user_id: erased.append(user_id))
    browser, elsewhere = Browser(), Browser()
    browser.log_in(ADA)
    elsewhere.log_in(ADA)
    user = browser.user
    assert "Tick the box first" in words(browser.post("account_erase"))
    with patch.object(holdings, "HOLDINGS", [part, *holdings.HOLDINGS]):
        answer = browser.post("account_erase", {"sure": "1"})
    assert "Your account is gone" in words(answer)
    assert erased == [user]
    assert not get_user_model().objects.filter(pk=user).exists()
    assert elsewhere.get("account_home").status_code == 302
    assert mail.outbox[-1].to == [ADA]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert ADA not in str(cursor.fetchall()), table


def test_nothing_is_erased_where_one_room_cannot(paper: Paper) -> None:
    def fails(*, user_id: int) -> None:
        raise RuntimeError("the gateway is down")

    browser = Browser()
    browser.log_in(ADA)
    parts = [*holdings.HOLDINGS, holdings.Holding("billing", lambda user_id: {}, fails)]
    with patch.object(holdings, "HOLDINGS", parts), pytest.raises(RuntimeError):
        browser.post("account_erase", {"sure": "1"})
    assert number_of(ADA) == browser.user


def test_staff_are_not_erased_by_a_button(paper: Paper) -> None:
    user = paper.desk().user
    browser = Browser()
    browser.log_in(user.email)
    browser.post("account_erase", {"sure": "1"})
    assert get_user_model().objects.filter(pk=user.pk).exists()
    assert "whoever runs the desk" in words(browser.get("account_erase"))


def test_a_room_hangs_its_panel_into_the_account_page(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    panel = account.Panel(Template("<p>Nine letters, {{ panel.name }}</p>"), {"name": "Ada"})
    with patch.object(account, "PANELS", [lambda request: panel, lambda request: None]):
        assert "Nine letters, Ada" in words(browser.get("account_home"))


def test_cookies_of_the_paper_are_the_session_and_the_forms_token_alone(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    browser.get("account_home")
    browser.get("mfa_index")
    assert set(browser.client.cookies) == {configured.SESSION_COOKIE_NAME, configured.CSRF_COOKIE_NAME}


def test_a_closed_account_loses_its_pass(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    get_user_model().objects.filter(email=ADA).update(is_active=False)
    assert bearer(browser) is None


def test_a_password_of_the_desk_logs_a_superuser_into_the_admin_where_no_second_factor_is_asked_for(
    paper: Paper,
) -> None:
    paper.desk("superuser")
    browser = Browser()
    answer = browser.post(
        "/admin/login/", {"username": "superuser@example.org", "password": PASSWORD, "next": "/admin/"}
    )
    assert answer.status_code == 302
    assert browser.client.get("/admin/").status_code == 200
