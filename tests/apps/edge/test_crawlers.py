"""CR-01 to CR-04, CR-09: search crawlers at the edge. What is verified reads what the paper chose; nothing is spent."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge.crawling import MOST_WAITING, CrawlerDoor
from broadsheet.paywall import passes
from broadsheet.paywall.crawlers import OLDEST, document, read_listing
from broadsheet.paywall.networks import TrustedProxies
from broadsheet.paywall.rules import Access
from broadsheet.readers import Standing
from tests.apps.edge.paper import KEYS, SLIPS, Answer, Paper, metered
from tests.shared import shared

GOOGLEBOT = [("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]
BINGBOT = [("user-agent", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)")]
YANDEX = [("user-agent", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)")]
BROWSER = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
LISTED, LISTED_SIX, FOREIGN = "66.249.64.1", "2001:4860:4801:10::1", "77.88.5.7"


class Names:
    """A domain name system of a few rows, which notes in which thread it was asked."""

    def __init__(self, reverse: dict[str, str], forward: dict[str, str], delay: float = 0.0) -> None:
        self.reverse, self.forward, self.delay = reverse, forward, delay
        self.asked: list[str] = []
        self.threads: set[int] = set()

    def names(self, address: str) -> Sequence[str]:
        self.asked.append(address)
        self.threads.add(threading.get_ident())
        time.sleep(self.delay)
        if address not in self.reverse:
            raise OSError("no such name")
        return [self.reverse[address]]

    def addresses(self, name: str) -> Sequence[str]:
        if name not in self.forward:
            raise OSError("no such name")
        return [self.forward[name]]


def put_lists(paper: Paper, age: float = 0.0) -> None:
    taken = time.time() - age
    google = read_listing(b"66.249.64.0/27\n2001:4860:4801:10::/64").prefixes
    kept = {"google": (taken, google), "bing": (taken, read_listing(b"13.66.139.0/24").prefixes)}
    paper.shelf.put_document("crawlers", document(kept))


def choose(paper: Paper, whole: bool) -> None:
    paper.shelf.put_document("policy", {"terms": {}, "slips": {"en": SLIPS}, "crawlers": whole})


@pytest.fixture
def listed(paper: Paper) -> Paper:
    """A paper that knows the lists, with a domain name system that knows nothing."""
    paper.names = Names({}, {})  # type: ignore[attr-defined]
    paper.edge.gate.doors.crawlers = CrawlerDoor(paper.names)  # type: ignore[attr-defined]
    put_lists(paper)
    return paper


@pytest.mark.parametrize(("agent", "client"), [(GOOGLEBOT, LISTED), (GOOGLEBOT, LISTED_SIX), (BINGBOT, "13.66.139.200"),
                                               (GOOGLEBOT, f"::ffff:{LISTED}")])  # fmt: skip
def test_CR_01_a_verified_crawler_reads_every_story_spends_nothing_and_is_kept_nowhere(
    listed: Paper, run: Any, agent: list[tuple[str, str]], client: str
) -> None:
    listed.shelf.put(metered("/members/", 80, Access.MEMBERS))
    for path in [*(f"/world/{number}/" for number in range(1, 8)), "/members/"]:
        answer = run(listed.get(path, headers=agent, client=client))
        assert (answer.status, b"BODY" in answer.body) == (200, True)
        assert [value for name, value in answer.headers if name == "cache-control"] == ["no-store"]
        assert (answer["set-cookie"], answer["x-robots-tag"]) == ("", "noarchive, max-snippet:200")
        assert b"NOTICE" not in answer.body
    assert listed.spent() == 0


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        (GOOGLEBOT, FOREIGN),
        (BINGBOT, LISTED),
        (GOOGLEBOT, "13.66.139.200"),
        (YANDEX, LISTED),
        (GOOGLEBOT, "66.249.64.32"),
    ],
)
def test_CR_01_a_claim_from_a_foreign_address_opens_nothing_and_spends_nothing(
    listed: Paper, run: Any, agent: list[tuple[str, str]], client: str
) -> None:
    answer = run(listed.get("/world/1/", headers=agent, client=client))
    assert (answer.status, b"BODY" in answer.body, answer["set-cookie"]) == (200, False, "")
    assert (listed.spent(), answer["cache-control"]) == (0, "private, no-cache")


def test_CR_01_a_browser_at_a_crawlers_address_is_an_ordinary_reader(listed: Paper, run: Any) -> None:
    async def visit() -> list[Answer]:
        first = await listed.get("/world/1/", headers=BROWSER, client=LISTED)
        rest = [await listed.get(f"/world/{n}/", first.cookie, headers=BROWSER, client=LISTED) for n in (2, 3, 4)]
        return [first, *rest]

    answers = run(visit())
    assert [b"BODY" in answer.body for answer in answers] == [True, True, True, False]
    assert answers[0]["set-cookie"]
    assert listed.spent() == 3


@pytest.mark.parametrize(
    "agent",
    ["Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)", "Google-Read-Aloud", "Googlebot-Image/1.0", "GoogleOther",
     "AdsBot-Google (+http://www.google.com/adsbot.html)", "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
     "Googlebot/2.1 Google-InspectionTool/1.0", "GPTBot/1.2", "CCBot/2.0", "archive.org_bot", "ClaudeBot/1.0"],
)  # fmt: skip
def test_CR_02_CR_08_CR_09_from_a_listed_address_too_other_robots_read_the_lead(
    listed: Paper, run: Any, agent: str
) -> None:
    answer = run(listed.get("/world/1/", headers=[("user-agent", agent)], client=LISTED))
    assert (answer.status, b"LEAD" in answer.body, b"BODY" in answer.body, listed.spent()) == (200, True, False, 0)


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SENT = (  # by somebody who named the page, from addresses that are Google's own
    f"{FIREFOX},gzip(gfe) (via translate.google.com)",
    "Mozilla/5.0 (compatible; Google-Translate)",
    "Mozilla/5.0 (compatible; Google-CWS)",
    "Mozilla/5.0 (compatible; Google-Pinpoint)",
    "AppEngine-Google; (+http://code.google.com/appengine; appid: s~proxy)",
    "Mozilla/5.0 (Linux; Android 4.2.1) AppleWebKit/535.19 (KHTML, like Gecko; googleweblight) Chrome/38.0.1025.166",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)",
    "Mozilla/5.0 (compatible; Google-Read-Aloud; +https://developers.google.com/)",
    "Mozilla/5.0 (compatible; Google-NotebookLM; +https://notebooklm.google.com/)",
    "GoogleProducer; (+https://developers.google.com/search/docs/crawling-indexing/google-producer)",
    f"{FIREFOX} (via ggpht.com GoogleImageProxy)",
    "GoogleMessages",
)


@pytest.mark.parametrize("agent", SENT)
@pytest.mark.parametrize("client", [FOREIGN, LISTED])
def test_CR_02_a_fetcher_that_anybody_may_send_reads_the_lead_and_leaves_no_row(
    listed: Paper, run: Any, agent: str, client: str
) -> None:
    for path in ("/world/1/", "/world/2/"):
        answer = run(listed.get(path, headers=[("user-agent", agent)], client=client))
        assert (answer.status, b"LEAD" in answer.body, b"BODY" in answer.body) == (200, True, False)
        assert answer["set-cookie"] == ""
    assert listed.spent() == 0


@pytest.mark.shared_data
@pytest.mark.parametrize("kept", ["google-user-triggered-fetchers.json", "google-special-crawlers.json"])
def test_CR_02_from_the_ends_of_googles_other_lists_nobody_is_taken_for_its_crawler(
    listed: Paper, run: Any, kept: str
) -> None:
    """With the real list of the common crawlers at hand: these addresses are Google's, and verify nothing."""
    common = read_listing(shared("crawlers", "ip", "googlebot.json").read_bytes()).prefixes
    listed.shelf.put_document("crawlers", document({"google": (time.time(), common)}))
    listed.edge.follow()
    assert b"BODY" in run(listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)).body
    for prefix in _ends(shared("crawlers", "ip", kept)):
        for client in (str(prefix[0]), str(prefix[-1])):
            for agent in (*SENT, GOOGLEBOT[0][1]):
                answer = run(listed.get("/world/1/", headers=[("user-agent", agent)], client=client))
                found = (answer.status, b"LEAD" in answer.body, b"BODY" in answer.body, answer["set-cookie"])
                assert found == (200, True, False, ""), (client, agent)
    assert listed.spent() == 0


