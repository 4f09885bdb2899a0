"""Who may have a trial: each member, each mailbox and each card once in 24 months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadsheet.membership.rules.values import Policy, Snapshot, Status


class Known(StrEnum):
    """By what a former trial was recognised."""

    MEMBER = "member"
    MAIL = "mail"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Use:
    """A trial that was begun: by whom, with keyed hashes of mailbox and card."""

    member: int | None
    mail_key: str
    card_key: str
    subscription: str
    used_at: datetime


def seen_before(
    uses: Iterable[Use], now: datetime, policy: Policy, *, member: int | None, mail_key: str, card_key: str = "",
    subscription: str = "",
) -> Known | None:  # fmt: skip
    """By what this reader is known to have had a trial other than `subscription`; None where they had none."""
    past = [use for use in uses if use.subscription != subscription and now - use.used_at < policy.trial_memory]
    if member is not None and any(use.member == member for use in past):
        return Known.MEMBER
    if mail_key and any(use.mail_key == mail_key for use in past):
        return Known.MAIL
    if card_key and any(use.card_key == card_key for use in past):
        return Known.CARD
    return None


def counts_as_used(snapshot: Snapshot) -> bool:
    """Whether a subscription used its reader's trial up: begun is used, read or not; what never began is not."""
    never = {Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED}
    return snapshot.trial_start is not None and snapshot.status not in never
