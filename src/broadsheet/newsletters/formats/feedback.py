"""Complaints of readers, as mailbox providers forward them: RFC 5965, and Microsoft's own form."""

from __future__ import annotations

import re

from broadsheet.newsletters.formats.answers import address_in
from broadsheet.newsletters.formats.parts import Fields, Parts, blocks_in, first
from broadsheet.newsletters.rules.told import Told

# Microsoft's programme for senders forwards the mail with the mailbox in a header of its own, and writes no report.
MICROSOFT = re.compile(r"(?mi)^X-HmXmrOriginalRecipient:\s*(\S+)")
SUBJECT = re.compile(r"complaint about message from", re.IGNORECASE)


def reports_in(parts: Parts) -> tuple[Fields, ...]:
    """The blocks of a feedback report, also where they stand in the text."""
    if parts.feedback:
        return parts.feedback
    if "feedback-type:" in parts.notice.lower():
        return tuple(each for each in blocks_in(parts.notice) if "feedback-type" in each)
    return ()


def is_complaint(parts: Parts) -> bool:
    """Whether the mail is one: by its media type (RFC 5965 section 2), its fields, or Microsoft's header."""
    by_type = parts.report == "feedback-report" or bool(reports_in(parts))
    return by_type or bool(SUBJECT.search(parts.header("subject")) and MICROSOFT.search(_all(parts)))


def read(parts: Parts) -> tuple[str, tuple[Told, ...]]:
    """The type of feedback, and those whom it concerns; one without an address, where it is kept secret."""
    blocks = reports_in(parts)
    kinds = [first(each, "feedback-type") for each in blocks if "feedback-type" in each]
    kind = re.sub(r"[^a-z-]", "", kinds[0].lower()) if kinds else "abuse"
    found = [address_in(value) for each in blocks for value in each.get("original-rcpt-to", [])]
    if not any(found) and (match := MICROSOFT.search(_all(parts))):
        found = [address_in(match[1])]
    return kind, tuple(Told(address=each, formal=True) for each in dict.fromkeys(found)) or (Told(formal=True),)


def _all(parts: Parts) -> str:
    return f"{parts.notice}\n{parts.returned}"
