"""Rows of the catalogue that need the whole application: edge, Django and Wagtail together, on the canary paper."""

from __future__ import annotations

import json
import logging
from typing import Any
from unittest import mock

import pytest
from lxml import html

from tests.leaks import canaries, maker, people
from tests.leaks.cases import DECEPTIONS, SPELLINGS
from tests.leaks.process import Answer, Child, paper
from tests.leaks.requests import Request

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def words(answer: Answer) -> frozenset[str]:
    return canaries.found(answer.body, answer.headers, answer["content-encoding"])


def member(child: Child) -> tuple[tuple[str, str], ...]:
    return (("cookie", child.do(people.member)),)


def written(child: Child, spelling: str, story: str = "metered") -> Request:
    path = child.made.paths[story]
    whole = spelling.format(path=path, bare=path.rstrip("/"), upper=path.upper())
    path, _, query = whole.partition("?")
    return Request(path, query=query)


def test_there_are_forty_spellings_and_sixty_deceptions() -> None:
    assert len(set(SPELLINGS)) >= 40
    assert len(set(DECEPTIONS)) >= 60


def test_MT_16_another_spelling_of_an_address_is_nothing_or_the_same_story(canary: Child) -> None:
    path = canary.made.paths["metered"]
    first = canary.get(path)
    cookie = (("cookie", first.cookie),)
    assert words(first) >= canary.made.secrets("metered") - _inside(canary)
    before = canary.spent()
    for spelling in SPELLINGS:
        request = written(canary, spelling)
        answer = canary.get(request.path, query=request.query, headers=cookie)
        assert answer.status in {200, 301, 302, 400, 404}, spelling
        if answer.status in {301, 302}:
            assert answer["location"].startswith("/"), spelling
        if answer.status == 200 and words(answer):
            assert canary.made.secrets("metered") - _inside(canary) <= words(answer), spelling
    assert canary.spent() == before, "a spelling was counted as another story"


def _inside(child: Child) -> set[str]:
    return {word for place, word in child.made.words.of("metered").items() if place == "inside the file"}


def test_MT_15_LR_02_a_translation_of_what_was_read_costs_nothing(canary: Child) -> None:
    before = canary.spent()
    first = canary.get(canary.made.paths["metered"])
    copy = canary.get(canary.made.paths["copy"], headers=(("cookie", first.cookie),))
    assert canary.made.secrets("copy") & words(copy)
    assert canary.spent() - before == 1


def test_MT_16_a_query_at_a_page_that_nobody_has_asked_for_yet_is_the_same_story(canary: Child) -> None:
    canary.do(_forget_pages)
    answer = canary.get(canary.made.paths["metered"], query="utm_source=mail", headers=member(canary))
    assert canary.made.secrets("metered") - _inside(canary) <= words(answer)
    canary.do(_forget_pages)
    answer = canary.get(canary.made.paths["open"], query="utm_source=mail")
    assert canary.made.words.of("open")["last paragraph"] in words(answer)


def _forget_pages() -> None:
    from broadsheet.prerender import operations

    operations.shelf().clear()
    paper().settle()


def test_HT_02_an_answer_whose_view_forgot_to_say_so_is_private(canary: Child) -> None:
    for path in ("/search/", "/nowhere/", "/_util/login/", "/world/?page=2", "/admin/", "/search/?q=x"):
        where, _, query = path.partition("?")
        assert "private" in canary.get(where, query=query)["cache-control"], path


def test_HT_04_no_address_that_looks_like_a_file_gives_a_members_page_to_a_cache(canary: Child) -> None:
    for spelling in DECEPTIONS:
        request = written(canary, spelling)
        answer = canary.get(request.path, query=request.query, headers=member(canary))
        if words(answer):
            assert answer["cache-control"] == "private, no-cache", spelling
            assert "Cookie" in answer["vary"], spelling
        assert answer.status < 500, spelling


UNKEYED = (
    "x-forwarded-host", "x-original-url", "x-rewrite-url", "x-http-method-override", "x-forwarded-prefix", "forwarded",
    "x-forwarded-scheme", "x-host", "x-forwarded-server", "accept-language", "referer", "origin", "user-agent", "via",
    "x-wagtail-page",
)  # fmt: skip


