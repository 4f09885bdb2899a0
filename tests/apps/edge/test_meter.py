"""A reader at the edge: what is given, what is refused, what is spent."""

from __future__ import annotations

import asyncio
import gzip
import time
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from broadsheet import clock
from broadsheet.paywall import passes
from broadsheet.paywall.receipts import Receipt, story_tag
from broadsheet.paywall.rules import Access
from broadsheet.readers import Standing
from tests.apps.edge.paper import KEYS, SLIPS, Answer, Paper, metered, open_page


async def read(paper: Paper, numbers: list[int], cookie: str = "", **more: Any) -> list[Answer]:
    """One reader opens these stories in turn, keeping the cookie as a browser would."""
    answers = []
    for number in numbers:
        answer = await paper.get(f"/world/{number}/", cookie, **more)
        cookie = answer.cookie or cookie
        answers.append(answer)
    return answers


def test_the_allowance_is_given_and_the_next_story_walled(paper: Paper, run: Any) -> None:
    answers = run(read(paper, [1, 2, 3, 4]))
    assert [b"BODY" in answer.body for answer in answers] == [True, True, True, False]
    assert b"OWN LIMIT until <time" in answers[3].body
    assert paper.spent() == 3


def test_I8_what_was_read_can_be_read_again_and_the_walled_stays_walled(paper: Paper, run: Any) -> None:
    answers = run(read(paper, [1, 2, 3, 4, 1, 2, 3, 4]))
    assert [b"BODY" in answer.body for answer in answers[4:]] == [True, True, True, False]
    assert paper.spent() == 3


def test_BR_08_the_notice_says_how_many_are_left_and_only_at_the_grant(paper: Paper, run: Any) -> None:
    answers = run(read(paper, [1, 2, 3, 1]))
    assert [b"NOTICE %d left" % left in answer.body for left, answer in zip((2, 1, 0, 0), answers, strict=True)] == [
        True,
        True,
        True,
        False,
    ]


def test_MT_01_new_cookie_jars_get_the_networks_bound_and_then_another_wall(paper: Paper, run: Any) -> None:
    for number in range(8, 201):
        paper.shelf.put(metered(f"/world/{number}/", number))

    async def read_all() -> list[Answer]:
        return [await paper.get(f"/world/{number}/") for number in range(1, 201)]

    answers = run(read_all())
    assert sum(b"BODY" in answer.body for answer in answers) == 8
    assert {answer.status for answer in answers} == {200}
    assert b"NETWORK LIMIT" in answers[-1].body


def test_MT_02_an_earlier_receipt_does_not_bring_back_what_was_used(paper: Paper, run: Any) -> None:
    async def roll_back() -> list[Answer]:
        first = await paper.get("/world/1/")
        return [await paper.get(f"/world/{number}/", first.cookie) for number in range(2, 8)]

    answers = run(roll_back())
    assert sum(b"BODY" in answer.body for answer in answers) == 2
    assert paper.spent() == 3


def test_MT_05_no_id_is_minted_by_another_page(paper: Paper, run: Any) -> None:
    fronts = ["/", *(f"/section-{number}/" for number in range(24))]
    stories = [f"/open-{number}/" for number in range(24)]
    for path in fronts:
        paper.shelf.put(open_page(path))
    for number, path in enumerate(stories, start=90):
        paper.shelf.put(metered(path, number, Access.OPEN))
    pages = [*fronts, *stories, "/missing/", "/search/", "/robots.txt"]
    assert len(pages) >= 50
    for path in pages:
        assert run(paper.get(path))["set-cookie"] == "", path
    assert paper.spent() == 0
    assert run(paper.get("/world/1/"))["set-cookie"].startswith("bs-r=")


