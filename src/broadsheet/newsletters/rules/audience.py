"""Who gets an issue, and in which variant: looked at when the readers are gathered, and again when each is claimed."""

from __future__ import annotations

from dataclasses import dataclass

FREE, MEMBER = "free", "member"

# Why somebody did not get an issue. The words are stored: they never change.
GONE, LEFT, SUPPRESSED, NO_MEMBER, TWICE = "gone", "left", "suppressed", "no_member", "mailbox_twice"

SURPRISE, MANY_MORE = 3, 1_000  # times as many readers as the last issue had, and so many more of them


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a reader now."""

    known: bool  # there is still such a reader
    on_the_list: bool
    suppressed: bool
    member: bool  # has the benefit of newsletters


@dataclass(frozen=True, slots=True)
class Verdict:
    """The variant to send, or why nothing is sent."""

    variant: str = ""
    why: str = ""


def verdict(facts: Facts, *, members_only: bool, full_for_members: bool) -> Verdict:
    """What becomes of a delivery."""
    if not facts.known:
        return Verdict(why=GONE)
    if not facts.on_the_list:
        return Verdict(why=LEFT)
    if facts.suppressed:
        return Verdict(why=SUPPRESSED)
    if members_only and not facts.member:
        return Verdict(why=NO_MEMBER)
    return Verdict(variant=MEMBER if full_for_members and facts.member else FREE)


def surprising(readers: int, last_time: int | None) -> bool:
    """Whether a list has grown so much since its last issue that somebody should look before the next goes out."""
    return last_time is not None and readers > last_time * SURPRISE and readers - last_time > MANY_MORE


def cuts(share: int) -> tuple[bytes, bytes]:
    """Below the first, by a reader's random mark, the first subject is tried; below the second, the second one."""
    whole = 1 << 32
    first, second = (min(whole - 1, whole * share * part // 200) for part in (1, 2))
    return first.to_bytes(4, "big"), second.to_bytes(4, "big")
