"""CR-02, CR-04: search engines' published addresses, read, judged and looked up."""

from __future__ import annotations

import json
import random
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall.crawlers import (
    MOST_BYTES,
    MOST_ENTRIES,
    OLDEST,
    ListError,
    Lists,
    Ranges,
    Standing,
    document,
    joined,
    ranges_of,
    read_listing,
    read_lists,
)
from tests.shared import shared

GOOGLE = b'{"creationTime": "2026-08-20T14:46:45.000000", "prefixes": [{"ipv6Prefix": "2001:4860:4801:10::/64"}, {"ipv4Prefix": "66.249.64.0/27"}]}'


def lists(data: bytes, taken: float = 0.0, engine: str = "google") -> Lists:
    kept = document({engine: (taken, read_listing(data).prefixes)})
    return read_lists(json.loads(json.dumps(kept)))  # by way of the shelf


@pytest.mark.parametrize(
    "data",
    [
        GOOGLE,
        b"\xef\xbb\xbf" + GOOGLE,
        b'{"prefixes": ["2001:4860:4801:10::/64", "66.249.64.0/27"]}',
        b'["66.249.64.0/27", "2001:4860:4801:10::/64"]',
        b'[{"ip_prefix": "66.249.64.0/27", "service": "x"}, {"ipv6_prefix": "2001:4860:4801:10::/64"}]',
        b'{"syncToken": "1", "prefixes": [{"ipv4Prefix": "66.249.64.0/27", "ipv6Prefix": "2001:4860:4801:10::/64"}]}',
        b"66.249.64.0/27\n2001:4860:4801:10::/64\n",
        b"# crawlers\r\n\r\n 66.249.64.0/27 # the first\r\n2001:4860:4801:10::/64,\r\n",
        b"66.249.64.0/28\n66.249.64.16/28\n66.249.64.3\n2001:4860:4801:0010::/64",
        b"66.249.64.5/27\n2001:4860:4801:10::1/64",
    ],
)  # fmt: skip
def test_CR_01_every_published_format_is_read(data: bytes) -> None:
    assert read_listing(data).texts == ["66.249.64.0/27", "2001:4860:4801:10::/64"]


def test_CR_01_a_list_says_when_it_was_made() -> None:
    made = read_listing(GOOGLE).published
    assert made is not None
    assert made.isoformat() == "2026-08-20T14:46:45+00:00"
    zoned = read_listing(GOOGLE.replace(b"45.000000", b"45Z")).published
    assert zoned == made
    assert read_listing(GOOGLE.replace(b"2026-08-20T14", b"last summer")).published is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no entries"),
        (b"\n# nothing\n", "no entries"),
        (b'{"prefixes": []}', "no entries"),
        (b"0.0.0.0/0", "too wide"),
        (b"::/0", "too wide"),
        (b"66.249.64.0/27\n66.0.0.0/15", "too wide"),
        (b"2001:4860::/31", "too wide"),
        (b"10.1.0.0/16", "no public range"),
        (b"66.249.64.0/27\n192.168.1.0/24", "no public range"),
        (b"127.0.0.1", "no public range"),
        (b"100.64.0.0/16", "no public range"),
        (b"169.254.7.0/24", "no public range"),
        (b"192.0.0.0/16", "no public range"),  # holds private ones
        (b"203.0.113.0/24", "no public range"),
        (b"224.0.1.0/24", "no public range"),
        (b"255.255.255.255", "no public range"),
        (b"::1", "no public range"),
        (b"fe80::/64", "no public range"),
        (b"fd00:1::/48", "no public range"),
        (b"ff02::1", "no public range"),
        (b"::ffff:66.249.64.0/123", "no public range"),
        (b"64:ff9b::/96", "no public range"),
        (b"2001:db8::/48", "no public range"),
        (b"2002:42f9:4000::/48", "no public range"),
        (b"<!DOCTYPE html><title>Not found</title>", "web page"),
        (b"  <html>", "web page"),
        (b'{"prefixes": [', "broken JSON"),
        (b"[" * 200_000, "broken JSON"),
        (b'{"error": "quota"}', "without a list"),
        (b'{"prefixes": {"ipv4Prefix": "66.249.64.0/27"}}', "without a list"),
        (b'{"prefixes": [{"ipv4Prefix": 7}]}', "names no prefix"),
        (b'{"prefixes": [{"service": "x"}]}', "names no prefix"),
        (b'{"prefixes": [17]}', "names no prefix"),
        (b"66.249.64.0/27\nNot found", "no address"),
        (b"66.249.64.0/33", "no address"),
        (b"66.249.64.0-66.249.64.31", "no address"),
        (b"\xff\xfe6\x006\x00", "not text"),
        (b"1" * (MOST_BYTES + 1), "larger than"),
        (b"66.249.64.1\n" * (MOST_ENTRIES + 1), "more than"),
        ("\n".join(f"66.{n}.0.0/16" for n in range(100)).encode(), "too much"),
    ],
)  # fmt: skip
def test_CR_04_what_cannot_be_a_crawlers_list_is_refused_with_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(ListError, match=why):
        read_listing(data)