def _ends(path: Path) -> list[IPv4Network | IPv6Network]:
    """The first and the last network of either kind in a list of Google's."""
    rows = [ip_network(next(iter(row.values()))) for row in json.loads(path.read_text(encoding="utf-8"))["prefixes"]]
    kinds = [sorted(row for row in rows if row.version == version) for version in (4, 6)]  # type: ignore[type-var]
    return [end for kind in kinds if kind for end in (kind[0], kind[-1])]


def test_CR_01_a_paper_may_show_search_engines_the_lead_only(listed: Paper, run: Any) -> None:
    choose(listed, whole=False)
    answer = run(listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED))
    assert (answer.status, b"BODY" in answer.body, listed.spent()) == (200, False, 0)


def test_CR_01_a_choice_and_a_new_list_hold_within_a_second(listed: Paper, run: Any) -> None:
    async def change() -> list[Answer]:
        before = await listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)
        choose(listed, whole=False)
        await asyncio.sleep(0.6)
        lead = await listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)
        choose(listed, whole=True)
        kept = document({"google": (time.time(), read_listing(b"34.22.85.0/27").prefixes)})
        listed.shelf.put_document("crawlers", kept)
        await asyncio.sleep(0.6)
        old = await listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)
        return [before, lead, old, await listed.get("/world/1/", headers=GOOGLEBOT, client="34.22.85.9")]

    assert [b"BODY" in answer.body for answer in run(change())] == [True, False, False, True]


