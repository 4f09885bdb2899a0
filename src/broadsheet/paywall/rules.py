"""May this reader read this story, and why. Values in, a decision with its reason out.

Nothing here does I/O, reads a clock or draws a random number: the shell (the edge, or Django for the
pages that the edge does not hold) collects the facts, and a decision that says ASK is settled by a ledger.
The order in `decide` is the specification: the first step that matches wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from broadsheet.readers import Standing


class Access(StrEnum):
    """What the newsroom says of a story."""

    OPEN = "open"
    METERED = "metered"
    MEMBERS = "members"


class Verdict(StrEnum):
    """What the shell must do."""

    FULL = "full"  # give the body
    PREVIEW = "preview"  # give the lead and, past the meter, the wall
    ASK = "ask"  # a possible new grant: ask the ledger, off the event loop
    REFUSE = "refuse"  # not now: a prefetch that would have to spend, say: 503, empty, not stored


class Reason(StrEnum):
    """Why. Picks the words on the wall, and makes tests and `broadsheet why` readable."""

    OPEN_STORY = "open-story"
    MEMBER = "member"
    STAFF = "staff"
    EMERGENCY = "emergency"  # staff have opened every metered story for a while
    CRAWLER = "crawler"
    INSTITUTION = "institution"  # a library or a school, known by its network
    INSTITUTION_MAIL = "institution-mail"  # the same, known by the mail address of a reader who is logged in
    GIFT = "gift"  # a link that a member, or a newsletter, gave
    READ_BEFORE = "read-before"
    NEW_GRANT = "new-grant"
    SEEN_ON_NETWORK = "seen-on-network"
    DEGRADED = "degraded"
    NOT_A_VISIT = "not-a-visit"
    PREFETCH = "prefetch"
    COME_AGAIN = "come-again"  # a search engine whose addresses we know too little of just now
    OWN_LIMIT = "own-limit"
    NETWORK_LIMIT = "network-limit"
    MEMBERS_ONLY = "members-only"
    LEDGER_DOWN = "ledger-down"


@dataclass(frozen=True, slots=True)
class Terms:
    """The paper's policy, edited by staff. `window` in days; caps in distinct stories a day and network."""

    allowance: int = 3
    window: int = 30
    network_new: int = 8
    network_new_most: int = 30
    network_established: int = 40
    network_mints: int = 200
    degraded: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.allowance <= 10:
            raise ValueError("allowance: give a number of free stories from 0 to 10")
        if not 1 <= self.window <= 60:
            raise ValueError("window: give a number of days from 1 to 60")


class Visit(NamedTuple):
    """The facts of one request, as far as they bear on the decision. No address, no user agent."""

    standing: Standing = Standing.STRANGER
    navigates: bool = True  # a top-level GET by somebody, not a HEAD, sub-resource, iframe or preview bot
    prefetches: bool = False  # Sec-Purpose, Purpose or a kin of theirs says so
    crawler: bool = False  # a search crawler whose address was verified
    listed: bool = False  # a valid receipt in its window lists this story
    used: int = 0  # grants that such a receipt proves


class Decision(NamedTuple):
    """What to do and why. Only a decision whose verdict is FULL opens a body."""

    verdict: Verdict
    reason: Reason

    @property
    def full(self) -> bool:
        """Whether the body may be given."""
        return self.verdict is Verdict.FULL


OPEN = Decision(Verdict.FULL, Reason.OPEN_STORY)
MEMBER = Decision(Verdict.FULL, Reason.MEMBER)
STAFF = Decision(Verdict.FULL, Reason.STAFF)
EMERGENCY = Decision(Verdict.FULL, Reason.EMERGENCY)
CRAWLER = Decision(Verdict.FULL, Reason.CRAWLER)
INSTITUTION = Decision(Verdict.FULL, Reason.INSTITUTION)
INSTITUTION_MAIL = Decision(Verdict.FULL, Reason.INSTITUTION_MAIL)
GIFT = Decision(Verdict.FULL, Reason.GIFT)
READ_BEFORE = Decision(Verdict.FULL, Reason.READ_BEFORE)
NEW_GRANT = Decision(Verdict.FULL, Reason.NEW_GRANT)
SEEN_ON_NETWORK = Decision(Verdict.FULL, Reason.SEEN_ON_NETWORK)
DEGRADED = Decision(Verdict.FULL, Reason.DEGRADED)
NOT_A_VISIT = Decision(Verdict.PREVIEW, Reason.NOT_A_VISIT)
MEMBERS_ONLY = Decision(Verdict.PREVIEW, Reason.MEMBERS_ONLY)
OWN_LIMIT = Decision(Verdict.PREVIEW, Reason.OWN_LIMIT)
NETWORK_LIMIT = Decision(Verdict.PREVIEW, Reason.NETWORK_LIMIT)
LEDGER_DOWN = Decision(Verdict.PREVIEW, Reason.LEDGER_DOWN)
PREFETCH = Decision(Verdict.REFUSE, Reason.PREFETCH)
COME_AGAIN = Decision(Verdict.REFUSE, Reason.COME_AGAIN)
ASK = Decision(Verdict.ASK, Reason.NEW_GRANT)

_ENTITLED = {Standing.MEMBER: MEMBER, Standing.STAFF: STAFF, Standing.INSTITUTION: INSTITUTION_MAIL}


def decide(visit: Visit, access: Access, terms: Terms) -> Decision:
    """Decide without any I/O. ASK means: `ledger.grant` settles it, in a thread."""
    if access is Access.OPEN:
        return OPEN
    entitled = _ENTITLED.get(visit.standing)
    if entitled is not None:
        return entitled
    if visit.crawler:
        return CRAWLER
    if access is Access.MEMBERS:
        return MEMBERS_ONLY
    if visit.listed:
        return READ_BEFORE
    if not visit.navigates:
        return NOT_A_VISIT
    if visit.prefetches:
        return PREFETCH
    if visit.used >= terms.allowance:
        return OWN_LIMIT
    return ASK
