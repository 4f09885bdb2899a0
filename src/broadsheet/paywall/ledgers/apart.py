"""A ledger in a process of its own, so that what it does never competes with the readers' loop for the interpreter.

The serving process sends it batches over a pair of sockets: while it is at one, two more lie ready, so that neither
process waits for the other's turn, and the next is gathered meanwhile;
`python -m broadsheet.paywall.ledgers.apart <descriptor>` is the other end. It ends with the process that began it,
whatever ended that.
"""

from __future__ import annotations

import asyncio
import contextlib
import marshal
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import astuple
from functools import lru_cache
from typing import Any

from broadsheet.paywall.ledgers.opening import open_ledger
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
from broadsheet.paywall.ports import Answer, Ask, LedgerError, Outcome
from broadsheet.paywall.rules import Terms

WAIT = 3.0  # seconds until a process that does not answer is given up: it starts in a tenth of one
AGAIN = 1.0  # seconds between two beginnings
AHEAD = 3  # batches that are sent before their answers came
AT_ONCE = 8  # questions in one, whatever the ledger: with few, neither process waits long for the other
SIZE = 4  # bytes before a message that tell its length
_ANSWERS = {answer.value: answer for answer in Answer}
_Values = tuple[Any, ...]


class Apart:
    """Settles questions in the ledger's own process, for one event loop. A process that was lost is begun anew."""

    def __init__(self, url: str, wait: float = WAIT) -> None:
        self._url, self._wait = url, wait
        self._waiting: deque[Waiting] = deque()
        self._asked: deque[list[Waiting]] = deque()  # the batches that the process has
        self._got = bytearray()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn: asyncio.AbstractEventLoop | None = None  # whose turn ends with a batch being sent
        self._alarm: asyncio.TimerHandle | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._begun = 0.0
        self._begin()

    def grant(self, ask: Ask) -> asyncio.Future[Outcome]:
        """Settle `ask`. The future raises LedgerError when the ledger cannot be written."""
        return self._put(ask)

    def redeem(self, gift: bytes, jar: bytes, most: int, until: int) -> asyncio.Future[bool]:
        """`Ledger.redeem`. The future raises LedgerError likewise."""
        return self._put(Redemption(gift, jar, most, until))

    def close(self) -> None:
        """Let the process end what it is at, and end."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_WR)
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self._wait)
        self._end()

    def _put(self, question: Question) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if self._loop is not loop:
            self._follow(loop)
        if len(self._waiting) >= MOST_WAITING:
            future.set_exception(LedgerError("too many grants are waiting"))
            return future
        self._waiting.append((question, future))
        if len(self._asked) < AHEAD and self._turn is not loop:
            self._turn = loop
            loop.call_soon(self._send)
        return future

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work for this loop from now on. Whoever waited in one that ended waits no longer."""
        if self._asked:
            self._end()
        self._turn, self._loop = None, loop
        self._asked.clear()
        self._waiting.clear()
        if self._line is not None:
            loop.add_reader(self._line, self._read)

    def _send(self) -> None:
        """Send what one turn of the loop, or the time of the last batch, brought."""
        self._turn = None
        while self._waiting and len(self._asked) < AHEAD and self._loop is not None:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            self._asked.append(batch)
            try:
                if self._line is None:
                    self._begin()
                assert self._line is not None
                self._line.sendall(_message([_values(question) for question, _future in batch]))
            except OSError as error:
                self._lost(error)
                return
            self._watch()

    def _read(self) -> None:
        """Take in what the process says, and give its answers once they are whole."""
        assert self._line is not None
        try:
            data = self._line.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(error)
            return
        if not data:
            self._lost(EOFError("it ended"))
            return
        self._got += data
        while len(self._got) >= SIZE and len(self._got) >= (end := SIZE + int.from_bytes(self._got[:SIZE], "big")):
            said = marshal.loads(self._got[SIZE:end])  # noqa: S302  (our own process's)
            del self._got[:end]
            self._give([_answer(values) for values in said])

    def _give(self, answers: list[Outcome | bool | LedgerError]) -> None:
        """Give the oldest batch its answers, and send the next."""
        batch = self._asked.popleft()
        self._quiet()
        resolve([(future, answer) for (_question, future), answer in zip(batch, answers, strict=True)])
        down = is_down([question for question, _future in batch], answers)
        if down is not None:
            self._refuse(down)
        if self._asked:
            self._watch()
        self._send()

    def _lost(self, error: Exception) -> None:
        """Give the process up, and tell all who wait."""
        self._end()
        why = LedgerError(f"the ledger's process: {error}")
        resolve([(future, why) for batch in self._asked for _question, future in batch])
        self._asked.clear()
        self._refuse(why)

    def _refuse(self, error: LedgerError) -> None:
        waiting = [future for _question, future in self._waiting]
        self._waiting.clear()
        resolve([(future, error) for future in waiting])

    def _begin(self) -> None:
        now = time.monotonic()
        if now < self._begun + AGAIN:
            raise ConnectionError("it ended, and is begun anew in a second")
        self._begun = now
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "broadsheet.paywall.ledgers.apart", str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        ours.sendall(_message(self._url))  # here and not in the command, which everybody on the machine may read
        ours.setblocking(False)
        self._line = ours
        if self._loop is not None:
            self._loop.add_reader(ours, self._read)

    def _end(self) -> None:
        self._quiet()
        self._got.clear()
        if self._line is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(self._line)
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None

    def _watch(self) -> None:
        """Give the process up where it does not answer in time what it is at."""
        if self._alarm is None and self._loop is not None:
            late = TimeoutError(f"no answer in {self._wait:g} s")
            self._alarm = self._loop.call_later(self._wait, self._lost, late)

    def _quiet(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None


def serve(line: socket.socket) -> None:
    """Answer until the other end is gone."""
    url, ledger = _receive(line), None
    with contextlib.suppress(LedgerError):
        ledger = open_ledger(url)
    while (batch := _receive(line)) is not None:
        questions = [_question(values) for values in batch]
        try:
            ledger = ledger or open_ledger(url)
        except Exception as error:  # whatever broke, they are told
            answers: list[Any] = [failure(error)] * len(questions)
        else:
            answers = answers_to(ledger, questions)
        line.sendall(_message([_said(answer) for answer in answers]))
    if ledger is not None:
        ledger.close()


def _message(content: Any) -> bytes:
    data = marshal.dumps(content)
    return len(data).to_bytes(SIZE, "big") + data


def _receive(line: socket.socket) -> Any:
    """The next message, or None where there will be none."""
    try:
        head = line.recv(SIZE, socket.MSG_WAITALL)
        if len(head) < SIZE:
            return None
        size = int.from_bytes(head, "big")
        data = line.recv(size, socket.MSG_WAITALL)
        return marshal.loads(data) if len(data) == size else None  # noqa: S302  (from the process that began this one)
    except OSError:
        return None


def _values(question: Question) -> _Values:
    if isinstance(question, Redemption):
        return tuple(question)
    return (*question[:6], _terms_values(question.terms), question.account)


def _question(values: _Values) -> Question:
    if len(values) == len(Redemption._fields):
        return Redemption(*values)
    reader, fresh, story, near, wide, today, terms, account = values
    return Ask(reader, fresh, story, near, wide, today, _terms(terms), account)


def _said(answer: Any) -> Any:
    return str(answer) or repr(answer) if isinstance(answer, LedgerError) else _plain(answer)


def _plain(answer: Outcome | bool) -> Any:
    return answer if isinstance(answer, bool) else (answer.answer.value, *answer[1:])


def _answer(said: Any) -> Outcome | bool | LedgerError:
    if isinstance(said, tuple):
        return Outcome(_ANSWERS[said[0]], *said[1:])
    return said if isinstance(said, bool) else LedgerError(said)


@lru_cache(maxsize=16)
def _terms_values(terms: Terms) -> _Values:
    return astuple(terms)


@lru_cache(maxsize=16)
def _terms(values: _Values) -> Terms:
    return Terms(*values)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group: what is being written is written first
        signal.signal(number, signal.SIG_IGN)
    serve(socket.socket(fileno=int(sys.argv[1])))