def test_MT_08_forty_at_once_with_one_receipt_get_no_more_than_the_allowance(paper: Paper, run: Any) -> None:
    for number in range(8, 60):
        paper.shelf.put(metered(f"/world/{number}/", number))

    async def race() -> list[Answer]:
        first = await paper.get("/world/1/")
        return await asyncio.gather(*(paper.get(f"/world/{number}/", first.cookie) for number in range(10, 50)))

    assert sum(b"BODY" in answer.body for answer in run(race())) == 2
    assert paper.spent() == 3


@pytest.mark.parametrize(
    "headers",
    [
        [("sec-fetch-dest", "image")],
        [("sec-fetch-dest", "iframe")],
        [("sec-fetch-dest", "empty")],
        [("sec-fetch-dest", "script")],
        [("user-agent", "facebookexternalhit/1.1")],
        [("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")],
    ],
)
def test_MT_19_what_is_no_visit_spends_nothing_and_reveals_nothing(
    paper: Paper, run: Any, headers: list[tuple[str, str]]
) -> None:
    answer = run(paper.get("/world/1/", headers=headers))
    assert (b"BODY" in answer.body, answer.status, answer["set-cookie"]) == (False, 200, "")
    assert b"NEUTRAL WALL" in answer.body
    assert paper.spent() == 0


@pytest.mark.parametrize("header", ["sec-purpose", "purpose", "x-moz", "x-purpose"])
def test_BR_01_a_prefetch_that_would_spend_is_refused_so_that_the_click_asks_again(
    paper: Paper, run: Any, header: str
) -> None:
    answer = run(paper.get("/world/1/", headers=[(header, "prefetch")]))
    assert (answer.status, answer.body, answer["cache-control"], answer["set-cookie"]) == (503, b"", "no-store", "")
    assert "Sec-Purpose" in answer["vary"]
    assert paper.spent() == 0


def test_BR_01_a_prefetch_of_what_was_read_before_is_served(paper: Paper, run: Any) -> None:
    async def again() -> Answer:
        first = await paper.get("/world/1/")
        return await paper.get("/world/1/", first.cookie, headers=[("sec-purpose", "prefetch")])

    answer = run(again())
    assert b"BODY" in answer.body
    assert answer["set-cookie"] == ""


def test_HT_08_a_head_has_the_headers_of_the_preview_and_spends_nothing(paper: Paper, run: Any) -> None:
    head = run(paper.get("/world/1/", method="HEAD"))
    bot = run(paper.get("/world/1/", headers=[("sec-fetch-dest", "image")]))
    assert head.body == b""
    assert head["content-length"] == bot["content-length"] == str(len(bot.body))
    assert paper.spent() == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_HT_13_other_methods_are_refused(paper: Paper, run: Any, method: str) -> None:
    answer = run(paper.get("/world/1/", method=method))
    assert (answer.status, answer["allow"], answer.body) == (405, "GET, HEAD, OPTIONS", b"")
    assert paper.django.asked == []


def test_I9_no_shared_cache_keeps_a_gated_page(paper: Paper, run: Any) -> None:
    for answer in run(read(paper, [1, 2, 3, 4, 1])):
        assert answer["cache-control"] == "private, no-cache"
        assert answer["vary"] == "Cookie, Accept-Encoding"


def test_HT_06_a_tag_of_the_full_variant_does_not_confirm_it_to_a_stranger(paper: Paper, run: Any) -> None:
    async def ask() -> tuple[Answer, Answer, Answer]:
        first = await paper.get("/world/1/")
        full = await paper.get("/world/1/", first.cookie)
        tag = [("if-none-match", full["etag"])]
        return (
            full,
            await paper.get("/world/1/", first.cookie, headers=tag),
            await paper.get("/world/1/", headers=[*tag, ("sec-fetch-dest", "image")]),
        )

    full, mine, strangers = run(ask())
    assert b"BODY" in full.body
    assert (mine.status, mine.body) == (304, b"")
    assert (strangers.status, b"BODY" in strangers.body) == (200, False)


def test_HT_09_ranges_are_not_honoured(paper: Paper, run: Any) -> None:
    answer = run(paper.get("/world/1/", headers=[("range", "bytes=0-3")]))
    assert (answer.status, answer["accept-ranges"]) == (200, "none")


