"""What `broadsheet why` answers: would this reader get this story, and which rule says so.

The edge itself decides, with the policy as the database has it now and a ledger that grants and records nothing.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.views import serve

from broadsheet import clock
from broadsheet.edge.cookies import names
from broadsheet.edge.gate import Gate
from broadsheet.edge.policy import Policy, read_policy
from broadsheet.newsroom import queries, sentences
from broadsheet.newsroom.queries import Reached
from broadsheet.paywall import passes, rules
from broadsheet.paywall.institutions import Held, institution_of
from broadsheet.paywall.networks import TrustedProxies
from broadsheet.paywall.ports import Answer, Ask, Outcome
from broadsheet.paywall.receipts import MOST_TAGS, KeyRing, Receipt, story_tag
from broadsheet.paywall.rules import Access, Decision, Reason, Verdict
from broadsheet.prerender import operations
from broadsheet.readers import Standing

DAY = 86_400
NOBODY = 0  # no user has this number, so nobody logs the imagined bearer out
PASSES = {"member": Standing.MEMBER, "staff": Standing.STAFF}
SEEN = {Verdict.FULL: "full", Verdict.PREVIEW: "lead", Verdict.REFUSE: "nothing"}
WALLS = {
    Reason.OWN_LIMIT: "past the meter",
    Reason.NETWORK_LIMIT: "shared network",
    Reason.MEMBERS_ONLY: "members' story",
    Reason.NOT_A_VISIT: "neutral",
    Reason.LEDGER_DOWN: "neutral",
}
SENTENCES = {
    Reason.OPEN_STORY: "The story is open to everybody.",
    Reason.MEMBER: "A member reads everything.",
    Reason.STAFF: "Staff read everything.",
    Reason.EMERGENCY: "Staff have opened every metered story for a while.",
    Reason.CRAWLER: "A search crawler whose address was verified reads everything.",
    Reason.COME_AGAIN: "It calls itself Google's, and our list of Google's addresses is too old to tell.",
    Reason.INSTITUTION: "{institution} reads everything on this network.",
    Reason.INSTITUTION_MAIL: "{institution} reads everything by mail addresses at its domains.",
    Reason.GIFT: "The reader came by a gift link.",
    Reason.READ_BEFORE: "The reader has read it already; reading it again is free.",
    Reason.NEW_GRANT: "It is number {number} of {allowance} free stories.",
    Reason.NOT_A_VISIT: "It is no visit by a reader: the user agent calls itself a robot.",
    Reason.OWN_LIMIT: "The reader's free stories are used: {used} of {allowance}.",
    Reason.MEMBERS_ONLY: "The story is for members.",
}  # fmt: skip


class NoStoryError(Exception):
    """The address leads to no story that readers can open."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and when."""

    url: str
    who: str = "stranger"
    read: int = 0  # stories that the reader's receipt lists
    again: bool = False  # this one among them
    address: str = ""
    agent: str = "Mozilla/5.0"
    mail: str = ""  # of a reader who is logged in, and has verified it
    now: float = field(default_factory=lambda: clock.now().timestamp())


@dataclass(frozen=True, slots=True)
class Why:
    """The answer, plain enough for JSON."""

    url: str
    headline: str
    language: str
    access: str
    rule: str  # what made the access: story, translation, section, topic, archive, default
    because: str  # the same in words
    verdict: str
    reason: str
    sentence: str
    sees: str  # full, lead or nothing
    wall: str
    spends: bool
    until: str  # a moment in UTC; empty where nothing changes by itself
    until_what: str
    notes: tuple[str, ...]


def why(asked: Asked) -> Why:
    """Answer. Raises NoStoryError."""
    found = _find(asked.url, asked.now)
    document = operations.policy_document()
    policy = read_policy(document)
    decision, receipt = asyncio.run(_decide(found, asked, document, policy))
    moment, what = _until(found, decision, receipt, policy, asked)
    return Why(
        url=found.full_url, headline=found.headline, language=found.language, access=found.gate.access.value,
        rule=found.gate.maker.value, because=sentences.gate_line(found.gate), verdict=decision.verdict.value,
        reason=decision.reason.value, sentence=_sentence(decision, receipt, policy, asked),
        sees=SEEN[decision.verdict], wall=WALLS.get(decision.reason, ""),
        spends=decision.reason is Reason.NEW_GRANT, until=_iso(moment), until_what=what if moment else "",
        notes=tuple(_notes(decision, policy, asked)),
    )  # fmt: skip


