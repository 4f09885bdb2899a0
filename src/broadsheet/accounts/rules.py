"""What accounts decide: whose mail address is whose, how many devices may read, what a device is called."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

import idna

MOST_DEVICES = 5  # active within DEVICE_WINDOW; one more is let in and has to end another
DEVICE_WINDOW = timedelta(hours=24)
MOST_PATH = 2_000  # letters
GMAIL = frozenset({"gmail.com", "googlemail.com"})


def mail_key(email: str, key: bytes) -> bytes:
    """32 bytes that stand for the person behind a mail address, whichever of its spellings they use.

    For the free stories' allowance and for one trial each, and for nothing else: mail goes to the address as it was
    given, and two addresses that share a key may well be two accounts. Without `key` the bytes tell nothing.
    """
    return hmac.digest(key, b"bs-mail|" + plain_mail(email).encode(), "sha256")


def plain_mail(email: str) -> str:
    """An address without what its owner may vary: capitals, a tag after `+`, dots at Gmail, the domain's spelling."""
    local, _, domain = unicodedata.normalize("NFKC", email).strip().rpartition("@")
    local, domain = local.strip('"').casefold(), _plain_domain(domain)
    tag = local.find("+", 1)  # a tag has something before it
    local = local[:tag] if tag > 0 else local
    if domain in GMAIL:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def _plain_domain(domain: str) -> str:
    lowered = domain.rstrip(".").lower()
    try:
        return idna.encode(lowered, uts46=True).decode().lower()
    except idna.IDNAError:
        return lowered


@dataclass(frozen=True, slots=True)
class Reading:
    """A device as far as the bound on them goes: since when it has been in use without a pause, and when last."""

    since: datetime
    last_used: datetime


def must_choose(this: Reading, others: Iterable[Reading], now: datetime) -> bool:
    """Whether so many other devices were in use before this one that its reader has to end one of them.

    Only the latest to come is asked: whoever was reading before it reads on.
    """
    earlier = [other for other in others if now - other.last_used < DEVICE_WINDOW and other.since <= this.since]
    return len(earlier) >= MOST_DEVICES


def in_use_since(reading: Reading, now: datetime) -> datetime:
    """Since when a device that is used at `now` has been in use: anew after a pause of a whole window."""
    return now if now - reading.last_used >= DEVICE_WINDOW else reading.since


def coarse(moment: datetime) -> datetime:
    """A moment to the hour: enough to count by, too little to follow somebody's day."""
    return moment.replace(minute=0, second=0, microsecond=0)


_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(agent: str) -> str:
    """What a device is called in its owner's list: “Firefox, Linux”. No version, no model; empty where unknown."""
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(name for name in (browser, system) if name)


def safe_path(target: str) -> bool:
    """Whether somebody may be led on to `target`: a plain path of the paper itself, however often it is decoded."""
    if len(target) > MOST_PATH or _odd(target):
        return False
    spelt = target.partition("#")[0].partition("?")[0]
    for _ in range(4):
        if not spelt.startswith("/") or "//" in spelt or ":" in spelt or "@" in spelt or _odd(spelt):
            return False
        decoded = unquote(spelt)
        if decoded == spelt:
            return True
        spelt = decoded
    return False


def _odd(text: str) -> bool:
    """Whether a text holds what browsers read as something else: backslashes, spaces, letters that are not seen."""
    return any(letter == "\\" or letter.isspace() or unicodedata.category(letter)[0] == "C" for letter in text)
