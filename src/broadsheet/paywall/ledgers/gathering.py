"""A ledger's own thread, which settles together whatever came in while it was busy.

The event loop hands an ask over and goes on; the thread takes all that wait, in one transaction, so that the cost
of a commit is shared when many readers come at once and nobody waits for a timer when few do.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from broadsheet.paywall.ports import Ask, Ledger, LedgerError, Outcome

MOST_AT_ONCE = 64
MOST_WAITING = 2_000


class Redemption(NamedTuple):
    """A gift's being opened, put to a ledger: what `Ledger.redeem` takes."""

    gift: bytes
    jar: bytes
    most: int
    until: int


Waiting = tuple[Ask | Redemption, "asyncio.Future[Any]"]


class Gatherer:
    """Settles asks for one event loop. Opens the ledger in its thread, and again after a failure."""

    def __init__(self, open_ledger: Callable[[], Ledger]) -> None:
        self._open = open_ledger
        self._waiting: deque[Waiting] = deque()
        self._bell = threading.Condition()
        self._closing = False
        self._down: LedgerError | None = None  # what the ledger said of the last batch, where it settled none of it
        self._thread: threading.Thread | None = None

    def grant(self, ask: Ask) -> asyncio.Future[Outcome]:
        """Settle `ask` off the loop. The future raises LedgerError when the ledger cannot be written."""
        return self._put(ask)

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> asyncio.Future[bool]:
        """`Ledger.redeem` off the loop. The future raises LedgerError likewise."""
        return self._put(Redemption(gift, jar, most, until))

    def _put(self, question: Ask | Redemption) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= MOST_WAITING:
            future.set_exception(LedgerError("too many grants are waiting"))
            return future
        with self._bell:
            self._waiting.append((question, future))
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
            except Exception as error:  # whatever broke, nobody may be left waiting
                self._give_up(batch, _failure(error))
                continue
            asks = [(question, future) for question, future in batch if isinstance(question, Ask)]
            answers = self._settle(ledger, [ask for ask, _ in asks])
            _deliver(asks, answers)
            for question, future in batch:
                if isinstance(question, Redemption):
                    _deliver([(question, future)], [_redeem(ledger, question)])
            if self._down is not None:
                self._give_up([], self._down)
        if ledger is not None:
            ledger.close()

    def _next(self) -> list[Waiting]:
        with self._bell:
            while not self._waiting and not self._closing:
                self._bell.wait()
            return [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]

    def _give_up(self, batch: list[Waiting], error: LedgerError) -> None:
        """Refuse these and all that came in meanwhile: nobody shall wait for one batch after the other to fail."""
        with self._bell:
            late = [*batch, *self._waiting]
            self._waiting.clear()
        _deliver(late, [error] * len(late))

    def _settle(self, ledger: Ledger, asks: list[Ask]) -> list[Outcome | LedgerError]:
        """Answers to asks. Where a batch fails, one bad ask must not refuse the others."""
        self._down = None
        if not asks:
            return []
        try:
            return list(ledger.grant_all(asks))
        except LedgerError as error:
            answers: list[Outcome | LedgerError] = [error] if len(asks) == 1 else _one_by_one(ledger, asks)
            if all(isinstance(answer, LedgerError) for answer in answers):
                self._down = error
            return answers
        except Exception as error:  # a fault of ours in one of them; the ledger itself may be well
            return [_failure(error)] * len(asks)


def _one_by_one(ledger: Ledger, asks: list[Ask]) -> list[Outcome | LedgerError]:
    """Each ask alone. A ledger that is down fails them all with the first, without waiting for each in turn."""
    answers: list[Outcome | LedgerError] = []
    for ask in asks:
        try:
            answers.extend(ledger.grant_all([ask]))
        except Exception as error:
            answers.append(_failure(error))
            if len(answers) == 1:
                return answers * len(asks)
    return answers


def _redeem(ledger: Ledger, question: Redemption) -> bool | LedgerError:
    try:
        return ledger.redeem(*question)
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> LedgerError:
    return error if isinstance(error, LedgerError) else LedgerError(repr(error))


def _deliver(batch: Sequence[tuple[Any, asyncio.Future[Any]]], answers: Sequence[Any]) -> None:
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
