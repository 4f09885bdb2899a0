"""Offers of newsletters at the edge: hidden from who gets the list or saw it often enough, counted, stored by nobody."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from broadsheet.edge import promos
from broadsheet.edge.compose import make_variant
from broadsheet.edge.counting import SHOWN, VIEWS
from broadsheet.edge.promos import Offered, Promos, lists_in, offered, read_seen, write_seen
from broadsheet.edge.shelf import Entry
from broadsheet.paywall.rules import Access
from tests.apps.edge.paper import Paper, metered

OFFER = b"<!--bs:promo 7 12 2--><aside>Join the quay letter</aside><!--/bs:promo-->"
BROWSER = [("user-agent", "Mozilla/5.0")]


def with_offer(entry: Entry, access: Access) -> Entry:
    variants = {
        kind: make_variant(
            f"tag-{kind}", variant.head + OFFER, b"<p>slip</p>" if kind == "preview" else b"", variant.tail
        )
        for kind, variant in entry.variants.items()
        if access is not Access.OPEN or kind == "full"
    }
    return Entry(entry.path, access, entry.story, "en", (), variants)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    there = Paper(tmp_path, allowance=1)
    there.shelf.put(with_offer(metered("/open/", 1), Access.OPEN))
    there.shelf.put(with_offer(metered("/metered/", 2), Access.METERED))
    there.shelf.put(with_offer(metered("/members/", 3), Access.MEMBERS))
    plain = metered("/plain/", 4)
    there.shelf.put(Entry(plain.path, Access.OPEN, plain.story, "en", (), {"full": plain.variants["full"]}))
    return there


PRESSED = {"": lambda body: body, "gzip": gzip.decompress, "br": brotli.decompress,
           "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body, 1_000_000)}  # fmt: skip


@pytest.mark.parametrize("path", ["/open/", "/members/"])
def test_who_gets_the_list_is_not_offered_it_and_everything_else_stays(paper: Paper, run: Any, path: str) -> None:
    shown = run(paper.get(path, headers=BROWSER)).body
    assert OFFER in shown
    for encoding, open_ in PRESSED.items():
        accept = [("accept-encoding", encoding)] if encoding else []
        hidden = run(paper.get(path, headers=[*BROWSER, *accept], cookie="bs-n=3.12.40"))
        assert hidden["content-encoding"] == encoding
        assert int(hidden["content-length"]) == len(hidden.body)
        assert open_(hidden.body) == shown.replace(OFFER, b"")
    assert OFFER in run(paper.get(path, headers=BROWSER, cookie="bs-n=3.120")).body


def test_the_wall_keeps_its_own_words_where_the_offer_is_hidden(paper: Paper, run: Any) -> None:
    answer = run(paper.get("/members/", headers=BROWSER, cookie="bs-n=12"))
    assert b"<p>slip</p>" in answer.body
    assert b"BODY" not in answer.body


def test_an_offer_is_shown_so_often_a_week_and_counted(paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, seen, now = "x=1", [], (time.time() // promos.WEEK + 1) * promos.WEEK
    for hour in (0, 0, 1, 2, 3):
        monkeypatch.setattr("broadsheet.edge.app.time.time", lambda hour=hour: now + hour * promos.HOUR)
        answer = run(paper.get("/open/", headers=BROWSER, cookie=cookie))
        seen.append((OFFER in answer.body, bool(answer.cookie)))
        cookie = answer.cookie or cookie
    assert seen == [(True, True), (True, False), (True, True), (False, False), (False, False)]
    assert paper.edge._promos.take() == {7: 2}
    monkeypatch.setattr("broadsheet.edge.app.time.time", lambda: now + promos.WEEK)
    assert OFFER in run(paper.get("/open/", headers=BROWSER, cookie=cookie)).body


def test_neither_robots_nor_what_is_fetched_ahead_nor_a_head_request_counts(paper: Paper, run: Any) -> None:
    for extra in ([("user-agent", "SomeBot/1.0 (+https://bot.example)")], [*BROWSER, ("sec-purpose", "prefetch")],
                  [*BROWSER, ("sec-fetch-dest", "empty")]):  # fmt: skip
        answer = run(paper.get("/open/", headers=extra, cookie="x=1"))
        assert OFFER in answer.body
        assert not answer.cookie
    run(paper.get("/open/", headers=BROWSER, cookie="x=1", method="HEAD"))
    assert paper.edge._promos.take() == {}


def test_LR_12_a_browser_that_asks_for_privacy_is_given_no_cookie_and_no_offer(paper: Paper, run: Any) -> None:
    answer = run(paper.get("/open/", headers=[*BROWSER, ("sec-gpc", "1")]))
    assert answer["set-cookie"] == ""
    assert OFFER not in answer.body
    assert paper.edge._promos.take() == {}


def test_caches_keep_an_open_page_for_all_without_a_cookie_and_what_is_one_readers_for_nobody(
    paper: Paper, run: Any
) -> None:
    for cookie in ("x=1", "bs-n=12"):
        held = run(paper.get("/open/", headers=BROWSER, cookie=cookie))
        assert held["cache-control"] == "private, no-cache"
        assert "Cookie" in held["vary"]
    for path in ("/open/", "/plain/"):
        kept = run(paper.get(path, headers=BROWSER))
        assert kept["cache-control"].startswith("public")
        assert not kept.cookie
    assert paper.edge._promos.take() == {7: 1}


def test_what_an_hour_settles_is_known_whether_the_offer_stands_there_or_not(paper: Paper, run: Any) -> None:
    jar = run(paper.get("/metered/", headers=BROWSER)).cookie
    assert jar.startswith("bs-r=")
    page = paper.edge._pages.look("/metered/")
    assert page is not None
    seen = run(paper.get("/metered/", headers=BROWSER, cookie=jar)).cookie
    assert seen.startswith("bs-o=")
    assert not page.known
    assert OFFER in run(paper.get("/metered/", headers=BROWSER, cookie=f"{jar}; {seen}")).body
    assert len(page.known) == 1
    run(paper.get("/metered/", headers=BROWSER, cookie=f"{jar}; bs-n=12"))
    assert len(page.known) == 2
    again = run(paper.get("/metered/", headers=BROWSER, cookie=f"{jar}; bs-n=12"))
    assert b"BODY" in again.body
    assert OFFER not in again.body


def test_what_was_shown_is_told_with_the_reads_and_once_more_where_it_was_not_taken(paper: Paper, run: Any) -> None:
    told: list[Any] = []
    faults = [OSError("the database is locked")]

    async def django(scope: Any, receive: Any, send: Any) -> None:
        if faults:
            raise faults.pop()
        told.append((scope[VIEWS], scope[SHOWN]))

    run(paper.get("/open/", headers=BROWSER, cookie="x=1"))
    paper.edge._django = django
    run(paper.edge._tell())
    run(paper.edge._tell())
    assert told == [({metered("/", 1).story: 1}, {7: 1})]


@pytest.mark.parametrize("value", [b"", b"x", b"1..2", b"1.2.", b"-1", b"1" * 500, "١".encode()])
def test_a_cookie_that_is_not_ours_names_no_list(value: bytes) -> None:
    assert lists_in(value) == frozenset()
    assert read_seen(value, 1) == {}


def test_what_was_seen_is_of_one_week_and_the_latest_dozen() -> None:
    seen = dict.fromkeys(range(20), (1, 1_512))
    assert read_seen(write_seen(seen, 9), 9) == dict.fromkeys(range(8, 20), (1, 1_512))
    assert read_seen(write_seen(seen, 9), 10) == {}
    assert read_seen(b"9", 9) == {}
    assert offered({"full": make_variant("t", b"<p>", b"", b"</p>")}) is None
    assert offered({"full": make_variant("t", b"<p>" + OFFER, b"", b"</p>")}) == Offered(7, 12, 2)


def test_by_https_the_cookies_are_the_hosts_alone() -> None:
    offer = Promos(secure=True).show(Offered(7, 12, 2), "GET", {}, 0.0)
    assert not offer.hidden
    assert offer.set_cookie[0][1].startswith(
        b"__Host-bs-o=0.7x1x0; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure"
    )
