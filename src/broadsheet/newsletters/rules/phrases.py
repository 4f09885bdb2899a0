"""What mail systems write when they refuse a mail, and what it means. Written from their messages and the RFCs.

The order counts: the first meaning whose phrases occur is taken. Phrases are regular expressions over small letters
with single blanks. Where a phrase needs more than words (a status, a command), `bounces` decides.
"""

from __future__ import annotations

import re

from broadsheet.newsletters.rules import wording_first, wording_machines, wording_mailboxes, wording_refusals
from broadsheet.newsletters.rules.reasons import Reason

# What is narrow comes before what is wide.
ORDER = (
    Reason.MAILBOX_FULL,
    Reason.EXCEED_LIMIT,
    Reason.TOO_BIG,
    Reason.HAS_MOVED,
    Reason.NO_RELAYING,
    Reason.REQUIRE_PTR,
    Reason.AUTH_FAILURE,
    Reason.VIRUS,
    Reason.TOO_MANY,
    Reason.SPEEDING,
    Reason.NOT_COMPLIANT,
    Reason.BAD_REPUTATION,
    Reason.SPAM,
    Reason.BLOCKED,
    Reason.POLICY,
    Reason.SECURITY,
    Reason.REJECTED,
    Reason.SUSPEND,
    Reason.NOT_ACCEPT,
    Reason.HOST_UNKNOWN,
    Reason.EXPIRED,
    Reason.NETWORK,
    Reason.SYSTEM_FULL,
    Reason.MAILER,
    Reason.CONTENT,
    Reason.SYNTAX,
    Reason.SYSTEM,
    Reason.ON_HOLD,
)


def joined(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for several phrases."""
    return re.compile("|".join(f"(?:{each})" for each in phrases))


_ALL = wording_mailboxes.PHRASES | wording_refusals.PHRASES | wording_machines.PHRASES
SEARCHED = tuple((reason, joined(_ALL[reason])) for reason in ORDER)
SEARCHED_WHOLE = tuple((reason, joined(phrases)) for reason, phrases in wording_first.WHOLE)
SEARCHED_OF_PROVIDERS = tuple(
    (hosts.split(), reason, joined(phrases)) for hosts, reason, phrases in wording_first.OF_PROVIDERS
)
SURELY_NOBODY, NOBODY = joined(wording_mailboxes.SURELY_UNKNOWN), joined(wording_mailboxes.USER_UNKNOWN)
NOT_WANTED = joined(wording_mailboxes.FILTERED)
NO_ACCOUNT = re.compile(r"user doesn't have an? \S+ account")
