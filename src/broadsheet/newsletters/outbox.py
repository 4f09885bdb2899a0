"""The sender: lines to a carrier that are kept busy, and one thread that speaks with the database for all of them.

Each line asks for its next message with what became of its last. Questions that come while the thread is at work, or
within a millisecond, wait for it together, so that one commit serves several lines. A line never has more under way
than one handful; so much, and no more, can be in doubt when a worker dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from broadsheet import clock
from broadsheet.newsletters import housekeeping, workers
from broadsheet.newsletters.operations import answers, controlling
from broadsheet.newsletters.operations.answers import Result
from broadsheet.newsletters.operations.claiming import Claimed, anything_due, still_ours
from broadsheet.newsletters.outgoing import IssueError, Post
from broadsheet.newsletters.outgoing import clock as ticks
from broadsheet.newsletters.ports import Answer, Carrier, Line, Outgoing, Told
from broadsheet.newsletters.rules.pacing import Limits
from broadsheet.newsletters.turns import Turns

log = logging.getLogger("broadsheet.newsletters")

LOOK_AGAIN, TIDY = 0.5, 2.0  # seconds
GATHER = 0.001  # seconds in which lines that are done at nearly the same time ask together
ENDING = 0.05  # seconds between two looks of a sender that is to end with its work
LONGEST_WAIT = 30.0


@dataclass(slots=True)
class _Question:
    """What became of a line's last handful, and how many it can take next."""

    results: list[Result]
    room: int
    answer: asyncio.Future[tuple[list[Claimed], float]]