def test_a_query_does_not_make_another_story_of_it(paper: Paper, run: Any) -> None:
    async def twice() -> list[Answer]:
        first = await paper.get("/world/1/", query="utm_source=mail")
        return [first, await paper.get("/world/1/", first.cookie, query="x=1")]

    answers = run(twice())
    assert all(b"BODY" in answer.body for answer in answers)
    assert paper.spent() == 1


@pytest.mark.parametrize(
    "cookie",
    ["bs-r=", "bs-r=x.y", "bs-r=" + "A" * 9000, "bs-r=é", "bs-r=a; bs-r=b", "other=1; bs-r", "bs-r==.=", ";;;=;"],
)
def test_MT_04_a_broken_cookie_is_no_cookie(paper: Paper, run: Any, cookie: str) -> None:
    assert b"BODY" in run(paper.get("/world/1/", cookie)).body


def test_MT_04_a_cookie_of_another_key_is_no_cookie(tmp_path: Path, paper: Paper, run: Any) -> None:
    from broadsheet.paywall.receipts import KeyRing

    reader = b"r" * 16
    forged = KeyRing("other" * 10).sign(Receipt(reader, clock.today(), (story_tag(reader, (1).to_bytes(16, "big")),)))
    run(read(paper, [2, 3, 4]))
    assert paper.spent() == 3
    run(paper.get("/world/1/", f"bs-r={forged.decode()}", headers=[("sec-fetch-dest", "image")]))
    assert paper.spent() == 3


def test_a_member_reads_everything_and_leaves_no_trace(paper: Paper, run: Any) -> None:
    import time

    paper.shelf.put(metered("/members/", 50, Access.MEMBERS))
    value = passes.sign(KEYS, passes.Pass(Standing.MEMBER, 7, int(time.time()) + 300)).decode()
    for path in ("/world/1/", "/members/"):
        assert b"BODY" in run(paper.get(path, f"bs-p={value}")).body
    assert paper.spent() == 0


def test_a_members_story_is_walled_for_strangers_whatever_they_have_left(paper: Paper, run: Any) -> None:
    paper.shelf.put(metered("/members/", 50, Access.MEMBERS))
    answer = run(paper.get("/members/"))
    assert (b"BODY" in answer.body, b"MEMBERS ONLY" in answer.body) == (False, True)
    assert paper.spent() == 0


def test_TK_06_over_https_the_cookie_belongs_to_this_host_alone(tmp_path: Path, run: Any) -> None:
    paper = Paper(tmp_path, secure=True)
    paper.shelf.put(metered("/world/1/", 1))
    cookie = run(paper.get("/world/1/"))["set-cookie"]
    assert cookie.startswith("__Host-bs-r=")
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Max-Age=2592000" in cookie


def test_TK_06_over_https_what_a_sibling_domain_plants_is_neither_receipt_nor_pass(tmp_path: Path, run: Any) -> None:
    """A neighbour can set cookies for the whole domain, but none whose name begins with `__Host-`."""
    paper = Paper(tmp_path, allowance=0, secure=True)
    paper.shelf.put(metered("/world/1/", 1))
    reader, story = b"r" * 16, (1).to_bytes(16, "big")
    receipt = f"bs-r={KEYS.sign(Receipt(reader, clock.today(), (story_tag(reader, story),))).decode()}"
    member = passes.Pass(Standing.MEMBER, 7, int(time.time()) + 300)
    for cookie in (receipt, f"bs-p={passes.sign(KEYS, member).decode()}"):
        assert b"BODY" not in run(paper.get("/world/1/", cookie)).body
        assert b"BODY" not in run(paper.get("/world/1/", f"x__Host-{cookie}")).body
        assert b"BODY" in run(paper.get("/world/1/", f"__Host-{cookie}")).body, "as we set it ourselves"


