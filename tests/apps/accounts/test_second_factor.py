"""The second factor: set up, asked for, and never to be gone round by whoever works at the paper."""

from __future__ import annotations

import time
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from broadsheet.accounts.adapters import FactorAdapter
from tests.apps.accounts.readers import Browser, codes, number_of, words
from tests.paper import PASSWORD, Paper

ADA = "ada@example.org"


def shown(secret: str, later: float = 0) -> str:
    """What an authenticator app shows."""
    moment = time.time() + later
    with patch("time.time", lambda: moment):
        counters = list(yield_hotp_counters_from_time())  # before, now and after: so an app's clock may be a little off
        return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def set_up(browser: Browser) -> str:
    """Set an app up; gives its secret."""
    page = browser.get("mfa_activate_totp")
    secret = page.context["form"].secret
    assert secret in words(page)
    with patch("django.db.transaction.on_commit", lambda then, **_: then()):  # at once, as where no test holds it open
        answer = browser.client.post(reverse("mfa_activate_totp"), {"code": shown(secret)})
    assert answer.status_code == 302, words(answer)
    return str(secret)


def test_an_app_that_is_set_up_is_asked_for_beside_the_code_by_mail(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    secret = set_up(browser)
    assert any("authenticator app" in str(letter.subject) for letter in mail.outbox)
    other = Browser()
    answer = other.log_in(ADA, next="/world/")
    assert (answer.url, other.user) == (reverse("mfa_authenticate"), None)
    assert other.get("account_home").status_code == 302, "half-way is not in"
    cache.clear()
    assert "This is not the code" in words(other.post("mfa_authenticate", {"code": "000000"}))
    assert other.user is None
    done = other.post("mfa_authenticate", {"code": shown(secret, later=30)})
    assert (done.url, other.user) == ("/world/", number_of(ADA))


def test_a_recovery_code_opens_one_log_in(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    set_up(browser)
    spare = browser.get("mfa_view_recovery_codes").context["unused_codes"]
    assert len(spare) == 10
    found = []
    for _ in range(2):
        cache.clear()
        other = Browser()
        other.log_in(ADA)
        other.post("mfa_authenticate", {"code": spare[0]})
        found.append(other.user)
    assert found == [number_of(ADA), None]


def test_with_an_app_a_code_by_mail_alone_shows_nobody_again(paper: Paper) -> None:
    browser, now = Browser(), time.time()
    browser.log_in(ADA)
    secret = set_up(browser)
    with patch("time.time", lambda: now + 700):
        asked = browser.get("account_erase")
        assert asked.url.startswith(reverse("mfa_reauthenticate"))
        before = len(mail.outbox)
        assert browser.post("account_reauthenticate_code", {"send": "1"}).url == reverse("account_home")
        assert len(mail.outbox) == before
    with patch("time.time", lambda: now + 730):
        answer = browser.post("mfa_reauthenticate", {"code": shown(secret), "next": reverse("account_erase")})
        assert answer.url == reverse("account_erase")
        assert browser.get("account_erase").status_code == 200


def test_secrets_of_second_factors_lie_sealed_in_the_database(paper: Paper, settings) -> None:
    browser = Browser()
    browser.log_in(ADA)
    secret = set_up(browser)
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in rows
    seal = Authenticator.objects.get(type="totp").data["secret"]
    assert FactorAdapter().decrypt(seal) == secret
    settings.SECRET_KEY = "another key of the paper, long enough to be one"
    assert FactorAdapter().decrypt(seal) not in {secret, ""}
    settings.SECRET_KEY_FALLBACKS = [paper_key(settings)]
    assert FactorAdapter().decrypt(seal) == secret, "a key that was in use before still opens"


def paper_key(settings) -> str:
    from broadsheet.starter.paper import settings as starter

    return str(starter.SECRET_KEY)


@pytest.fixture
def strict(settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def test_AC_07_staff_without_a_second_factor_are_led_to_set_one_up_and_then_in(paper: Paper, strict: None) -> None:
    user = paper.desk("superuser").user
    browser = Browser()
    assert browser.client.get("/admin/").status_code == 302
    entrance = browser.client.get("/admin/login/?next=/admin/pages/")
    assert entrance.url == f"{reverse('account_login')}?next=%2Fadmin%2Fpages%2F"
    browser.log_in(user.email, next="/admin/pages/")
    turned = browser.client.get("/admin/pages/", follow=True)
    assert turned.redirect_chain[-1][0] == reverse("mfa_index")
    assert "needs a second way" in words(turned)
    secret = set_up(browser)
    assert browser.client.get("/admin/", follow=True).redirect_chain == [], "who set it up has just shown it"
    cache.clear()
    other = Browser()
    other.log_in(user.email, next="/admin/")
    assert other.client.get("/admin/").status_code == 302
    cache.clear()
    other.post("mfa_authenticate", {"code": shown(secret, later=30)})
    assert other.client.get("/admin/").status_code == 200


def test_AC_07_a_session_of_before_is_asked_for_the_second_factor_that_there_is(paper: Paper, strict: None) -> None:
    desk = paper.desk("superuser")
    browser = Browser()
    browser.log_in(desk.user.email)
    secret = set_up(browser)
    asked = desk.client.get("/admin/pages/")
    assert asked.url == f"{reverse('mfa_reauthenticate')}?next=%2Fadmin%2Fpages%2F"
    cache.clear()
    answer = desk.client.post(asked.url, {"code": shown(secret, later=30)})
    assert answer.url == "/admin/pages/"
    assert desk.client.get("/admin/", follow=True).status_code == 200


@pytest.mark.parametrize("path", ["/admin/", "/admin/pages/", "/admin/account/", "/admin/api/main/pages/", "/admin/users/", "/admin/reports/locked/"])  # fmt: skip
def test_AC_07_no_room_of_the_admin_opens_to_a_password_alone(paper: Paper, strict: None, path: str) -> None:
    desk = paper.desk("superuser")
    answer = desk.client.get(path)
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))
    posted = desk.client.post("/admin/login/", {"username": "superuser@example.org", "password": PASSWORD})
    assert posted.url.startswith(reverse("account_login")), "Wagtail's own form takes no password"


def test_readers_are_asked_for_no_second_factor(paper: Paper, strict: None) -> None:
    browser = Browser()
    browser.log_in(ADA)
    assert browser.get("account_home").status_code == 200


def test_opening_the_page_that_asks_again_sends_nothing_and_loses_nothing(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    sent = len(codes(ADA))
    for _ in range(10):
        assert browser.get("account_reauthenticate_code").status_code == 200
    assert len(codes(ADA)) == sent


def test_a_second_factor_that_somebody_has_is_asked_for_even_where_the_paper_asks_nobody(paper: Paper) -> None:
    desk = paper.desk("superuser")
    assert desk.client.get("/admin/").status_code == 200
    browser = Browser()
    browser.log_in(desk.user.email)
    set_up(browser)
    by_password = Browser()
    sent = {"username": "superuser@example.org", "password": PASSWORD, "next": "/admin/"}
    assert by_password.post("/admin/login/", sent).status_code == 302
    assert by_password.client.get("/admin/").url.startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize("path", ["/_util/login/", "/admin/password_reset/"])
def test_there_is_no_other_way_in(paper: Paper, path: str) -> None:
    paper.desk("superuser")
    browser = Browser()
    answer = browser.client.post(
        path, {"username": "superuser@example.org", "password": PASSWORD, "email": "superuser@example.org"}
    )
    assert answer.status_code in {302, 404}
    assert answer.headers.get("Location", "").partition("?")[0] in {"", reverse("account_login")}
    assert (browser.user, mail.outbox) == (None, [])


def test_over_https_the_admins_own_form_takes_no_password(paper: Paper, settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    answer = Browser().client.get("/admin/login/?next=/admin/pages/")
    assert answer.url == f"{reverse('account_login')}?next=%2Fadmin%2Fpages%2F"