@dataclass
class Outbox:
    """One worker."""

    carrier: Carrier
    lines: int
    limits: Limits
    until_empty: bool = False  # end when nothing is left
    only_due: bool = False  # end when nothing is due now
    name: str = field(default_factory=workers.new_name)
    sent: int = 0
    _questions: list[_Question] = field(default_factory=list)
    _turns: Turns = field(default_factory=Turns)
    _held: set[tuple[int, int]] = field(default_factory=set)  # under way on our lines, or answered and not yet written

    async def run(self, stop: asyncio.Event | None = None) -> int:
        """Send until told to stop, or until nothing is due where it was made so. Gives how many went out."""
        self._stop = stop or asyncio.Event()
        self._asked, self._due = asyncio.Event(), asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="newsletters")
        self._post: Post | None = None
        lines = asyncio.gather(*(self._line() for _ in range(self.lines)))
        tasks: list[asyncio.Future[Any]] = [
            lines,
            asyncio.create_task(self._answer()),
            asyncio.create_task(self._look()),
        ]
        try:
            while not lines.done():
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    if task.done():
                        task.result()  # a fault of ours ends the sender: its rows come into doubt, and are found
                tasks = [task for task in tasks if not task.done()] or [lines]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._in_thread(self._hang_up)
            self._thread.shutdown()
        return self.sent

    # A line

    async def _line(self) -> None:
        line, wait = self.carrier.line(), 1.0
        while await self._something_due():
            try:
                await line.open()
            except OSError as error:
                log.warning("%s cannot be reached: %s", self.carrier.name, error)
                if self.only_due:
                    return
                await self._rest(wait)
                line, wait = self.carrier.line(), min(wait * 2, LONGEST_WAIT)
                continue
            if await self._busy(line):
                wait = 1.0
            else:
                await self._rest(wait)
                wait = min(wait * 2, LONGEST_WAIT)
            await line.close()
            line = self.carrier.line()

    async def _busy(self, line: Line) -> bool:
        """Send over an open line until nothing is due, or it breaks. Whether it sent anything at all."""
        results: list[Result] = []
        good = False
        while True:
            room = 0 if line.broken or self._stop.is_set() else self.carrier.handful
            claimed, since = await self._ask(results, room)
            if not claimed:
                break
            results = await self._send(line, claimed, since)
            good = good or any(each.told.answer is not Answer.UNSENT for each in results)
        return good or not line.broken

    async def _ask(self, results: list[Result], room: int) -> tuple[list[Claimed], float]:
        if not results and not room:
            return [], 0.0
        question = _Question(results, room, asyncio.get_running_loop().create_future())
        self._questions.append(question)
        self._asked.set()
        return await question.answer

    async def _send(self, line: Line, claimed: list[Claimed], since: float) -> list[Result]:
        ready, results = self._written(claimed, since)
        if ready:
            attempts = {one.delivery: one.attempt for one, _ in ready}
            told = await line.send([message for _, message in ready], self._still(attempts))
            results += [Result(one, word) for (one, _), word in zip(ready, told, strict=True)]
        self.sent += sum(each.told.answer is Answer.SENT for each in results)
        return results

    def _written(self, claimed: list[Claimed], since: float) -> tuple[list[tuple[Claimed, Outgoing]], list[Result]]:
        """The messages; where one cannot be written, that row alone has failed."""
        assert self._post is not None
        ready, results, now = [], [], clock.now()
        for one in claimed:
            try:
                ready.append((one, self._post.message(one, since=since, now=now)))
            except IssueError as error:
                results.append(Result(one, Told(Answer.UNSENT, text=str(error))))
            except Exception as error:  # whatever it is: the others go
                log.exception("The message of delivery %s could not be made.", one.delivery)
                results.append(Result(one, Told(Answer.REFUSED, text=f"{type(error).__name__}: {error}")))
        return ready, results

    def _still(self, attempts: Mapping[int, int]) -> Callable[[], Awaitable[bool]]:
        async def still() -> bool:
            try:
                return bool(await self._in_thread(lambda: still_ours(self.name, attempts, now=clock.now())))
            except DatabaseError:
                return False

        return still

    # The thread that speaks with the database

    async def _answer(self) -> None:
        while True:
            await self._asked.wait()
            await asyncio.sleep(GATHER)
            questions, self._questions = self._questions, []
            self._asked.clear()
            claimed, since = await self._insist(partial(self._turn, questions))
            for question in questions:
                mine, claimed = claimed[: question.room], claimed[question.room :]
                question.answer.set_result((mine, since))

    def _turn(self, questions: list[_Question]) -> tuple[list[Claimed], float]:
        """One transaction: write all answers, claim for all lines. Outlines are made here too, off the loop."""
        room = 0 if self._stop.is_set() else sum(question.room for question in questions)
        results = [result for question in questions for result in question.results]
        since = ticks()  # before the claim: what is true of a reader is never taken for younger than it is
        with self._turns.taken():
            claimed = answers.settle_and_claim(
                worker=self.name, results=results, room=room, limits=self.limits, now=clock.now()
            )
        self._prepare(claimed)
        self._held -= {_attempt(result.claimed) for result in results}  # before this thread does anything else
        self._held |= {_attempt(one) for one in claimed}
        if len(claimed) < room:
            self._due.clear()
        return claimed, since

    def _prepare(self, claimed: list[Claimed]) -> None:
        self._post = self._post or Post()
        for one in claimed:
            try:
                self._post.frozen(one)
            except IssueError as error:
                log.exception("Issue %s cannot be made into a message, and is paused.", one.issue)
                controlling.stop_faulty(issue_id=one.issue, error=str(error))

    async def _insist(self, do: Callable[[], Any]) -> Any:
        """Do it, however often the database has to be asked: what was sent may not be forgotten."""
        wait = 0.2
        while True:
            try:
                return await self._in_thread(do)
            except DatabaseError as error:
                log.warning("The database did not answer, trying again: %s", error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
                await self._in_thread(self._begin_anew)

    def _begin_anew(self) -> None:
        """Another connection; and what was claimed by a transaction of whose end we were not told is given back."""
        try:
            connection.close()
            answers.release(worker=self.name, but={delivery for delivery, _ in self._held})
        except DatabaseError as error:
            log.debug("Not yet: %s", error)

    async def _in_thread(self, do: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do)

    # Whether there is anything to do

    async def _look(self) -> None:
        """Look for what is due while nothing is, and tidy up now and then."""
        tidied = -TIDY
        while not self._stop.is_set():
            if ticks() - tidied >= TIDY:
                await self._insist(self._tidy)
                tidied = ticks()
            due = self._due.is_set() or await self._insist(lambda: anything_due(now=clock.now()))
            if due:
                self._due.set()
            elif self.only_due or (self.until_empty and not await self._insist(housekeeping.anything_open)):
                await self._insist(self._tidy)
                self._stop.set()
            await self._rest(ENDING if self.until_empty or self.only_due else LOOK_AGAIN)
        self._due.set()

    def _tidy(self) -> None:
        close_old_connections()
        housekeeping.tidy(carrier=self.carrier, now=clock.now())

    async def _something_due(self) -> bool:
        await self._due.wait()
        return not self._stop.is_set()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass

    def _hang_up(self) -> None:
        connection.close()  # the connection of the thread that this runs in
        self._turns.close()


def _attempt(claimed: Claimed) -> tuple[int, int]:
    return claimed.delivery, claimed.attempt
