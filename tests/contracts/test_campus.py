"""LR-03: many honest readers behind one address. What the network may open follows how many of them have a history."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ask
from broadsheet.paywall.rules import Terms

READERS, DAYS, STEADY, PER_DAY = 500, 45, 15, 12
TERMS = Terms(allowance=5, window=30)
START = 20_000


def test_LR_03_five_hundred_readers_of_one_campus_are_not_refused_once_they_have_a_history(tmp_path: Path) -> None:
    chance, ledger = random.Random(45), open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    ids: list[bytes | None] = [None] * READERS
    answers: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for day in range(DAYS):
        who = [reader for reader in range(READERS) if chance.random() < 0.15]
        if chance.random() < 0.5:
            ids[chance.randrange(READERS)] = None  # somebody new on the campus, or an emptied jar
        asks = [_ask(ids[reader], day, chance) for reader in who]
        for reader, outcome in zip(who, ledger.grant_all(asks), strict=True):
            answers[day >= STEADY][outcome.answer] += 1
            ids[reader] = outcome.reader or ids[reader]
        ledger.sweep(START + day)
    ledger.close()
    steady = answers[True]
    due = sum(steady.values()) - steady[Answer.OWN_LIMIT]
    assert due > 1_500
    assert steady[Answer.NETWORK_LIMIT] / due <= 0.005, steady
    assert answers[False][Answer.NETWORK_LIMIT] > 0, (
        "the first days, when nobody has a history, are where the bound holds"
    )


def _ask(reader: bytes | None, day: int, chance: random.Random) -> Ask:
    """One reader picks one of the last two days' stories; what stands high on the front is picked more often."""
    rank = min(int(chance.expovariate(0.22)), 2 * PER_DAY - 1)
    story = (day * PER_DAY - rank + 10_000).to_bytes(16, "big")
    return Ask(reader if reader else None, os.urandom(16), story, b"4campus", b"4wide", START + day, TERMS)