def test_CR_01_a_crawlers_head_and_its_second_look_are_those_of_the_whole_story(listed: Paper, run: Any) -> None:
    async def look() -> list[Answer]:
        whole = await listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)
        head = await listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED, method="HEAD")
        tag = [*GOOGLEBOT, ("if-none-match", whole["etag"])]
        return [whole, head, await listed.get("/world/1/", headers=tag, client=LISTED),
                await listed.get("/world/1/", headers=tag, client=FOREIGN)]  # fmt: skip

    whole, head, again, fake = run(look())
    assert (head["content-length"], head.body, head["cache-control"]) == (str(len(whole.body)), b"", "no-store")
    assert (again.status, again.body, again["cache-control"]) == (304, b"", "no-store")
    assert (fake.status, b"BODY" in fake.body) == (200, False)


def test_CR_04_an_old_list_verifies_nobody_and_google_is_asked_to_come_again(listed: Paper, run: Any) -> None:
    put_lists(listed, age=OLDEST + 60)
    google = run(listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED))
    assert (google.status, google.body, google["retry-after"], google["cache-control"]) == (
        503,
        b"",
        "3600",
        "no-store",
    )
    bing = run(listed.get("/world/1/", headers=BINGBOT, client="13.66.139.200"))
    assert (bing.status, b"BODY" in bing.body, bing["retry-after"]) == (200, False, "")
    reader = run(listed.get("/world/1/", headers=BROWSER, client=LISTED))
    assert (reader.status, b"BODY" in reader.body) == (200, True)


def test_CR_04_where_crawlers_read_leads_anyway_an_old_list_turns_nobody_away(listed: Paper, run: Any) -> None:
    put_lists(listed, age=OLDEST + 60)
    choose(listed, whole=False)
    assert run(listed.get("/world/1/", headers=GOOGLEBOT, client=LISTED)).status == 200


def test_CR_04_a_paper_that_never_had_a_list_shows_leads(paper: Paper, run: Any) -> None:
    paper.edge.gate.doors.crawlers = CrawlerDoor(Names({}, {}))
    answer = run(paper.get("/world/1/", headers=GOOGLEBOT, client=LISTED))
    assert (answer.status, b"BODY" in answer.body, paper.spent()) == (200, False, 0)


def test_CR_04_a_broken_document_leaves_the_lists_before(listed: Paper, run: Any) -> None:
    door = listed.edge.gate.doors.crawlers
    run(listed.get("/world/1/"))
    for broken in ({}, {"engines": {"google": {}}}, {"engines": {"google": {"taken": 1, "v4": [[1]], "v6": []}}}):
        door.take(broken)
    assert b"BODY" in run(listed.get("/world/2/", headers=GOOGLEBOT, client=LISTED)).body


def test_CR_03_an_address_that_no_list_holds_is_asked_about_behind_the_readers_back(paper: Paper, run: Any) -> None:
    names = Names({FOREIGN: "spider-7.yandex.com."}, {"spider-7.yandex.com": FOREIGN}, delay=0.3)
    door = paper.edge.gate.doors.crawlers = CrawlerDoor(names)

    async def crawl() -> list[Answer]:
        begun = time.perf_counter()
        first = await paper.get("/world/1/", headers=YANDEX, client=FOREIGN)
        second = await paper.get("/world/2/", headers=YANDEX, client=FOREIGN)
        assert time.perf_counter() - begun < 0.25  # nobody waited for the names
        await asyncio.to_thread(door.settle)
        return [first, second, await paper.get("/world/3/", headers=YANDEX, client=FOREIGN),
                await paper.get("/world/3/", headers=GOOGLEBOT, client=FOREIGN)]  # fmt: skip

    answers = run(crawl())
    assert [b"BODY" in answer.body for answer in answers] == [False, False, True, False]
    door.settle()
    assert names.asked == [FOREIGN, FOREIGN]  # once for each engine that was claimed
    assert paper.spent() == 0


