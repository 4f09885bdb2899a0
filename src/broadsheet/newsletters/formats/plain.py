"""Bounces in words for people only. No standard says how they look; what they share is read, not who wrote them."""

from __future__ import annotations

import re

from broadsheet.newsletters.formats.answers import ADDRESS, REPLY, address_in, command, enhanced, reply
from broadsheet.newsletters.formats.parts import Parts
from broadsheet.newsletters.rules.told import Told

MOST_NOTICE = 20_000
MOST_RECIPIENTS = 50

# Where the words end and the mail that came back begins.
RETURNED = re.compile(
    r"^[ \t>|*=#-]*(?:(?:this|below this line|included|here|attached|what follows)\s+is\s+)?(?:an?\s+|the\s+|your\s+)*"
    r"(?:copy of (?:the|your)(?: original)?(?: message)?|original (?:message|mail|email)(?! was| could| has| had)"
    r"|(?:message|mail) (?:headers?|text)|header of the original|headers of the original|returned message"
    r"|unsent message|undelivered message|first part of your message)\b[^@\n]{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
HEADERS = re.compile(
    r"^(?:Return-Path|Received|DKIM-Signature|X-Originating-IP|X-YMail-OSG|Message-ID):\s", re.IGNORECASE | re.MULTILINE
)
# Who is meant, by how sure the words make us: those alone on a line, those of a command, those that a phrase names.
ALONE = re.compile(
    rf"^[ \t>*|-]*[\"'(]?<?({ADDRESS.pattern})>?[\"')]?[ \t]*(?:[:;,]|$|\(|\[|<|\.\.\.|[ \t]{{2,}}|[ \t]\.\.\.| on \w)",
    re.MULTILINE,
)
COMMANDED = re.compile(rf"RCPT[ _]TO:?[ \t]*\n?[ \t]*<({ADDRESS.pattern})>", re.IGNORECASE)
NAMED = re.compile(
    rf"\b(?:recipients?|to|user|address|mailbox|user ?id|delivered to|addressee|member|account)(?: address)?"
    rf"(?: permanent errors| \(s\)|\(s\)|\(es\))?[ \t]*(?::| is| was|=)?[ \t\n]*[\"'<]?({ADDRESS.pattern})",
    re.IGNORECASE,
)
# Not whom a bounce is about: the sender, those to be asked, marks of messages.
ASIDE = re.compile(
    r"(?:MAIL FROM:?|^[ \t]*(?:From|Sender|Reply-To|Message-Id|Return-Path|Subject|To|Cc)[ \t]*:|mailto:"
    r"|Mail from|sender|contact|assistance|further|support|please (?:send|write)).{0,40}$",
    re.IGNORECASE,
)
SENDMAIL = re.compile(
    rf"^[ \t]*([245]\d\d)[ \t]+(?:[245]\.\d\.\d+[ \t]+)?<?({ADDRESS.pattern})>?\.\.\.[ \t]*(.*)$", re.MULTILINE
)
HEARD = re.compile(r"^[ \t]*<<<[ \t]*([45]\d\d.*)$", re.MULTILINE)
STEP = re.compile(r"^[ \t]*(?:>>>|\.\.\. while talking|While talking)", re.MULTILINE)


def cut(notice: str) -> str:
    """The words of a notice, without the mail that came back below them."""
    notice = notice[:MOST_NOTICE]
    ends = [match.start() for match in RETURNED.finditer(notice) if notice[: match.start()].strip()]
    ends += [match.start() for match in HEADERS.finditer(notice) if _is_head(notice[match.start() :])]
    text = notice[: min(ends)] if ends else notice
    return text if text.strip() else notice


def _is_head(text: str) -> bool:
    """Whether a head of a mail begins here: three lines that are fields, or go on with one."""
    lines = text.splitlines()[:3]
    return len(lines) == 3 and all(re.match(r"[A-Za-z][\w-]*:|[ \t]+\S", line) for line in lines)


def told_in(parts: Parts, notice: str) -> tuple[Told, ...]:
    """What the words say of each recipient; of one without an address, where none is named."""
    if told := _old_sendmail(notice):
        return told
    failed = [found for value in parts.headers.get("x-failed-recipients", []) for found in ADDRESS.findall(value)]
    places = _places(notice, failed)
    if not places:
        return (_one(failed[0] if failed else "", notice),)
    ends = [start for _, start in places[1:]] + [len(notice)]
    if len(places) == 1:
        return (_one(places[0][0], notice),)
    pieces = [_one(address, notice[start:end]) for (address, start), end in zip(places, ends, strict=True)]
    common = notice[: places[0][1]] if any(piece.code or piece.status for piece in pieces) is False else ""
    return tuple(_one(piece.address, f"{common}\n{piece.notice}" if common else piece.notice) for piece in pieces)


def _one(address: str, about: str) -> Told:
    said = _said(about)
    return Told(
        address=address, status=enhanced(said) or enhanced(about), code=reply(said), command=command(about), said=said,
        notice=about, remote=_host(about),
    )  # fmt: skip


def _said(about: str) -> str:
    """The answer that the words quote: from its code to the end of the paragraph."""
    match = REPLY.search(about)
    return re.split(r"\n[ \t]*\n", about[match.start(1) :], maxsplit=1)[0][:2_000] if match else ""


def _host(about: str) -> str:
    match = re.search(r"\b(?:host|server|talking to)[: \t\n]+<?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", about, re.IGNORECASE)
    return match[1].lower().strip(".") if match else ""


def _places(notice: str, failed: list[str]) -> list[tuple[str, int]]:
    """Each recipient with where the words first speak of it. What is surest hides the rest."""
    if len(failed) > 1:
        found = [(each, notice.find(each)) for each in dict.fromkeys(failed)]
        if all(start >= 0 for _, start in found):
            return sorted(found, key=lambda each: each[1])[:MOST_RECIPIENTS]
    for pattern in (ALONE, COMMANDED, NAMED):
        places: dict[str, int] = {}
        for match in pattern.finditer(notice):
            if not _aside(notice, match.start(1)):
                places.setdefault(match[1].rstrip("."), match.start())
        if places:
            return list(places.items())[:MOST_RECIPIENTS]
    return []


def _aside(notice: str, at: int) -> bool:
    line = notice[notice.rfind("\n", 0, at) + 1 : at]
    return bool(ASIDE.search(line))


def _old_sendmail(notice: str) -> tuple[Told, ...]:
    """A transcript of old sendmails, where the answers stand above the line that names the recipient."""
    if "----- transcript of session follows" not in notice.lower():
        return ()
    told: dict[str, Told] = {}
    at = 0
    for match in SENDMAIL.finditer(notice):
        before, at = notice[at : match.start()], match.end()
        address = match[2]
        if address in told:
            continue
        heard = HEARD.findall(before)
        said = heard[-1] if heard else f"{match[1]} {match[3]}"
        told[address] = Told(
            address=address_in(address), status=enhanced(said), code=reply(said), said=said,
            command=command(before) or _first_command(before), notice=f"{before}\n{match[0]}",
        )  # fmt: skip
    return tuple(told.values())[:MOST_RECIPIENTS]


def _first_command(before: str) -> str:
    found = re.findall(r">>>[ \t]*([A-Za-z]{4})", before)
    return {"rcpt": "rcpt", "mail": "mail", "data": "data"}.get(found[-1].lower(), "") if found else ""
