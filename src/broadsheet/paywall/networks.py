"""From a request to the network it came from. Addresses are never stored: only their prefix is hashed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_ntop, inet_pton
from typing import NamedTuple

MOST_HOPS = 20
MOST_PEERS = 256


class Network(NamedTuple):
    """The prefix that counts as one network (/32 or /64), and the wider one around it (/24 or /48)."""

    near: bytes
    wide: bytes


class TrustedProxies:
    """Whose X-Forwarded-For is believed. Every other forwarding header is ignored."""

    def __init__(self, ranges: Sequence[str] = (), unix_socket: bool = False) -> None:
        """`unix_socket`: whether a peer without an address, at the other end of a Unix socket, is ours too."""
        self._unix_socket = unix_socket
        known: list[IPv4Network | IPv6Network] = [ip_network(text) for text in ranges]
        self._ranges = [(each.version, int(each.netmask), int(each.network_address)) for each in known]
        self._peers: dict[str, bool] = {}  # the last ones: proxies are few

    def trusts(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether `address` is one of ours."""
        return self._holds(address.version, int(address))

    def client(self, peer: str, forwarded: str) -> str:
        """The right-most address that is not one of our proxies; the peer where the header is not to be believed."""
        if not forwarded or not self._ours(peer):
            return peer
        packed = _packed(forwarded)
        if packed is not None and not self._holds(4, int.from_bytes(packed, "big")):
            return forwarded  # one proxy, and an address of IPv4: nearly all readers
        hops = forwarded.split(",")
        if len(hops) > MOST_HOPS:
            return peer
        for hop in reversed(hops):
            found = parse(hop)
            if found is None:
                return peer
            if not self.trusts(found):
                return str(found)
        return peer

    def _holds(self, version: int, number: int) -> bool:
        for each, mask, network in self._ranges:  # noqa: SIM110  (a generator costs more than what it goes through)
            if version == each and number & mask == network:
                return True
        return False

    def _ours(self, peer: str) -> bool:
        if not peer:
            return self._unix_socket
        ours = self._peers.get(peer)
        if ours is None:
            if len(self._peers) >= MOST_PEERS:
                self._peers.clear()
            at = parse(peer) if self._ranges else None
            ours = self._peers[peer] = at is not None and self.trusts(at)
        return ours


_SPELT = re.compile(r"\[([^\[\]]*)\](?::\d{1,5})?|([^:\[\]]+):\d{1,5}|([^\[\]]+)")


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """An address without zone, brackets or port; v4-mapped ones become v4. None where it is none."""
    packed = _packed(text)
    if packed is not None:
        return IPv4Address(packed)
    spelt = _SPELT.fullmatch(text.strip())
    if spelt is None:
        return None
    try:
        address = ip_address((spelt[1] or spelt[2] or spelt[3] or "").split("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _packed(text: str) -> bytes | None:
    """The bytes of an address of IPv4 written the one usual way, which most are: the system reads it much faster."""
    try:
        packed = inet_pton(AF_INET, text)
    except (OSError, ValueError):  # a NUL, or what no UTF-8 can be made of, is a ValueError
        return None
    return packed if inet_ntop(AF_INET, packed) == text else None


def network_of(address: str) -> Network:
    """The network of `address`. What cannot be parsed (a socket's peer) is one network of its own."""
    packed = _packed(address)
    if packed is None:
        found = parse(address)
        if found is None:
            return Network(b"?", b"?")
        packed = found.packed
    if len(packed) == 4:
        return Network(b"4" + packed, b"4" + packed[:3])
    return Network(b"6" + packed[:8], b"6" + packed[:6])