def test_HT_05_what_is_no_part_of_a_caches_key_is_not_reflected(canary: Child) -> None:
    canary.do(_forget_pages)
    headers = tuple((name, f"evil-zz91-{number}.test") for number, name in enumerate(UNKEYED))
    for path in ("/", "/world/", "/feed.atom", "/sitemap.xml", "/robots.txt", canary.made.paths["open"], "/nowhere/"):
        for _ in range(2):
            answer = canary.get(path, headers=headers)
            assert b"evil-zz91" not in answer.body, path
            assert "evil-zz91" not in str(answer.headers), path


def test_HT_05_a_body_that_comes_with_a_get_changes_nothing(canary: Child) -> None:
    canary.do(_forget_pages)
    sent = b"q=evil-zz93&page=2&_method=POST&next=evil-zz93"
    headers = (("content-type", "application/x-www-form-urlencoded"), ("content-length", str(len(sent))))
    paths = ("/", "/world/", "/search/", "/nowhere/", *(canary.made.paths[story] for story in ("open", "metered")))
    for path in paths:
        picture = (("sec-fetch-dest", "image"),)
        fat = canary.get(path, headers=(*picture, *headers), body=sent)
        thin = canary.get(path, headers=picture)
        assert (fat.status, fat.body, fat["etag"]) == (thin.status, thin.body, thin["etag"]), path
        assert b"evil-zz93" not in fat.body, path


