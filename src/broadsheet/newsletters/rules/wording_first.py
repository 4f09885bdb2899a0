"""Phrases that come first: what one provider writes in a way of its own, and what holds words of several meanings."""

from __future__ import annotations

from broadsheet.newsletters.rules.reasons import Reason

# Whose words they are, their meaning, and the words; the text begins with status and command.
OF_PROVIDERS: tuple[tuple[str, Reason, tuple[str, ...]], ...] = (
    ("messagelabs", Reason.USER_UNKNOWN, (r"\b542 \S+ rejected",)),
    ("docomo", Reason.REJECTED, (r"^5\.0\.0 data .*unknown user",)),
    (
        "google",
        Reason.SPEEDING,
        (
            r"receiving mail (?:at a rate|too quickly)",
            r"p=receivingrate",
        ),
    ),
    (
        "google",
        Reason.SUSPEND,
        (
            r"p=disableduser",
            r"is (?:inactive|disabled)\b",
        ),
    ),
    ("google", Reason.USER_UNKNOWN, (r"p=nosuchuser",)),
    (
        "google",
        Reason.AUTH_FAILURE,
        (
            r"p=unauthenticatederror",
            r"p=(?:dmarc|spf|dkim)",
        ),
    ),
    ("google", Reason.BAD_REPUTATION, (r"reputation of the sending",)),
    ("google", Reason.SPAM, (r"likely (?:suspicious|unsolicited)",)),
    ("google", Reason.REQUIRE_PTR, (r"ptr record",)),
    ("googlegroups groups.google", Reason.REJECTED, (r"groups\.google\.|google groups|googlegroups",)),
    ("secureserver", Reason.SPEEDING, (r"\bib60\d",)),
    ("secureserver", Reason.REQUIRE_PTR, (r"\bib10[58]",)),
    ("secureserver", Reason.BLOCKED, (r"\bib1\d\d",)),
    (
        "secureserver",
        Reason.SPAM,
        (
            r"\bib50[47]",
            r"\bib705",
        ),
    ),
    ("charter spectrum", Reason.TOO_MANY, (r"aup#i-?n?-?13[0-9]0",)),
    ("cox.net", Reason.TOO_MANY, (r"\bcx(?:thrt|cnct|mxrt|rate)",)),
    ("cox.net", Reason.REQUIRE_PTR, (r"\bcxdns",)),
    ("cox.net", Reason.REJECTED, (r"\bcxsndr",)),
    ("cox.net", Reason.SPAM, (r"\bcxmj",)),
    (
        "cox.net",
        Reason.BLOCKED,
        (
            r"\bcxbl",
            r"\bc[dx]rbl",
            r"\bcsi\b",
        ),
    ),
    (
        "qq.com",
        Reason.TOO_MANY,
        (
            r"frequency limited",
            r"too many (?:connections|mails)",
        ),
    ),
    ("yahoodns yahoo aol", Reason.USER_UNKNOWN, (r"user doesn't have an? \S+ account",)),
    (
        "outlook hotmail microsoft office365 exchangelabs",
        Reason.USER_UNKNOWN,
        (
            r"recipientnotfound",
            r"5\.1\.10\b",
        ),
    ),
)

WHOLE: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        Reason.REJECTED,
        (
            (
                r"sender (?:e-?mail )?(?:address|domain)\b.{0,60}(?:reject|not found|unknown|not exist|invalid|refus|"
                r"resolve)"
            ),
            r"domain of sender",
            r"sender verif(?:y|ication) failed",
            r"(?:could not|unable to|cannot) verify sender",
        ),
    ),
    (
        Reason.HOST_UNKNOWN,
        (
            r"the account or domain may not exist",
            r"\bhost unknown",
            r"unknown host",
            r"bad destination system address",
            r"domain is not reachable",
            r"(?:domain|host) (?:name )?not found",
            r"no such (?:host|domain)",
        ),
    ),
    (
        Reason.USER_UNKNOWN,
        (
            r"bad destination mailbox address",
            r"recipient address rejected: access denied",
            r"invalid final delivery userid",
            r"resolver\.adr\.\w*recip\w*notfound",
            r"ofr_416",
        ),
    ),
    (
        Reason.HAS_MOVED,
        (
            r"mailbox has moved",
            r"recipient has moved",
            r"no forwarding address",
        ),
    ),
    (
        Reason.REJECTED,
        (
            r"sending to/from an address",
            r"not a registered gateway user",
            r"bad sender's (?:mailbox|system) address",
        ),
    ),
    (
        Reason.FILTERED,
        (
            r"recipient preferences",
            r"(?:rejected|refused|blocked) by a remote mail ?server",
        ),
    ),
    (
        Reason.ON_HOLD,
        (
            r"due to a recipient error",
            r"rejected: on hold",
        ),
    ),
    (
        Reason.NO_RELAYING,
        (
            r"email address is not verified",
            r"identities failed the check",
            r"turn on smtp authentication",
        ),
    ),
    (
        Reason.BLOCKED,
        (
            r"refused to talk to me",
            r"use the (?:smtp|mail) server of your isp",
            r"the ip you're using to send",
            r"intrusion prevention",
            r"too many bad commands",
        ),
    ),
    (
        Reason.REQUIRE_PTR,
        (r"mismatch\w* client ip",),
    ),
    (
        Reason.POLICY,
        (
            r"its content presents a potential",
            r"due to local policy",
            r"administrative prohibition",
        ),
    ),
    (
        Reason.SPEEDING,
        (
            r"receiving mail (?:at a rate|too quickly)",
            r"daily (?:user )?sending (?:quota|limit)",
            r"sending (?:quota|limit) exceeded",
        ),
    ),
    (
        Reason.SPAM,
        (
            r"due to spam classification",
            r"flagged as spam",
        ),
    ),
    (
        Reason.NETWORK,
        (
            r"name server:.{0,60}lookup failure",
            r"host name lookup failure",
            r"hop count|too many hops",
            r"mail (?:loop|forwarding loop)",
            r"loops? back",
            r"loop detected",
        ),
    ),
    (
        Reason.MAILER,
        (r"operating system error",),
    ),
    (
        Reason.EXPIRED,
        (r"in the queue too long",),
    ),
    (
        Reason.CONTENT,
        (
            r"media not supported",
            r"conversion required",
        ),
    ),
    (
        Reason.SECURITY,
        (
            r"security features not supported",
            r"cryptographic",
            r"message integrity failure",
        ),
    ),
)
