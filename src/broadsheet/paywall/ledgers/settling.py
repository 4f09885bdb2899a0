"""A batch of questions to a ledger, each answered or told why not: one bad ask must not refuse the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from broadsheet.paywall.ports import Ask, Ledger, LedgerError, Outcome

MOST_WAITING = 2_000


class Redemption(NamedTuple):
    """A gift's being opened, put to a ledger: what `Ledger.redeem` takes."""

    gift: bytes
    jar: bytes
    most: int
    until: int


Question = Ask | Redemption
Waiting = tuple[Question, "asyncio.Future[Any]"]


class Settler(Protocol):
    """Settles questions off the event loop. Its futures raise LedgerError when the ledger cannot be written."""

    def grant(self, ask: Ask) -> asyncio.Future[Outcome]: ...

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> asyncio.Future[bool]: ...

    def close(self) -> None: ...


def answers_to(ledger: Ledger, questions: Sequence[Question]) -> list[Any]:
    """An Outcome for each ask, a bool for each redemption, or a LedgerError in its place; grants come first."""
    asks = [at for at, question in enumerate(questions) if isinstance(question, Ask)]
    answers: list[Any] = [None] * len(questions)
    for at, answer in zip(asks, _grants(ledger, [questions[at] for at in asks]), strict=True):  # type: ignore[misc]
        answers[at] = answer
    for at, question in enumerate(questions):
        if isinstance(question, Redemption):
            answers[at] = _redeem(ledger, question)
    return answers


def is_down(questions: Sequence[Question], answers: Sequence[Any]) -> LedgerError | None:
    """What the ledger said where it settled none of a batch's grants: there is no use in asking it the rest."""
    said = [answer for question, answer in zip(questions, answers, strict=True) if isinstance(question, Ask)]
    if said and all(isinstance(answer, LedgerError) for answer in said):
        return said[0]  # type: ignore[no-any-return]
    return None


def failure(error: Exception) -> LedgerError:
    """Whatever broke, as what an asker is told."""
    return error if isinstance(error, LedgerError) else LedgerError(repr(error))


def resolve(pairs: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    """Give the futures their answers, in their own loop."""
    for future, answer in pairs:
        if future.done():
            continue
        if isinstance(answer, LedgerError):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _grants(ledger: Ledger, asks: list[Ask]) -> list[Outcome | LedgerError]:
    if not asks:
        return []
    try:
        return list(ledger.grant_all(asks))
    except LedgerError as error:
        return [error] if len(asks) == 1 else _one_by_one(ledger, asks)
    except Exception as error:  # a fault of ours in one of them; the ledger itself may be well
        return [failure(error)] * len(asks)


def _one_by_one(ledger: Ledger, asks: list[Ask]) -> list[Outcome | LedgerError]:
    """Each ask alone. A ledger that is down fails them all with the first, without waiting for each in turn."""
    answers: list[Outcome | LedgerError] = []
    for ask in asks:
        try:
            answers.extend(ledger.grant_all([ask]))
        except Exception as error:
            answers.append(failure(error))
            if len(answers) == 1:
                return answers * len(asks)
    return answers


def _redeem(ledger: Ledger, question: Redemption) -> bool | LedgerError:
    try:
        return ledger.redeem(*question)
    except Exception as error:
        return failure(error)
