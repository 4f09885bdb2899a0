"""The paper's pages say where to log in, the same to everybody."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests.apps.accounts.readers import Browser
from tests.paper import Paper, long_body

LOG_IN = reverse("account_login")


def test_a_story_leads_to_the_log_in_and_back_from_its_head_and_from_its_wall(paper: Paper) -> None:
    story = paper.story("A quiet port", long_body(), access="members")
    paper.rules()
    page = paper.get(story.url).content.decode()
    assert f'href="{LOG_IN}?next={story.url}"' in page


def test_a_page_is_the_same_for_whoever_is_logged_in(paper: Paper) -> None:
    story = paper.story("A quiet port", long_body(), access="open")
    browser = Browser()
    browser.log_in("ada@example.org")
    for path in (story.url, "/", "/world/", "/search/", "/subscribe/"):
        assert browser.client.get(path).content == Client().get(path).content, path


def test_an_address_that_is_wrong_is_not_repeated(paper: Paper) -> None:
    for path in ("/nowhere/", "/documents/1/secret-name.txt", "/g/AAAAAAAAAAAAAAAAAAAAAA/"):
        page = paper.get(path).content.decode()
        assert f'href="{LOG_IN}"' in page, path
        assert "next=" not in page, path


def test_in_arabic_one_logs_in_in_arabic(paper: Paper) -> None:
    page = paper.get("/ar/search/").content.decode()
    assert 'href="/ar/account/login/?next=/ar/search/"' in page
    door = Client().get("/ar/account/login/")
    assert 'dir="rtl"' in door.content.decode()