@pytest.mark.parametrize(
    ("accept", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, zstd", "zstd", lambda data: zstandard.ZstdDecompressor().decompress(data)),
        ("gzip;q=0.5", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0", "", bytes),
        ("", "", bytes),
    ],
)
def test_every_answer_comes_in_the_best_encoding_that_the_browser_takes(
    paper: Paper, run: Any, accept: str, encoding: str, unpack: Any
) -> None:
    for answer in run(read(paper, [1, 2, 3, 4, 1], headers=[("accept-encoding", accept)])):
        assert answer["content-encoding"] == encoding
        assert int(answer["content-length"]) == len(answer.body)
        assert b"LEAD" in unpack(answer.body)


def test_what_is_remembered_for_a_cookie_is_given_in_the_encoding_that_this_request_takes(
    paper: Paper, run: Any
) -> None:
    async def ask() -> list[Answer]:
        cookie = (await paper.get("/world/1/"))["set-cookie"].partition(";")[0]
        wanted = ["br", "br", "gzip", "", "br"]
        return [
            await paper.get("/world/1/", cookie, headers=[("accept-encoding", each)] if each else []) for each in wanted
        ]

    assert [answer["content-encoding"] for answer in run(ask())] == ["br", "br", "gzip", "", "br"]


def test_I11_a_ledger_that_is_down_refuses_no_re_read_and_gives_a_bounded_number_of_new_ones(
    paper: Paper, run: Any
) -> None:
    import sqlite3

    for number in range(8, 30):
        paper.shelf.put(metered(f"/world/{number}/", number))

    async def outage() -> tuple[Answer, list[Answer]]:
        first = await paper.get("/world/1/")
        with sqlite3.connect(paper.folder / "ledger.sqlite3", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            again = await paper.get("/world/1/", first.cookie)
            new = [await paper.get(f"/world/{number}/") for number in range(2, 12)]
            other.execute("ROLLBACK")
        return again, new

    again, new = run(outage())
    assert b"BODY" in again.body
    assert [b"BODY" in answer.body for answer in new] == [True] * 5 + [False] * 5
    assert {answer["set-cookie"] for answer in new} == {""}
    assert paper.spent() == 1


def test_what_was_settled_for_a_header_holds_for_that_story_that_day_and_that_policy_only(
    paper: Paper, run: Any
) -> None:
    first = run(paper.get("/world/1/"))
    second = run(paper.get("/world/2/", cookie=first.cookie))
    spent = run(paper.get("/world/3/", cookie=second.cookie)).cookie
    for _twice in range(2):
        assert b"BODY" in run(paper.get("/world/1/", cookie=spent)).body
        assert b"OWN LIMIT" in run(paper.get("/world/5/", cookie=spent)).body
    assert b"BODY" not in run(paper.get("/world/5/", cookie=spent, method="HEAD")).body
    assert run(paper.get("/world/5/", cookie=spent, headers=[("sec-purpose", "prefetch")])).status == 503
    assert b"OWN LIMIT" not in run(paper.get("/world/5/", cookie=spent, headers=[("sec-fetch-dest", "image")])).body
    paper.shelf.put_document("policy", {"terms": {"allowance": 4}, "slips": {"en": SLIPS}})
    paper.edge.follow()
    assert b"BODY" in run(paper.get("/world/5/", cookie=spent)).body


def test_a_settled_limit_gives_way_to_an_emergency(paper: Paper, run: Any) -> None:
    cookie = ""
    for number in range(1, 4):
        cookie = run(paper.get(f"/world/{number}/", cookie=cookie)).cookie
    for _twice in range(2):
        assert b"OWN LIMIT" in run(paper.get("/world/5/", cookie=cookie)).body
    document = {"terms": {"allowance": 3}, "slips": {"en": SLIPS}, "open_until": time.time() + 60}
    paper.shelf.put_document("policy", document)
    paper.edge.follow()
    assert b"BODY" in run(paper.get("/world/5/", cookie=cookie)).body
