"""The pages of newsletters, by Django alone: joining, the way out, issues, links."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.test import Client

from broadsheet import clock
from broadsheet.newsletters import mails
from broadsheet.newsletters.keys import short, token_text
from broadsheet.newsletters.models import Content, Issue, Link, Newsletter, Promo, Subscriber, Subscription
from broadsheet.newsletters.operations import promos
from broadsheet.newsletters.operations.lists import ensure_promo
from broadsheet.newsletters.queries import archive
from broadsheet.newsroom.cards import GateError
from broadsheet.paywall import queries as paywall
from broadsheet.paywall.models import Institution
from broadsheet.readers import Standing
from broadsheet.web.logs import Discreet
from broadsheet.web.passes import standing
from tests.apps.accounts.readers import Browser
from tests.apps.newsletters.stage import ADDRESS, asked, joined, new_list
from tests.paper import Paper, committed, paragraph, words

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def post(path: str, data: Any, **headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(path, data, headers=headers or None)


def state() -> str:
    return Subscription.objects.get().state


def is_private(response: Any) -> bool:
    held = all(response.headers[name] == value for name, value in PRIVATE.items())
    return held and "noindex" in response.headers["X-Robots-Tag"]


def test_joining_is_answered_the_same_for_every_address(paper: Paper) -> None:
    quay = new_list()
    joined(quay, now=clock.now() - timedelta(hours=2))
    answers = [
        post("/newsletters/", {"address": who, "lists": [quay]}) for who in (ADDRESS, "new@example.org", ADDRESS)
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/newsletters/asked/")}
    assert not any(answer.cookies for answer in answers)
    assert "mailbox" in paper.get("/newsletters/asked/").text


def test_what_is_missing_is_said_and_what_was_typed_stays(paper: Paper) -> None:
    quay = new_list()
    nothing_ticked = post("/newsletters/", {"address": "ada@example.org"})
    assert nothing_ticked.status_code == 400
    assert 'value="ada@example.org"' in nothing_ticked.text
    assert "no-list" in nothing_ticked.text
    wrong = post("/newsletters/", {"address": "ada at home", "lists": [quay]})
    assert wrong.status_code == 400
    assert "checked" in wrong.text
    assert not Subscriber.objects.exists()


def test_one_network_sends_only_so_many_forms(paper: Paper) -> None:
    quay = new_list()
    answers = [post("/newsletters/", {"address": f"r{number}@example.org", "lists": [quay]}) for number in range(12)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429] * 2


def test_NL_01_a_scanner_that_opens_the_link_ten_times_confirms_nothing_and_the_button_does(paper: Paper) -> None:
    address = f"/newsletters/confirm/{asked(new_list(), now=clock.now())}/"
    for _ in range(10):
        page = paper.get(address)
        assert page.status_code == 200
        assert is_private(page)
        Client().head(address)
    assert state() == "asked"
    done = post(address, {})
    assert done.status_code == 200
    assert is_private(done)
    assert state() == "active"
    assert done.cookies["bs-n"].value == str(Newsletter.objects.get().pk)
    assert post(address, {}).status_code == 200


def test_NL_01_a_link_that_is_over_or_not_ours_says_so(paper: Paper) -> None:
    address = f"/newsletters/confirm/{asked(new_list(), now=clock.now() - timedelta(days=8))}/"
    assert paper.get(address).status_code == 410
    assert post(address, {}).status_code == 410
    assert paper.get("/newsletters/confirm/1.nonsense/").status_code == 404
    assert state() == "asked"


def leave_address() -> str:
    return f"/newsletters/leave/{token_text(bytes(Subscription.objects.get().token))}/"


def test_NL_02_one_click_leaves_without_cookie_origin_or_redirect_as_often_as_it_comes(paper: Paper) -> None:
    joined(new_list())
    address = leave_address()
    for _ in range(3):
        assert paper.get(address).status_code == 200
    assert state() == "active"
    for _ in range(2):
        answer = post(address, ONE_CLICK)
        assert answer.status_code == 200
        assert not answer.cookies
        assert is_private(answer)
    row = Subscription.objects.get()
    assert (row.state, row.left_by) == ("left", "one_click")
    as_parts = Client().post(address, ONE_CLICK, content_type="multipart/form-data; boundary=BoUnDaRyStRiNg")
    assert as_parts.status_code == 200


def test_NL_02_the_button_of_the_page_leaves_too(paper: Paper) -> None:
    joined(new_list())
    assert "<button" in paper.get(leave_address()).text
    post(leave_address(), {})
    assert Subscription.objects.get().left_by == "page"
    assert "off the list" in paper.get(leave_address()).text


def test_NL_03_a_token_of_nobody_is_answered_like_one_of_somebody_and_logs_nobody_in(paper: Paper) -> None:
    joined(new_list())
    nobody = "/newsletters/leave/AAAAAAAAAAAAAAAAAAAAAA/"
    assert post(nobody, ONE_CLICK).status_code == 200
    assert paper.get(nobody).status_code == 404
    assert post("/newsletters/leave/x/", ONE_CLICK).status_code == 404
    for address in (leave_address(), f"/newsletters/mine/{token_text(bytes(Subscriber.objects.get().token))}/"):
        assert ADDRESS not in address
        assert "sessionid" not in post(address, {}).cookies


def test_NL_04_leaving_holds_at_once_wherever_it_is_looked_up(paper: Paper) -> None:
    quay = new_list()
    joined(quay)
    post(leave_address(), ONE_CLICK)
    assert not Subscription.objects.filter(newsletter=quay, state="active").exists()


def test_the_page_of_preferences_needs_no_log_in_and_keeps_to_itself(paper: Paper) -> None:
    quay, second = new_list(), new_list("second")
    address = f"/newsletters/mine/{token_text(joined(quay))}/"
    page = paper.get(address)
    assert is_private(page)
    assert ADDRESS in page.text
    saved = post(address, {"had": str(quay), "lists": [second], "zone": "Asia/Amman", "language": "en"})
    assert saved.status_code == 200
    assert saved.cookies["bs-n"].value == str(second)
    assert dict(Subscription.objects.values_list("newsletter__slug", "state")) == {"quay": "left", "second": "active"}
    assert Subscriber.objects.get().zone == "Asia/Amman"
    post(address, {"leave_all": "1", "had": str(second), "lists": [second], "zone": "", "language": "en"})
    assert set(Subscription.objects.values_list("state", flat=True)) == {"left"}
    assert paper.get("/newsletters/mine/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_a_reader_who_is_logged_in_joins_at_once_from_our_page_and_by_mail_from_elsewhere(paper: Paper) -> None:
    quay = new_list()
    user = get_user_model().objects.create_user(ADDRESS, "a long password 1")
    EmailAddress.objects.create(user=user, email=ADDRESS.lower(), verified=True, primary=True)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    form = {"address": ADDRESS, "lists": [quay]}
    client.post("/newsletters/", form, headers={"Origin": "https://elsewhere.test"})
    assert state() == "asked"
    there = client.post("/newsletters/", form, headers={"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"})
    assert there.headers["Location"] == "/newsletters/mine/"
    assert state() == "active"
    assert Subscriber.objects.get().user_id == user.pk
    assert "Quay" in client.get("/account/").text


def test_tokens_stand_in_no_log() -> None:
    for path in (
        "confirm/12.abc",
        "mine/AAAAAAAAAAAAAAAAAAAAAA",
        "leave/AAAAAAAAAAAAAAAAAAAAAA",
        "go/BBBB/3/a/letter.mac",
    ):
        record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: /newsletters/%s/", (path,), None)
        line = Discreet().format(record)
        assert path.rpartition("/")[2] not in line
        assert "…" in line


# Issues


def issue(paper: Paper, slug: str = "quay", **more: Any) -> Issue:
    found = Issue.objects.create(
        newsletter_id=new_list(slug, **more), period="1", number=3, slug="3-the-river", state=Issue.State.DONE,
        subject="The river & the sea", preheader="What it carries", frozen_at=clock.now(),
    )  # fmt: skip
    html = '<!doctype html><html lang="en"><head><title>x</title></head><body style="margin:0">{}</body></html>'
    links = '<a href="%%UNSUBSCRIBE%%">Leave</a><a href="/newsletters/go/K/1/%%ARM%%/%%PASS:1%%/">Story</a>'
    Content.objects.create(issue=found, variant="free", html=html.format("lead " + links), text="")
    Content.objects.create(issue=found, variant="member", html=html.format("hidden0x7 " + links), text="")
    return found


def test_an_issue_on_the_web_is_what_everybody_was_sent_without_any_readers_links(paper: Paper) -> None:
    issue(paper, full_for_members=True)
    page = paper.get("/newsletters/quay/3-the-river/")
    assert page.status_code == 200
    assert "lead" in page.text
    assert "hidden0x7" not in page.text
    assert "%%" not in page.text
    assert 'href="/newsletters/quay/"' in page.text
    assert 'href="/newsletters/go/K/1/w/"' in page.text
    assert "<style>.mailed{display:none!important}</style>" in page.text
    assert 'rel="canonical"' in page.text
    assert "'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert paper.get("/newsletters/quay/3-another/").headers["Location"] == "/newsletters/quay/3-the-river/"
    assert paper.get("/newsletters/quay/4-the-river/").status_code == 404


def test_NL_09_the_members_issue_opens_to_members_at_their_door_alone(paper: Paper) -> None:
    found = issue(paper, full_for_members=True)
    address = "/newsletters/quay/3-the-river/full/"
    assert paper.get(address).headers["Location"] == "/newsletters/quay/3-the-river/"
    page = paper.desk("superuser").get(address)
    assert "hidden0x7" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert not hasattr(page, "shelf_keys")
    with pytest.raises(GateError):
        archive.words(found.pk, "member")


def test_NL_09_an_institutions_reader_reads_stories_and_not_the_members_issue(paper: Paper) -> None:
    issue(paper, full_for_members=True)
    Institution.objects.create(name="The University", mail_domains="uni.example")
    browser = Browser()
    browser.log_in("ann@uni.example")
    assert standing(get_user_model().objects.get(), clock.now())[0] is Standing.INSTITUTION
    page = browser.client.get("/newsletters/quay/3-the-river/full/")
    assert page.headers["Location"] == "/newsletters/quay/3-the-river/"


@pytest.mark.parametrize(
    "unsent", ["draft", "review", "scheduled", "frozen", "building", "ready", "cancelled", "skipped"]
)
def test_what_did_not_go_out_stands_nowhere(paper: Paper, unsent: str) -> None:
    issue(paper)
    Issue.objects.update(state=unsent)
    for path in ("3-the-river/", "3-the-river/full/"):
        assert paper.get(f"/newsletters/quay/{path}").status_code == 404
    assert "river" not in paper.get("/newsletters/quay/").text
    assert json.loads(paper.get("/newsletters/quay/feed.json").text)["items"] == []


def test_a_list_has_an_archive_feeds_and_a_place_in_the_sitemap(paper: Paper) -> None:
    issue(paper)
    new_list("marsa", "ar")
    assert "The river &amp; the sea" in paper.get("/newsletters/quay/").text
    feed = json.loads(paper.get("/newsletters/quay/feed.json").text)
    assert feed["items"][0]["url"] == "http://testserver/newsletters/quay/3-the-river/"
    atom = paper.get("/newsletters/quay/feed.atom")
    assert "<title>The river &amp; the sea</title>" in atom.text
    places = paper.get("/sitemap-pages.xml").text
    for path in ("/newsletters/", "/newsletters/quay/", "/ar/newsletters/", "/ar/newsletters/marsa/"):
        assert f"<loc>http://testserver{path}</loc>" in places
    assert paper.get("/newsletters/marsa/").status_code == 404
    assert paper.get("/ar/newsletters/marsa/").status_code == 200


def test_NL_11_a_link_leads_where_its_row_says_and_nowhere_else(paper: Paper) -> None:
    found = issue(paper)
    Link.objects.create(issue=found, number=1, url="http://testserver/world/a-quiet-port/")
    way = f"/newsletters/go/{short(UUID(str(found.key)))}"
    assert paper.get(f"/newsletters/go/{found.key.hex}/1/w/").status_code == 303
    for query in ("", "?url=https://evil.test/", "?next=//evil.test", "?u=1"):
        answer = paper.get(f"{way}/1/a/{query}")
        assert (answer.status_code, answer.headers["Location"]) == (303, "http://testserver/world/a-quiet-port/")
        assert is_private(answer)
        assert not answer.cookies
    paper.get(f"{way}/1/b/")
    paper.get(f"{way}/1/a/", **{"User-Agent": "SomeBot/1.0 (+https://bot.example)"})
    Client().head(f"{way}/1/a/")
    link = Link.objects.get()
    assert (link.clicks, link.clicks_b) == (5, 1)
    for wrong in (
        f"{way}/2/a/",
        f"{way}/1/x/",
        "/newsletters/go/AAAAAAAAAAAAAAAAAAAAAA/1/a/",
        "/newsletters/go/x/1/a/",
    ):
        assert paper.get(wrong).status_code == 404


def test_NL_11_a_letters_token_leads_by_where_it_opens_its_story_and_any_other_word_is_ignored(paper: Paper) -> None:
    found, story = issue(paper), paper.story("A quiet port", access="metered")
    Link.objects.create(issue=found, number=1, url=f"http://testserver{story.url}")
    way = f"/newsletters/go/{short(UUID(str(found.key)))}/1/a"
    token = paywall.letter_token(
        issue=b"1", recipient=b"2", story=story.translation_key, language="en", sent=clock.now()
    )
    assert paper.get(f"{way}/{token}/").headers["Location"] == f"/g/{token}/"
    for word in ("x", "https:evil.test", f"{token}x"):
        assert paper.get(f"{way}/{word}/").headers["Location"] == f"http://testserver{story.url}"


# In stories and on the front


def test_a_story_offers_the_newsletter_of_its_topic_between_its_paragraphs(paper: Paper) -> None:
    body = [paragraph(words(60, f"part{number}x")) for number in range(9)]
    story = paper.story("A quiet port", body, access="open", topics=(paper.topic("rivers"),))
    assert "<!--bs:promo" not in paper.get(story.url).text
    letter = Newsletter.objects.get(pk=new_list(topics=[paper.topic("rivers")]))
    with committed():
        promo = ensure_promo(newsletter=letter.pk, place="middle", most_a_week=2)
    page = paper.get(story.url).text
    assert f"<!--bs:promo {promo} {letter.pk} 2-->" in page
    assert f'name="promo" value="{promo}"' in page
    assert page.index("part3x60") < page.index("<!--bs:promo") < page.index("part6x60")
    assert f"story:{story.translation_key}" in page
    reader = Client()
    reader.cookies["bs-n"] = str(letter.pk)
    assert "<!--bs:promo" not in reader.get(story.url).text
    assert "<!--bs:promo" not in paper.get(paper.story("Another port", access="open").url).text
    Promo.objects.update(active=False)
    assert "<!--bs:promo" not in paper.get(story.url).text


def test_the_mail_that_asks_after_a_story_names_where_it_was(paper: Paper) -> None:
    quay, story = new_list(), paper.story()
    form = {"address": ADDRESS, "lists": [quay], "form": f"story:{story.translation_key}", "promo": "77"}
    assert post("/newsletters/", form).status_code == 303
    assert mails.send_due(now=clock.now()) == 1
    assert len(mail.outbox) == 1


def test_the_desk_sees_how_often_a_promo_was_shown_and_how_many_joined_by_it(paper: Paper) -> None:
    promo = ensure_promo(newsletter=new_list(), place="middle")
    promos.count_shown(shown={promo: 40, promo + 1: 9}, day=clock.now().date())
    promos.count_shown(shown={promo: 10}, day=clock.now().date())
    promos.count_joined(promo_id=promo, now=clock.now())
    page = paper.desk().get("/admin/newsletters/promos/").content.decode()
    assert "Quay" in page
    assert ">50<" in page.replace("\n", "").replace(" ", "")
    assert "2.0%" in page
    assert paper.desk("Reporters").get("/admin/newsletters/promos/").status_code == 302
