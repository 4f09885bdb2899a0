"""AC-05: money goes back, or is disputed, and the pass from before opens nothing: from the gateway's bell to the edge."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.membership import operations
from broadsheet.membership.operations import Reader
from broadsheet.paywall import passes
from broadsheet.paywall.models import LostPass
from broadsheet.paywall.passes import MOST_SECONDS, Pass
from broadsheet.prerender import operations as prerender
from broadsheet.readers import Standing
from tests.apps.edge.conftest import run
from tests.apps.edge.paper import KEYS, Paper, metered
from tests.apps.membership.stage import Stage
from tests.paper import committed

__all__ = ["run"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paper:
    """An edge that gives strangers nothing, on the very shelf on which Django puts what it is to follow."""
    there = Paper(tmp_path, allowance=0)
    there.shelf.put(metered("/world/1/", 1))
    monkeypatch.setattr(prerender, "shelf", lambda: there.shelf)
    return there


@pytest.fixture
def today(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, at the hour that the edge's own clock says; the paper's follows the gateway's."""
    from datetime import UTC, datetime

    stage.till.now = datetime.fromtimestamp(time.time(), UTC)
    monkeypatch.setattr("broadsheet.clock.now", lambda: stage.now)
    return stage


def held(reader: Reader, stage: Stage) -> str:
    """The cookie of a pass that Django makes for them now, as it does for whoever is a member."""
    assert stage.access(reader).full
    now = stage.now.timestamp()
    made = Pass(Standing.MEMBER, reader.user_id, int(now) + MOST_SECONDS, made=int(now * 1_000))
    return f"bs-p={passes.sign(KEYS, made).decode()}"


def refund(stage: Stage, invoice: str) -> None:
    stage.till.give_back(invoice, 290)


def refund_by_the_desk(stage: Stage, invoice: str) -> None:
    assert operations.give_back(invoice=invoice, now=stage.now)


def dispute_as_fraud(stage: Stage, invoice: str) -> None:
    stage.till.dispute(invoice, "fraudulent")


def dispute_and_lose(stage: Stage, invoice: str) -> None:
    stage.till.dispute(invoice)
    stage.work()
    stage.till.close_dispute(invoice, won=False)


def warning_of_fraud(stage: Stage, invoice: str) -> None:
    stage.till.warn(invoice)


@pytest.mark.parametrize("end", [refund, refund_by_the_desk, dispute_as_fraud, dispute_and_lose, warning_of_fraud])
def test_AC_05_the_pass_from_before_a_refund_or_a_dispute_opens_nothing(
    paper: Paper, today: Stage, run: Any, end: Callable[[Stage, str], None]
) -> None:
    ann, ben = today.reader(), today.reader()
    subscription = today.join(ann, trial=0)
    today.join(ben, trial=0)
    with committed():
        today.work()
    today.till.now += timedelta(seconds=1)  # of what was lost until now, this pass knows
    old, another = held(ann, today), held(ben, today)
    paper.edge.follow()
    assert [_reads(paper, run, cookie) for cookie in (old, another, "")] == [True, True, False]
    assert not LostPass.objects.filter(user=ann.user_id, at__gte=today.now).exists()

    today.till.now += timedelta(seconds=1)
    with committed():
        end(today, today.till.subscriptions[subscription].latest_invoice)
        today.work()
    lost = LostPass.objects.filter(user=ann.user_id).latest("at")
    assert (lost.at, lost.reason, today.access(ann).full) == (today.now, "access lost", False)
    assert not LostPass.objects.filter(user=ben.user_id, at=today.now).exists()
    paper.edge.follow()
    for _twice in range(2):  # the second time from memory
        assert [_reads(paper, run, cookie) for cookie in (old, another)] == [False, True]


def test_AC_05_a_part_of_the_money_back_takes_no_pass(paper: Paper, today: Stage, run: Any) -> None:
    ann = today.reader()
    subscription = today.join(ann, trial=0)
    with committed():
        today.work()
    today.till.now += timedelta(seconds=1)
    cookie = held(ann, today)
    with committed():
        today.till.give_back(today.till.subscriptions[subscription].latest_invoice, 100)
        today.work()
    paper.edge.follow()
    assert _reads(paper, run, cookie)


def test_AC_05_who_wins_the_dispute_reads_by_a_new_pass_and_not_by_the_old(
    paper: Paper, today: Stage, run: Any
) -> None:
    ann = today.reader()
    invoice = today.till.subscriptions[today.join(ann, trial=0)].latest_invoice
    old = held(ann, today)
    today.till.now += timedelta(seconds=1)
    with committed():
        today.till.dispute(invoice, "fraudulent")
        today.work()
    today.till.now += timedelta(seconds=1)
    with committed():
        today.till.close_dispute(invoice, won=True)
        today.work()
    today.till.now += timedelta(seconds=1)
    paper.edge.follow()
    assert [_reads(paper, run, cookie) for cookie in (old, held(ann, today))] == [False, True]


def _reads(paper: Paper, run: Any, cookie: str) -> bool:
    answer = run(paper.get("/world/1/", cookie))
    assert (answer.status, b"LEAD" in answer.body) == (200, True)
    return b"BODY" in answer.body
