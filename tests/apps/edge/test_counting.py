"""How often stories are read whole is counted and handed on: a number a story, nothing of readers."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge import app, counting
from broadsheet.edge.elsewhere import Elsewhere
from broadsheet.edge.shelf import Entry
from broadsheet.paywall.rules import Access
from tests.apps.edge.paper import Paper, metered

ROOT = Path(__file__).parents[3]
ECHO = (sys.executable, "-m", "tests.apps.edge.echo")


class Book:
    """Stands where Django does, and takes what is told."""

    def __init__(self, *faults: Exception) -> None:
        self.told: list[dict[bytes, int]] = []
        self.faults = list(faults)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert set(scope) == {"type", counting.VIEWS}, "nothing but numbers is handed on"
        if self.faults:
            raise self.faults.pop()
        self.told.append(scope[counting.VIEWS])


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    there = Paper(tmp_path, allowance=1)
    for number in range(1, 4):
        there.shelf.put(metered(f"/world/{number}/", number))
    return there


def key(number: int) -> bytes:
    return metered("/", number).story


def told_by(paper: Paper, run: Any, *faults: Exception) -> list[dict[bytes, int]]:
    book = Book(*faults)
    paper.edge._django = book
    run(paper.edge._tell())
    return book.told


def opened(paper: Paper, run: Any, **more: Any) -> str:
    """Read the first story, and give the cookie that proves it."""
    return str(run(paper.get("/world/1/", **more)).cookie)


def test_a_story_given_whole_is_counted_also_where_the_answer_is_known_already(paper: Paper, run: Any) -> None:
    cookie = opened(paper, run)
    for _ in range(3):
        assert b"BODY" in run(paper.get("/world/1/", cookie=cookie)).body
    assert b"BODY" not in run(paper.get("/world/2/", cookie=cookie)).body
    assert told_by(paper, run) == [{key(1): 4}]
    assert told_by(paper, run) == []  # told once


def test_neither_a_lead_nor_a_head_request_nor_a_robot_counts(paper: Paper, run: Any) -> None:
    entry = metered("/open/", 9)
    paper.shelf.put(Entry(entry.path, Access.OPEN, entry.story, "en", (), entry.variants))
    run(paper.get("/open/", method="HEAD"))
    run(paper.get("/open/", headers=[("user-agent", "SomeBot/1.0 (+https://bot.example)")]))
    cookie = opened(paper, run)
    run(paper.get("/world/3/", cookie=cookie))
    run(paper.get("/world/1/", cookie=cookie, method="HEAD"))
    run(paper.get("/open/", headers=[("user-agent", "Mozilla/5.0")]))
    assert told_by(paper, run) == [{key(1): 1, key(9): 1}]


def test_what_was_counted_outlives_its_page_and_a_failure(paper: Paper, run: Any) -> None:
    opened(paper, run)
    paper.edge._pages.forget("/world/1/")
    assert told_by(paper, run, OSError("the database is locked")) == []
    opened(paper, run)
    paper.edge._pages.forget_all()
    assert told_by(paper, run) == [{key(1): 2}]


def test_the_edge_tells_by_itself_and_once_more_at_its_end(
    paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "TELL_SECONDS", 0.01)
    monkeypatch.setattr(app, "POLL_SECONDS", 0.02)
    book = Book()

    async def live() -> None:
        parts = asyncio.Queue[Any]()
        parts.put_nowait({"type": "lifespan.startup"})
        sent: list[str] = []

        async def send(message: Any) -> None:
            sent.append(message["type"])

        life = asyncio.ensure_future(paper.edge({"type": "lifespan"}, parts.get, send))
        await asyncio.sleep(0.05)
        await paper.get("/world/1/")
        paper.edge._django = book
        await asyncio.sleep(0.2)
        assert book.told == [{key(1): 1}]
        monkeypatch.setattr(app, "TELL_SECONDS", 1_000)
        await paper.get("/world/2/")
        parts.put_nowait({"type": "lifespan.shutdown"})
        await life
        assert sent[-1] == "lifespan.shutdown.complete"

    run(live())
    assert book.told == [{key(1): 1}, {key(2): 1}]


def test_a_process_of_its_own_is_told_as_well(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    async def told() -> tuple[bool, bool]:
        there, gone = Elsewhere(ECHO), Elsewhere(["/nowhere/at/all"])
        try:
            return await counting.hand_on(there, {key(1): 3}), await counting.hand_on(gone, {key(1): 3})
        finally:
            await there.close()

    assert run(told()) == (True, False)
