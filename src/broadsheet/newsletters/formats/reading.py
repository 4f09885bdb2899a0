"""Reading a mail that was sent to us: which kind it is, and what it says of whom. Any bytes give a reading."""

from __future__ import annotations

import re

from broadsheet.newsletters.formats import feedback, plain, report, vacation
from broadsheet.newsletters.formats.answers import ADDRESS
from broadsheet.newsletters.formats.parts import Parts, first, opened
from broadsheet.newsletters.rules.told import Kind, Reading, Told

SENDERS = re.compile(
    r"mailer-?daemon|post[-_]?master|mail deliver|mail\.deliver|delivery (?:sub)?system|mdaemon|system administrator"
    r"|mail (?:system|administrator)|content-filter|^\s*<>\s*$|bounce",
    re.IGNORECASE,
)
SUBJECTS = re.compile(
    r"undeliver|unzustellbar|delivery (?:status|report|fail|problem|notification|delayed|has)|non-?deliver|nondeliver"
    r"|fail(?:ed|ure)[ :]*(?:delivery|notice)|failure notice|failure delivery|deliver\w* fail|mail (?:delivery )?fail"
    r"|returned (?:mail|to sender)|returning (?:message|to sender)|return(?:ed)? to sender|mail system error"
    r"|could not be delivered|not delivered|message (?:delivery|undeliver|you sent)|error sending your mail"
    r"|mail delivery|delayed mail|still being retried|could not send|rejected|loop alert|postmaster notify"
    r"|warning: message|notice: mail",
    re.IGNORECASE,
)
# What people do not write of themselves: a machine's words for a mail that could not be delivered.
WORDS = re.compile(
    r"could\s+not\s+be\s+delivered|(?:unable|failed)\s+to\s+deliver|delivery\s+(?:to|of)[^.\n]{0,80}\s+fail"
    r"|undeliverable|not\s+reach\s+the\s+following|delivery\s+failed|has\s+not\s+been\s+delivered"
    r"|addresses\s+had\s+(?:permanent|delivery|transient)|did\s+not\s+receive\s+this\s+message|failure\s+reasons"
    r"|transcript\s+of\s+(?:the\s+)?session|rejected\s+by|was\s+(?:not\s+)?(?:relayed|rejected|blocked)|duplicated\s+message-id"
    r"|error message below"
    r"|received\s+>>>\s+[45]\d\d|(?:attempting|tried) to deliver",
    re.IGNORECASE,
)
SENT_TO = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "x-delivered-to", "x-real-to",
    "x-forwarded-to", "x-apparently-to", "to", "cc",
)  # fmt: skip
MOST_ADDRESSES, MOST_ABOUT, MOST_RETURNED = 20, 200, 65_536


def read(raw: bytes) -> Reading:
    """Read one mail. A mail that makes no sense is of another kind, and does nothing."""
    parts = opened(raw)
    kind, told, said = _understood(parts)
    if kind is Kind.BOUNCE and not any(_says_something(each) for each in told):
        kind, told, said = _inside(parts) or (kind, told, said)
    return Reading(
        kind=kind, told=told, feedback=said, sent_to=_sent_to(parts),
        about=_about(parts) if kind is Kind.COMPLAINT else (),
        message_id=parts.header("message-id")[:998], subject=parts.header("subject")[:500],
    )  # fmt: skip


def _understood(parts: Parts) -> tuple[Kind, tuple[Told, ...], str]:
    if feedback.is_complaint(parts):
        said, told = feedback.read(parts)
        return Kind.COMPLAINT, told, said
    notice = plain.cut(parts.notice)
    if refused := _refused_reading(parts, notice):
        return Kind.BOUNCE, refused, ""
    if parts.disposition and not parts.status:
        return Kind.AUTO_REPLY, (), ""  # a receipt for reading (RFC 8098): no bounce
    if told := report.told_in(parts, notice):
        return report.kind_of(told), told, ""
    if not _comes_back(parts, notice):
        return (Kind.AUTO_REPLY if vacation.is_automatic(parts) else Kind.OTHER), (), ""
    told = plain.told_in(parts, notice)
    return (Kind.DELAY if _only_late(parts, notice) else Kind.BOUNCE), told, ""


def _says_something(told: Told) -> bool:
    return bool(told.said or told.status or (told.address and told.notice))


def _inside(parts: Parts) -> tuple[Kind, tuple[Told, ...], str] | None:
    """A bounce within a mail that only hands it on, looked into once."""
    inner = parts.whole
    if not inner and (match := HANDED_ON.search(parts.notice)):
        inner = parts.notice[match.end() :].encode("utf-8", "replace")
    found = _understood(opened(inner)) if inner else None
    return found if found and found[0] is Kind.BOUNCE and any(_says_something(each) for each in found[1]) else None


HANDED_ON = re.compile(r"^From MAILER-DAEMON .*\n", re.MULTILINE)


def _refused_reading(parts: Parts, notice: str) -> tuple[Told, ...]:
    """A mailbox's own refusal, after its mail system had taken the mail: the reason stands in words alone."""
    match = re.search(r"Your message to <?([^>\s]+)>? was automatically rejected:\s*(.+)", notice, re.IGNORECASE)
    if not match:
        return ()
    blocks = parts.disposition or parts.status
    known = next((found for block in blocks if (found := report.address_in(first(block, "final-recipient")))), "")
    return (Told(address=known or match[1], action="failed", said=match[2].strip(), notice=notice, formal=True),)


def _comes_back(parts: Parts, notice: str) -> bool:
    """Whether a mail system says that a mail could not be delivered. A reader's own words are never enough."""
    if parts.header("x-failed-recipients") or parts.report == "delivery-status" or parts.status:
        return True
    machine = bool(SENDERS.search(parts.header("from"))) or parts.header("return-path").strip() in {
        "<>",
        "<MAILER-DAEMON>",
    }
    subject, words = SUBJECTS.search(parts.header("subject")), WORDS.search(notice)
    if vacation.is_automatic(parts) and not SENDERS.search(parts.header("from")):
        return bool(subject and words)
    returned = bool(parts.returned) or "<<< 5" in notice
    return bool((machine and (subject or words)) or (subject and words) or (returned and (subject or words)))


LATE = re.compile(
    r"warning only|has not yet been delivered|not yet (?:been )?delivered|will (?:continue|keep) (?:to )?try"
    r"|delivery attempts will continue|still being retried|delivery (?:has been |is )?delayed|will be retried",
    re.IGNORECASE,
)


def _only_late(parts: Parts, notice: str) -> bool:
    late = LATE.search(notice) or re.search(
        r"\b(?:delayed|still being retried)\b", parts.header("subject"), re.IGNORECASE
    )
    return bool(late)


def _about(parts: Parts) -> tuple[str, ...]:
    fields = [value for block in parts.feedback for values in block.values() for value in values]
    found = ADDRESS.findall("\n".join([*fields, parts.returned[:MOST_RETURNED]]))
    return tuple(dict.fromkeys(found))[:MOST_ABOUT]


def _sent_to(parts: Parts) -> tuple[str, ...]:
    found = [
        each for name in SENT_TO for value in parts.headers.get(name, []) for each in ADDRESS.findall(value[:4_000])
    ]
    return tuple(dict.fromkeys(found))[:MOST_ADDRESSES]
