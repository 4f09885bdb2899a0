"""`broadsheet mailcheck`: whether mailbox providers have reason to believe our mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr

import dkim

from broadsheet.newsletters.rules.authentication import (
    Finding,
    Mark,
    Names,
    Spf,
    aligned,
    covered,
    dmarc_of,
    judge_dmarc,
    judge_key,
    judge_spf,
    tags,
)


@dataclass(frozen=True, slots=True)
class Sending:
    """How the paper sends: who writes, where bounces go, over which server."""

    author: str  # the domain of From
    envelope: str  # the domain of the envelope's sender
    relay: str = ""
    port: int = 587
    selectors: tuple[str, ...] = ()


def check(sending: Sending, names: Names, tls: Callable[[str, int], str]) -> list[Finding]:
    """Everything that can be seen without a mail."""
    at, policy = dmarc_of(sending.author, names)
    findings = [_spf(sending, names), judge_dmarc(sending.author, at, policy), _envelope(sending, names, policy)]
    findings += [_mx(domain, names) for domain in dict.fromkeys((sending.author, sending.envelope))]
    for selector in sending.selectors:
        texts = names.txt(f"{selector}._domainkey.{sending.author}")
        findings.append(judge_key(sending.author, selector, texts))
    if not sending.selectors:
        todo = "Name the selector (--selector), or send a mail to yourself and have it read (--seed)."
        findings.append(Finding("DKIM", Mark.WEAK, "it is not known with which key mails are signed", todo))
    if sending.relay:
        findings += [*_reverse(sending, names), _encryption(sending, tls)]
    return findings


def _spf(sending: Sending, names: Names) -> Finding:
    spf = Spf(names)
    addresses = names.addresses(sending.relay) if sending.relay else []
    results = [spf.check(sending.envelope, address) for address in addresses[:1]]
    results += [Spf(names).check(sending.envelope, address) for address in addresses[1:]]
    if not results:  # nobody knows from where: at least the record has to be sound
        found = spf.check(sending.envelope, "192.0.2.1")
        if found in {"fail", "softfail", "neutral"}:
            return Finding(f"SPF of {sending.envelope}", Mark.GOOD, f"there is a record, {spf.lookups} lookups")
        return judge_spf(sending.envelope, found, spf)
    worst = next((each for each in results if each != "pass"), "pass")
    return judge_spf(sending.envelope, worst, spf)


def _organisation(names: Names) -> Callable[[str], str]:
    return lambda domain: dmarc_of(domain, names)[0]


def _envelope(sending: Sending, names: Names, policy: dict[str, str]) -> Finding:
    strict = policy.get("aspf", "r").lower() == "s"
    ok = aligned(sending.envelope, sending.author, strict=strict, organisation=_organisation(names))
    what = "Alignment of SPF"
    said = f"{sending.envelope} {'stands' if ok else 'does not stand'} for {sending.author}"
    todo = f"Let bounces go to {sending.author} or a domain below it: NEWSLETTER_BOUNCE_DOMAIN."
    return Finding(what, Mark.GOOD, said) if ok else Finding(what, Mark.WEAK, f"{said}; DKIM has to", todo)


def _mx(domain: str, names: Names) -> Finding:
    hosts = names.mx(domain)
    if hosts:
        return Finding(f"MX of {domain}", Mark.GOOD, ", ".join(hosts[:3]))
    todo = "Without one, answers and bounces are lost, and some refuse mail of such a domain."
    return Finding(f"MX of {domain}", Mark.BAD, "there is none", todo)


def _reverse(sending: Sending, names: Names) -> list[Finding]:
    findings = []
    for address in names.addresses(sending.relay)[:4]:
        named = names.ptr(address)
        ok = any(address in names.addresses(name) for name in named)
        said = f"{address} is {', '.join(named)}" if named else f"{address} has no name"
        todo = "" if ok else "Have the owner of the network name the address, and the name lead back to it."
        findings.append(Finding(f"PTR of {sending.relay}", Mark.GOOD if ok else Mark.WEAK, said, todo))
    return findings


def _encryption(sending: Sending, tls: Callable[[str, int], str]) -> Finding:
    wrong = tls(sending.relay, sending.port)
    what = f"Encryption of {sending.relay}"
    if wrong:
        return Finding(what, Mark.BAD, wrong, "Passwords and mails would be read on the way.")
    return Finding(what, Mark.GOOD, "STARTTLS with a good certificate" if sending.port != 465 else "TLS")


def seed(raw: bytes, names: Names) -> list[Finding]:
    """What a mail shows that arrived: who signed it, whether that counts, and whether leaving is covered."""
    message = message_from_bytes(raw)
    author = parseaddr(str(message.get("From", "")))[1].rpartition("@")[2].lower()
    _, policy = dmarc_of(author, names) if author else ("", {})
    signatures = [tags(str(each).replace("\r", "").replace("\n", "")) for each in message.get_all("DKIM-Signature", [])]
    if not signatures:
        return [Finding("DKIM of the mail", Mark.BAD, "it is not signed", "Switch signing on at your mail service."),
                *_one_click(message, [])]  # fmt: skip
    findings, good = [], []
    for number, signature in enumerate(signatures):
        finding = _signature(raw, number, signature, author, policy, names)
        findings.append(finding)
        if finding.mark is Mark.GOOD:
            good.append(signature)
        findings.append(judge_key(
            signature.get("d", ""), signature.get("s", ""),
            names.txt(f"{signature.get('s', '')}._domainkey.{signature.get('d', '')}"),
        ))  # fmt: skip
    return [*findings, *_one_click(message, good)]


def _signature(
    raw: bytes, number: int, signature: dict[str, str], author: str, policy: dict[str, str], names: Names
) -> Finding:
    domain = signature.get("d", "")
    what = f"DKIM signature of {domain or 'nobody'}"
    if not _verifies(raw, number, names):
        return Finding(what, Mark.BAD, "it does not verify", "The mail was changed on its way, or the key is another.")
    strict = policy.get("adkim", "r").lower() == "s"
    if not aligned(domain, author, strict=strict, organisation=_organisation(names)):
        todo = f"Have mails signed by {author} itself."
        return Finding(what, Mark.WEAK, f"it verifies, but does not stand for {author}", todo)
    return Finding(what, Mark.GOOD, f"it verifies, and stands for {author}")


def _verifies(raw: bytes, number: int, names: Names) -> bool:
    def texts(name: bytes, timeout: int = 5) -> bytes:
        found = names.txt(name.decode("ascii", "replace").rstrip("."))
        return found[0].encode() if found else b""

    try:
        return bool(dkim.DKIM(raw, minkey=1024).verify(idx=number, dnsfunc=texts))
    except Exception:  # whatever the library cannot read, a mailbox provider does not believe either
        return False


def _one_click(message: Message, good: list[dict[str, str]]) -> list[Finding]:
    """RFC 8058: both headers are there, and one good signature covers them."""
    what = "Leaving with one click"
    post = str(message.get("List-Unsubscribe-Post", "")).replace(" ", "").lower()
    link = str(message.get("List-Unsubscribe", ""))
    if "https://" not in link.lower() or post != "list-unsubscribe=one-click":
        return [Finding(what, Mark.BAD, "List-Unsubscribe or List-Unsubscribe-Post is missing or not https",
                        "Send a newsletter of the paper, over https, as the seed.")]  # fmt: skip
    if any(not covered(each.get("h", "")) for each in good):
        return [Finding(what, Mark.GOOD, "both headers are signed")]
    open_ = covered(good[0].get("h", "")) if good else ["both"]
    return [Finding(what, Mark.BAD, f"not covered by a good signature: {', '.join(open_)}",
                    "Have your mail service or OpenDKIM sign these headers too.")]  # fmt: skip
