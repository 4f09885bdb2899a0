"""What a bounce means: its reason, and how serious it is for the reader or for us. Pure.

RFC 3463 gives the meaning of enhanced status codes, RFC 5321 section 4.2 that of reply codes. Words come first,
because many systems answer 550 5.1.1 to everything; but a code that means one thing only comes before words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from broadsheet.newsletters.rules import phrases
from broadsheet.newsletters.rules.codes import PLAIN, by_status, detail
from broadsheet.newsletters.rules.reasons import Reason
from broadsheet.newsletters.rules.told import Told


class Severity(StrEnum):
    """Whose trouble it is, and how bad."""

    HARD = "hard"  # the mailbox does not exist
    DISABLED = "disabled"  # it is switched off, perhaps for a time
    SOFT = "soft"  # this mail did not arrive
    POLICY = "policy"  # they refuse us: our trouble, never the reader's
    SLOW_DOWN = "slow_down"  # they ask us to send less at a time
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


HARD = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.HAS_MOVED, Reason.NOT_ACCEPT})
SLOW = frozenset({Reason.TOO_MANY, Reason.SPEEDING})
POLICY = frozenset({
    Reason.AUTH_FAILURE, Reason.REQUIRE_PTR, Reason.BAD_REPUTATION, Reason.BLOCKED, Reason.POLICY, Reason.SECURITY,
    Reason.REJECTED, Reason.NO_RELAYING, Reason.SPAM, Reason.VIRUS, Reason.CONTENT, Reason.NOT_COMPLIANT,
    Reason.SYNTAX,
})  # fmt: skip
VAGUE = {"", "0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "7.1"}
KNOWN_AS_NOBODY = {"1.0", "1.1", "1.3", "1.10", "2.1"}
OPEN = frozenset({Reason.ON_HOLD, Reason.UNDEFINED, Reason.DELIVERED})
COMPLAINTS = frozenset({"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other", "miscategorized"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why, and how serious."""

    reason: Reason
    severity: Severity


def judge(told: Told) -> Verdict:
    """The verdict on one recipient of a bounce."""
    reason = reason_of(told)
    found = severity_of(reason)
    if found is Severity.POLICY and _for_now(told):
        found = Severity.SLOW_DOWN
    return Verdict(reason, found)


def _for_now(told: Told) -> bool:
    """Whether the refusal is a temporary one (RFC 5321 section 4.2.1): they may take it later."""
    return (told.code or told.status).startswith("4")


def judge_feedback(feedback: str) -> Verdict:
    """The verdict on a feedback report: what speaks for a mail, or of our signatures only, complains of nothing."""
    serious = feedback in COMPLAINTS or not feedback
    return Verdict(Reason.FEEDBACK, Severity.COMPLAINT if serious else Severity.OTHER)


def severity_of(reason: Reason) -> Severity:
    """How serious a reason is."""
    if reason in HARD:
        return Severity.HARD
    if reason is Reason.SUSPEND:
        return Severity.DISABLED
    if reason in SLOW:
        return Severity.SLOW_DOWN
    if reason in POLICY:
        return Severity.POLICY
    return Severity.OTHER if reason in OPEN else Severity.SOFT


def reason_of(told: Told) -> Reason:
    """Why one recipient's mail came back. Before the recipient was named, nothing can have been wrong with it."""
    found = _found(told)
    if found in HARD and told.code:
        return {"conn": Reason.BLOCKED, "ehlo": Reason.BLOCKED, "mail": Reason.REJECTED}.get(told.command, found)
    return found


def _found(told: Told) -> Reason:
    said, notice = _small(told.said), _small(told.notice)
    for text in filter(None, (said, notice)):
        if found := _by_provider(f"{told.status} {told.command} {told.remote} {text}"):
            return found
    if said.startswith("x-unix"):  # a program on the last machine, not a mail system
        found = _by_words(said, told)
        return found if found in {Reason.MAILBOX_FULL, Reason.SYSTEM_FULL} else Reason.MAILER
    return (
        _by_words(said, told) or (_specific(told) if said else None) or _by_words(notice, told) or _by_stage(told)
        or by_status(told.status) or _by_reply(told) or _unsaid(told, said, notice)
    )  # fmt: skip


def _small(text: str) -> str:
    """In small letters, with single blanks, and without the codes that multi-line answers repeat."""
    text = re.sub(r"\s+", " ", text.lower().replace("’", "'"))
    return re.sub(r" [245]\d\d[- ][245]\.\d+\.\d+ ", " ", text)


def _by_provider(text: str) -> Reason | None:
    for names, reason, pattern in phrases.SEARCHED_OF_PROVIDERS:
        if any(name in text for name in names) and pattern.search(text):
            return reason
    return None


def _by_words(text: str, told: Told) -> Reason | None:
    if not text:
        return None
    for reason, pattern in phrases.SEARCHED_WHOLE:
        if pattern.search(text):
            return reason
    if phrases.NO_ACCOUNT.search(text):
        return Reason.FILTERED
    if detail(told.status) in {"1.7", "1.8"}:
        return Reason.REJECTED
    if phrases.SURELY_NOBODY.search(text):
        return _nobody(told)
    if plain := PLAIN.get(detail(told.status)):
        return plain
    for reason, pattern in phrases.SEARCHED:
        if pattern.search(text):
            return reason
    if found := _specific(told):
        return found
    if phrases.NOBODY.search(text):
        return _nobody(told)
    return Reason.FILTERED if phrases.NOT_WANTED.search(text) else None


def _nobody(told: Told) -> Reason:
    """No such reader. Said after the text was sent, some systems mean that the mail itself was not wanted."""
    if told.command == "mail":
        return Reason.REJECTED  # the unknown one is our sender
    if detail(told.status).startswith("7."):  # refused by a rule, whatever the words
        return Reason.FILTERED
    if told.command == "rcpt" or detail(told.status) in KNOWN_AS_NOBODY:
        return Reason.USER_UNKNOWN
    if told.command == "data":
        return Reason.FILTERED
    if told.code and (not told.formal or detail(told.status) == "0.0"):  # nobody says what was refused
        return Reason.FILTERED
    return Reason.USER_UNKNOWN


def _specific(told: Told) -> Reason | None:
    """By the enhanced code, where it says more than its class and subject."""
    return None if detail(told.status) in VAGUE else by_status(told.status)


def _by_stage(told: Told) -> Reason | None:
    """By what was refused: a greeting refused is our network refused, a sender refused is our address."""
    if not told.code:
        return None
    return {"conn": Reason.BLOCKED, "ehlo": Reason.BLOCKED, "mail": Reason.REJECTED}.get(told.command)


def _by_reply(told: Told) -> Reason | None:
    """By the reply code alone: 500 to 504 mean that a command was not understood (RFC 5321 section 4.2.3)."""
    return Reason.SYNTAX if told.code in {"500", "501", "502", "503", "504"} else None


def _unsaid(told: Told, said: str, notice: str) -> Reason:
    if told.action == "expired" or (told.action == "delayed" and not (said or notice)):
        return Reason.EXPIRED
    return Reason.ON_HOLD if said or notice or told.status else Reason.UNDEFINED
