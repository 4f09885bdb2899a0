"""Asks that the contract tests put to a ledger."""

from __future__ import annotations

import os

from broadsheet.paywall.ports import Ask, Ledger, LedgerError, Outcome
from broadsheet.paywall.receipts import Receipt, with_tags
from broadsheet.paywall.rules import Terms

TODAY = 20_000
TERMS = Terms(allowance=3, window=30)
HOME = (b"4\xc0\x00\x02\x01", b"4\xc0\x00\x02")


def story(number: int) -> bytes:
    return number.to_bytes(16, "big")


def ask(
    number: int,
    reader: bytes | None = None,
    today: int = TODAY,
    terms: Terms = TERMS,
    network: tuple[bytes, bytes] = HOME,
    account: bytes | None = None,
) -> Ask:
    return Ask(reader, os.urandom(16), story(number), *network, today, terms, account)


def one(ledger: Ledger, question: Ask) -> Outcome:
    return ledger.grant_all([question])[0]


def patient(ledger: Ledger, asks: list[Ask]) -> list[Outcome]:
    """The answers, however often a busy machine makes the ledger refuse to record anything first."""
    for _ in range(20):
        try:
            return ledger.grant_all(asks)
        except LedgerError:
            continue
    raise AssertionError("the ledger answered nothing in twenty tries")


def receipt_of(outcome: Outcome) -> Receipt:
    return with_tags(outcome.reader, outcome.window_start, outcome.tags)
