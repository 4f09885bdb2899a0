"""Why a mail came back."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a mail came back, in the words that tools for bounces share."""

    USER_UNKNOWN = "userunknown"
    HOST_UNKNOWN = "hostunknown"
    HAS_MOVED = "hasmoved"
    NOT_ACCEPT = "notaccept"  # the host takes no mail at all
    SUSPEND = "suspend"  # the mailbox is disabled
    MAILBOX_FULL = "mailboxfull"
    EXCEED_LIMIT = "exceedlimit"  # larger than the mailbox takes
    TOO_BIG = "mesgtoobig"  # larger than the mail system takes
    FILTERED = "filtered"  # refused after the mail's text was seen
    EXPIRED = "expired"
    NETWORK = "networkerror"
    SYSTEM = "systemerror"
    SYSTEM_FULL = "systemfull"
    MAILER = "mailererror"
    SYNTAX = "syntaxerror"
    ON_HOLD = "onhold"
    UNDEFINED = "undefined"
    AUTH_FAILURE = "authfailure"
    REQUIRE_PTR = "requireptr"
    BAD_REPUTATION = "badreputation"
    BLOCKED = "blocked"
    POLICY = "policyviolation"
    SECURITY = "securityerror"
    REJECTED = "rejected"  # the sender's address is refused
    NO_RELAYING = "norelaying"
    SPAM = "spamdetected"
    VIRUS = "virusdetected"
    CONTENT = "contenterror"
    NOT_COMPLIANT = "notcompliantrfc"
    TOO_MANY = "toomanyconn"
    SPEEDING = "speeding"
    FEEDBACK = "feedback"
    VACATION = "vacation"
    DELIVERED = "delivered"
