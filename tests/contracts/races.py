"""Many processes that open stories at the same moment, with one receipt or from one network, on one ledger."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ask, Ledger, LedgerError
from broadsheet.paywall.rules import Terms

TERMS = Terms(allowance=3, window=30)
TODAY, TRIES, AT_ONCE = 20_000, 400, 3
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Raced:
    """What a series of races came to."""

    rounds: int
    over: int  # grants beyond what a reader, or a network, may have
    under: int  # grants that were refused although they were due
    unanswered: int


def race(url: str, rounds: int, processes: int = 16, readers: int = 40) -> Raced:
    """So many rounds of `readers` at once, in turn with one receipt and without cookies on one network."""
    spawn = get_context("spawn")
    start, results = spawn.Barrier(processes), spawn.Queue()
    jobs = [spawn.Queue() for _ in range(processes)]
    racers = [spawn.Process(target=_racer, args=(url, start, job, results), daemon=True) for job in jobs]
    for racer in racers:
        racer.start()
    ledger = open_ledger(url)
    over = under = unanswered = 0
    for number in range(rounds):
        reader, due = _before(ledger, number)
        asks = [_ask(number, story, reader) for story in range(1, readers + 1)]
        for place, job in enumerate(jobs):
            job.put(asks[place::processes])
        answers: Counter[str] = Counter()
        for _ in jobs:
            answers += results.get(timeout=120)
        granted = answers[Answer.GRANTED]
        over, under = over + max(0, granted - due), under + max(0, due - granted)
        unanswered += answers[UNANSWERED]
    for job in jobs:
        job.put(None)
    for racer in racers:
        racer.join(timeout=30)
    ledger.close()
    return Raced(rounds, over, under, unanswered)


def _before(ledger: Ledger, number: int) -> tuple[bytes | None, int]:
    """The receipt that this round's readers share, if any, and how many grants are due to them."""
    if number % 2:
        return None, TERMS.network_new
    reader = ledger.grant_all([_ask(number, 0, None)])[0].reader
    return reader, TERMS.allowance - 1


def _ask(number: int, story: int, reader: bytes | None) -> Ask:
    near, wide = b"4n%d" % number, b"4w%d" % number
    return Ask(reader, os.urandom(16), (number * 1_000 + story).to_bytes(16, "big"), near, wide, TODAY, TERMS)


def _racer(url: str, start: Any, jobs: Any, results: Any) -> None:
    """One process: waits for all the others, then asks as many as it was given at once, each with its own ledger."""
    own = threading.local()
    with ThreadPoolExecutor(AT_ONCE, initializer=lambda: setattr(own, "ledger", open_ledger(url))) as threads:
        while asks := jobs.get():
            start.wait(timeout=120)
            results.put(Counter(threads.map(lambda ask: _answer(lambda: own.ledger, ask), asks)))


def _answer(ledger: Callable[[], Ledger], ask: Ask) -> str:
    for _ in range(TRIES):
        try:
            return ledger().grant_all([ask])[0].answer
        except LedgerError:
            continue
    return UNANSWERED
