"""What the outbox asks of whoever carries its mails.

A carrier has so many lines; over each line one handful goes at a time, and what is under way on a line when a worker
dies is all that can be in doubt. For SMTP a handful is one message, for an ESP's batch interface as many as it takes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Answer(StrEnum):
    """What became of a message."""

    SENT = "sent"  # taken over: it is the carrier's now
    LATER = "later"  # surely not taken; for now
    REFUSED = "refused"  # surely not taken, and never will be
    DOUBT = "doubt"  # handed over, and no answer came
    UNSENT = "unsent"  # not tried: the line broke before, or it was no longer ours to send


@dataclass(frozen=True, slots=True)
class Told:
    """A carrier's word on one message. `code` is SMTP's three digits, 0 where there are none; `text` what was said."""

    answer: Answer
    code: int = 0
    text: str = ""
    reference: str = ""  # the carrier's own name for the message, where it has one


@dataclass(frozen=True, slots=True)
class Outline:
    """A message without its reader's own places: the same for all readers of an issue, a variant and a subject.

    `parts` are the message's bytes between the places, `places` their names: parts[0] places[0] parts[1] … The rest is
    the same message in words, for carriers that put it together themselves.
    """

    parts: tuple[bytes, ...]
    places: tuple[str, ...]
    subject: str = ""
    sender: str = ""  # with its name, as a header has it
    reply_to: str = ""
    html: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # with places in them

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The message for one reader."""
        filled = [self.parts[0]]
        for name, part in zip(self.places, self.parts[1:], strict=True):
            filled += (values[name], part)
        return b"".join(filled)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one reader, ready to go."""

    delivery: int
    to: str
    envelope: str  # where bounces go
    message_id: str
    outline: Outline
    values: Mapping[str, bytes]
    tag: str = ""  # the list's slug, by which an ESP counts
    claimed: float = 0.0  # when, by time.monotonic()


Still = Callable[[], Awaitable[bool]]


class Line(Protocol):
    """One connection, or one caller, of a carrier."""

    broken: bool  # it has to be made anew

    async def open(self) -> None:
        """Make it ready; raises OSError where that cannot be done now. Nothing is claimed before."""

    async def send(self, handful: Sequence[Outgoing], still: Still) -> list[Told]:
        """Send, and tell of each. Where it takes long before the messages are handed over, `still` says whether they
        may still go. Never raises."""

    async def close(self) -> None:
        """Say goodbye."""


class Carrier(Protocol):
    """Takes mails to readers."""

    name: str
    handful: int  # how many messages go over a line at once
    dedupes: bool  # whether the same Message-ID twice arrives once
    tells_after: timedelta  # how long after a message came into doubt `knows` can be believed, or a webhook awaited

    def line(self) -> Line:
        """A new line, not yet open."""

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """Of which of these it is sure: True, it took them; False, it surely did not. Those it cannot tell of are
        missing."""
