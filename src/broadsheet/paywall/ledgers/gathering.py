"""A ledger's own thread, which settles together whatever came in while it was busy.

The event loop hands an ask over and goes on; the thread takes all that wait, in one transaction, so that the cost
of a commit is shared when many readers come at once and nobody waits for a timer when few do.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from broadsheet.paywall.ports import Ask, Ledger, LedgerError, Outcome

MOST_AT_ONCE = 64
MOST_WAITING = 2_000


class Redeem(NamedTuple):
    """A gift that came back with a reader, put to a ledger (see Ledger.redeem)."""

    gift: bytes
    jar: bytes
    most: int
    until: int


Waiting = tuple[Ask | Redeem, asyncio.Future[Any]]


class Gatherer:
    """Settles asks for one event loop. Opens the ledger in its thread, and again after a failure."""

    def __init__(self, open_ledger: Callable[[], Ledger]) -> None:
        self._open = open_ledger
        self._waiting: deque[Waiting] = deque()
        self._bell = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def grant(self, ask: Ask) -> asyncio.Future[Outcome]:
        """Settle `ask` off the loop. The future raises LedgerError when the ledger cannot be written."""
        return self._hand_over(ask)

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> asyncio.Future[bool]:
        """Count this jar for the gift, off the loop. The future raises LedgerError like a grant's."""
        return self._hand_over(Redeem(gift, jar, most, until))

    def _hand_over(self, ask: Ask | Redeem) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= MOST_WAITING:
            future.set_exception(LedgerError("too many grants are waiting"))
            return future
        with self._bell:
            self._waiting.append((ask, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
                self._thread.start()
            self._bell.notify()
        return future

    def close(self) -> None:
        """Settle what waits and end the thread."""
        with self._bell:
            self._closing = True
            self._bell.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _work(self) -> None:
        ledger: Ledger | None = None
        while batch := self._next():
            try:
                ledger = ledger or self._open()
                answers = _settle(ledger, [ask for ask, _ in batch])
            except LedgerError as error:
                answers = self._one_by_one(ledger, batch, error)
            except Exception as error:  # whatever broke, nobody may be left waiting
                answers = [LedgerError(repr(error))] * len(batch)
            _deliver(batch, answers)
        if ledger is not None:
            ledger.close()

    def _next(self) -> list[Waiting]:
        with self._bell:
            while not self._waiting and not self._closing:
                self._bell.wait()
            return [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]

    def _one_by_one(self, ledger: Ledger | None, batch: list[Waiting], error: LedgerError) -> list[Any]:
        """After a batch failed: one bad ask must not refuse the others. A ledger that is down fails them all."""
        if ledger is None or len(batch) == 1:
            return [error] * len(batch)
        answers: list[Any] = []
        for ask, _ in batch:
            try:
                answers.extend(_settle(ledger, [ask]))
            except LedgerError as again:
                answers.append(again)
                if len(answers) == 1:  # the very first fails alone as well: do not wait for each lock in turn
                    return [again] * len(batch)
        return answers


def _settle(ledger: Ledger, batch: list[Ask | Redeem]) -> list[Any]:
    """The answers in order: grants in one transaction, then gifts, of which none may undo what was granted."""
    asks = [ask for ask in batch if isinstance(ask, Ask)]
    outcomes = iter(ledger.grant_all(asks) if asks else [])
    return [next(outcomes) if isinstance(ask, Ask) else _redeem(ledger, ask) for ask in batch]


def _redeem(ledger: Ledger, ask: Redeem) -> bool | LedgerError:
    try:
        return ledger.redeem(*ask)
    except LedgerError as error:
        return error


def _deliver(batch: list[Waiting], answers: list[Any]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for (_, future), answer in zip(batch, answers, strict=True):
        loops.setdefault(future.get_loop(), []).append((future, answer))
    for loop, pairs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in pairs:
        if future.done():
            continue
        if isinstance(answer, LedgerError):
            future.set_exception(answer)
        else:
            future.set_result(answer)
