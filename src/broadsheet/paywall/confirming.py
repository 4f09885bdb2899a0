"""Reverse DNS, confirmed forwards, for addresses that no list holds (CR-03). Never while a reader waits.

An address names itself as it likes, so its name counts only where the engine's own domain, asked for that name, gives
the address back. What was found out is remembered for a day, in memory only: the meter writes no address down.
"""

from __future__ import annotations

import re
import socket
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from broadsheet.paywall.crawlers import Address
from broadsheet.paywall.networks import parse
from broadsheet.paywall.robots import Engine

DAY = 86_400.0
HOUR = 3_600.0
MOST_NAMES = 5
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")


class Resolver(Protocol):
    """The domain name system. OSError where it has no answer."""

    def names(self, address: str) -> Sequence[str]:
        """The names that an address gives itself."""
        ...

    def addresses(self, name: str) -> Sequence[str]:
        """The addresses of a name, IPv4 and IPv6."""
        ...


class SystemResolver:
    """The machine's own resolver."""

    def names(self, address: str) -> Sequence[str]:
        """Ask for the address's names."""
        name, more, _ = socket.gethostbyaddr(address)
        return [name, *more]

    def addresses(self, name: str) -> Sequence[str]:
        """Ask for the name's addresses."""
        return [str(row[4][0]) for row in socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP)]


def belongs(name: str, domains: Sequence[str]) -> bool:
    """Whether a host's name stands below one of the domains: googlebot.com.evil.net and evilgooglebot.com do not."""
    host = name.lower().removesuffix(".")
    if len(host) > 253 or _NAME.fullmatch(host) is None:
        return False
    return any(host.endswith("." + domain) for domain in domains)


def confirmed(engine: Engine, address: Address, resolver: Resolver) -> bool:
    """Whether the address's name is the engine's and leads back to the address. Raises OSError."""
    if not engine.domains:
        return False
    names = [name for name in resolver.names(str(address))[:MOST_NAMES] if belongs(name, engine.domains)]
    for name in names:
        try:
            forward = resolver.addresses(name.lower().removesuffix("."))
        except OSError:
            continue
        if any(parse(text) == address for text in forward):
            return True
    return False


class Findings:
    """What was found out about addresses, each kept for its time, the oldest forgotten first beyond `most`."""

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._good: OrderedDict[tuple[str, Address], float] = OrderedDict()
        self._other: OrderedDict[tuple[str, Address], float] = OrderedDict()

    def good(self, engine: str, address: Address, now: float) -> bool:
        """Whether the address was confirmed as the engine's, within the last day."""
        return self._good.get((engine, address), 0.0) > now

    def known(self, engine: str, address: Address, now: float) -> bool:
        """Whether there is nothing to ask yet about this address."""
        key = (engine, address)
        return self._good.get(key, 0.0) > now or self._other.get(key, 0.0) > now

    def keep(self, engine: str, address: Address, good: bool, until: float) -> None:
        """Remember what was found out. Fakes push out other fakes only, never an engine's address."""
        key = (engine, address)
        self._good.pop(key, None)
        self._other.pop(key, None)
        side = self._good if good else self._other
        side[key] = until
        while len(side) > self._most:
            side.popitem(last=False)

    def __len__(self) -> int:
        return len(self._good) + len(self._other)


def find_out(engine: Engine, address: Address, resolver: Resolver, findings: Findings, now: float) -> None:
    """Ask about one address and remember the answer: a day, or an hour where nobody could tell."""
    try:
        good = confirmed(engine, address, resolver)
    except (OSError, UnicodeError):
        findings.keep(engine.name, address, False, now + HOUR)
        return
    findings.keep(engine.name, address, good, now + DAY)
