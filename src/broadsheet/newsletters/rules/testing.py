"""Testing one subject against another: who gets which, and when one of them has won."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from math import erfc, sqrt

CLICKS, FIRST = "clicks", "first"
SURE = 0.05  # how often chance alone may make the second subject look clearly better
FEWEST = 100  # readers of each subject below which nothing is said to be clearly better


class Why(StrEnum):
    """What decided."""

    MORE = "more"
    CLEARLY = "clearly"
    NOT_CLEAR = "not_clear"
    EQUAL = "equal"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Sample:
    """How many readers get the first subject, the second, and wait for the winner."""

    first: int
    second: int
    rest: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one subject: how many mails of it were sent, and how many clicks came of them."""

    sent: int
    clicks: int

    @property
    def rate(self) -> float:
        """Clicks a mail."""
        return self.clicks / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The winner (a or b), why, and how likely chance alone makes the second look so much better."""

    winner: str
    why: Why
    chance: float


def sample(readers: int, share: int) -> Sample:
    """Of so many readers, `share` per cent are in the test, half of them for each subject; never one subject alone."""
    half = min(max(1, round(readers * share / 200)), readers // 2)
    return Sample(half, half, readers - 2 * half)


def arm(issue: bytes, reader: bytes, share: int) -> str:
    """Which subject a reader gets: a, b, or w, whichever wins. By chance, and the same however often it is asked."""
    number = int.from_bytes(hashlib.sha256(issue + reader).digest()[:4], "big") % 10_000
    if number < share * 50:
        return "a"
    return "b" if number < share * 100 else "w"


def winner(first: Tried, second: Tried, rule: str) -> Verdict:
    """Which subject the rest get.

    `clicks`: the one with more clicks a mail; the first where they are equal. `first`: the first, unless the second
    is better by more than chance explains, and enough readers were asked to say so.
    """
    chance = _chance(first, second)
    better = second.rate > first.rate
    if rule == CLICKS:
        if first.rate == second.rate:
            return Verdict("a", Why.EQUAL, chance)
        return Verdict("b" if better else "a", Why.MORE, chance)
    if min(first.sent, second.sent) < FEWEST:
        return Verdict("a", Why.TOO_FEW, chance)
    return Verdict("b", Why.CLEARLY, chance) if better and chance < SURE else Verdict("a", Why.NOT_CLEAR, chance)


def _chance(first: Tried, second: Tried) -> float:
    """How likely a second subject that is no better does so much better: one side of a test of two proportions."""
    if not first.sent or not second.sent:
        return 1.0
    both = min(1.0, (first.clicks + second.clicks) / (first.sent + second.sent))
    spread = sqrt(both * (1 - both) * (1 / first.sent + 1 / second.sent))
    if not spread:
        return 1.0
    return erfc((second.rate - first.rate) / spread / sqrt(2)) / 2
