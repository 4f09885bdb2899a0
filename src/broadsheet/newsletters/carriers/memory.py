"""Carriers without a network: one that keeps messages in memory, for tests, and one that writes them into a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from broadsheet.newsletters.ports import Answer, Outgoing, Still, Told


@dataclass(slots=True)
class MemoryCarrier:
    """Keeps what it is given, and answers as it is told to."""

    answers: Callable[[Outgoing], Told] = lambda _: Told(Answer.SENT, 250, "ok")
    taken: dict[str, bytes] = field(default_factory=dict)
    tells: bool = True
    name: str = "memory"
    handful: int = 1
    dedupes: bool = False
    tells_after: timedelta = timedelta()
    sent: list[str] = field(default_factory=list)  # Message-IDs, as often as they were taken

    def line(self) -> MemoryLine:
        """A line into this memory."""
        return MemoryLine(self)

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """It remembers everything, unless it was told not to tell."""
        return {each: each in self.taken for each in message_ids} if self.tells else {}

    def take(self, item: Outgoing) -> Told:
        """One message."""
        content = item.outline.fill(item.values)
        told = self.answers(item)
        if told.answer is Answer.SENT:
            self.taken[item.message_id] = content
            self.sent.append(item.message_id)
        return told


@dataclass(slots=True)
class MemoryLine:
    """A line of it."""

    carrier: MemoryCarrier
    broken: bool = False

    async def open(self) -> None:
        """Nothing to make ready."""

    async def send(self, handful: Sequence[Outgoing], still: Still) -> list[Told]:
        """Take each."""
        return [self.carrier.take(item) for item in handful]

    async def close(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class FolderCarrier:
    """Writes each message into a file named by its Message-ID: what a paper does until a mail server is named."""

    folder: Path
    name: str = "folder"
    handful: int = 1
    dedupes: bool = True
    tells_after: timedelta = timedelta()

    def line(self) -> FolderLine:
        """A line into the folder."""
        return FolderLine(self)

    def path(self, message_id: str) -> Path:
        """Where a message lies."""
        return self.folder / f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.eml"

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """What lies there was taken."""
        return {each: self.path(each).exists() for each in message_ids}


@dataclass(slots=True)
class FolderLine:
    """A line of it."""

    carrier: FolderCarrier
    broken: bool = False

    async def open(self) -> None:
        """Make the folder."""
        self.carrier.folder.mkdir(parents=True, exist_ok=True)

    async def send(self, handful: Sequence[Outgoing], still: Still) -> list[Told]:
        """Write each file whole, or not at all."""
        return [self._write(item) for item in handful]

    def _write(self, item: Outgoing) -> Told:
        path = self.carrier.path(item.message_id)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            fresh.write_bytes(item.outline.fill(item.values))
            fresh.replace(path)
        except OSError as error:
            return Told(Answer.LATER, text=f"{type(error).__name__}: {error}")
        return Told(Answer.SENT, 250, path.name)

    async def close(self) -> None:
        """Nothing to close."""