def test_LR_12_no_page_sets_a_cookie_but_the_story_that_is_granted(canary: Child) -> None:
    for asks in ((), (("sec-gpc", "1"), ("dnt", "1"))):
        granted = canary.get(canary.made.paths["metered"], headers=asks)
        (line,) = [value for name, value in granted.headers if name == "set-cookie"]
        assert line.startswith("bs-r=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
        assert "domain" not in line.lower()
    quiet = [
        "/",
        "/ar/",
        "/world/",
        "/search/",
        "/subscribe/",
        "/feed.atom",
        "/robots.txt",
        "/nowhere/",
        "/topics/rivers/",
    ]
    quiet += [canary.made.paths[story] for story in ("open", "members", "draft")]
    for path in quiet:
        for asks in ((), (("sec-gpc", "1"), ("dnt", "1"))):
            assert canary.get(path, headers=asks)["set-cookie"] == "", path


def test_HT_05_a_host_that_is_not_ours_is_refused_and_never_shelved(canary: Child) -> None:
    canary.do(_forget_pages)
    answer = canary.get("/world/", headers=(("host", "evil-zz91.test"),))
    assert answer.status == 400
    assert b"evil-zz91" not in canary.get("/world/").body


def test_HT_10_a_page_that_repeats_the_query_holds_no_secret_beside_it(canary: Child) -> None:
    answer = canary.get("/search/", query="q=needle-zz92")
    assert b"needle-zz92" in answer.body
    assert b"csrf" not in answer.body.lower()
    assert not words(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE", "CONNECT", "HELLO"])
def test_HT_13_no_other_method_reads_a_story_anywhere(canary: Child, method: str) -> None:
    for path in ("metered", "open", "members", "draft", "restricted"):
        for headers in ((), member(canary), (("x-http-method-override", "GET"), *member(canary))):
            answer = canary.get(canary.made.paths[path], method=method, headers=headers, body=b"_method=GET")
            assert not words(answer) & canary.made.secrets(path), (path, answer.status)
            assert answer.status >= 400


def test_HT_07_the_dates_of_both_variants_are_the_same(canary: Child) -> None:
    path = canary.made.paths["metered"]
    full, preview = canary.get(path, headers=member(canary)), canary.get(path, method="HEAD")
    assert full["last-modified"] == preview["last-modified"] != ""


def test_HT_12_no_header_hints_at_what_is_gated(canary: Child) -> None:
    answer = canary.get(canary.made.paths["members"])
    allowed = {
        "accept-ranges",
        "cache-control",
        "content-encoding",
        "content-language",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "etag",
        "last-modified",
        "permissions-policy",
        "referrer-policy",
        "vary",
        "x-content-type-options",
        "x-frame-options",
        "x-robots-tag",
        "strict-transport-security",
    }
    assert {name for name, _ in answer.headers} <= allowed


def test_CR_10_what_is_gated_is_kept_out_of_search_engines_snippets(canary: Child) -> None:
    full = canary.get(canary.made.paths["metered"], headers=member(canary))
    before, _, gated = full.body.decode().partition('<div class="bs-gated" data-nosnippet>')
    assert gated
    assert not canaries.found(before.encode(), [])
    assert "max-snippet:200" in full["x-robots-tag"]


def _know_google() -> None:
    """Runs in the paper's process: Google's list, taken in just now."""
    maker.know_google()
    paper().settle()


def _structured(answer: Answer) -> list[Any]:
    found = html.fromstring(answer.body).xpath("//script[@type='application/ld+json']/text()")
    return [json.loads(text) for text in found]


@pytest.mark.parametrize("story", ["metered", "members"])
def test_CR_11_search_engines_and_strangers_are_told_the_same_of_a_story(canary: Child, story: str) -> None:
    canary.do(_know_google)
    path, agent = canary.made.paths[story], (("user-agent", GOOGLEBOT),)
    crawled = canary.get(path, headers=agent, client="66.249.64.1")
    fake = canary.get(path, headers=agent, client="66.249.64.77")
    stranger = canary.get(path, headers=(("sec-fetch-dest", "image"),))
    full = canary.get(path, headers=member(canary))
    assert words(crawled) == words(full) != frozenset()
    assert not words(fake)
    assert (crawled["cache-control"], crawled["set-cookie"]) == ("no-store", "")
    said = [_structured(answer) for answer in (crawled, fake, stranger, full)]
    assert said[0]
    assert said.count(said[0]) == len(said)
    news = next(item for item in _flat(said[0]) if item.get("@type") == "NewsArticle")
    assert news["isAccessibleForFree"] is False
    assert news["hasPart"] == {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".bs-gated"}
    assert not {"articleBody", "text"} & set(news)
    for answer in (crawled, fake, stranger, full):
        assert len(html.fromstring(answer.body).find_class("bs-gated")) == 1  # one, and not nested


def _flat(items: list[Any]) -> list[Any]:
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


def test_CR_08_every_gated_page_asks_not_to_be_kept(canary: Child) -> None:
    for story in ("metered", "members"):
        for headers in ((), member(canary), (("user-agent", "archive.org_bot"),)):
            answer = canary.get(canary.made.paths[story], headers=headers)
            assert answer["x-robots-tag"] == "noarchive, max-snippet:200"


def test_BR_03_proxies_are_told_not_to_prefetch_and_our_pages_ask_no_browser_to(canary: Child) -> None:
    advice = canary.get("/.well-known/traffic-advice")
    assert advice["content-type"] == "application/trafficadvice+json"
    assert advice.body == b'[{"user_agent": "prefetch-proxy", "disallow": true}]'
    for path in ("/", "/world/", canary.made.paths["metered"], "/search/"):
        page = canary.get(path)
        for hint in (b"speculationrules", b'rel="prefetch"', b'rel="prerender"', b'rel="preload"'):
            assert hint not in page.body, path
        assert page["speculation-rules"] == page["link"] == ""


def test_DS_05_other_formats_of_a_story_are_not_negotiated(canary: Child) -> None:
    kinds = (
        "application/json",
        "text/markdown",
        "application/activity+json",
        "application/ld+json",
        "application/pdf",
        "application/epub+zip",
        "text/plain",
        "application/rss+xml",
    )
    for accept in kinds:
        answer = canary.get(canary.made.paths["members"], headers=(("accept", accept),))
        assert (answer.status, answer["content-type"]) == (200, "text/html; charset=utf-8")
        assert not words(answer)


def test_DS_13_drafts_previews_and_histories_are_for_those_who_may_edit(canary: Child) -> None:
    pk = canary.made.pages["draft"]
    chief, nobody = (canary.made.sessions[email] for email in (maker.CHIEF, maker.OUTSIDER))
    for end in ("edit/", "view_draft/", "history/", "edit/preview/?mode=member", "usage/", "convert_alias/", "copy/"):
        path, _, query = f"/admin/pages/{pk}/{end}".partition("?")
        for headers in ((), (("cookie", f"sessionid={nobody}"),), member(canary)):
            assert not words(canary.get(path, query=query, headers=headers)), end
    seen = canary.get(f"/admin/pages/{pk}/view_draft/", headers=(("cookie", f"sessionid={chief}"),))
    assert words(seen)
    assert "private" in seen["cache-control"]


def test_DS_14_what_is_taken_down_or_gated_is_gone_within_a_second(canary: Child) -> None:
    path, own = canary.made.paths["revised"], canary.made.secrets("revised")
    assert words(canary.get(path)) & own
    try:
        canary.do(_set_access, "members")
        assert not words(canary.get(path)) & own
        canary.do(_unpublish)
        assert canary.get(path).status == 404
        for address in (
            "/",
            "/world/",
            "/feed.atom",
            "/feed.json",
            "/sitemap-1.xml",
            "/topics/rivers/",
            "/news-sitemap.xml",
        ):
            assert path.encode() not in canary.get(address).body, address
        assert path.encode() not in canary.get("/search/", query="q=revised").body
    finally:
        canary.do(_set_access, "metered")
    assert words(canary.get(path)) & own


def test_DS_14_a_rule_of_the_staffs_and_an_archive_shut_what_was_open_within_a_second(canary: Child) -> None:
    path, own = canary.made.paths["revised"], canary.made.secrets("revised")
    try:
        canary.do(_set_access, "inherit")
        for rules, days, shown in (
            ([("section", "world", "open")], 0, True),
            ([("section", "world", "members")], 0, False),
            ([("section", "planet", "members"), ("section", "world", "open")], 0, True),
            ([("section", "world", "open")], 1, False),
            ([("section", "world", "open")], 0, True),
        ):
            canary.do(_set_rules, rules, days)
            for _ in range(2):  # as it was left on the shelf, and as it is rendered anew
                assert bool(words(canary.get(path)) & own) is shown, (rules, days)
    finally:
        canary.do(_set_rules, [], 0)
        canary.do(_set_access, "metered")


def _set_rules(rules: list[tuple[str, str, str]], days: int) -> None:
    from datetime import timedelta

    from broadsheet import clock
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.newsroom.operations.access import set_access

    if days:
        StoryPage.objects.filter(pk=_revised().pk).update(
            first_published_at=clock.now() - timedelta(days=days, hours=1)
        )
    set_access(rules=rules, archive_days=days)
    paper().settle()


def _revised() -> Any:
    from broadsheet.newsroom.models import StoryPage

    return StoryPage.objects.get(pk=paper().made.pages["revised"])


def _set_access(access: str) -> None:
    page = _revised()
    page.access = access
    page.save_revision().publish()
    paper().settle()


def _unpublish() -> None:
    _revised().unpublish()
    paper().settle()


def test_DS_15_a_fault_while_the_body_is_rendered_shows_none_of_it(canary: Child) -> None:
    answer, log = canary.do(_broken_body)
    assert answer.status == 500
    assert not words(answer)
    assert "RuntimeError" in log, "the fault itself has to be in the log"
    assert not canaries.found(log.encode(), [])


def _broken_body() -> tuple[Answer, str]:
    """A block that fails, with the words of its story in the frames above; gives the answer and all that was logged."""
    from broadsheet.newsroom import cards

    there, lines = paper(), []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record))

    def fails(block: Any) -> str:
        word = str(block.value)
        raise RuntimeError(f"a block of {len(word)} letters cannot be rendered")

    handler, logger = Kept(), logging.getLogger("django")
    level, logger.level = logger.level, logging.DEBUG
    logger.addHandler(handler)
    try:
        _forget_pages()
        with mock.patch.object(cards, "_rendered", fails):
            answer = there.ask(Request(there.made.paths["metered"], client=there.stranger()))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return answer, "\n".join(lines)


