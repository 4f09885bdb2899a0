"""What a Postfix on this machine took, read from its log.

`cleanup` notes a message's Message-ID under the number of its file in the queue, `qmgr` that the file is whole and the
message in the queue. Only both together say that Postfix took it: a message that broke off has only the first.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

_NOTED = re.compile(rb"/cleanup\[\d+\]: ([0-9A-Za-z]+): message-id=(<[^>]*>)")
_TAKEN = re.compile(rb"/qmgr\[\d+\]: ([0-9A-Za-z]+): from=")
MOST = 200_000  # Message-IDs held in memory, the latest


class PostfixLog:
    """Follows the log from where it stood last; begins anew when the file was changed for another."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._at, self._file = 0, 0
        self._ids: dict[bytes, bytes] = {}  # by the queue's number, noted and not yet taken
        self._taken: OrderedDict[bytes, None] = OrderedDict()

    def knows(self, message_ids: Sequence[str]) -> dict[str, bool]:
        """True for what it took, False for what it did not; nothing where there is no log to read."""
        try:
            self._follow()
        except OSError:
            return {}
        return {each: each.encode() in self._taken for each in message_ids}

    def _follow(self) -> None:
        with self.path.open("rb") as file:
            found = self.path.stat()
            if found.st_ino != self._file or found.st_size < self._at:
                self._at, self._file = 0, found.st_ino
            file.seek(self._at)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._at += len(line)
                self._read(line)
        while len(self._taken) > MOST:
            self._taken.popitem(last=False)

    def _read(self, line: bytes) -> None:
        if noted := _NOTED.search(line):
            self._ids[noted[1]] = noted[2]
        elif (taken := _TAKEN.search(line)) and (mark := self._ids.pop(taken[1], None)):
            self._taken[mark] = None
