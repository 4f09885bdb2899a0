"""Libraries, schools and offices that read by their network or their mail domain. Pure: no request, no table.

Ranges are flattened once, when the policy is read, so that a look-up is one bisection, however many institutions
there are and however their networks overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, NamedTuple

from broadsheet.paywall.networks import parse
from broadsheet.paywall.rules import Terms

MOST_FACTOR = 50
_WIDEST = {4: 8, 6: 16}  # a shorter prefix is a slip of the hand: it would open the paper to half of the world
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class LineError(ValueError):
    """A line that is no network, or no domain."""

    def __init__(self, number: int, line: str, why: str) -> None:
        super().__init__(f"Line {number}: “{line}” {why}.")
        self.number, self.line, self.why = number, line, why


class Held(NamedTuple):
    """An institution as the edge knows it. `until`: seconds since 1970 when it ends; 0 for never."""

    name: str
    networks: tuple[str, ...]
    domains: tuple[str, ...]
    reads: bool  # it reads everything; otherwise only its network's bound is wider
    factor: int = 1
    until: float = 0.0


class Found(NamedTuple):
    """What holds for an address: the institution that reads there, and by how much the network's bound is wider."""

    reads: str
    until: float
    factor: int


NOTHING = Found("", 0.0, 1)


def read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks written one a line, as 192.0.2.0/24 or 2001:db8::/48. Raises LineError."""
    found = []
    for number, line in _lines(text):
        try:
            network = ip_network(line)
        except ValueError:
            raise LineError(number, line, _why_no_network(line)) from None
        if network.prefixlen < _WIDEST[network.version]:
            raise LineError(number, line, f"is too wide: give /{_WIDEST[network.version]} or a longer prefix")
        found.append(network)
    return tuple(found)


def _why_no_network(line: str) -> str:
    try:
        return f"has bits set beyond its prefix: write {ip_network(line, strict=False)}"
    except ValueError:
        return "is no network: write 192.0.2.0/24 or 2001:db8::/48"


def read_domains(text: str) -> tuple[str, ...]:
    """Mail domains written one a line, lower case, as they travel (xn--…). Raises LineError."""
    found = []
    for number, line in _lines(text):
        domain = _ascii(line.removeprefix("@"))
        if not domain:
            raise LineError(number, line, "is no mail domain: write uni.example")
        found.append(domain)
    return tuple(found)


def _lines(text: str) -> list[tuple[int, str]]:
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _ascii(domain: str) -> str:
    """The domain in lower case and ASCII, without a final dot; empty where it is none."""
    try:
        plain = domain.strip().lower().removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = plain.split(".")
    return plain if len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) else ""


def institution_of(mail: str, rows: Iterable[Held], now: float) -> Held | None:
    """The institution whose domain the address is in, or below. Labels are whole: evil-uni.example is not uni.example.

    The most particular domain wins. Only those that read everything are meant.
    """
    local, at, domain = mail.strip().rpartition("@")
    plain = _ascii(domain) if at and local and "@" not in local else ""
    best: tuple[int, Held | None] = (0, None)
    for row in rows:
        if not row.reads or 0 < row.until <= now:
            continue
        for held in row.domains:
            if plain and (plain == held or plain.endswith("." + held)) and len(held) > best[0]:
                best = (len(held), row)
    return best[1]


@dataclass(frozen=True, slots=True)
class Institutions:
    """Every institution, to be found by address."""

    rows: tuple[Held, ...] = ()
    starts: tuple[tuple[int, ...], ...] = ((), ())  # of IPv4 and of IPv6, sorted
    holders: tuple[tuple[tuple[Held, ...], ...], ...] = ((), ())  # who holds what begins there; nobody, in a gap

    def __bool__(self) -> bool:
        return bool(self.rows)

    def find(self, address: str, now: float) -> Found:
        """What holds for an address at `now`."""
        place = _place(address)
        if place is None:
            return NOTHING
        at = bisect_right(self.starts[place[0]], place[1]) - 1
        holders = self.holders[place[0]][at] if at >= 0 else ()
        found = NOTHING
        for row in holders:
            if row.until and row.until <= now:
                continue
            if row.reads and not found.reads:
                found = found._replace(reads=row.name, until=row.until)
            found = found._replace(factor=max(found.factor, row.factor))
        return found


@lru_cache(maxsize=4096)
def _place(address: str) -> tuple[int, int] | None:
    """Which of the two lists, and where in it."""
    found = parse(address)
    return (0 if found.version == 4 else 1, int(found)) if found else None


def gather(rows: Sequence[Held]) -> Institutions:
    """The institutions, made ready for look-ups: at each address where a network begins or ends, who holds it."""
    kept = tuple(rows)
    networks = [(ip_network(text), row) for row in kept for text in row.networks]
    lists = [_flattened([pair for pair in networks if pair[0].version == version]) for version in (4, 6)]
    return Institutions(kept, tuple(starts for starts, _ in lists), tuple(holders for _, holders in lists))


def _flattened(
    networks: list[tuple[IPv4Network | IPv6Network, Held]],
) -> tuple[tuple[int, ...], tuple[tuple[Held, ...], ...]]:
    """Walk the edges in order, with those that are open there: the narrowest network first, each holder once."""
    opening: dict[int, list[tuple[int, int]]] = {}
    closing: dict[int, list[tuple[int, int]]] = {}
    for number, (network, _) in enumerate(networks):
        first, size = int(network.network_address), network.num_addresses
        opening.setdefault(first, []).append((size, number))
        closing.setdefault(first + size, []).append((size, number))
    starts, holders, held = tuple(sorted({*opening, *closing})), [], set[tuple[int, int]]()
    for edge in starts:
        held.difference_update(closing.get(edge, ()))
        held.update(opening.get(edge, ()))
        holders.append(tuple(dict.fromkeys(networks[number][1] for _, number in sorted(held))))
    return starts, tuple(holders)


def dump(rows: Iterable[Held]) -> list[list[Any]]:
    """For the shelf's document."""
    return [list(row) for row in rows]


def load(document: Iterable[Sequence[Any]]) -> Institutions:
    """From the shelf's document."""
    return gather(
        [
            Held(name, tuple(nets), tuple(domains), reads, factor, until)
            for name, nets, domains, reads, factor, until in document
        ]
    )


@lru_cache(maxsize=256)
def widened(terms: Terms, factor: int) -> Terms:
    """The terms with a network's bounds taken `factor` times; a reader's own allowance stays."""
    return replace(
        terms,
        network_new=terms.network_new * factor,
        network_new_most=terms.network_new_most * factor,
        network_established=terms.network_established * factor,
        network_mints=terms.network_mints * factor,
        degraded=terms.degraded * factor,
    )
