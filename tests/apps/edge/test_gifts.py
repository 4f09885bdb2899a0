"""TK-01, TK-02 at the story's door: what a link's cookie opens, when it is counted, and when it stops."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import pytest

from broadsheet.paywall import gifts
from broadsheet.paywall.gifts import Jar, Link
from broadsheet.paywall.ports import LedgerError
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.rules import Access
from tests.apps.edge.paper import KEYS, Answer, Paper, metered

GIFT = b"a gift's id it is"[:16]


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def jar(
    number: int = 1, most: int = 50, gift: bytes = GIFT, who: int = 0, counted: bool = False, seconds: int = 1000
) -> str:
    """The cookie of somebody who opened a link to story `number`."""
    now = time.time()
    made = Jar(b"%016d" % who).with_link(Link(gift, key(number), "en", int(now) + seconds, most), now - 10_000)
    return "bs-g=" + gifts.seal(KEYS, made.with_counted(gift) if counted else made).decode()


def whole(answer: Answer) -> bool:
    return b"BODY" in answer.body


@pytest.fixture
def paper(tmp_path: Any) -> Paper:
    """A paper that gives nothing for free, so that a body is always the link's doing."""
    made = Paper(tmp_path, allowance=0)
    for number in range(1, 4):
        made.shelf.put(metered(f"/world/{number}/", number))
    made.shelf.put(metered("/world/9/", 9, Access.MEMBERS))
    return made


async def used(paper: Paper, gift: bytes = GIFT) -> int:
    from broadsheet.paywall.ledgers.sqlite import SqliteLedger

    ledger = SqliteLedger(paper.folder / "ledger.sqlite3")
    try:
        return ledger.redeemed(gift)
    finally:
        ledger.close()


def test_TK_01_a_link_opens_its_story_and_is_counted_once_however_often_it_is_read(paper: Paper, run: Any):
    async def read() -> list[Answer]:
        first = await paper.get("/world/1/", jar())
        return [first, *[await paper.get("/world/1/", first.cookie) for _ in range(5)]]

    answers = run(read())
    assert all(whole(answer) for answer in answers)
    assert answers[0]["set-cookie"].startswith("bs-g=")
    assert "HttpOnly; SameSite=Lax" in answers[0]["set-cookie"]
    assert [answer["set-cookie"] for answer in answers[1:]] == [""] * 5
    assert run(used(paper)) == 1
    assert paper.spent() == 0


def test_TK_01_a_cookie_that_lost_its_mark_is_not_counted_again(paper: Paper, run: Any):
    assert all(whole(run(paper.get("/world/1/", jar()))) for _ in range(5))
    assert run(used(paper)) == 1


def test_TK_01_another_story_is_none_of_the_links_business(paper: Paper, run: Any):
    for cookie in (jar(), jar(counted=True)):
        answer = run(paper.get("/world/2/", cookie))
        assert not whole(answer)
        assert b"WALL" in answer.body
    assert run(used(paper)) == 0


def test_TK_01_it_opens_a_members_story_too(paper: Paper, run: Any):
    assert whole(run(paper.get("/world/9/", jar(9))))
    assert not whole(run(paper.get("/world/9/", jar(1))))


def test_TK_01_the_fifty_first_jar_meets_the_wall_and_the_fifty_read_on(paper: Paper, run: Any):
    async def come() -> list[Answer]:
        return [await paper.get("/world/1/", jar(who=who)) for who in range(51)]

    answers = run(come())
    assert [whole(answer) for answer in answers] == [True] * 50 + [False]
    assert (answers[50].status, answers[50]["set-cookie"]) == (200, "")
    assert b"WALL" in answers[50].body
    assert whole(run(paper.get("/world/1/", answers[0].cookie)))
    assert whole(run(paper.get("/world/1/", jar(who=3))))
    assert run(used(paper)) == 50


def test_TK_01_sixty_jars_that_race_for_the_last_ten_places(paper: Paper, run: Any):
    async def race() -> list[Answer]:
        for who in range(40):
            await paper.get("/world/1/", jar(who=who))
        return await asyncio.gather(*(paper.get("/world/1/", jar(who=100 + who)) for who in range(60)))

    assert sum(whole(answer) for answer in run(race())) == 10
    assert run(used(paper)) == 50


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", []),
        ("GET", [("sec-fetch-dest", "image")]),
        ("GET", [("sec-fetch-dest", "iframe")]),
        ("GET", [("user-agent", "facebookexternalhit/1.1")]),
        ("GET", [("sec-purpose", "prefetch")]),
        ("GET", [("purpose", "prefetch")]),
    ],
)
def test_TK_01_what_is_no_visit_is_not_counted_and_reveals_nothing(paper: Paper, run: Any, method: str, headers: Any):
    for path, number in (("/world/1/", 1), ("/world/9/", 9)):
        answer = run(paper.get(path, jar(number), method=method, headers=headers))
        assert not whole(answer)
        assert answer["set-cookie"] == ""
        assert answer.status == (503 if "purpose" in str(headers) else 200)
    assert run(used(paper)) == 0


def test_TK_01_a_counted_link_serves_a_prefetch_and_a_head_like_a_re_read(paper: Paper, run: Any):
    answer = run(paper.get("/world/1/", jar(counted=True), headers=[("sec-purpose", "prefetch")]))
    assert whole(answer)
    assert answer["set-cookie"] == ""
    head = run(paper.get("/world/1/", jar(counted=True), method="HEAD"))
    assert head["etag"] == answer["etag"]