def _find(url: str, now: float) -> Reached:
    """The story at an address, whatever host stands before its path. Raises NoStoryError."""
    path = _path(url)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            match = resolve(path)
        except Resolver404:
            raise NoStoryError(f"{path} is no address of this paper.") from None
        found = None
        if match.func is serve:
            found = queries.story_at(operations.request_for(path), (match.args or ("",))[0], now)
    if found is None:
        raise NoStoryError(f"There is no published story at {path}.")
    if found.private:
        raise NoStoryError(f"{path} is kept behind a password or a log-in of its own; the meter has no say there.")
    return found


def _path(url: str) -> str:
    """The path of an address with or without scheme and host, ending as the paper's addresses do."""
    first = url.partition("/")[0]
    whole = url if "://" in url else f"//{url}" if "." in first or ":" in first else "/" + url.lstrip("/")
    return "/" + unquote(urlsplit(whole).path).strip("/") + "/"


class _Documents:
    """The shelf as the edge reads it here: the policy from the database, everything else as it lies there."""

    def __init__(self, policy: dict[str, Any] | None) -> None:
        self._policy = policy

    def document(self, name: str) -> dict[str, Any] | None:
        return self._policy if name == "policy" else operations.shelf().document(name)

    def get(self, path: str) -> None:
        return None


class _Unwritten:
    """A ledger that grants whatever is asked of it, as long as the receipt did not forbid it, and writes nothing."""

    def __init__(self, receipt: Receipt | None) -> None:
        self._receipt = receipt

    async def grant(self, ask: Ask) -> Outcome:
        reader = ask.reader or ask.fresh
        start, tags = (self._receipt.window_start, self._receipt.tags) if self._receipt else (ask.today, ())
        tags = (*tags, story_tag(reader, ask.story))
        return Outcome(Answer.GRANTED, reader, start, tags, len(tags))


async def _decide(
    found: Reached, asked: Asked, document: dict[str, Any] | None, policy: Policy
) -> tuple[Decision, Receipt | None]:
    """Put the request to the edge's gate."""
    if found.gate.access is Access.OPEN:  # as the edge, which asks nothing more of an open story
        return rules.OPEN, None
    keys = KeyRing(settings.METER_KEY, settings.METER_KEY_PREVIOUS)
    secure = settings.WAGTAILADMIN_BASE_URL.startswith("https://")
    receipt = _receipt(found, asked, policy)
    ledger: Any = _Unwritten(receipt)
    shelf: Any = _Documents(document)
    gate = Gate(keys, ledger, TrustedProxies(settings.TRUSTED_PROXIES), secure)
    gate.follow(shelf.document)
    headers = {b"user-agent": asked.agent.encode()}
    if cookie := _cookie(asked, receipt, policy, keys, secure):
        headers[b"cookie"] = cookie
    scope = {"method": "GET", "client": (asked.address, 0)}
    held = gate.visitor(headers)
    decision = gate.look(found.gate.access, found.key, held, scope, headers, asked.now)
    if decision.verdict is Verdict.ASK:
        decision, receipt, _ = await gate.ask(found.key, held, scope, headers, asked.now)
        return decision, receipt
    return decision, held.receipt


