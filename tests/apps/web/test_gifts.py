"""The landing of a link, and giving from the desk, by Django alone."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from wagtail.models import PageViewRestriction

from broadsheet import clock
from broadsheet.membership import operations as membership
from broadsheet.money import Money
from broadsheet.newsroom.models import StoryPage
from broadsheet.newsroom.operations import opening
from broadsheet.paywall import gifts, operations, queries
from broadsheet.paywall.models import Gift, MeterSettings
from broadsheet.paywall.ports import LedgerError
from broadsheet.prerender import operations as prerender
from broadsheet.web.logs import Discreet
from tests.paper import Paper, committed

STANDING = {"sessionid": "anything"}  # a browser that keeps cookies
HIDDEN = "hidden0x7"


@pytest.fixture
def story(paper: Paper, settings: Any, tmp_path: Any) -> StoryPage:
    settings.LEDGER_URL = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    return paper.story("A quiet port", access="metered")


def give(story: StoryPage, giver: int = 7, **more: Any) -> operations.Given:
    with committed():
        return operations.give(
            giver=giver, story=story.translation_key, language="en", now=more.pop("now", clock.now())
        )  # fmt: skip


def client(**cookies: str) -> Client:
    found = Client()
    for name, value in cookies.items():
        found.cookies[name] = value
    return found


def open_link(token: str, method: str = "get", query: str = "", **cookies: str) -> Any:
    return getattr(client(**cookies), method)(f"/g/{token}/{query}")


def is_private(response: Any) -> bool:
    wanted = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
    held = all(response.headers[name] == value for name, value in wanted.items())
    return held and "noindex" in response.headers["X-Robots-Tag"]


def test_TK_01_a_link_leads_to_the_canonical_address_with_a_jar(story: StoryPage):
    given = give(story)
    answer = open_link(given.token, **STANDING)
    assert (answer.status_code, answer.headers["Location"]) == (303, story.url)
    assert is_private(answer)
    morsel = answer.cookies["bs-g"]
    assert (morsel["path"], morsel["httponly"], morsel["samesite"]) == ("/", True, "Lax")
    jar = gifts.read(queries.ring(), morsel.value.encode())
    assert jar is not None
    assert [(row.story, row.counted) for row in jar.held] == [(story.translation_key.bytes, False)]
    assert given.token not in str(answer.headers)
    assert set(answer.cookies) == {"bs-g"}


def test_TK_01_a_browser_without_cookies_is_led_round_once_and_then_sees_a_button(story: StoryPage):
    given = give(story)
    first = open_link(given.token)
    assert (first.status_code, first.headers["Location"]) == (303, f"/g/{given.token}/?again")
    kept = open_link(given.token, query="?again", **{"bs-g": first.cookies["bs-g"].value})
    assert kept.headers["Location"] == story.url
    blocked = open_link(given.token, query="?again")
    assert blocked.status_code == 200
    assert is_private(first)
    assert is_private(blocked)
    page = blocked.content.decode()
    assert '<form method="post" class="list-way"><button' in page
    assert story.title in page
    assert HIDDEN not in page


def test_TK_01_the_button_gives_the_story_whole_and_counts_each_time(story: StoryPage):
    given = give(story)
    answer = open_link(given.token, "post")
    assert answer.status_code == 200
    assert HIDDEN in answer.content.decode()
    assert is_private(answer)
    assert not answer.cookies
    assert queries.link_of(given.token, clock.now())[1] is None
    assert _used() == 1
    open_link(given.token, "post")
    assert _used() == 2


def test_TK_01_the_button_needs_no_token_of_a_form(story: StoryPage):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/g/{give(story).token}/").status_code == 200


def test_TK_01_a_button_at_a_broken_ledger_asks_for_patience(story: StoryPage, settings: Any, tmp_path: Any):
    given = give(story)
    settings.LEDGER_URL = f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite3'}"
    (tmp_path / "file").write_text("no folder")
    answer = open_link(given.token, "post")
    assert answer.status_code == 503
    assert HIDDEN not in answer.content.decode()
    assert open_link(given.token, **STANDING).status_code == 303
    with pytest.raises(LedgerError):
        operations.redeem_once(link=queries.link_of(given.token, clock.now())[0])  # type: ignore[arg-type]


def test_TK_01_a_scanner_that_follows_a_hundred_times_is_not_counted(story: StoryPage):
    given = give(story)
    for number in range(100):
        method = "head" if number % 3 == 0 else "get"
        scanner = Client()
        scanner.cookies.clear()
        answer = getattr(scanner, method)(f"/g/{given.token}/", {"again": ""} if number % 2 else {})
        assert answer.status_code in {200, 303}
    assert _used() == 0
    assert open_link(given.token, "post").status_code == 200


def _used() -> int:
    return int(queries.gifts_given(clock.now())[0].used or 0)


def test_TK_01_what_does_not_open_says_why_with_headline_and_offer(story: StoryPage):
    MeterSettings.objects.create(site=story.get_site())
    membership.set_offer(
        tier="member", name="Member", monthly=Money(290, "USD"), yearly=None, trial_days=0, now=clock.now()
    )
    now = clock.now()
    revoked, ended = give(story), give(story, now=now - timedelta(days=15))
    MeterSettings.objects.update(gift_readers=1)
    used = give(story)
    with committed():
        assert operations.revoke(pk=revoked.pk, now=now)
    open_link(used.token, "post")
    for token, words in ((revoked.token, "taken back"), (ended.token, "has ended"), (used.token, "used up")):
        for method in ("get", "post"):
            answer = open_link(token, method, **STANDING)
            page = answer.content.decode()
            assert answer.status_code == 410
            assert is_private(answer)
            assert words in page
            assert story.title in page
            assert "$2.90" in page
            assert HIDDEN not in page
            assert not answer.cookies


def test_TK_01_who_came_in_time_is_let_in_when_the_link_is_full(story: StoryPage):
    MeterSettings.objects.create(site=story.get_site(), gift_readers=1)
    given = give(story)
    jar = gifts.read(queries.ring(), open_link(given.token, **STANDING).cookies["bs-g"].value.encode())
    assert jar is not None
    open_link(given.token, "post")
    assert open_link(given.token, **STANDING).status_code == 410
    counted = gifts.seal(queries.ring(), jar.with_counted(jar.held[0].gift)).decode()
    assert open_link(given.token, **{"bs-g": counted}).headers["Location"] == story.url


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 21 + "B", "%00", "é", "A" * 69 + ".B", "..", "A" * 3000])
def test_TK_01_an_unknown_link_is_a_page_of_404(story: StoryPage, token: str):
    answer = open_link(token)
    assert answer.status_code == 404
    if token not in {".."}:
        assert is_private(answer)
        assert "We do not know this link" in answer.content.decode()


def test_TK_01_a_story_that_readers_cannot_open_has_no_headline_here(paper: Paper, story: StoryPage):
    given = give(story)
    PageViewRestriction.objects.create(page=story, restriction_type="login")
    assert open_link(given.token, **STANDING).status_code == 404
    PageViewRestriction.objects.all().delete()
    story.unpublish()
    for method in ("get", "post"):
        answer = open_link(given.token, method, **STANDING)
        assert answer.status_code == 404
        assert story.title not in answer.content.decode()


def test_TK_01_a_gift_follows_its_story_when_that_moves(paper: Paper, story: StoryPage):
    given = give(story)
    with committed():
        story.slug = "a-quiet-harbour"
        story.save_revision().publish()
    assert open_link(given.token, **STANDING).headers["Location"].endswith("/a-quiet-harbour/")


def test_TK_01_a_giver_gives_ten_in_thirty_days_and_then_again(story: StoryPage):
    now = clock.now()
    left = [give(story, now=now).left for _ in range(10)]
    assert left == list(range(9, -1, -1))
    with pytest.raises(operations.QuotaError):
        give(story, now=now)
    give(story, giver=8, now=now)
    with committed():
        operations.revoke(pk=Gift.objects.filter(giver=7).first().pk, now=now)  # type: ignore[union-attr]
    with pytest.raises(operations.QuotaError):
        give(story, now=now + timedelta(days=29))
    assert give(story, now=now + timedelta(days=30)).left == 9


def test_TK_01_staff_set_every_number(story: StoryPage):
    MeterSettings.objects.create(
        site=story.get_site(), gift_days=3, gift_readers=4, gift_number=1, gift_window=2, letter_days=5, letter_readers=6
    )  # fmt: skip
    now = clock.now()
    given = give(story, now=now)
    assert given.ends_at == now + timedelta(days=3)
    assert queries.link_of(given.token, now)[0].most == 4  # type: ignore[union-attr]
    with pytest.raises(operations.QuotaError):
        give(story, now=now)
    assert give(story, now=now + timedelta(days=2)).left == 0
    token = queries.letter_token(issue=b"1", recipient=b"2", story=story.translation_key, language="en", sent=now)
    link = queries.link_of(token, now)[0]
    assert link is not None
    assert (link.most, link.until) == (6, int((now + timedelta(days=5)).timestamp()))


def test_gifts_are_forgotten_a_year_after_their_end(story: StoryPage):
    now = clock.now()
    give(story, now=now - timedelta(days=14 + 367))
    kept = give(story, now=now - timedelta(days=14 + 365))
    assert operations.forget_gifts(now=now) == 1
    assert [row.pk for row in Gift.objects.all()] == [kept.pk]


def test_TK_01_the_database_holds_no_token(story: StoryPage):
    given = give(story)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM broadsheet_paywall_gift")
        assert given.token not in str(cursor.fetchall())


def test_TK_01_what_is_revoked_is_told_to_the_edge_at_once_until_its_end(story: StoryPage):
    given = give(story)
    kept = give(story)
    link = queries.link_of(given.token, clock.now())[0]
    with committed():
        assert not operations.revoke(pk=given.pk, now=clock.now(), giver=8)
        assert operations.revoke(pk=given.pk, now=clock.now(), giver=7)
        assert not operations.revoke(pk=given.pk, now=clock.now())
    assert link is not None
    assert prerender.shelf().document("gifts") == {"revoked": [link.gift.hex()]}
    assert queries.revoked_gifts(clock.now() + timedelta(days=15)) == []
    assert open_link(kept.token, **STANDING).status_code == 303


def test_TK_02_a_newsletters_link_opens_its_story_and_logs_nobody_in(story: StoryPage):
    token = queries.letter_token(
        issue=b"tide-12", recipient=b"ada@example.org", story=story.translation_key, language="en", sent=clock.now()
    )
    assert "ada" not in token
    for _forwarded in range(3):
        browser = client(**STANDING)
        answer = browser.get(f"/g/{token}/")
        assert (answer.status_code, answer.headers["Location"]) == (303, story.url)
        assert set(answer.cookies) == {"bs-g"}
        assert "_auth_user_id" not in browser.session
        assert not browser.get("/admin/").wsgi_request.user.is_authenticated
    assert not Gift.objects.exists()


def test_TK_02_five_read_by_it_and_after_seven_days_nobody(story: StoryPage):
    facts = {"issue": b"1", "recipient": b"2", "story": story.translation_key, "language": "en"}
    token = queries.letter_token(**facts, sent=clock.now())  # type: ignore[arg-type]
    assert [open_link(token, "post").status_code for _ in range(6)] == [200] * 5 + [410]
    again = queries.letter_token(**facts, sent=clock.now() + timedelta(hours=1))  # type: ignore[arg-type]
    assert open_link(again, "post").status_code == 410
    old = queries.letter_token(**{**facts, "recipient": b"3"}, sent=clock.now() - timedelta(days=7))  # type: ignore[arg-type]
    assert open_link(old, **STANDING).status_code == 410


def test_TK_02_a_letter_of_a_story_that_never_was_is_unknown(story: StoryPage):
    token = queries.letter_token(issue=b"1", recipient=b"2", story=uuid4(), language="en", sent=clock.now())
    assert open_link(token, **STANDING).status_code == 404


HOSTS = ("evil.test", "evil.test:80", "evil.test%2f", "evil.test/world/a-quiet-port/")
FORMS = ("https://{0}", "//{0}", "/\\{0}", "\\\\{0}", "https:/{0}", "https:{0}", "/%2f{0}", "%2f%2f{0}", "/%09/{0}",
         "http://paper.test@{0}", "javascript:alert(1)//{0}", "%6a%61vascript:x//{0}", "data:text/html,{0}", "\t//{0}",
         "%0d%0aLocation:%20//{0}", "/..//{0}", "%E3%80%82{0}", "?next=//{0}", "https://{0}#", "%255c%255c{0}")  # fmt: skip
PAYLOADS = [form.format(host) for form in FORMS for host in HOSTS]


def test_TK_04_no_parameter_of_the_landing_is_ever_a_target(story: StoryPage):
    MeterSettings.objects.create(site=story.get_site(), gift_readers=1000)
    given = give(story)
    assert len(PAYLOADS) == 80
    for payload in PAYLOADS:
        for name in ("next", "again"):
            led = client(**STANDING).get(f"/g/{given.token}/?{name}={payload}")
            assert (led.status_code, led.headers["Location"]) == (303, story.url), payload
            bare = Client().get(f"/g/{given.token}/?{name}={payload}")
            assert bare.headers.get("Location", "") in {"", f"/g/{given.token}/?again"}, payload
            assert "evil" not in bare.content.decode()
        posted = client(**STANDING).post(f"/g/{given.token}/", {"next": payload, "again": payload})
        assert posted.status_code == 200
        assert "Location" not in posted.headers


@pytest.mark.parametrize("form", FORMS)
def test_TK_04_nothing_behind_the_token_is_a_target(story: StoryPage, form: str):
    """An unknown path is a page of 404, or the same path with a slash at its end."""
    place = client(**STANDING).get(f"/g/{give(story).token}/{form.format('evil.test')}").headers.get("Location", "")
    assert place == "" or place.startswith(("/g/", story.url))


def test_TK_04_a_foreign_host_is_refused_before_it_can_be_echoed(story: StoryPage):
    answer = client(**STANDING).get(f"/g/{give(story).token}/", headers={"host": "evil.test"})
    assert answer.status_code == 400
    assert "evil.test" not in answer.headers.get("Location", "")


def test_TK_05_no_log_line_holds_a_token(story: StoryPage, settings: Any, capfd: Any):
    from broadsheet.starter.paper import settings as starter

    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keep = Keep()
    keep.setFormatter(Discreet("{levelname} {name}: {message}", style="{"))
    assert starter.LOGGING["formatters"]["line"]["()"] == "broadsheet.web.logs.Discreet"
    given = give(story)
    loggers = [logging.getLogger(name) for name in ("", "django", "broadsheet")]
    for logger in loggers:
        logger.addHandler(keep)
    try:
        with committed():
            operations.revoke(pk=given.pk, now=clock.now())
        for path in (f"/g/{given.token}/", f"/g/{given.token}/x.css", f"/g/{given.token}", f"/g/{'A' * 22}/"):
            client(**STANDING).get(path)
        client(**STANDING).put(f"/g/{given.token}/")
        client().get(f"/g/{given.token}/", headers={"host": "evil.test"})
        try:
            raise RuntimeError(f"at /g/{given.token}/?again")
        except RuntimeError:
            logging.getLogger("broadsheet.web").exception("Not answered: /g/%s/", given.token)
    finally:
        for logger in loggers:
            logger.removeHandler(keep)
    assert any("/g/…" in line for line in lines)
    assert not [line for line in lines if given.token in line or "A" * 22 in line]


def test_TK_05_the_server_writes_no_access_log():
    import inspect

    from granian.server import Server

    from broadsheet.web import serving

    assert "log_access" not in inspect.getsource(serving.run_server)
    assert inspect.signature(Server.__init__).parameters["log_access"].default is False


def test_staff_give_a_story_and_see_the_link_once(paper: Paper, story: StoryPage):
    desk = paper.desk("Reporters")
    edit = desk.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    assert f"/admin/gifts/give/{story.pk}/" in edit
    assert f"/admin/gifts/give/{story.pk}/" in desk.get(f"/admin/pages/{story.get_parent().pk}/").content.decode()
    asked = desk.get(f"/admin/gifts/give/{story.pk}/")
    assert not Gift.objects.exists()
    assert "Make the link" in asked.content.decode()
    page = desk.post(f"/admin/gifts/give/{story.pk}/").html
    row = Gift.objects.get()
    token = page.partition('value="http')[2].partition("/g/")[2].partition("/")[0]
    assert gifts.token_hash(token) == row.token_hash
    assert (row.giver, row.story) == (desk.user.pk, story.translation_key)
    assert token not in desk.get("/admin/gifts/").content.decode()
    assert open_link(token, **STANDING).status_code == 303


def test_the_list_says_who_what_how_many_and_takes_back(paper: Paper, story: StoryPage):
    reporter, chief = paper.desk("Reporters"), paper.desk(opening.CHIEFS)
    mine, theirs = give(story, giver=reporter.user.pk), give(story, giver=chief.user.pk)
    open_link(mine.token, "post")
    shown = chief.get("/admin/gifts/").content.decode()
    assert story.title in shown
    assert "1/50" in shown
    assert "0/50" in shown
    assert str(reporter.user) in shown
    own = reporter.get("/admin/gifts/").content.decode()
    assert "1/50" in own
    assert "0/50" not in own
    assert reporter.post(f"/admin/gifts/revoke/{theirs.pk}/").status == 404
    assert reporter.client.get(f"/admin/gifts/revoke/{mine.pk}/").status_code == 405
    assert reporter.post(f"/admin/gifts/revoke/{mine.pk}/").status == 200
    assert open_link(mine.token, **STANDING).status_code == 410
    assert chief.post(f"/admin/gifts/revoke/{theirs.pk}/").status == 200
    assert "Taken back" in chief.get("/admin/gifts/").content.decode()


def test_what_readers_cannot_open_or_read_anyhow_is_not_given(paper: Paper, story: StoryPage):
    chief = paper.desk(opening.CHIEFS)
    draft, free = paper.story("A draft", live=False), paper.story("A free one", access="open")
    for page in (draft, free):
        assert "gifts/give" not in chief.get(f"/admin/pages/{page.pk}/edit/").content.decode()
        assert chief.post(f"/admin/gifts/give/{page.pk}/").status == 404
    assert "/login/" in Client().post(f"/admin/gifts/give/{story.pk}/").headers["Location"]
    assert not Gift.objects.exists()


def test_the_eleventh_gift_is_refused_in_words(paper: Paper, story: StoryPage):
    desk = paper.desk("Reporters")
    for _ in range(10):
        give(story, giver=desk.user.pk)
    answer = desk.post(f"/admin/gifts/give/{story.pk}/")
    assert answer.status == 403
    assert "as many stories as one person may" in answer.text
    assert "Make the link" not in answer.text
    assert Gift.objects.count() == 10
