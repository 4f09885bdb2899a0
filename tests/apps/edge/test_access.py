"""Gates that come with age, and institutions, at the edge."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge.shelf import Entry
from broadsheet.paywall import institutions, passes
from broadsheet.paywall.institutions import Held
from broadsheet.paywall.rules import Access
from broadsheet.readers import Standing
from tests.apps.edge.paper import KEYS, SLIPS, Paper, metered

NOW = time.time()
LIBRARY = Held("Library", ("198.51.100.0/24", "2001:db8:7::/48"), (), reads=True)
CAMPUS = Held("Campus", ("203.0.113.0/24",), (), reads=False, factor=4)
OVER = Held("Over", ("192.0.2.0/24",), (), reads=True, until=NOW - 60)


def ageing(number: int, access: Access, seconds: float) -> Entry:
    """A story that its age makes the members' so many seconds from now."""
    return replace(metered(f"/world/{number}/", number, access), gated_from=time.time() + seconds)


def member() -> str:
    return f"bs-p={passes.sign(KEYS, passes.Pass(Standing.MEMBER, 7, int(time.time()) + 300)).decode()}"


def tell(paper: Paper, *rows: Held, **terms: int) -> None:
    document = {"terms": {"allowance": 3, **terms}, "slips": {"en": SLIPS}, "institutions": institutions.dump(rows)}
    paper.shelf.put_document("policy", document)


@pytest.fixture
def stories(tmp_path: Path) -> Paper:
    made = Paper(tmp_path)
    tell(made, LIBRARY, CAMPUS, OVER)
    for number in range(1, 60):
        made.shelf.put(metered(f"/world/{number}/", number))
    made.shelf.put(metered("/members/", 90, Access.MEMBERS))
    return made


@pytest.mark.parametrize("access", [Access.OPEN, Access.METERED])
def test_a_story_shuts_at_its_moment_without_a_new_rendering(paper: Paper, run: Any, access: Access) -> None:
    paper.shelf.put(ageing(9, access, 0.8))

    async def before_and_after() -> tuple[Any, ...]:
        first = await paper.get("/world/9/")
        await asyncio.sleep(1.0)
        again = await paper.get("/world/9/", first.cookie, headers=[("if-none-match", first["etag"])])
        other = await paper.get("/world/9/", client="192.0.2.77")
        head = await paper.get("/world/9/", method="HEAD")
        return first, again, other, head, await paper.get("/world/9/", member())

    first, again, other, head, of_member = run(before_and_after())
    assert b"BODY" in first.body
    assert "public" not in first["cache-control"], "a shared cache would keep it past its moment"
    for answer in (again, other, head):
        assert (answer.status, b"BODY" in answer.body) == (200, False)
        assert answer["cache-control"] == "private, no-cache"
    assert b"MEMBERS ONLY" in other.body
    assert b"BODY" in of_member.body
    assert paper.spent() == (1 if access is Access.METERED else 0)
    assert ("GET", "/world/9/") not in paper.django.asked


def test_a_story_whose_moment_has_passed_is_rendered_anew_behind_the_readers_back(paper: Paper, run: Any) -> None:
    paper.shelf.put(replace(ageing(9, Access.OPEN, -5), until=time.time() - 5))
    paper.django.pages["/world/9/"] = metered("/world/9/", 9, Access.MEMBERS)

    async def twice() -> tuple[bytes, Any]:
        first = await paper.get("/world/9/")
        await asyncio.sleep(0.3)
        return first.body, paper.shelf.get("/world/9/")

    body, entry = run(twice())
    assert b"BODY" not in body
    assert paper.django.asked == [("GET", "/world/9/")]
    assert (entry.access, entry.gated_from) == (Access.MEMBERS, 0.0)


def test_the_shelf_keeps_the_moment_and_tells_every_storys_gate(paper: Paper) -> None:
    entry = ageing(9, Access.OPEN, 50)
    paper.shelf.put(entry)
    assert paper.shelf.get("/world/9/").gated_from == entry.gated_from
    gates = {row.path: row for row in paper.shelf.gates()}
    assert gates["/world/9/"] == ("/world/9/", entry.story, Access.OPEN, entry.gated_from)
    assert gates["/world/1/"].gated_from == 0.0


def test_LR_07_open_costs_nothing_and_what_becomes_gated_charges_nobody_afterwards(paper: Paper, run: Any) -> None:
    async def walk() -> tuple[int, int, int, Any]:
        paper.shelf.put(metered("/obituary/", 80, Access.OPEN))
        cookie = (await paper.get("/world/1/")).cookie
        spent = [paper.spent()]
        for _ in range(3):
            assert b"BODY" in (await paper.get("/obituary/", cookie)).body
        spent.append(paper.spent())
        paper.shelf.put(metered("/obituary/", 80, Access.METERED))
        await asyncio.sleep(0.5)
        spent.append(paper.spent())
        return *spent, [await paper.get(f"/world/{number}/", cookie) for number in (2, 3, 4)]

    first, open_now, gated_now, answers = run(walk())
    assert (first, open_now, gated_now) == (1, 1, 1)
    assert [b"BODY" in answer.body for answer in answers] == [True, True, False]


@pytest.mark.parametrize("client", ["198.51.100.0", "198.51.100.255", "2001:db8:7:1::9", "::ffff:198.51.100.4"])
@pytest.mark.parametrize("path", ["/world/1/", "/members/"])
def test_an_institution_reads_everything_and_spends_nothing(stories: Paper, run: Any, client: str, path: str) -> None:
    answer = run(stories.get(path, client=client))
    assert (b"BODY" in answer.body, answer["set-cookie"], answer["cache-control"]) == (True, "", "private, no-cache")
    assert stories.spent() == 0


def test_an_institution_never_meets_the_wall_of_a_network(stories: Paper, run: Any) -> None:
    answers = [run(stories.get(f"/world/{number}/", client="198.51.100.7")) for number in range(1, 60)]
    assert all(b"BODY" in answer.body for answer in answers)


def test_who_is_outside_or_whose_time_is_over_reads_as_others_do(stories: Paper, run: Any) -> None:
    for client in ("198.51.99.255", "198.51.101.0", "192.0.2.9", "2001:db8:8::1"):
        assert b"BODY" not in run(stories.get("/members/", client=client)).body


def test_CR_05_a_forwarded_address_makes_nobody_an_institution(stories: Paper, run: Any) -> None:
    for header in ("x-forwarded-for", "x-real-ip", "forwarded"):
        answer = run(stories.get("/members/", headers=[(header, "198.51.100.7")], client="192.0.2.50"))
        assert b"BODY" not in answer.body


def test_a_shared_network_has_its_bound_so_many_times(stories: Paper, run: Any) -> None:
    answers = [run(stories.get(f"/world/{number}/", client="203.0.113.5")) for number in range(1, 60)]
    assert sum(b"BODY" in answer.body for answer in answers) == 32
    others = [run(stories.get(f"/world/{number}/", client="192.0.2.200")) for number in range(1, 60)]
    assert sum(b"BODY" in answer.body for answer in others) == 8


def test_a_new_institution_holds_within_a_second_and_one_taken_away_too(stories: Paper, run: Any) -> None:
    async def change() -> list[bool]:
        seen = [b"BODY" in (await stories.get("/members/", client="192.0.2.1")).body]
        for rows in ((Held("New", ("192.0.2.0/24",), (), reads=True),), ()):
            tell(stories, *rows)
            await asyncio.sleep(0.5)
            seen.append(b"BODY" in (await stories.get("/members/", client="192.0.2.1")).body)
        return seen

    assert run(change()) == [False, True, False]
