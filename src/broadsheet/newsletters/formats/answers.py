"""Small finds in what mail systems say: reply codes, enhanced codes, commands, addresses."""

from __future__ import annotations

import re

from broadsheet.newsletters.formats.parts import blocks_in

# An enhanced status code (RFC 3463 section 2): class, subject, detail; not a part of an address or a version.
ENHANCED = re.compile(r"(?<![\d.\[])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
# A reply code (RFC 5321 section 4.2): three digits of which the first tells the class.
REPLY = re.compile(r"(?:^|(?<=[\s:;('\"\[>|]))([45][0-5]\d)(?=[\s:\-]|$)")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
COMMANDS = (
    ("data", r"data|text|bdat|message|end of data"), ("rcpt", r"rcpt"), ("mail", r"mail|send"),
    ("ehlo", r"ehlo|helo|lhlo"), ("conn", r"conn|connect|initial connection"),
)  # fmt: skip
SAID_WHERE = (
    re.compile(r"in\s+reply\s+to\s+(?:the\s+)?(end\s+of\s+DATA|[A-Z]{4})", re.IGNORECASE),  # Postfix
    re.compile(r"after\s+(end\s+of\s+data|initial\s+connection|[A-Z]{4}\b)", re.IGNORECASE),  # Exim
    re.compile(r"did\s+not\s+like\s+our\s+(?:final\s+)?([A-Z]{4})", re.IGNORECASE),  # DragonFly
    re.compile(r"\[(RCPT_TO|MAIL_FROM|DATA|EHLO|HELO|CONNECT\w*)\]"),
    re.compile(r"\bfor\s+([A-Z]{4})\s+command", re.IGNORECASE),
    re.compile(r"\bSMTP:(RCPT|MAIL|DATA|EHLO|HELO)\b"),
    re.compile(r"SMTP command\n(RCPT|MAIL|DATA|EHLO|HELO)\b", re.IGNORECASE),
    re.compile(r"\((RCPT TO|MAIL FROM|DATA|EHLO|HELO)\)"),
    re.compile(r"(?:while|when)\s+(?:sending|issuing|talking)?\s*(RCPT TO|MAIL FROM|DATA)\b"),
    re.compile(r"(?:most progress was|for)\s+(RCPT TO|MAIL FROM|DATA)\s+response"),  # qmail
    re.compile(r"^\s*STEP:\s*(RCPT|MAIL|DATA|EHLO|HELO|CONN)", re.MULTILINE),
    re.compile(r"Sent\s+<<<\s+(RCPT|MAIL|DATA|EHLO|HELO)\b.*\n\s*Received\s+>>>\s+[45]"),
    re.compile(r"response\s+to\s+(?:the\s+)?(RCPT TO|MAIL FROM|end of data|DATA)", re.IGNORECASE),
)
TRANSCRIPT = re.compile(r"^[ \t]*>>>[ \t]*([A-Za-z]{4})\b.*\n(?:[ \t]*<<<[ \t]*([2345]\d\d).*)", re.MULTILINE)
ADDRESS_REFUSED = re.compile(
    r"server has rejected address|unable to deliver your message to the following address\.", re.IGNORECASE
)


def enhanced(text: str) -> str:
    """The first enhanced status code in a text that says more than its class; else the first; else nothing."""
    found = ENHANCED.findall(text)
    return next((each for each in found if not each.endswith(".0.0")), found[0] if found else "")


def reply(text: str) -> str:
    """The first reply code in a text."""
    match = REPLY.search(text)
    return match[1] if match else ""


def command(text: str) -> str:
    """What was refused, as far as the text tells."""
    for pattern in SAID_WHERE:
        if match := pattern.search(text):
            return _named(match[1])
    for match in TRANSCRIPT.finditer(text):
        if match[2][0] in "45":
            return _named(match[1])
    return "rcpt" if ADDRESS_REFUSED.search(text) else ""


def _named(word: str) -> str:
    small = re.sub(r"[\s_]+", " ", word).lower()
    return next((name for name, pattern in COMMANDS if re.match(rf"(?:{pattern})", small)), "")


def address_in(value: str) -> str:
    """The mail address in a field such as `rfc822; <reader@paper.example>`, small letters kept as they are."""
    match = ADDRESS.search(value.partition(";")[2] or value)
    return match[0] if match else ""


def without_type(value: str) -> str:
    """A field's value without its type: `smtp; 550 no` is `550 no` (RFC 3464 section 2.1.2)."""
    kind, parted, rest = value.partition(";")
    return rest.strip() if parted and re.fullmatch(r"[A-Za-z0-9-]{1,20}", kind.strip()) else value.strip()


__all__ = ["address_in", "blocks_in", "command", "enhanced", "reply", "without_type"]
