"""Readers with an account: the edge gets them a pass, counts what they read to them, and believes no lost one."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge import renewing
from broadsheet.edge.renewing import with_cookie
from broadsheet.paywall import passes
from broadsheet.paywall.passes import MOST_SECONDS, Pass
from broadsheet.readers import Standing
from tests.apps.edge.paper import KEYS, Answer, Paper, metered

ACCOUNT = b"a" * 16
SESSION = "sessionid=s3ss10n"


class Desk:
    """Gives passes, as Django does under /account/pass/."""

    def __init__(self, standing: Standing, account: bytes = b"", seconds: int = MOST_SECONDS) -> None:
        self.standing, self.account, self.seconds = standing, account, seconds
        self.asked: list[bytes] = []
        self.status, self.lost, self.delay = 204, False, 0.01

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert (scope["method"], scope["path"], scope["query_string"]) == ("GET", "/account/pass/", b"")
        self.asked.append(dict(scope["headers"])[b"cookie"])
        await asyncio.sleep(self.delay)
        line = b"bs-p=; Max-Age=0" if self.lost else b"bs-p=" + self.sealed().encode() + b"; Max-Age=600; HttpOnly"
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"set-cookie", line)]})
        await send({"type": "http.response.body", "body": b""})

    def sealed(self, seconds: int | None = None) -> str:
        now = time.time()
        expires = int(now) + (self.seconds if seconds is None else seconds)
        return passes.sign(KEYS, Pass(self.standing, 7, expires, self.account, int(now * 1_000))).decode()


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    there = Paper(tmp_path, allowance=1)
    for number in range(1, 6):
        there.shelf.put(metered(f"/world/{number}/", number))
    return there


def with_desk(paper: Paper, desk: Desk) -> Desk:
    paper.edge._renewing._django = desk
    return desk


def test_a_member_without_a_pass_gets_one_and_the_story_at_once(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))
    first = run(paper.get("/world/1/", cookie=SESSION))
    assert b"BODY" in first.body
    assert first.cookie.startswith("bs-p=")
    held = f"{SESSION}; {first.cookie}"
    for path in ("/world/2/", "/world/3/", "/world/3/"):
        assert b"BODY" in run(paper.get(path, cookie=held)).body
    assert (len(desk.asked), paper.spent()) == (1, 0)


def test_an_institutions_reader_is_known_on_any_network_by_a_pass_and_answered_from_memory(
    paper: Paper, run: Any
) -> None:
    desk = with_desk(paper, Desk(Standing.INSTITUTION, ACCOUNT))
    held = f"{SESSION}; {run(paper.get('/world/1/', cookie=SESSION)).cookie}"
    for client in ("192.0.2.1", "198.51.100.4"):
        answers = [run(paper.get(f"/world/{number}/", cookie=held, client=client)) for number in range(1, 6)]
        assert all(b"BODY" in answer.body and not answer.cookie for answer in answers)
    page = paper.edge._pages.look("/world/1/")
    assert page is not None
    assert [known.until <= time.time() + MOST_SECONDS for known in page.known.values()] == [True]
    assert (len(desk.asked), paper.spent()) == (1, 0)


def test_five_tabs_ask_once(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))

    async def together() -> list[Answer]:
        return await asyncio.gather(*(paper.get(f"/world/{number}/", cookie=SESSION) for number in range(1, 6)))

    assert all(b"BODY" in answer.body for answer in run(together()))
    assert len(desk.asked) == 1


def test_whoever_has_no_session_and_an_open_page_are_asked_nothing(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))
    run(paper.get("/world/1/", cookie="other=1"))
    run(paper.get("/world/1/"))
    assert not desk.asked


def test_a_session_that_gives_no_pass_is_asked_for_once_and_reads_as_a_stranger(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))
    desk.lost = True
    first = run(paper.get("/world/1/", cookie=SESSION))
    second = run(paper.get("/world/2/", cookie=f"{SESSION}; {_receipt(first)}"))
    assert (b"BODY" in first.body, b"BODY" in second.body) == (True, False)
    run(paper.get("/world/1/", cookie=SESSION))
    assert len(desk.asked) == 2, "another header is another question; the same one is not"


def test_what_is_fetched_ahead_sets_no_cookie(paper: Paper, run: Any) -> None:
    with_desk(paper, Desk(Standing.MEMBER))
    answer = run(paper.get("/world/1/", cookie=SESSION, headers=[("sec-purpose", "prefetch")]))
    assert b"BODY" in answer.body
    assert not answer["set-cookie"]


@pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.INSTITUTION])
def test_a_member_is_not_refused_because_django_is_down(paper: Paper, run: Any, standing: Standing) -> None:
    desk = with_desk(paper, Desk(standing))
    desk.status = 503
    over = f"{SESSION}; bs-p={desk.sealed(-60)}"
    long_over = f"{SESSION}; bs-p={desk.sealed(-renewing.GRACE - 1)}"
    receipt = _receipt(run(paper.get("/world/1/")))
    assert b"BODY" in run(paper.get("/world/2/", cookie=f"{receipt}; {over}")).body
    assert b"BODY" not in run(paper.get("/world/2/", cookie=f"{receipt}; {long_over}")).body
    assert b"BODY" not in run(paper.get("/world/2/", cookie=f"{receipt}; bs-p={desk.sealed(-60)}")).body


def test_a_desk_that_hangs_keeps_a_member_waiting_for_a_while_only(
    paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "PATIENCE", 0.05)
    desk = with_desk(paper, Desk(Standing.MEMBER))
    desk.delay = 30
    assert b"BODY" in run(paper.get("/world/1/", cookie=f"{SESSION}; bs-p={desk.sealed(-60)}")).body


def test_a_registered_reader_has_the_accounts_allowance_whatever_their_browser_used(paper: Paper, run: Any) -> None:
    with_desk(paper, Desk(Standing.REGISTERED, ACCOUNT))
    stranger = _receipt(run(paper.get("/world/1/")))
    assert b"OWN LIMIT" in run(paper.get("/world/2/", cookie=stranger)).body
    first = run(paper.get("/world/2/", cookie=f"{SESSION}; {stranger}"))
    assert b"BODY" in first.body
    jar = f"{SESSION}; {_cookie(first, 'bs-p')}; {_cookie(first, 'bs-r')}"
    for _twice in range(2):
        assert b"OWN LIMIT" in run(paper.get("/world/3/", cookie=jar)).body
        assert b"BODY" in run(paper.get("/world/2/", cookie=jar)).body
    other = run(paper.get("/world/3/", cookie=SESSION, client="198.51.100.4"))
    assert b"BODY" not in other.body, "another browser is the same account"


def test_LR_11_where_a_network_is_used_up_whoever_joined_reads_on(tmp_path: Path, run: Any) -> None:
    """As behind Tor or a VPN: the exit's free stories are gone, an account's are its own."""
    paper = Paper(tmp_path, allowance=1, network_new=2, network_new_most=2)
    for number in range(1, 6):
        paper.shelf.put(metered(f"/world/{number}/", number))
    for number in (1, 2):
        assert b"BODY" in run(paper.get(f"/world/{number}/")).body
    assert b"NETWORK LIMIT" in run(paper.get("/world/3/")).body
    with_desk(paper, Desk(Standing.REGISTERED, ACCOUNT))
    assert b"BODY" in run(paper.get("/world/3/", cookie=SESSION)).body
    assert b"NETWORK LIMIT" in run(paper.get("/world/4/")).body


def test_AC_04_a_membership_that_ends_while_reading_opens_no_story_after_its_end(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER, seconds=2))
    first = run(paper.get("/world/1/", cookie=SESSION))
    assert b"BODY" in first.body
    desk.standing, desk.account = Standing.REGISTERED, ACCOUNT  # what Django says from the end on
    held = f"{SESSION}; {first.cookie}"
    assert b"BODY" in run(paper.get("/world/2/", cookie=held)).body, "the last second is paid for"
    time.sleep(2.1)
    after = [run(paper.get(f"/world/{number}/", cookie=held)).body for number in (3, 4, 5)]
    assert [b"BODY" in body for body in after] == [True, False, False], "the account's one free story, no more"
    assert paper.spent() == 1


def test_AC_05_a_lost_pass_opens_nothing_and_a_new_one_does(paper: Paper, run: Any) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))
    receipt = _receipt(run(paper.get("/world/1/")))
    held = f"{receipt}; bs-p={desk.sealed()}"
    for _twice in range(2):  # the second time from memory
        assert b"BODY" in run(paper.get("/world/2/", cookie=held)).body
    time.sleep(0.002)
    paper.shelf.put_document("revoked", {"7": time.time(), "8": time.time()})
    paper.edge.follow()
    assert b"BODY" not in run(paper.get("/world/2/", cookie=held)).body
    time.sleep(0.002)
    for seconds in (MOST_SECONDS, 5):  # the second is of somebody whose membership ends in a moment
        new = f"{receipt}; bs-p={desk.sealed(seconds)}"
        assert b"BODY" in run(paper.get("/world/2/", cookie=new)).body
    paper.shelf.put_document("revoked", {})
    paper.edge.follow()
    assert b"BODY" in run(paper.get("/world/2/", cookie=held)).body


def test_AC_05_who_logs_out_takes_the_copies_of_the_pass_along_and_other_devices_read_on(
    paper: Paper, run: Any
) -> None:
    desk = with_desk(paper, Desk(Standing.MEMBER))
    receipt = _receipt(run(paper.get("/world/1/")))
    copied = f"bs-p={desk.sealed()}"
    elsewhere = f"{SESSION}; bs-p={desk.sealed()}"
    time.sleep(0.002)
    paper.shelf.put_document("revoked", {"7": time.time()})
    paper.edge.follow()
    assert b"BODY" not in run(paper.get("/world/2/", cookie=f"{receipt}; {copied}")).body
    first = run(paper.get("/world/2/", cookie=elsewhere))
    assert b"BODY" in first.body, "the very first page after it: their session gets a new pass"
    held = f"{SESSION}; {_cookie(first, 'bs-p')}"
    for number in (3, 4, 5):
        assert b"BODY" in run(paper.get(f"/world/{number}/", cookie=held)).body
    assert (len(desk.asked), paper.spent()) == (1, 1)


def test_a_cookie_takes_the_place_of_its_namesake() -> None:
    assert with_cookie(b"a=1; bs-p=old;  b=2;", b"bs-p", b"new") == b"a=1; b=2; bs-p=new"
    assert with_cookie(b"", b"bs-p", b"new") == b"bs-p=new"


def _cookie(answer: Answer, name: str) -> str:
    lines = [value.split(";")[0] for key, value in answer.headers if key == "set-cookie"]
    return next(line for line in lines if line.startswith(f"{name}="))


def _receipt(answer: Answer) -> str:
    return _cookie(answer, "bs-r")
