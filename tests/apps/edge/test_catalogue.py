"""Rows of the catalogue that the edge answers for, each by its id."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from broadsheet import clock
from broadsheet.paywall.receipts import Receipt, story_tag
from broadsheet.paywall.rules import Access
from tests.apps.edge.paper import KEYS, SLIPS, Answer, Paper, metered, open_page

DAY = 86_400


@pytest.fixture
def stories(paper: Paper) -> Paper:
    for number in range(8, 60):
        paper.shelf.put(metered(f"/world/{number}/", number))
    return paper


def receipt(*numbers: int, days_ago: int = 0, reader: bytes = b"r" * 16) -> str:
    tags = tuple(story_tag(reader, number.to_bytes(16, "big")) for number in numbers)
    return f"bs-r={KEYS.sign(Receipt(reader, clock.today() - days_ago, tags)).decode()}"


def test_MT_03_a_receipt_of_an_ended_window_proves_nothing_any_more(paper: Paper, run: Any) -> None:
    for days, spent in ((29, 0), (30, 1), (31, 1)):
        before = paper.spent()
        answer = run(paper.get("/world/1/", receipt(1, days_ago=days, reader=bytes([days]) * 16)))
        assert (b"BODY" in answer.body, paper.spent() - before) == (True, spent)


def test_MT_07_two_hundred_addresses_of_one_network_get_what_one_gets(stories: Paper, run: Any) -> None:
    answers = [run(stories.get(f"/world/{n % 52 + 1}/", client=f"2001:db8:1:2::{n:x}")) for n in range(1, 201)]
    assert len({n % 52 for n, answer in enumerate(answers) if b"BODY" in answer.body}) <= 8
    assert run(stories.get("/world/59/", client="2001:db8:1:2:ffff::1")).body.find(b"BODY") < 0


def test_MT_09_forty_at_once_without_cookies_get_the_networks_bound(stories: Paper, run: Any) -> None:
    async def race() -> list[Answer]:
        return await asyncio.gather(*(stories.get(f"/world/{number}/") for number in range(10, 50)))

    assert sum(b"BODY" in answer.body for answer in run(race())) == 8


def test_MT_06_user_agents_make_no_new_reader(stories: Paper, run: Any) -> None:
    for number in range(60, 201):
        stories.shelf.put(metered(f"/world/{number}/", number))
    agents = [[("user-agent", f"Mozilla/5.0 ({n}) Firefox/{n}.0")] for n in range(200)]

    async def read_all() -> list[Answer]:
        return [await stories.get(f"/world/{n + 1}/", headers=agent) for n, agent in enumerate(agents)]

    answers = run(read_all())
    assert sum(b"BODY" in answer.body for answer in answers) == 8


def test_MT_01_the_wall_of_a_network_knows_the_way_back_whatever_the_address(paper: Paper, run: Any) -> None:
    paper.shelf.put_document("policy", {"terms": {"network_new": 1, "network_new_most": 1}, "slips": {"en": SLIPS}})
    paper.edge.follow()
    paper.shelf.put(metered('/world/\u0646\u0647\u0631 "2"/', 9))
    assert b"BODY" in run(paper.get("/world/1/")).body
    walled = run(paper.get('/world/\u0646\u0647\u0631 "2"/'))
    assert b"NETWORK LIMIT, back to /world/%D9%86%D9%87%D8%B1%20%222%22/" in walled.body
    assert b"back to /world/2/" in run(paper.get("/world/2/")).body


def test_MT_11_a_receipt_that_is_lent_lends_its_slots(stories: Paper, run: Any) -> None:
    async def two_jars() -> list[Answer]:
        first = (await stories.get("/world/1/")).cookie
        mine = [await stories.get(f"/world/{n}/", first, client="192.0.2.1") for n in (2, 4, 6)]
        theirs = [await stories.get(f"/world/{n}/", first, client="198.51.100.1") for n in (3, 5, 7)]
        return [*mine, *theirs]

    assert sum(b"BODY" in answer.body for answer in run(two_jars())) == 2
    assert stories.spent() == 3


@pytest.mark.parametrize("step", [0, DAY * 29, DAY * 30 - 1])
def test_MT_20_within_a_window_nobody_gets_more_and_nobody_less(
    paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    start = 1_800_000_000 // DAY * DAY  # midnight, UTC
    moment = start
    monkeypatch.setattr("broadsheet.clock.time.time", lambda: moment)
    first = run(paper.get("/world/1/"))
    moment = start + step
    cookie, opened = first.cookie, 1
    for number in (2, 3, 4, 5):
        answer = run(paper.get(f"/world/{number}/", cookie, client=f"203.0.113.{number}"))
        cookie, opened = answer.cookie or cookie, opened + (b"BODY" in answer.body)
    assert opened == 3


@pytest.mark.parametrize("skew", [-3600, -600, 600, 3600])
def test_MT_20_a_clock_that_steps_refuses_nobody_and_forgets_nothing(
    paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch, skew: int
) -> None:
    moment = 1_800_000_000 // DAY * DAY + 300  # five minutes after midnight
    monkeypatch.setattr("broadsheet.clock.time.time", lambda: moment)
    first = run(paper.get("/world/1/"))
    moment += skew
    again = run(paper.get("/world/1/", first.cookie))
    more = [run(paper.get(f"/world/{n}/", first.cookie, client=f"203.0.113.{n}")) for n in (2, 3, 4)]
    assert b"BODY" in again.body
    assert [b"BODY" in answer.body for answer in more] == [True, True, False]
    assert paper.spent() == 3


def test_MT_21_a_flood_without_cookies_writes_a_bounded_number_of_rows(paper: Paper, run: Any) -> None:
    async def flood() -> list[Answer]:
        return [await paper.get("/world/1/") for _ in range(10_000)]

    answers = run(flood())
    assert all(b"BODY" in answer.body for answer in answers)
    assert paper.spent() == 200
    assert sum(answer["set-cookie"] != "" for answer in answers) == 200


@pytest.mark.parametrize("agent", ["Slackbot 1.0", "WhatsApp/2.2", "Mastodon/4.2 (http.rb)", "Bluesky Cardyb/1.1",
                                   "TelegramBot (like TwitterBot)", "Discordbot/2.0", "LinkedInBot/1.0"])  # fmt: skip
def test_CR_07_bots_that_draw_cards_see_the_lead_and_leave_no_row(paper: Paper, run: Any, agent: str) -> None:
    answer = run(paper.get("/world/1/", headers=[("user-agent", agent)]))
    assert (answer.status, b"LEAD" in answer.body, b"BODY" in answer.body, paper.spent()) == (200, True, False, 0)


@pytest.mark.parametrize("agent", ["archive.org_bot", "ia_archiver", "CCBot/2.0"])
def test_CR_08_archivers_get_the_lead_and_are_asked_not_to_keep_it(paper: Paper, run: Any, agent: str) -> None:
    answer = run(paper.get("/world/1/", headers=[("user-agent", agent)]))
    assert b"BODY" not in answer.body
    for kept in (answer, run(paper.get("/world/1/"))):
        assert kept["x-robots-tag"] == "noarchive, max-snippet:200"


def test_HT_01_no_answer_for_a_gated_page_is_for_a_shared_cache(paper: Paper, run: Any) -> None:
    async def all_kinds() -> list[Answer]:
        full = await paper.get("/world/1/")
        return [
            full,
            await paper.get("/world/1/", full.cookie),
            await paper.get("/world/1/", full.cookie, headers=[("if-none-match", full["etag"])]),
            await paper.get("/world/1/", full.cookie, method="HEAD"),
            await paper.get("/world/2/", headers=[("sec-fetch-dest", "image")]),
            await paper.get("/world/2/", headers=[("sec-purpose", "prefetch")]),
            await paper.get("/world/2/", method="POST"),
            await paper.get("/world/2/", method="OPTIONS"),
        ]

    for answer in run(all_kinds()):
        assert answer["cache-control"] in {"private, no-cache", "no-store"}, answer.status
        if answer.status in {200, 304, 503}:
            assert "Cookie" in answer["vary"]


def test_HT_03_a_members_head_is_as_private_as_their_page(paper: Paper, run: Any) -> None:
    head = run(paper.get("/world/1/", receipt(1), method="HEAD"))
    assert (head.body, head["cache-control"], head["vary"]) == (b"", "private, no-cache", "Cookie, Accept-Encoding")


def test_HT_07_both_variants_bear_the_same_dates(paper: Paper, run: Any) -> None:
    full, preview = run(paper.get("/world/1/", receipt(1))), run(paper.get("/world/1/", method="HEAD"))
    assert full["last-modified"] == preview["last-modified"]


def test_HT_12_a_preview_bears_no_header_that_the_full_page_has_not(paper: Paper, run: Any) -> None:
    full = run(paper.get("/world/1/", receipt(1)))
    preview = run(paper.get("/world/1/", headers=[("sec-fetch-dest", "image")]))
    assert {name for name, _ in preview.headers} == {name for name, _ in full.headers}
    assert preview["link"] == ""


def test_BR_02_a_header_that_pretends_to_prefetch_reveals_nothing(paper: Paper, run: Any) -> None:
    for value in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "x", ""):
        answer = run(paper.get("/world/1/", headers=[("sec-purpose", value)]))
        assert (answer.status, answer.body, answer["set-cookie"]) == (503, b"", "")
    assert paper.spent() == 0


def test_BR_04_five_tabs_at_once_on_a_first_visit_are_all_served(paper: Paper, run: Any) -> None:
    async def tabs() -> list[Answer]:
        return await asyncio.gather(*(paper.get(f"/world/{number}/") for number in range(1, 6)))

    answers = run(tabs())
    assert all(b"BODY" in answer.body for answer in answers)


def test_BR_07_LR_04_without_cookies_a_reader_opens_the_same_stories_all_day(paper: Paper, run: Any) -> None:
    answers = [run(paper.get(f"/world/{number}/")) for _ in range(5) for number in (1, 2, 3)]
    assert all(b"BODY" in answer.body for answer in answers)


def test_LR_01_reading_again_is_free_whatever_is_asked_with_it(paper: Paper, run: Any) -> None:
    async def again() -> list[Answer]:
        first = await paper.get("/world/1/")
        more: list[dict[str, Any]] = [
            {}, {"query": "utm_source=mail"}, {"client": "198.51.100.77"}, {"headers": [("user-agent", "another tab")]},
            {"headers": [("cache-control", "no-cache")]}, {"headers": [("range", "bytes=0-10")]},
        ]  # fmt: skip
        return [await paper.get("/world/1/", first.cookie, **each) for each in more]

    answers = run(again())
    assert all(b"BODY" in answer.body and answer["set-cookie"] == "" for answer in answers)
    assert paper.spent() == 1


@pytest.mark.parametrize("asks", [[], [("sec-gpc", "1"), ("dnt", "1")]])
@pytest.mark.parametrize(("secure", "name"), [(False, "bs-r"), (True, "__Host-bs-r")])
def test_LR_12_a_story_sets_one_cookie_of_our_own_that_no_script_and_no_other_site_reads(
    tmp_path: Path, run: Any, asks: list[tuple[str, str]], secure: bool, name: str
) -> None:
    paper = Paper(tmp_path, secure=secure)
    paper.shelf.put(metered("/world/1/", 1))
    answer = run(paper.get("/world/1/", headers=asks))
    (line,) = [value for header, value in answer.headers if header == "set-cookie"]
    assert line.partition("=")[0] == name
    kept = {"Max-Age=2592000", "Path=/", "HttpOnly", "SameSite=Lax", *(["Secure"] if secure else [])}
    assert set(line.split("; ")[1:]) == kept, "no Domain: it goes to this host alone"
    again = run(paper.get("/world/1/", line.split(";")[0], headers=asks))
    assert (b"BODY" in again.body, again["set-cookie"]) == (True, "")


def test_LR_06_what_is_no_story_counts_nothing(paper: Paper, run: Any) -> None:
    paper.shelf.put(open_page("/"))
    for path in ("/", "/missing/", "/world/", "/admin/", "/static/x.css"):
        run(paper.get(path))
    assert paper.spent() == 0


def test_LR_07_an_open_story_costs_nothing_and_gating_it_later_charges_nobody(paper: Paper, run: Any) -> None:
    paper.shelf.put(metered("/open/", 70, Access.OPEN))

    async def follow() -> list[Answer]:
        first = await paper.get("/open/")
        paper.shelf.put(metered("/open/", 70))
        await asyncio.sleep(0.5)
        return [first, *[await paper.get(f"/world/{number}/", client="198.51.100.1") for number in (1, 2, 3)]]

    answers = run(follow())
    assert all(b"BODY" in answer.body for answer in answers)
    assert (answers[0]["set-cookie"], paper.spent()) == ("", 3)


def test_LR_10_a_story_whose_answer_broke_off_is_read_again_for_free(paper: Paper, run: Any) -> None:
    class GoneError(Exception):
        pass

    async def broken() -> Answer:
        started: list[Any] = []

        async def send(message: Any) -> None:
            started.append(message)
            if message["type"] == "http.response.body":
                raise GoneError

        scope = {
            "type": "http", "method": "GET", "path": "/world/1/", "query_string": b"", "http_version": "1.1",
            "headers": [(b"host", b"paper.test")], "client": ("192.0.2.1", 5000),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        with pytest.raises(GoneError):
            await paper.edge(scope, receive, send)
        cookie = dict(started[0]["headers"])[b"set-cookie"].decode().split(";")[0]
        return await paper.get("/world/1/", cookie)

    assert b"BODY" in run(broken()).body
    assert paper.spent() == 1
