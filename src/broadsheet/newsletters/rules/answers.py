"""Whose fault it is that a message was not taken: the reader's mailbox, the moment, or ours."""

from __future__ import annotations

import re
from enum import StrEnum

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class Fault(StrEnum):
    """What to do about it."""

    MAILBOX = "mailbox"  # there is no such mailbox, or it wants none of ours: this row failed
    LATER = "later"  # this mailbox cannot take it now
    SLOW_DOWN = "slow_down"  # the domain asks for fewer
    POLICY = "policy"  # the domain refuses what we are: no reader of it is at fault


def enhanced(text: str) -> tuple[int, int, int] | None:
    """The three numbers of RFC 3463 in an answer, where it has them."""
    found = _ENHANCED.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def fault_of(code: int, text: str, *, refused: bool) -> Fault:
    """What an answer that is no yes says."""
    numbers = enhanced(text)
    subject = numbers[1] if numbers else 0
    if subject == 7:
        return Fault.POLICY if refused else Fault.SLOW_DOWN
    if refused:
        return Fault.MAILBOX
    if code in {421, 429} or subject in {3, 4}:
        return Fault.SLOW_DOWN
    return Fault.LATER
