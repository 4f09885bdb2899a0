"""From a claimed delivery to a message that can go: what is the same for all readers is made once, and kept."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import datetime, timedelta

from django.db import DatabaseError

from broadsheet.membership.addresses import address
from broadsheet.newsletters import keys
from broadsheet.newsletters.message import checked, values_of
from broadsheet.newsletters.operations.claiming import Claimed
from broadsheet.newsletters.ports import Outgoing
from broadsheet.newsletters.queries.letterheads import LEAVE, MINE, Frozen, frozen
from broadsheet.paywall.gifts import letter_token
from broadsheet.paywall.queries import gift_terms, ring

KEPT = 24


class IssueError(Exception):
    """The issue as a whole cannot be made into a message."""


class Post:
    """Makes messages. One for each worker."""

    def __init__(self) -> None:
        self._frozen: OrderedDict[tuple[int, str, str], Frozen] = OrderedDict()
        self._leave, self._mine = address(LEAVE), address(MINE)
        self._days = gift_terms().letter_days

    def frozen(self, claimed: Claimed) -> Frozen:
        """The issue in this variant under this subject."""
        key = claimed.issue, claimed.variant, claimed.arm
        if key not in self._frozen:
            try:
                self._frozen[key] = frozen(*key)
            except DatabaseError:  # that says nothing of the issue
                raise
            except Exception as error:
                raise IssueError(f"{type(error).__name__}: {error}") from error
            while len(self._frozen) > KEPT:
                self._frozen.popitem(last=False)
        return self._frozen[key]

    def message(self, claimed: Claimed, *, since: float, now: datetime) -> Outgoing:
        """The message to one reader. Raises where it cannot be made: that is this reader's row alone."""
        found = self.frozen(claimed)
        to = checked(claimed.address)
        message_id = keys.message_id(claimed.issue_key, claimed.reader, found.domain)
        own = {
            "UNSUBSCRIBE": self._leave.format(keys.token_text(claimed.place_token)),
            "PREFERENCES": self._mine.format(keys.token_text(claimed.reader_token)),
            **self._passes(claimed, found, now),
        }
        leave = f"{keys.leave_local(claimed.place_token)}@{found.bounces}"
        return Outgoing(
            delivery=claimed.delivery, to=to, envelope=f"{keys.verp(claimed.delivery)}@{found.bounces}",
            message_id=message_id, outline=found.outline,
            values=values_of(to=to, message_id=message_id, leave=leave, sent=now, own=own),
            tag=found.tag, claimed=since,
        )  # fmt: skip

    def _passes(self, claimed: Claimed, found: Frozen, now: datetime) -> dict[str, str]:
        until = int((now + timedelta(days=self._days)).timestamp())
        issue, reader = claimed.issue_key.bytes, claimed.reader.bytes
        return {
            place: letter_token(ring(), issue, reader, story.bytes, found.language, until)
            for place, story in found.passes.items()
        }


def clock() -> float:
    """By which the age of a claim is told."""
    return time.monotonic()
