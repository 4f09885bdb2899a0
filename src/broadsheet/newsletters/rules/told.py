"""What a mail that came back says, as values: parsers make them, the rules judge them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mail that was sent to us is."""

    BOUNCE = "bounce"  # it could not be delivered (RFC 3464 section 2.3.3: failed)
    DELAY = "delay"  # not yet: the other side goes on trying
    DELIVERED = "delivered"  # it was delivered, relayed or expanded
    COMPLAINT = "complaint"  # a reader called it spam (RFC 5965)
    AUTO_REPLY = "auto_reply"  # a machine answered for a reader (RFC 3834)
    OTHER = "other"  # anything else: a person's answer, spam


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one recipient. An empty string is what was not said."""

    address: str = ""
    action: str = ""  # failed, delayed, delivered, relayed, expanded
    status: str = ""  # 5.1.1 (RFC 3463)
    code: str = ""  # 550 (RFC 5321)
    command: str = ""  # what was refused: conn, ehlo, mail, rcpt, data
    said: str = ""  # the answer of the mail system that refused it
    notice: str = ""  # what the report says of it to people
    remote: str = ""  # the mail system that refused it
    formal: bool = False  # whether it stands in a report for machines


@dataclass(frozen=True, slots=True)
class Reading:
    """What a whole mail says."""

    kind: Kind
    told: tuple[Told, ...] = ()
    feedback: str = ""  # abuse, fraud, not-spam, auth-failure … (RFC 5965 section 7.3)
    sent_to: tuple[str, ...] = ()  # where the mail itself was sent: holds our sealed sender, if it is an answer to it
    about: tuple[str, ...] = ()  # of a complaint: the addresses in the report and in the mail that it is about
    message_id: str = ""
    subject: str = ""
