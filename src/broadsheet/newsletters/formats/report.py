"""Delivery reports for machines: RFC 3464, and what is written nearly so."""

from __future__ import annotations

import re

from broadsheet.newsletters.formats.answers import address_in, command, enhanced, reply, without_type
from broadsheet.newsletters.formats.parts import Fields, Parts, blocks_in, first
from broadsheet.newsletters.rules.told import Kind, Told

MOST_RECIPIENTS = 200
OURS = ("final-recipient", "original-recipient", "x-actual-recipient", "action", "diagnostic-code", "status")
REASON = re.compile(r"\(reason: (.+)\)")
IN_TEXT = re.compile(r"^[ \t>|]*(?:Reporting-MTA|Final-Recipient|Original-Recipient):", re.IGNORECASE | re.MULTILINE)
NUMBER_ONLY = re.compile(r"^\d{0,3}\.?$")
DONE = {"delivered", "relayed", "expanded"}  # RFC 3464 section 2.3.3


def told_in(parts: Parts, notice: str) -> tuple[Told, ...]:
    """What a report says of each recipient; nothing, where the mail holds no report."""
    blocks = [each for each in parts.status if _of_a_recipient(each)]
    if not blocks and (match := IN_TEXT.search(notice)):
        blocks = [each for each in blocks_in(_unquoted(notice)) if _of_a_recipient(each)]
        notice = notice[: match.start()] if blocks else notice
    addresses = [_address(each) for each in blocks]
    return tuple(
        _told(block, _about(notice, addresses, number)) for number, block in enumerate(blocks[:MOST_RECIPIENTS])
    )


def _of_a_recipient(block: Fields) -> bool:
    """RFC 3464 section 2.3 wants a recipient, an action and a status; many leave one of them out."""
    named = sum(name in block for name in OURS)
    return "final-recipient" in block or "original-recipient" in block or named > 1


def _unquoted(notice: str) -> str:
    return re.sub(r"(?m)^[>|][ \t]?", "", notice)


def _address(block: Fields) -> str:
    """Whom it was for: the final recipient, unless only the original one is an address."""
    names = ("final-recipient", "original-recipient", "x-actual-recipient")
    return next((found for name in names if (found := address_in(first(block, name)))), "")


def _told(block: Fields, about: str) -> Told:
    said = _said(first(block, "diagnostic-code"), about)
    told_status, said_status = enhanced(first(block, "status")), enhanced(said)
    closer = said_status if said_status and not said_status.endswith(".0.0") else ""
    return Told(
        address=_address(block),
        action=_action(block),
        status=closer or told_status or said_status,
        code=reply(said),
        command=command(said) or command(about),
        said=said,
        notice=about,
        remote=without_type(first(block, "remote-mta")).split(" ")[0].strip("[]() .").lower(),
        formal=True,
    )


def _said(diagnostic: str, about: str) -> str:
    """The answer that was given. A program's bare exit code is none: its words stand in those for people."""
    said = without_type(diagnostic)
    if NUMBER_ONLY.match(said):
        match = REASON.search(about)
        return match[1] if match else ""
    return f"x-unix: {said}" if diagnostic.lower().startswith("x-unix") else said


def _action(block: Fields) -> str:
    found = re.match(r"[a-z]*", first(block, "action").lower())
    return found[0] if found else ""


def _about(notice: str, addresses: list[str], number: int) -> str:
    """The part of the words for people that speaks of one recipient: all of it, where there is but one."""
    if len(addresses) < 2:
        return notice
    small = notice.lower()
    starts = [small.find(each.lower()) if each else -1 for each in addresses]
    begin = starts[number]
    if begin < 0:
        return ""
    end = min((each for each in starts if each > begin), default=len(notice))
    return notice[begin:end]


def kind_of(told: tuple[Told, ...]) -> Kind:
    """What the whole report is: a bounce, if a single recipient failed."""
    actions = {each.action for each in told}
    if actions <= DONE:
        return Kind.DELIVERED
    return Kind.DELAY if actions <= DONE | {"delayed"} else Kind.BOUNCE
