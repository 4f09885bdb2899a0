"""Receipts that go round: one opens its stories as often as a reader would, and none once it was taken back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from broadsheet.edge.gate import MOST_READS
from broadsheet.paywall.minting import reader_key
from tests.apps.edge.paper import KEYS, Paper, metered


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    there = Paper(tmp_path, allowance=1, network_new=1)
    for number in range(1, 4):
        there.shelf.put(metered(f"/world/{number}/", number))
    return there


def test_MT_12_a_receipt_that_goes_round_opens_a_story_sixty_times_an_hour(
    paper: Paper, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = run(paper.get("/world/1/")).cookie
    for number in range(50):  # the networks that it goes round have read their fill
        run(paper.get("/world/2/", client=f"198.51.{number}.1"))

    def read(number: int) -> bool:
        jar = f"theme={number % 3}; {cookie}"  # whatever else a browser keeps
        return b"BODY" in run(paper.get("/world/1/", cookie=jar, client=f"198.51.{number % 50}.1")).body

    assert [read(number) for number in range(1_000)].count(True) == MOST_READS
    assert b"BODY" in run(paper.get("/world/2/", cookie=cookie, client="198.51.0.1")).body, "seen on this network today"
    hour = time.time() + 3_600
    monkeypatch.setattr("time.time", lambda: hour)
    paper.edge.gate.new_hour()
    paper.edge._pages.forget_known()
    assert read(0)


def test_MT_12_a_receipt_that_was_taken_back_opens_nothing_from_the_next_request_on(paper: Paper, run: Any) -> None:
    cookie = run(paper.get("/world/1/")).cookie
    other = run(paper.get("/world/1/", client="203.0.113.1")).cookie
    run(paper.get("/world/2/", client="198.51.100.1"))
    for _twice in range(2):
        assert b"BODY" in run(paper.get("/world/1/", cookie=cookie, client="198.51.100.1")).body
    receipt = KEYS.read(cookie.partition("=")[2].encode())
    assert receipt is not None
    paper.shelf.put_document("receipts", {"revoked": [reader_key(receipt.reader).hex()]})
    paper.edge.follow()
    assert b"BODY" not in run(paper.get("/world/1/", cookie=cookie, client="198.51.100.1")).body
    assert b"BODY" in run(paper.get("/world/1/", cookie=other)).body
