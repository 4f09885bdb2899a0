"""CR-05, MT-07: whose word is taken for an address, and which addresses are one network."""

from __future__ import annotations

import pytest

from broadsheet.paywall.networks import TrustedProxies, network_of

OURS = TrustedProxies(["10.0.0.0/8", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.9", "66.249.66.1", "198.51.100.9"),  # a stranger's own header
        ("10.0.0.1", "66.249.66.1", "66.249.66.1"),
        ("10.0.0.1", "66.249.66.1, 203.0.113.7", "203.0.113.7"),  # what the client put first is not believed
        ("10.0.0.1", "203.0.113.7, 10.0.0.2, 10.9.9.9", "203.0.113.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("2001:db8:ffff::1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "not an address", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4\x00", "10.0.0.1"),
        ("10.0.0.1", "999.1.1.1", "10.0.0.1"),
        ("10.0.0.1", ",".join(["203.0.113.7"] * 200), "10.0.0.1"),
        ("", "203.0.113.7", ""),
        ("not an address", "203.0.113.7", "not an address"),
        ("10.0.0.1:5000", "203.0.113.7", "203.0.113.7"),
        ("[2001:db8:ffff::1]:5000", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("10.0.0.1", "[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("10.0.0.1", "fe80::7%eth0", "fe80::7"),
        ("10.0.0.1", "[fe80::7%25eth0]:443", "fe80::7"),
        ("10.0.0.1", "2001:0DB8:0000:0000:0000:0000:0000:0007", "2001:db8::7"),
        ("10.0.0.1", "  203.0.113.7 ,\t10.0.0.2 ", "203.0.113.7"),
        ("10.0.0.1", ",".join(["203.0.113.7", *["10.0.0.2"] * 18]), "203.0.113.7"),
        ("10.0.0.1", ",".join(["203.0.113.7", *["10.0.0.2"] * 199]), "10.0.0.1"),
        ("10.0.0.1", "66.249.66.1,", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", " ", "10.0.0.1"),
        ("10.0.0.1", "66.249.66.1]evil", "10.0.0.1"),
        ("10.0.0.1", "[66.249.66.1", "10.0.0.1"),
        ("10.0.0.1", "66.249.66.1:evil", "10.0.0.1"),
        ("10.0.0.1", "66.249.66.1:", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::7]evil", "10.0.0.1"),
        ("10.0.0.1", "66.249.66.1 198.51.100.1", "10.0.0.1"),
        ("10.0.0.1", "for=66.249.66.1", "10.0.0.1"),
        ("10.0.0.1", "0x42.0xf9.0x42.0x1", "10.0.0.1"),
        ("10.0.0.1", "1123632641", "10.0.0.1"),
        ("10.0.0.1", "066.249.066.001", "10.0.0.1"),
        ("10.0.0.1", "66.249.66", "10.0.0.1"),
        ("10.0.0.1", "\u0666\u0666.249.66.1", "10.0.0.1"),
        ("10.0.0.1", "2001:db8:::7", "10.0.0.1"),
        ("10.0.0.1", "a" * 100_000, "10.0.0.1"),
    ],
)
def test_CR_05_the_right_most_address_that_is_no_proxy_of_ours(peer: str, forwarded: str, client: str) -> None:
    assert OURS.client(peer, forwarded) == client


def test_CR_05_without_proxies_of_our_own_no_header_is_believed() -> None:
    assert TrustedProxies().client("10.0.0.1", "203.0.113.7") == "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("", "203.0.113.7", "203.0.113.7"),
        ("", "66.249.66.1, 203.0.113.7", "203.0.113.7"),  # what the client put first is not believed
        ("", "", ""),
        ("", "unknown", ""),
        ("198.51.100.9", "203.0.113.7", "198.51.100.9"),  # came by TCP: an address speaks for itself
        ("10.0.0.1", "203.0.113.7", "10.0.0.1"),
        ("unix:", "203.0.113.7", "unix:"),
    ],
)
def test_CR_06_a_unix_socket_is_believed_where_the_paper_says_so(peer: str, forwarded: str, client: str) -> None:
    assert TrustedProxies(unix_socket=True).client(peer, forwarded) == client


def test_CR_06_a_unix_socket_is_not_believed_by_itself() -> None:
    assert TrustedProxies().client("", "203.0.113.7") == ""
    assert TrustedProxies(["10.0.0.0/8"]).client("", "203.0.113.7") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("192.0.2.7", "[::ffff:c000:207]"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002:0000:0000:0000:0001"),
        ("fe80::1%eth0", "fe80::1%wlan0"),
        ("2001:DB8:1:2::A", "[2001:db8:1:2::a]:443"),
    ],
)
def test_MT_07_spellings_of_one_address_are_one_network(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(
    ("one", "other", "wide"),
    [
        ("192.0.2.7", "192.0.2.8", True),
        ("192.0.2.7", "192.0.3.7", False),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False),
        ("192.0.2.7", "2001:db8::7", False),
    ],
)
def test_MT_07_neighbours_share_the_wider_network_only(one: str, other: str, wide: bool) -> None:
    first, second = network_of(one), network_of(other)
    assert first.near != second.near
    assert (first.wide == second.wide) is wide


def test_MT_07_what_is_no_address_is_one_network_of_its_own() -> None:
    assert {network_of(text) for text in ("", "unix:", "x", "1.2.3")} == {(b"?", b"?")}
