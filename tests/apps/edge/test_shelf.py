"""The shelf: filled once, followed by every worker, never showing what was taken away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from broadsheet.edge.hot import HotPages
from broadsheet.edge.shelves.sqlite import SqliteShelf
from tests.apps.edge.paper import Paper, metered, open_page


def test_a_missing_page_is_rendered_once_however_many_wait(paper: Paper, run: Any) -> None:
    paper.django.pages["/new/"] = metered("/new/", 70)
    paper.django.delay = 0.05

    async def crowd() -> list[Any]:
        return await asyncio.gather(*(paper.get("/new/", client=f"198.51.{n}.1") for n in range(30)))

    answers = run(crowd())
    assert all(b"BODY" in answer.body for answer in answers)
    assert paper.django.asked == [("GET", "/new/")]


def test_what_is_nothing_for_the_shelf_is_answered_by_django(paper: Paper, run: Any) -> None:
    assert run(paper.get("/admin/")).body == b"DJANGO"
    assert run(paper.get("/nowhere/")).body == b"DJANGO"
    assert run(paper.get("/world/", method="POST")).body == b"DJANGO"


def test_a_list_with_a_query_is_djangos(paper: Paper, run: Any) -> None:
    paper.shelf.put(open_page("/world/"))
    assert run(paper.get("/world/")).body == b"FRONT"
    assert run(paper.get("/world/", query="page=2")).body == b"DJANGO"


def test_DS_14_a_page_taken_away_is_given_to_nobody(paper: Paper, run: Any) -> None:
    async def unpublish() -> bytes:
        await paper.get("/world/1/")
        paper.shelf.drop({"story:1"})
        await asyncio.sleep(0.5)
        return (await paper.get("/world/1/")).body

    assert run(unpublish()) == b"DJANGO"


def test_a_stale_page_is_served_while_its_successor_is_rendered(paper: Paper, run: Any) -> None:
    paper.shelf.put(open_page("/world/", b"OLD", "section:1"))
    paper.django.pages["/world/"] = open_page("/world/", b"NEW", "section:1")
    paper.django.delay = 0.1

    async def follow() -> list[bytes]:
        first = (await paper.get("/world/")).body
        paper.shelf.expire({"section:1"})
        await asyncio.sleep(0.4)
        during = (await paper.get("/world/")).body
        await asyncio.sleep(0.3)
        return [first, during, (await paper.get("/world/")).body]

    assert run(follow()) == [b"OLD", b"OLD", b"NEW"]


def test_a_rendering_that_began_before_a_change_does_not_come_back_after_it(paper: Paper) -> None:
    since = paper.shelf.seq()
    paper.shelf.drop({"story:9"})
    assert paper.shelf.put(metered("/world/9/", 9), since) is False
    assert paper.shelf.get("/world/9/") is None
    assert paper.shelf.put(metered("/world/9/", 9), paper.shelf.seq()) is True


def test_a_new_allowance_holds_within_a_second(paper: Paper, run: Any) -> None:
    async def tighten() -> tuple[bytes, bytes]:
        first = await paper.get("/world/1/")
        paper.shelf.put_document("policy", {"terms": {"allowance": 1}, "slips": {}})
        await asyncio.sleep(0.6)
        return first.body, (await paper.get("/world/2/", first.cookie)).body

    first, second = run(tighten())
    assert (b"BODY" in first, b"BODY" in second) == (True, False)


def test_an_entry_comes_back_as_it_was_put(paper: Paper) -> None:
    entry = metered("/x/", 33)
    paper.shelf.put(entry)
    found = paper.shelf.get("/x/")
    assert found is not None
    assert (found.access, found.story, found.headers, found.variants) == (
        entry.access,
        entry.story,
        entry.headers,
        entry.variants,
    )


def test_of_many_pages_those_that_nobody_reads_are_let_go_of_first(tmp_path: Path) -> None:
    shelf = SqliteShelf(tmp_path / "shelf.sqlite3")
    for number in range(40):
        shelf.put(metered(f"/{number}/", number))
    pages = HotPages(shelf, most=HotPages(shelf).load("/0/").size * 10)  # type: ignore[union-attr]
    for number in range(40):
        assert pages.load(f"/{number}/") is not None
        for popular in ("/0/", "/1/"):
            if page := pages.look(popular):
                page.used = True
    assert pages.look("/0/") is not None
    assert pages.look("/1/") is not None
    assert pages.look("/20/") is None
    assert 8 <= sum(1 for number in range(40) if pages.look(f"/{number}/")) <= 10


def test_a_crowd_with_queries_and_heads_makes_one_rendering_of_a_story(paper: Paper, run: Any) -> None:
    paper.django.pages["/new/"] = metered("/new/", 70)
    paper.django.delay = 0.05

    async def crowd() -> list[Any]:
        links = (paper.get("/new/", client=f"198.51.{n}.1", query=f"utm_source={n}") for n in range(30))
        heads = (paper.get("/new/", client=f"198.51.{n}.1", method="HEAD") for n in range(5))
        return await asyncio.gather(*links, *heads)

    answers = run(crowd())
    assert [b"BODY" in answer.body for answer in answers] == [True] * 30 + [False] * 5
    assert len(paper.django.asked) == 1


def test_searches_wait_for_each_other_once_and_then_no_more(paper: Paper, run: Any) -> None:
    paper.django.delay = 0.05
    inner, under_way, most = paper.edge._django, [0], [0]

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await inner(scope, receive, send)
        under_way[0] -= 1

    async def searches(first: int) -> list[bytes]:
        asked = [paper.get("/search/", query=f"q={number}") for number in range(first, first + 4)]
        return [answer.body for answer in await asyncio.gather(*asked)]

    paper.edge._django = counting
    for first, at_once in ((0, 3), (4, 4)):  # of the first four, one goes ahead
        most[0] = 0
        assert run(searches(first)) == [b"DJANGO"] * 4
        assert most[0] == at_once


def test_where_the_first_reader_went_away_the_next_one_asks_and_the_others_wait(paper: Paper, run: Any) -> None:
    paper.django.pages["/new/"] = metered("/new/", 70)
    paper.django.delay = 0.05
    broken = paper.django.__class__.__call__
    failed: list[str] = []

    async def once(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if not failed:
            failed.append(scope["path"])
            await asyncio.sleep(0.02)
            raise ConnectionError("the reader went away")
        await broken(self, scope, receive, send)

    async def crowd() -> list[Any]:
        asked = (paper.get("/new/", client=f"198.51.{n}.1") for n in range(20))
        return await asyncio.gather(*asked, return_exceptions=True)

    paper.edge._django = once.__get__(paper.django)
    answers = run(crowd())
    assert isinstance(answers[0], ConnectionError)
    assert all(b"BODY" in answer.body for answer in answers[1:])
    assert paper.django.asked == [("GET", "/new/")]