@pytest.mark.parametrize(
    ("after", "standing"),
    [
        (0, Standing.LISTED),
        (OLDEST, Standing.LISTED),
        (OLDEST + 1, Standing.STALE),
        (-3_600, Standing.LISTED),  # clocks disagree
        (-100_000, Standing.STALE),
    ],
)
def test_CR_04_a_list_is_good_for_thirty_days(after: float, standing: Standing) -> None:
    at = ip_address("66.249.64.1")
    assert lists(GOOGLE, taken=1_800_000_000).standing("google", at, 1_800_000_000 + after) is standing


def test_CR_01_an_address_is_one_engines_only() -> None:
    found = lists(GOOGLE)
    assert found.standing("google", ip_address("66.249.64.31"), 1) is Standing.LISTED
    assert found.standing("google", ip_address("66.249.64.32"), 1) is Standing.ABSENT
    assert found.standing("google", ip_address("66.249.63.255"), 1) is Standing.ABSENT
    assert found.standing("google", ip_address("2001:4860:4801:10:ffff::"), 1) is Standing.LISTED
    assert found.standing("google", ip_address("2001:4860:4801:11::"), 1) is Standing.ABSENT
    assert found.standing("bing", ip_address("66.249.64.1"), 1) is Standing.UNKNOWN
    assert read_lists(None).standing("google", ip_address("66.249.64.1"), 1) is Standing.UNKNOWN


PREFIXES = st.one_of(
    st.builds(lambda n, p: ip_network((n, p), strict=False), st.integers(0, 2**32 - 1), st.integers(16, 32)),
    st.builds(lambda n, p: ip_network((n, p), strict=False), st.integers(2**125, 2**126), st.integers(32, 128)),
)


@given(st.lists(PREFIXES, max_size=30), st.lists(st.integers(0, 2**32 - 1), max_size=10))
def test_CR_01_a_look_up_finds_what_a_walk_through_the_prefixes_finds(prefixes: list, numbers: list[int]) -> None:
    ranges = Ranges(*ranges_of(prefixes))
    edges = [prefix.network_address for prefix in prefixes] + [prefix.broadcast_address for prefix in prefixes]
    around = [type(edge)(int(edge) + step) for edge in edges for step in (-1, 0, 1) if 0 <= int(edge) + step < 2**32]
    for address in [*edges, *around, *map(IPv4Address, numbers)]:
        assert ranges.holds(address) is any(address.version == p.version and address in p for p in prefixes)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    ["googlebot.json", "googlebot-ipv4.txt", "googlebot-ipv6.txt", "bing-ipv4.txt", "applebot.ips", "duckduckbot.ips",
     "openai-ipv4.txt", "perplexity-ipv4.txt", "commoncrawlbot.ips", "google-special-crawlers.json",
     "google-user-triggered-fetchers.json", "mojeekbot.ips"],
)  # fmt: skip
def test_CR_01_every_real_list_is_read_whole_and_held(name: str) -> None:
    data = shared("crawlers", "ip", name).read_bytes()
    found = lists(data, engine="it")
    listing = read_listing(data)
    entries = data.count(b'Prefix"') if name.endswith(".json") else len(data.split())
    assert len(listing.prefixes) == entries > 0
    for prefix in listing.prefixes:
        for address in (prefix.network_address, prefix.broadcast_address):
            assert found.standing("it", address, 1) is Standing.LISTED
    whole = joined(listing.prefixes)
    drawn = random.Random(41)
    for _ in range(300):
        address = drawn.choice([IPv4Address(drawn.getrandbits(32)), IPv6Address(drawn.getrandbits(128))])
        inside = any(address.version == prefix.version and address in prefix for prefix in whole)
        assert (found.standing("it", address, 1) is Standing.LISTED) is inside


@pytest.mark.shared_data
def test_CR_04_a_real_list_that_is_too_wide_is_refused() -> None:
    with pytest.raises(ListError, match="2a02:6b8::/29 is too wide"):
        read_listing(shared("crawlers", "ip", "yandex.ips").read_bytes())


@pytest.mark.shared_data
def test_CR_02_no_special_crawler_or_fetcher_stands_in_googles_list() -> None:
    google = lists(shared("crawlers", "ip", "googlebot.json").read_bytes())
    for name in ("google-special-crawlers.json", "google-user-triggered-fetchers.json"):
        for prefix in read_listing(shared("crawlers", "ip", name).read_bytes()).prefixes:
            assert google.standing("google", prefix.network_address, 1) is Standing.ABSENT, prefix


def test_CR_01_a_look_up_in_the_largest_list_costs_no_walk() -> None:
    ranges = Ranges([(n * 1000, n * 1000 + 10) for n in range(20_000)])
    address = ip_address(19_999_005)
    start = time.perf_counter()
    assert all(ranges.holds(address) for _ in range(2_000))
    assert time.perf_counter() - start < 0.2  # a hundred microseconds each would be a walk
