"""What is done at once that somebody declares without logging in, and what its member is asked about first."""

from __future__ import annotations

from datetime import datetime

from broadsheet.membership.rules.values import Policy


def held_until(kind: str, *, named: bool, within_days: bool, now: datetime, policy: Policy) -> datetime | None:
    """Until when the member may object, before it is carried out; None where it is carried out at once.

    Anybody may know a mail address. A cancellation harms nobody: what is paid for stays open, and the member resumes it
    with one click. What ends a contract at once cannot be taken back; so, unless it names the contract (`named`), its
    member is asked first. Silence is consent, for it may well be theirs: the law waits for nobody's click, and a refund
    is due within a day.
    """
    final = kind == "extraordinary" or (kind == "withdrawal" and within_days)
    return now + policy.asked if final and not named else None