@pytest.mark.parametrize("counted", [True, False])
def test_TK_01_an_ended_link_opens_nothing(paper: Paper, run: Any, counted: bool):
    assert not whole(run(paper.get("/world/1/", jar(counted=counted, seconds=-1))))


@pytest.mark.parametrize("counted", [True, False])
def test_TK_01_a_revoked_link_opens_nothing_within_a_second(paper: Paper, run: Any, counted: bool):
    async def revoke() -> tuple[Answer, Answer]:
        before = await paper.get("/world/1/", jar(counted=counted))
        paper.shelf.put_document("gifts", {"revoked": [GIFT.hex()]})
        await asyncio.sleep(0.9)
        return before, await paper.get("/world/1/", jar(counted=counted))

    before, after = run(revoke())
    assert whole(before)
    assert not whole(after)


def test_TK_01_a_counted_link_asks_no_ledger(paper: Paper, run: Any):
    def broken(*_: Any) -> Any:
        raise AssertionError("the ledger was asked")

    paper.gatherer.redeem = broken  # type: ignore[method-assign]
    assert whole(run(paper.get("/world/1/", jar(counted=True))))
    with pytest.raises(AssertionError):
        run(paper.get("/world/1/", jar()))


def test_a_ledger_that_is_down_counts_nothing_and_the_meter_decides(paper: Paper, run: Any):
    class Down:
        at_once = 16

        def redeem(self, *_: Any) -> bool:
            raise LedgerError("read-only")

        def close(self) -> None: ...

    paper.gatherer._open = Down  # type: ignore[assignment]
    answer = run(paper.get("/world/1/", jar()))
    assert (answer.status, whole(answer), answer["set-cookie"]) == (200, False, "")


def test_a_gift_that_cannot_be_counted_takes_no_grant_with_it(tmp_path: Any, run: Any):
    """Both are settled by one thread: a grant that was written is not written again for the gift's sake."""
    from broadsheet.paywall.ledgers.sqlite import SqliteLedger

    class HalfDown(SqliteLedger):
        def redeem(self, *_: Any) -> bool:
            raise LedgerError("no gifts today")

    paper = Paper(tmp_path, allowance=1)
    for number in (1, 2):
        paper.shelf.put(metered(f"/world/{number}/", number))
    paper.gatherer._open = lambda: HalfDown(tmp_path / "ledger.sqlite3")

    async def both() -> list[Answer]:
        return await asyncio.gather(*(paper.get("/world/2/"), paper.get("/world/1/", jar())))

    assert [whole(answer) for answer in run(both())] == [True, True]
    assert paper.spent() == 2


def test_a_link_costs_no_free_story(tmp_path: Any, run: Any):
    paper = Paper(tmp_path, allowance=1)
    for number in (1, 2):
        paper.shelf.put(metered(f"/world/{number}/", number))
    assert whole(run(paper.get("/world/1/", jar())))
    assert paper.spent() == 0
    assert whole(run(paper.get("/world/2/", jar(counted=True))))
    assert paper.spent() == 1


def test_TK_01_hostile_cookies_are_none_and_no_error(paper: Paper, run: Any):
    value, chance = jar(counted=True), random.Random(11)
    forged = Jar(b"j" * 16).with_link(Link(GIFT, key(1), "en", int(time.time()) + 99, 50), 0).with_counted(GIFT)
    cookies = [
        "bs-g=", "bs-g=.", "bs-g", f"{value}; {value}", "bs-g=" + "A" * 8000, "bs-g=\xff\xfe", value + "x",
        value.replace("bs-g", "xbs-g"), "bs-g=" + gifts.seal(KeyRing("x" * 40), forged).decode(),
        value.replace("bs-g=", "bs-r="), value.replace("bs-g=", "bs-p="),
    ]  # fmt: skip
    for _ in range(400):
        at = chance.randrange(5, len(value))
        cookies.append(value[:at] + chr(chance.randrange(33, 256)) + value[at + chance.randrange(1, 3) :])

    async def send() -> list[tuple[str, Answer]]:
        return [(cookie, await paper.get("/world/1/", cookie)) for cookie in cookies if cookie != value]

    for cookie, answer in run(send()):
        assert answer.status == 200, cookie
        assert not whole(answer), cookie


def test_TK_06_over_https_only_the_hosts_own_cookie_is_a_jar(tmp_path: Any, run: Any):
    paper = Paper(tmp_path, allowance=0, secure=True)
    paper.shelf.put(metered("/world/1/", 1))
    assert not whole(run(paper.get("/world/1/", jar())))
    answer = run(paper.get("/world/1/", "__Host-" + jar()))
    assert whole(answer)
    assert answer["set-cookie"].startswith("__Host-bs-g=")
    assert "Secure" in answer["set-cookie"]


def test_the_ledger_holds_neither_gift_nor_jar(paper: Paper, run: Any):
    run(paper.get("/world/1/", jar(who=7)))
    dump = b"".join(path.read_bytes() for path in paper.folder.glob("ledger.sqlite3*"))
    assert GIFT not in dump
    assert b"%016d" % 7 not in dump