def test_CR_03_only_claims_are_asked_about_and_each_address_once(listed: Paper, run: Any) -> None:
    for number in range(1, 6):
        run(listed.get(f"/world/{number}/", headers=GOOGLEBOT, client=FOREIGN))
        run(listed.get(f"/world/{number}/", headers=BROWSER, client="198.51.100.8"))
        run(listed.get(f"/world/{number}/", headers=GOOGLEBOT, client=LISTED))
        run(listed.get(f"/world/{number}/", headers=[("user-agent", "DuckDuckBot/1.1")], client="198.51.100.9"))
        listed.edge.gate.doors.crawlers.settle()
    run(listed.get("/world/6/", headers=GOOGLEBOT, client="10.0.0.7"))  # nobody's public address
    listed.edge.gate.doors.crawlers.settle()
    assert listed.names.asked == [FOREIGN]  # type: ignore[attr-defined]


def test_CR_03_a_flood_of_claims_is_held_within_bounds(paper: Paper, run: Any) -> None:
    names = Names({}, {}, delay=0.002)
    door = paper.edge.gate.doors.crawlers = CrawlerDoor(names)

    async def flood() -> None:
        for number in range(2_000):
            await paper.get("/world/1/", headers=GOOGLEBOT, client=f"77.88.{number // 250}.{number % 250}")
            assert len(door._noted) <= MOST_WAITING + 1

    run(flood())
    door.settle()
    assert len(names.threads) == 1


def test_CR_03_the_request_path_asks_no_names(listed: Paper, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[int] = []

    def asked(*args: Any, **kwargs: Any) -> Any:
        here.append(threading.get_ident())
        raise OSError

    for name in ("gethostbyaddr", "getaddrinfo", "getnameinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, asked)
    listed.edge.gate.doors.crawlers = door = CrawlerDoor()
    loop_thread: list[int] = []

    async def crawl() -> None:
        loop_thread.append(threading.get_ident())
        await listed.get("/world/1/", headers=GOOGLEBOT, client=FOREIGN)

    run(crawl())
    door.settle()
    assert here
    assert loop_thread[0] not in here


def test_CR_05_a_forwarded_address_of_google_is_believed_of_our_proxies_only(listed: Paper, run: Any) -> None:
    forged = [*GOOGLEBOT, ("x-forwarded-for", LISTED), ("x-real-ip", LISTED), ("forwarded", f"for={LISTED}"),
              ("true-client-ip", LISTED), ("cf-connecting-ip", LISTED)]  # fmt: skip
    assert b"BODY" not in run(listed.get("/world/1/", headers=forged, client=FOREIGN)).body
    listed.edge.gate.proxies = TrustedProxies(["10.0.0.0/8"])
    assert b"BODY" not in run(listed.get("/world/1/", headers=forged, client=FOREIGN)).body
    assert b"BODY" in run(listed.get("/world/1/", headers=forged, client="10.0.0.1")).body
    behind = [*GOOGLEBOT, ("x-forwarded-for", f"{LISTED}, {FOREIGN}")]
    assert b"BODY" not in run(listed.get("/world/1/", headers=behind, client="10.0.0.1")).body


def test_CR_01_a_crawlers_way_in_comes_after_members_and_before_receipts(listed: Paper, run: Any) -> None:
    held = passes.sign(KEYS, passes.Pass(Standing.MEMBER, 7, int(time.time()) + 600)).decode()
    member = run(listed.get("/world/1/", f"bs-p={held}", headers=GOOGLEBOT, client=LISTED))
    assert (b"BODY" in member.body, member["cache-control"]) == (True, "private, no-cache")

    async def with_a_receipt() -> list[Answer]:
        first = await listed.get("/world/1/")
        used = [await listed.get(f"/world/{n}/", first.cookie) for n in (2, 3)]
        return [*used, await listed.get("/world/4/", first.cookie, headers=GOOGLEBOT, client=LISTED)]

    assert b"BODY" in run(with_a_receipt())[-1].body