def _receipt(found: Reached, asked: Asked, policy: Policy) -> Receipt | None:
    """The receipt of somebody who has read so many stories: begun today by a stranger, earlier by a known reader."""
    known = asked.who == "reader"
    count = min(max(asked.read, 1 if asked.again or known else 0), MOST_TAGS)
    if not count:
        return None
    reader = os.urandom(16)
    tags = [os.urandom(12) for _ in range(count)]
    if asked.again:
        tags[0] = story_tag(reader, found.key)
    earlier = min(1, policy.terms.window - 1) if known else 0
    return Receipt(reader, int(asked.now // DAY) - earlier, tuple(tags))


def _by_mail(policy: Policy, asked: Asked) -> Held | None:
    """The institution that the reader's mail address is of, as the desk of passes finds it."""
    return institution_of(asked.mail, policy.institutions.rows, asked.now) if asked.mail else None


def _cookie(asked: Asked, receipt: Receipt | None, policy: Policy, keys: KeyRing, secure: bool) -> bytes:
    of_receipt, of_pass = names(secure)
    parts = [of_receipt + b"=" + keys.sign(receipt)] if receipt else []
    standing = PASSES.get(asked.who) or (Standing.INSTITUTION if _by_mail(policy, asked) else None)
    if standing:
        bearer = passes.Pass(standing, NOBODY, int(asked.now) + 300, made=int(asked.now * 1_000))
        parts.append(of_pass + b"=" + passes.sign(keys, bearer))
    return b"; ".join(parts)


def _sentence(decision: Decision, receipt: Receipt | None, policy: Policy, asked: Asked) -> str:
    words, row = SENTENCES.get(decision.reason, decision.reason.value), _by_mail(policy, asked)
    by_network = policy.institutions.find(asked.address, asked.now).reads
    return words.format(
        number=len(receipt.tags) if receipt else 1,
        used=len(receipt.tags) if receipt else 0,
        allowance=policy.terms.allowance,
        institution=row.name if row and decision.reason is Reason.INSTITUTION_MAIL else by_network,
    )


def _until(
    found: Reached, decision: Decision, receipt: Receipt | None, policy: Policy, asked: Asked
) -> tuple[float, str]:
    """The moment at which this answer changes by itself, and what then; 0 where none is known."""
    reason, row = decision.reason, _by_mail(policy, asked)
    changes = [(found.gate.gated_from, "then it is for members, by its age")]
    if reason is Reason.EMERGENCY:
        changes.append((policy.open_until, "then the emergency is over"))
    elif reason is Reason.INSTITUTION:
        changes = [(policy.institutions.find(asked.address, asked.now).until, "then the institution's time is over")]
    elif reason is Reason.INSTITUTION_MAIL:
        changes = [(row.until if row else 0.0, "then the institution's time is over")]
    elif receipt is not None and reason in {Reason.NEW_GRANT, Reason.READ_BEFORE, Reason.OWN_LIMIT}:
        ends = float((receipt.window_start + policy.terms.window) * DAY)
        changes.append((ends, "then the reader's count begins anew"))
    elif reason in {Reason.MEMBER, Reason.STAFF, Reason.CRAWLER}:
        changes = []
    return min((change for change in changes if change[0]), default=(0.0, ""))


def _notes(decision: Decision, policy: Policy, asked: Asked) -> list[str]:
    found = []
    if decision.reason is Reason.NEW_GRANT:
        found.append("If the reader's network has met its bound today, the wall “shared network” stands there instead.")
    factor = policy.institutions.find(asked.address, asked.now).factor
    if factor > 1 and decision.reason is Reason.NEW_GRANT:
        found.append(f"The bound of this network is taken {factor} times.")
    if asked.mail:
        row = _by_mail(policy, asked)
        where = (
            f"belongs to {row.name}: it opens every story to whoever is logged in with it and has verified it"
            if row
            else "belongs to no institution that reads everything: it opens nothing"
        )
        found.append(f"The mail address {where}.")
    return found


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def lines(found: Why) -> list[str]:
    """The answer for people."""
    seen = {"full": "the whole story", "nothing": "nothing (503, come again)"}.get(found.sees)
    seen = seen or f"the lead, then the wall “{found.wall}”"
    told = [
        f"{found.headline} ({found.language})",
        found.url,
        "",
        f"Access    {found.because}",
        f"Decision  {found.verdict}: {found.sentence}",
        f"Sees      {seen}",
        f"Spends    {'a free story' if found.spends else 'nothing'}",
    ]
    if found.until:
        told.append(f"Until     {found.until}: {found.until_what}")
    return [*told, *(f"Note      {note}" for note in found.notes)]
