"""What enhanced status codes mean where no words say more: RFC 3463, the registry of RFC 5248, and large providers."""

from __future__ import annotations

from broadsheet.newsletters.rules.reasons import Reason

# RFC 3463 section 3: subject and detail, the class left out.
BY_DETAIL: dict[str, Reason] = {
    "1.0": Reason.USER_UNKNOWN,
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.4": Reason.FILTERED,
    "1.5": Reason.ON_HOLD,
    "1.6": Reason.HAS_MOVED,
    "1.7": Reason.REJECTED,
    "1.8": Reason.REJECTED,
    "1.9": Reason.SYSTEM,
    "1.10": Reason.NOT_ACCEPT,  # RFC 7505: a null MX
    "2.0": Reason.FILTERED,
    "2.1": Reason.SUSPEND,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.EXCEED_LIMIT,
    "2.4": Reason.FILTERED,
    "2.121": Reason.SPEEDING,
    "2.122": Reason.SPEEDING,
    "3.0": Reason.SYSTEM,
    "3.1": Reason.SYSTEM_FULL,
    "3.2": Reason.NOT_ACCEPT,
    "3.3": Reason.SYSTEM,
    "3.4": Reason.TOO_BIG,
    "3.5": Reason.SYSTEM,
    "3.6": Reason.SYSTEM,
    "4.0": Reason.EXPIRED,
    "4.1": Reason.EXPIRED,
    "4.2": Reason.EXPIRED,
    "4.3": Reason.SYSTEM,
    "4.4": Reason.HOST_UNKNOWN,
    "4.5": Reason.SYSTEM_FULL,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "5.0": Reason.MAILER,
    "5.1": Reason.SYNTAX,
    "5.2": Reason.SYNTAX,
    "5.3": Reason.TOO_MANY,
    "5.4": Reason.SYNTAX,
    "5.5": Reason.SYSTEM,
    "5.6": Reason.SYSTEM,
    "6.0": Reason.CONTENT,
    "6.1": Reason.CONTENT,
    "6.2": Reason.CONTENT,
    "6.3": Reason.CONTENT,
    "6.5": Reason.CONTENT,
    "6.6": Reason.CONTENT,
    "6.7": Reason.NOT_ACCEPT,
    "6.9": Reason.CONTENT,
    "7.0": Reason.SECURITY,
    "7.1": Reason.SECURITY,
    "7.2": Reason.FILTERED,
    "7.3": Reason.SYSTEM,
    "7.4": Reason.SECURITY,
    "7.5": Reason.SECURITY,
    "7.6": Reason.SECURITY,
    "7.7": Reason.CONTENT,
    "7.8": Reason.SECURITY,
    "7.9": Reason.POLICY,
    "7.10": Reason.SECURITY,
    "7.11": Reason.SECURITY,
    "7.13": Reason.SUSPEND,  # RFC 5248: the account is disabled
    "7.14": Reason.SECURITY,
    "7.15": Reason.REJECTED,
    "7.16": Reason.EXCEED_LIMIT,
    "7.17": Reason.HAS_MOVED,
    "7.18": Reason.HOST_UNKNOWN,
    "7.19": Reason.FILTERED,
    "7.20": Reason.AUTH_FAILURE,
    "7.21": Reason.AUTH_FAILURE,
    "7.22": Reason.AUTH_FAILURE,
    "7.23": Reason.AUTH_FAILURE,
    "7.24": Reason.AUTH_FAILURE,  # RFC 7372
    "7.25": Reason.REQUIRE_PTR,
    "7.26": Reason.AUTH_FAILURE,
    "7.27": Reason.NOT_ACCEPT,
    "7.28": Reason.SPEEDING,
    "7.29": Reason.AUTH_FAILURE,
    "7.30": Reason.SECURITY,
    "7.40": Reason.AUTH_FAILURE,
    "7.509": Reason.AUTH_FAILURE,
    "7.515": Reason.AUTH_FAILURE,
    "7.23.1": Reason.AUTH_FAILURE,
    "7.606": Reason.BLOCKED,
    "7.511": Reason.BLOCKED,
    "7.512": Reason.NOT_COMPLIANT,
    "7.513": Reason.BLOCKED,
    "7.650": Reason.BAD_REPUTATION,
    "7.652": Reason.TOO_MANY,
    "7.700": Reason.SPEEDING,
    "7.705": Reason.SPEEDING,
    "7.708": Reason.BLOCKED,
    "7.750": Reason.SECURITY,
}

# Codes that mean one thing, whatever the words around them say.
PLAIN: dict[str, Reason] = {
    "1.6": Reason.HAS_MOVED,
    "1.7": Reason.REJECTED,
    "1.8": Reason.REJECTED,
    "2.2": Reason.MAILBOX_FULL,
    "3.1": Reason.SYSTEM_FULL,
    "4.5": Reason.SYSTEM_FULL,
    "5.3": Reason.TOO_MANY,
    "7.13": Reason.SUSPEND,
    "7.20": Reason.AUTH_FAILURE,
    "7.21": Reason.AUTH_FAILURE,
    "7.23": Reason.AUTH_FAILURE,
    "7.24": Reason.AUTH_FAILURE,
    "7.25": Reason.REQUIRE_PTR,
    "7.509": Reason.AUTH_FAILURE,
    "7.515": Reason.AUTH_FAILURE,
    "7.650": Reason.BAD_REPUTATION,
}


def detail(status: str) -> str:
    """Subject and detail of a status: 1.1 of 5.1.1."""
    return status.partition(".")[2]


def by_status(status: str) -> Reason | None:
    """What a code means by itself. Microsoft's ranges 5.7.6xx and 5.7.5xx are blocks of whole networks or domains."""
    found = BY_DETAIL.get(detail(status))
    if found is None and detail(status).startswith(("7.6", "7.5", "7.7")) and len(detail(status)) == 5:
        return Reason.BLOCKED
    return found
