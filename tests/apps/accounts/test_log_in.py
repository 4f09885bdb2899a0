"""Coming in by a code: the same door for those who have an account and those who have none."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from broadsheet.accounts import queries
from broadsheet.accounts.rules import safe_path
from tests.apps.accounts.readers import Browser, codes, number_of, words
from tests.paper import PASSWORD, Paper

ADA = "ada@example.org"


def test_a_stranger_joins_by_a_code_and_comes_in_by_another(paper: Paper) -> None:
    browser = Browser()
    answer = browser.log_in(ADA)
    assert (answer.status_code, answer.url) == (302, reverse("account_home"))
    assert browser.user == number_of(ADA)
    home = browser.get("account_home")
    assert ADA in words(home)
    assert "no-store" in home.headers["Cache-Control"]
    elsewhere = Browser()
    elsewhere.log_in(ADA.upper())
    assert elsewhere.user == browser.user
    assert get_user_model().objects.count() == 1
    assert not get_user_model().objects.get().has_usable_password()


NEEDED = re.compile(r'<input[^>]*\bname="(email|code)"')


@pytest.mark.parametrize("way", ["account_signup", "account_login"])
def test_LR_11_one_joins_over_tor_with_a_mail_address_alone_without_script_and_without_a_phone(
    paper: Paper, way: str
) -> None:
    exit_of_tor = Browser(agent="Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0")
    exit_of_tor.client.defaults["REMOTE_ADDR"] = "185.220.101.1"
    door = exit_of_tor.get(way, next="/world/")
    asked = exit_of_tor.post(way, {"email": ADA, "next": "/world/"})
    coded = exit_of_tor.client.get(asked.url)
    for page in (door, coded):
        assert page.status_code == 200
        (form,) = (
            each for each in re.findall(r"<form.*?</form>", page.content.decode(), re.DOTALL) if NEEDED.search(each)
        )
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]*\bname="(\w+)"', form))
        assert fields <= {"csrfmiddlewaretoken", "next", "email", "code"}
        assert 'type="tel"' not in form
        assert not re.search(r"captcha|<noscript|onsubmit|<script(?! type=.application/json)", form, re.IGNORECASE)
        assert re.search(r'<button(?![^>]*\b(?:type="button"|disabled|hidden))', form), "a button sends the form"
    led = exit_of_tor.post(asked.url, {"code": codes(ADA)[-1], "next": "/world/"})
    assert led.url == "/world/"
    assert exit_of_tor.user == number_of(ADA)


def test_a_code_counts_once_in_the_browser_that_asked_and_not_for_long(paper: Paper) -> None:
    browser, other = Browser(), Browser()
    browser.ask(ADA)
    other.ask("bob@example.org")
    wrong = other.post("account_confirm_login_code", {"code": codes(ADA)[-1]})
    assert wrong.status_code == 200
    assert "This is not the code" in words(wrong)
    now = time.time()
    with patch("time.time", lambda: now + 601):
        late = browser.post("account_confirm_login_code", {"code": codes(ADA)[-1]}, follow=True)
    assert "The code is too old" in words(late)
    assert (browser.user, other.user, get_user_model().objects.count()) == (None, None, 0)


def test_three_wrong_codes_end_the_asking(paper: Paper) -> None:
    browser = Browser()
    browser.ask(ADA)
    right = codes(ADA)[-1]
    for wrong in ("000000" if right != "000000" else "111111", "x", ""):
        answer = browser.post("account_confirm_login_code", {"code": wrong})
    assert answer.status_code == 302
    assert browser.post("account_confirm_login_code", {"code": right}).url == reverse("account_login")
    assert browser.user is None


def test_AC_08_who_has_an_account_and_who_has_none_get_the_same_page_the_same_mail_and_as_fast(paper: Paper) -> None:
    get_user_model().objects.create_user(ADA, PASSWORD)
    found: dict[str, list[tuple[object, ...]]] = {}
    took: dict[str, list[float]] = {}
    for turn in range(12):
        for kind, address in (("known", ADA), ("unknown", f"nobody{turn}@example.org")):
            cache.clear()
            browser = Browser()
            began = time.perf_counter()
            asked = browser.ask(address)
            took.setdefault(kind, []).append(time.perf_counter() - began)
            page, letter = browser.client.get(asked.url), mail.outbox[-1]
            code = codes(address)[-1]
            said = [
                re.sub(r'value="[^"]{64}"', "", text)
                .replace(address, "@")
                .replace(quote(address), "@")
                .replace(code, "#")
                for text in (page.content.decode(), str(letter.subject), str(letter.body))
            ]
            found.setdefault(kind, []).append((asked.status_code, asked.url, page.status_code, *said))
    assert set(found["known"]) == set(found["unknown"])
    assert len(set(found["known"])) == 1
    assert abs(statistics.median(took["known"]) - statistics.median(took["unknown"])) < 0.05


def test_AC_08_a_password_that_is_wrong_and_an_address_that_is_unknown_are_told_apart_by_nothing(paper: Paper) -> None:
    get_user_model().objects.create_user(ADA, PASSWORD)
    pages = [
        words(Browser().post("account_login_password", {"login": address, "password": "wrong-wrong"}))
        for address in (ADA, "nobody@example.org")
    ]
    assert pages[0] == pages[1]
    assert "The address or the password is not right" in pages[0]


def test_TK_03_what_scanners_open_uses_nothing_up(paper: Paper) -> None:
    browser, scanner = Browser(), Client()
    asked = browser.ask(ADA, next="/world/")
    links = re.findall(r"https?://\S+", str(mail.outbox[-1].body))
    assert links, "the mail names the paper"
    for link in [*links, asked.url]:
        path = re.sub(r"^https?://[^/]+", "", link) or "/"
        for _ in range(10):
            scanner.get(path)
            scanner.head(path)
            browser.client.head(asked.url)
    answer = browser.post(asked.url, {"code": codes(ADA)[-1], "next": "/world/"})
    assert (answer.url, browser.user) == ("/world/", number_of(ADA))
    assert scanner.session.get("_auth_user_id") is None


def test_TK_06_the_session_that_was_there_before_the_log_in_is_another_one_after_it(paper: Paper) -> None:
    browser = Browser()
    browser.ask(ADA)
    before = browser.client.cookies["sessionid"].value
    browser.post("account_confirm_login_code", {"code": codes(ADA)[-1]})
    after = browser.client.cookies["sessionid"].value
    assert before != after
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get(reverse("account_home")).status_code == 302


HOSTILE = [
    "", "//evil.example", "///evil.example", "////evil.example/x", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\\/evil.example", "http://evil.example", "https://evil.example/", "HTTPS://evil.example", "http:evil.example",
    "http:/evil.example", "https:///evil.example", "ftp://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", " javascript:alert(1)", "data:text/html,x",
    "vbscript:x", "file:///etc/passwd", "blob:x", "mailto:a@b", "evil.example", "evil.example/path", "www.evil.example",
    "/%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "/%5Cevil.example", "%2f%2fevil.example", "%2F/evil.example",
    "/%252fevil.example", "/%252f%252fevil.example", "/%25252fevil.example", "/%255cevil.example", "/%09/evil.example",
    "/%0d%0aLocation:%20https://evil.example", "/%0a/evil.example", "/%00/evil.example", "/\t/evil.example", "/\n/evil.example",
    "/\r/evil.example", "\t//evil.example", "\n//evil.example", " //evil.example", "/ /evil.example", "/\u00a0/evil.example",
    "/\u2028/evil.example", "/\u200b/evil.example", "/\u202e/evil.example", "\u2044\u2044evil.example", "\uff0f\uff0fevil.example",
    "@evil.example", "/@evil.example", "//testserver@evil.example", "http://testserver@evil.example", "http://testserver:80@evil.example",
    "//testserver.evil.example", "http://testserver.evil.example/", "http://testserver/", "https://testserver/world/", "//testserver/",
    "http://testserver\\@evil.example", "http://[::1]/", "//[::1]", "http://127.0.0.1/", "?next=//evil.example", "#//evil.example",
    ".", "..", "../evil", "./evil", "/..//evil.example", "/.//evil.example", "/world//evil.example", "/x:y@evil.example/",
    "/redirect:https://evil.example", "/" + "a" * 3_000, "/%e5%98%8a%e5%98%8d/..//evil.example", "/;@evil.example", "//;@evil.example",
    "https:evil.example", "://evil.example", ":evil.example", "/javascript:alert(1)", "//google.com/%2f..", "/%2e%2e//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_TK_04_nobody_is_led_off_the_paper(target: str) -> None:
    assert not safe_path(target)


@pytest.mark.parametrize("target", ["/", "/world/", "/ar/world/", "/world/?page=2", "/search/?q=a%20b", "/world/a-story/#one",
                                    "/ar/%D8%A3/", "/search/?q=http%3A"])  # fmt: skip
def test_a_page_of_the_paper_is_led_on_to(target: str) -> None:
    assert safe_path(target)


def test_TK_04_at_least_eighty_targets_are_tried_at_the_door_itself(paper: Paper) -> None:
    assert len(HOSTILE) >= 80
    for number, target in enumerate(target for target in HOSTILE if "\x00" not in target):
        cache.clear()
        browser = Browser()
        answer = browser.log_in(f"reader{number}@example.org", next=target)
        assert answer.url == reverse("account_home"), target


def test_asking_for_codes_again_and_again_is_refused_whoever_it_is(paper: Paper) -> None:
    get_user_model().objects.create_user(ADA, PASSWORD)
    for address in (ADA, "nobody@example.org"):
        answers = [Browser().ask(address) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
        assert "too often" in words(answers[-1])
        assert len(codes(address)) == 3


def test_MT_14_sign_ups_of_one_network_and_day_are_bounded_and_log_ins_are_not(paper: Paper, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "3/d/ip"}
    answers = [Browser().log_in(f"reader{number}@example.org") for number in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "No more new accounts from here today" in words(answers[-1])
    assert get_user_model().objects.count() == 3
    assert Browser().log_in("reader0@example.org").status_code == 302
    elsewhere = Browser()
    elsewhere.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert elsewhere.log_in("reader9@example.org").status_code == 302


def test_MT_14_aliases_of_one_address_are_one_to_the_meter_and_stay_so(paper: Paper) -> None:
    for address in ("ada.lovelace@gmail.com", "adalovelace+2@googlemail.com", "bob@example.org"):
        Browser().log_in(address)
    names = [
        queries.account_of(number_of(address))
        for address in ("ada.lovelace@gmail.com", "adalovelace+2@googlemail.com", "bob@example.org")
    ]
    assert names[0] == names[1] != names[2]
    get_user_model().objects.filter(email="bob@example.org").update(email="robert@example.org")
    assert queries.account_of(number_of("robert@example.org")) == names[2], "a new address is no new allowance"


def test_limits_count_by_a_name_of_the_network_and_keep_no_address(paper: Paper) -> None:
    browser = Browser()
    browser.client.defaults["REMOTE_ADDR"] = "203.0.113.77"
    browser.log_in(ADA)
    kept = str(list(cache._cache))
    assert "rl:" in kept
    assert "203.0.113.77" not in kept
    assert ADA not in kept


def test_a_session_without_a_reader_in_it_ends_soon_and_one_with_a_reader_lasts(paper: Paper) -> None:
    browser = Browser()
    browser.ask(ADA)
    assert browser.client.session.get_expiry_age() <= timedelta(minutes=15).total_seconds()
    browser.post("account_confirm_login_code", {"code": codes(ADA)[-1]})
    assert browser.client.session.get_expiry_age() == timedelta(days=90).total_seconds()


def test_a_password_is_one_more_way_in_for_those_who_set_one(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    new = {"password1": "a longer password", "password2": "a longer password"}
    assert browser.post("account_set_password", new).status_code == 302
    assert "A password was set" in str(mail.outbox[-1].body)
    other = Browser()
    answer = other.post("account_login_password", {"login": ADA, "password": "a longer password", "next": "/world/"})
    assert (answer.url, other.user) == ("/world/", number_of(ADA))


def test_whoever_is_logged_in_finds_their_account_at_the_door(paper: Paper) -> None:
    browser = Browser()
    browser.log_in(ADA)
    assert browser.get("account_login", next="/world/").url == reverse("account_home")
    assert browser.get("account_login", next="/admin/pages/").url == "/admin/pages/"


def test_an_account_that_staff_closed_stays_closed(paper: Paper) -> None:
    user = get_user_model().objects.create_user(ADA, PASSWORD)
    user.is_active = False
    user.save()
    browser = Browser()
    answer = browser.log_in(ADA)
    assert (answer.url, browser.user) == (reverse("account_inactive"), None)
    assert "This account is closed" in words(browser.client.get(answer.url))


def test_TK_06_over_https_cookies_bear_the_host_prefix(tmp_path) -> None:
    import os
    import subprocess
    import sys

    from tests.shared import ROOT

    script = "from broadsheet.starter.paper import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.STAFF_SECOND_FACTOR)"
    said = {}
    for address in ("https://paper.example", "http://127.0.0.1:8000"):
        environment = {**os.environ, "BROADSHEET_FOLDER": str(tmp_path), "BASE_URL": address}
        done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True)
        said[address] = done.stdout.split()
    assert said["https://paper.example"] == ["__Host-sessionid", "__Host-csrftoken", "True", "True"]
    assert said["http://127.0.0.1:8000"] == ["sessionid", "csrftoken", "False", "False"]


def test_an_address_never_stands_in_a_link(paper: Paper) -> None:
    browser = Browser()
    asked = browser.ask(ADA, next="/world/")
    page = browser.client.get(asked.url).content.decode()
    again = re.findall(r'href="(/account/login/[^"]*)"', page)[-1]
    assert not re.findall(r'(?:href|action)="[^"]*(?:ada|%40)[^"]*"', page)
    door = browser.client.get(again.replace("&amp;", "&"))
    assert f'value="{ADA}"' in door.content.decode(), "it is kept in the session"
    assert 'name="next" value="/world/"' in door.content.decode()


def test_a_browser_without_cookies_is_told_so(paper: Paper) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"email": ADA})
    assert answer.status_code == 403
    assert "keeps no cookies" in words(answer)
