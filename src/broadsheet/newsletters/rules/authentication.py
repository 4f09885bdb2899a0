"""What a domain says of who may send its mail, read and judged: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

MOST_LOOKUPS, MOST_VOID = 10, 2  # RFC 7208 section 4.6.4
MUST_COVER = ("list-unsubscribe", "list-unsubscribe-post")  # RFC 8058 section 4


class Mark(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it stands, and what to do."""

    what: str
    mark: Mark
    said: str
    todo: str = ""


class Names(Protocol):
    """What is asked of the domain name system. An empty list is no such record."""

    def txt(self, name: str) -> list[str]:
        """The texts of a name."""

    def addresses(self, name: str) -> list[str]:
        """Its network addresses, of both kinds."""

    def mx(self, name: str) -> list[str]:
        """Its mail exchangers, the first one first."""

    def ptr(self, address: str) -> list[str]:
        """The names of a network address."""


def tags(text: str) -> dict[str, str]:
    """A record of the form `v=DMARC1; p=none`, its names in small letters."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, parted, value in pairs if parted}


@dataclass(slots=True)
class Spf:
    """One evaluation: how many questions it took, and what it came to."""

    names: Names
    lookups: int = 0
    void: int = 0
    seen: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def check(self, domain: str, address: str) -> str:
        """pass, fail, softfail, neutral, none or permerror for mail of `domain` from `address` (RFC 7208 section 4)."""
        records = [each for each in self.names.txt(domain) if re.match(r"v=spf1( |$)", each, re.IGNORECASE)]
        if len(records) != 1:
            if len(records) > 1:
                self.faults.append(f"{domain} has {len(records)} SPF records; one is allowed")
            return "none" if not records else "permerror"
        if domain in self.seen:
            self.faults.append(f"{domain} includes itself")
            return "permerror"
        self.seen.append(domain)
        terms, redirect = records[0].split()[1:], ""
        for term in terms:
            if term.lower().startswith("redirect="):
                redirect = term[9:]
                continue
            found = self._term(term, domain, address)
            if found:
                return found
        if redirect:
            return self._ask() or self.check(redirect, address)
        return "neutral"

    def _ask(self) -> str:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            self.faults.append(f"more than {MOST_LOOKUPS} lookups")
            return "permerror"
        return ""

    def _term(self, term: str, domain: str, address: str) -> str:
        match = re.match(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:[:=]([^/]*))?(/.*)?$", term, re.IGNORECASE)
        if match is None:
            if "=" in term:  # a modifier that nobody needs to know
                return ""
            self.faults.append(f"{term!r} in the record of {domain} is not understood")
            return "permerror"
        sign, name, value, prefix = match[1] or "+", match[2].lower(), match[3] or domain, match[4] or ""
        if name in {"include", "a", "mx", "exists", "ptr"} and (broken := self._ask()):
            return broken
        matched = self._matches(name, value, prefix, address)
        if matched == "permerror":
            return matched
        return {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}[sign] if matched else ""

    def _matches(self, name: str, value: str, prefix: str, address: str) -> str:
        if name == "all":
            return "yes"
        if name in {"ip4", "ip6"}:
            return "yes" if _within(address, value + prefix) else ""
        if name == "include":
            found = self.check(value, address)
            if found in {"none", "permerror"}:
                self.faults.append(f"include:{value} leads nowhere")
                return "permerror"
            return "yes" if found == "pass" else ""
        hosts = self.names.mx(value) if name == "mx" else [value] if name in {"a", "exists"} else []
        found_addresses = [each for host in hosts[:10] for each in self.names.addresses(host)]
        if not found_addresses:
            self.void += 1
            if self.void > MOST_VOID:
                self.faults.append(f"more than {MOST_VOID} lookups lead nowhere")
                return "permerror"
        if name == "exists":
            return "yes" if found_addresses else ""
        return "yes" if any(_within(address, each + prefix.partition("//")[0]) for each in found_addresses) else ""


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def dmarc_of(domain: str, names: Names) -> tuple[str, dict[str, str]]:
    """Where the DMARC record stands that holds for a domain, and its tags: walked upwards from the domain itself."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        at = ".".join(labels[start:])
        for text in names.txt(f"_dmarc.{at}"):
            if text.lower().startswith("v=dmarc1"):
                return at, tags(text)
    return "", {}


def aligned(domain: str, author: str, *, strict: bool, organisation: Callable[[str], str]) -> bool:
    """Whether a domain stands for the author's (RFC 7489 section 3.1): the same, or of the same organisation."""
    one, other = domain.lower().rstrip("."), author.lower().rstrip(".")
    if one == other:
        return True
    if strict or not one or not other:
        return False
    return one.endswith(f".{other}") or other.endswith(f".{one}") or organisation(one) == organisation(other) != ""


def covered(signed: str) -> list[str]:
    """Those headers of one-click leaving that a signature's h= does not cover."""
    inside = {name.strip().lower() for name in signed.split(":")}
    return [name for name in MUST_COVER if name not in inside]


def judge_spf(domain: str, found: str, spf: Spf) -> Finding:
    """The finding on SPF of the envelope's domain."""
    what, many = f"SPF of {domain}", f"{found}, {spf.lookups} of {MOST_LOOKUPS} lookups"
    if found == "pass":
        return Finding(what, Mark.GOOD, many)
    if found == "none":
        todo = f"Publish a TXT record at {domain}: v=spf1 include:… -all, with what your mail service names."
        return Finding(what, Mark.BAD, "there is no record", todo)
    if found == "permerror":
        return Finding(
            what, Mark.BAD, "; ".join(spf.faults) or "it cannot be read", "Put the record right; one, short."
        )
    todo = "Add the server that sends to the record: ip4:… or include:…"
    return Finding(what, Mark.BAD, f"the sending server is not in it ({many})", todo)


def judge_dmarc(author: str, at: str, found: dict[str, str]) -> Finding:
    """The finding on DMARC of the author's domain."""
    what = f"DMARC of {author}"
    if not found:
        todo = f"Publish a TXT record at _dmarc.{author}: v=DMARC1; p=none; rua=mailto:…"
        return Finding(what, Mark.BAD, "there is no record", todo)
    policy, said = found.get("p", "none").lower(), f"p={found.get('p', 'none')}, from {at}"
    if "rua" not in found:
        return Finding(what, Mark.WEAK, f"{said}, and no reports are asked for", "Add rua=mailto:… and read them.")
    if policy == "none":
        return Finding(what, Mark.GOOD, said, "Once the reports are clean, move on to p=quarantine.")
    return Finding(what, Mark.GOOD, said)


def judge_key(domain: str, selector: str, texts: list[str]) -> Finding:
    """The finding on a DKIM key: present, not revoked, long enough."""
    what = f"DKIM key {selector}._domainkey.{domain}"
    record = next((tags(each) for each in texts if "p=" in each), {})
    key = re.sub(r"\s", "", record.get("p", ""))
    if not key:
        said = "it is revoked" if record else "there is no record"
        return Finding(what, Mark.BAD, said, "Publish the key that your mail service or server signs with.")
    if record.get("k", "rsa").lower() == "rsa" and len(key) < 340:  # 2048 bits are 392 letters, 1024 are 216
        return Finding(what, Mark.WEAK, "the key has fewer than 2048 bits", "Make a new key with 2048 bits.")
    return Finding(what, Mark.GOOD, "it is published")
