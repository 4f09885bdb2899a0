"""Which addresses are a search engine's: the lists that engines publish, read, judged and looked up. Values only.

A list is taken whole or refused with a reason; what was good before is then kept, for as long as it is young enough.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_network
from typing import Any

Prefix = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MOST_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 20_000
SHORTEST = {4: 16, 6: 32}  # a shorter prefix is no search engine's
MOST_V4 = 2**22  # addresses in a list: sixty-four of the largest prefixes
OLDEST = 30 * 86_400  # seconds that a list is good for
AHEAD = 86_400  # seconds that a list may come from the future, for clocks that disagree

# Nobody's public addresses (IANA's special-purpose registries). Of IPv6, only 2000::/3 is given out.
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_GLOBAL_V6 = IPv6Network("2000::/3")
_KEYS = ("ipv4prefix", "ipv6prefix", "ip_prefix", "ipv4_prefix", "ipv6_prefix", "ipprefix", "prefix", "cidr", "ip")
_COMMENT = re.compile(r"\s*(?:#|;|//).*")


class ListError(Exception):
    """A list is not to be believed. The message says why."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as an engine published it."""

    prefixes: tuple[Prefix, ...]
    published: datetime | None = None  # where the list says so itself

    @property
    def texts(self) -> list[str]:
        """The prefixes as text, neighbours joined."""
        return [str(prefix) for prefix in joined(self.prefixes)]


def read_listing(data: bytes) -> Listing:
    """Read any of the published formats and judge it. Raises ListError.

    JSON with `prefixes` (Google, Bing, Apple, DuckDuckGo …) or a JSON array; else one address or prefix a line.
    """
    if len(data) > MOST_BYTES:
        raise ListError(f"larger than {MOST_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ListError("not text in UTF-8") from error
    if text.startswith("<"):
        raise ListError("a web page, not a list")
    entries, published = _from_json(text) if text.startswith(("{", "[")) else (_from_lines(text), None)
    listing = Listing(tuple(dict.fromkeys(_prefixes(entries))), published)
    judge(listing.prefixes)
    return listing


def _from_json(text: str) -> tuple[Iterable[str], datetime | None]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ListError("broken JSON") from error
    rows = value.get("prefixes") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise ListError("JSON without a list of prefixes")
    published = value.get("creationTime") if isinstance(value, dict) else None
    return [text for row in rows for text in _of_row(row)], _moment(published)


def _of_row(row: object) -> list[str]:
    """The prefixes of one row: a text, or an object that names them."""
    if isinstance(row, str):
        return [row]
    if isinstance(row, dict):
        found = [value for key, value in row.items() if str(key).lower() in _KEYS]
        if found and all(isinstance(value, str) for value in found):
            return found
    raise ListError(f"an entry that names no prefix: {str(row)[:60]}")


def _from_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        entry = _COMMENT.sub("", line, count=1).strip().rstrip(",").strip()
        if entry:
            yield entry


def _moment(value: object) -> datetime | None:
    """When a list says that it was made; Google writes UTC without saying so."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _prefixes(entries: Iterable[str]) -> Iterator[Prefix]:
    for number, entry in enumerate(entries, 1):
        if number > MOST_ENTRIES:
            raise ListError(f"more than {MOST_ENTRIES} entries")
        try:
            yield ip_network(entry.strip(), strict=False)
        except ValueError as error:
            raise ListError(f"entry {number} is no address: {entry[:60]!r}") from error


def judge(prefixes: Iterable[Prefix]) -> None:
    """Raise ListError where these cannot be a search engine's addresses."""
    prefixes = tuple(prefixes)
    if not prefixes:
        raise ListError("no entries")
    for prefix in prefixes:
        if prefix.prefixlen < SHORTEST[prefix.version]:
            raise ListError(f"{prefix} is too wide: nothing shorter than /{SHORTEST[prefix.version]} is believed")
        if not _public(prefix):
            raise ListError(f"{prefix} is no public range")
    if sum(prefix.num_addresses for prefix in joined(prefixes) if prefix.version == 4) > MOST_V4:
        raise ListError("covers too much of the network")


def _public(prefix: Prefix) -> bool:
    if isinstance(prefix, IPv6Network) and not prefix.subnet_of(_GLOBAL_V6):
        return False
    return not any(prefix.version == none.version and prefix.overlaps(none) for none in _NOT_PUBLIC)


def joined(prefixes: Iterable[Prefix]) -> list[Prefix]:
    """The same addresses in the fewest prefixes, IPv4 first, in order."""
    found = tuple(prefixes)
    v4 = collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv4Network))
    v6 = collapse_addresses(prefix for prefix in found if isinstance(prefix, IPv6Network))
    return [*v4, *v6]


class Ranges:
    """Addresses as sorted ranges of whole numbers: a look-up is one bisection."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, v4: Iterable[tuple[int, int]] = (), v6: Iterable[tuple[int, int]] = ()) -> None:
        """Each range by its first and last address; ranges neither touch nor overlap."""
        sides = {4: sorted(v4), 6: sorted(v6)}
        self._starts = {version: [start for start, _ in ranges] for version, ranges in sides.items()}
        self._ends = {version: [end for _, end in ranges] for version, ranges in sides.items()}

    def holds(self, address: Address) -> bool:
        """Whether the address lies in one of the ranges."""
        number, version = int(address), address.version
        at = bisect_right(self._starts[version], number) - 1
        return at >= 0 and number <= self._ends[version][at]


def ranges_of(prefixes: Iterable[Prefix]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The prefixes as ranges of IPv4 and of IPv6, ready for `Ranges` and for a document."""
    found: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
    for prefix in joined(prefixes):
        side = found[prefix.version]
        start, end = int(prefix.network_address), int(prefix.broadcast_address)
        if side and side[-1][1] + 1 == start:
            side[-1] = (side[-1][0], end)
        else:
            side.append((start, end))
    return found[4], found[6]


class Standing(StrEnum):
    """What the lists say of an address that claims to be an engine's."""

    LISTED = "listed"
    ABSENT = "absent"  # a young list does not hold it
    STALE = "stale"  # there is a list, too old to be believed
    UNKNOWN = "unknown"  # there is no list


@dataclass(frozen=True, slots=True)
class Dated:
    """An engine's addresses, and when they were taken in, in seconds since 1970."""

    taken: float
    ranges: Ranges

    def young(self, now: float) -> bool:
        """Whether the list may still be believed."""
        return -AHEAD <= now - self.taken <= OLDEST


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of all engines, by their names."""

    engines: Mapping[str, Dated] = field(default_factory=dict)

    def standing(self, engine: str, address: Address, now: float) -> Standing:
        """What the engine's list says of the address."""
        found = self.engines.get(engine)
        if found is None:
            return Standing.UNKNOWN
        if not found.young(now):
            return Standing.STALE
        return Standing.LISTED if found.ranges.holds(address) else Standing.ABSENT


def document(kept: Mapping[str, tuple[float, Iterable[Prefix]]]) -> dict[str, Any]:
    """The lists as the shelf's document: numbers only, so that a worker takes them in without parsing."""
    made = {}
    for engine, (taken, prefixes) in kept.items():
        v4, v6 = ranges_of(prefixes)
        made[engine] = {"taken": taken, "v4": v4, "v6": v6}
    return {"engines": made}


def read_lists(value: Mapping[str, Any] | None) -> Lists:
    """The lists in the shelf's document `crawlers`; none where there is no document yet."""
    if value is None:
        return Lists()
    engines = {name: Dated(row["taken"], Ranges(row["v4"], row["v6"])) for name, row in value["engines"].items()}
    return Lists(engines)