def test_I2_a_theme_is_not_given_the_page_that_holds_the_body(canary: Child) -> None:
    for decision, held in (("NOT_A_VISIT", False), ("READ_BEFORE", True)):
        assert canary.do(_careless_theme, decision) is held, decision


def _careless_theme(decision: str) -> bool:
    """Whether a template that shows whatever it can find shows a word of the body."""
    from django.template import engines
    from django.test import RequestFactory

    from broadsheet.newsroom.models import StoryPage
    from broadsheet.paywall import rules

    made = paper().made
    request = RequestFactory().get(made.paths["metered"], headers={"host": "paper.test"})
    request.decision = getattr(rules, decision)  # type: ignore[attr-defined]
    context = StoryPage.objects.get(pk=made.pages["metered"]).get_context(request)
    names = ("page", "self", "page.body", "self.body", "page.specific.body", "story", "story.body", "decision", "more")
    theme = engines["django"].from_string("".join(f"{{{{ {name}|safe }}}}" for name in names) + "{% debug %}")
    return bool(canaries.found(theme.render(context, request).encode(), []) & made.secrets("metered"))


def test_DS_16_the_source_of_a_walled_page_holds_no_word_of_the_body(canary: Child) -> None:
    answer = canary.get(canary.made.paths["metered"], headers=(("cookie", canary.do(_used_up)),))
    assert answer.status == 200
    assert maker.LEAD.encode() in answer.body
    assert not words(answer)


def _used_up() -> str:
    return people.receipt(b"x" * 16, b"y" * 16, reader=b"exhausted reader")
