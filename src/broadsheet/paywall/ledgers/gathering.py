"""A ledger's own thread, which settles together whatever came in while it was busy.

The event loop hands over what one turn of it brought and goes on; the thread takes all that wait, in one transaction,
so that the cost of a commit is shared when many readers come at once and nobody waits for a timer when few do.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from broadsheet.paywall.ledgers.settling import (
    MOST_WAITING,
    Question,
    Redemption,
    Waiting,
    answers_to,
    failure,
    is_down,
    resolve,
)
from broadsheet.paywall.ports import Ask, Ledger, LedgerError, Outcome

FIRST = 16  # questions settled together before the ledger is open


class Gatherer:
    """Settles asks for one event loop. Opens the ledger in its thread, and again after a failure."""

    def __init__(self, open_ledger: Callable[[], Ledger]) -> None:
        self._open = open_ledger
        self._waiting: deque[Waiting] = deque()
        self._bell = threading.Condition()
        self._closing = False
        self._ringing: asyncio.AbstractEventLoop | None = None  # whose turn ends with a ring
        self._thread: threading.Thread | None = None

    def grant(self, ask: Ask) -> asyncio.Future[Outcome]:
        """Settle `ask` off the loop. The future raises LedgerError when the ledger cannot be written."""
        return self._put(ask)

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> asyncio.Future[bool]:
        """`Ledger.redeem` off the loop. The future raises LedgerError likewise."""
        return self._put(Redemption(gift, jar, most, until))

    def _put(self, question: Question) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= MOST_WAITING:
            future.set_exception(LedgerError("too many grants are waiting"))
            return future
        self._waiting.append((question, future))
        loop = future.get_loop()
        if self._ringing is not loop:  # a loop that ended before it rang must not keep the next one from ringing
            self._ringing = loop
            loop.call_soon(self._ring)
        return future

    def _ring(self) -> None:
        """Wake the thread, at the end of the loop's turn: what came in together is settled together."""
        self._ringing = None
        with self._bell:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
                self._thread.start()
            self._bell.notify()

    def close(self) -> None:
        """Settle what waits and end the thread."""
        with self._bell:
            self._closing = True
            self._bell.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _work(self) -> None:
        ledger: Ledger | None = None
        while batch := self._next(ledger.at_once if ledger else FIRST):
            questions = [question for question, _future in batch]
            try:
                ledger = ledger or self._open()
            except Exception as error:  # whatever broke, nobody may be left waiting
                self._give_up(batch, failure(error))
                continue
            answers = answers_to(ledger, questions)
            _deliver(batch, answers)
            down = is_down(questions, answers)
            if down is not None:
                self._give_up([], down)
        if ledger is not None:
            ledger.close()

    def _next(self, most: int) -> list[Waiting]:
        with self._bell:
            while not self._waiting and not self._closing:
                self._bell.wait()
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _give_up(self, batch: list[Waiting], error: LedgerError) -> None:
        """Refuse these and all that came in meanwhile: nobody shall wait for one batch after the other to fail."""
        with self._bell:
            late = [*batch]
            while self._waiting:  # the loop may put more there meanwhile
                late.append(self._waiting.popleft())
        _deliver(late, [error] * len(late))


def _deliver(batch: Sequence[tuple[Any, asyncio.Future[Any]]], answers: Sequence[Any]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for (_, future), answer in zip(batch, answers, strict=True):
        loops.setdefault(future.get_loop(), []).append((future, answer))
    for loop, pairs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(resolve, pairs)
