"""Institutions: what is read from lines, what is found by an address, what by a mail address."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import institutions
from broadsheet.paywall.institutions import (
    NOTHING,
    Held,
    LineError,
    gather,
    institution_of,
    read_domains,
    read_networks,
    widened,
)
from broadsheet.paywall.rules import Terms

NOW = 1_800_000_000.0
CAMPUS = Held("Campus", ("10.1.0.0/16", "2001:db8:1::/48"), ("uni.example",), reads=False, factor=6)
LIBRARY = Held("Library", ("10.1.2.0/24", "10.9.9.9/32"), ("lib.uni.example",), reads=True)
OVER = Held("Over", ("10.3.0.0/16",), ("over.example",), reads=True, factor=9, until=NOW - 1)
SOON = Held("Soon", ("10.4.0.0/16",), ("soon.example",), reads=True, until=NOW + 1)
ALL = gather([CAMPUS, LIBRARY, OVER, SOON])


@pytest.mark.parametrize(
    ("address", "reads", "factor"),
    [
        ("10.1.2.0", "Library", 6),
        ("10.1.2.255", "Library", 6),
        ("10.1.3.0", "", 6),
        ("10.1.1.255", "", 6),
        ("10.0.255.255", "", 1),
        ("10.2.0.0", "", 1),
        ("10.9.9.9", "Library", 1),
        ("10.9.9.8", "", 1),
        ("10.9.9.10", "", 1),
        ("10.3.0.1", "", 1),
        ("10.4.0.1", "Soon", 1),
        ("::ffff:10.1.2.7", "Library", 6),
        ("2001:db8:1:ffff::1", "", 6),
        ("2001:db8:2::", "", 1),
        ("255.255.255.255", "", 1),
        ("0.0.0.0", "", 1),
        ("", "", 1),
        ("unix:", "", 1),
    ],
)
def test_an_address_finds_who_reads_there_and_how_wide_the_bound_is(address: str, reads: str, factor: int) -> None:
    found = ALL.find(address, NOW)
    assert (found.reads, found.factor) == (reads, factor)


def test_an_institution_ends_at_its_moment() -> None:
    assert [ALL.find("10.4.0.1", NOW + seconds).reads for seconds in (0.9, 1.0)] == ["Soon", ""]


def test_no_institution_finds_nothing_and_says_so_for_free() -> None:
    none = gather([])
    assert not none
    assert none.find("10.1.2.3", NOW) == NOTHING


def test_what_is_written_for_the_edge_comes_back() -> None:
    assert institutions.load(institutions.dump(ALL.rows)) == ALL


NETWORKS = st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(
    lambda pair: str(ip_network(f"{ip_address(pair[0])}/{pair[1]}", strict=False))
)


@given(st.lists(st.tuples(NETWORKS, st.booleans(), st.integers(1, 9)), max_size=12), st.data())
def test_the_bisection_says_what_asking_every_network_would(rows: list[tuple[str, bool, int]], data: st.DataObject):
    held = [Held(str(number), (net,), (), reads, factor) for number, (net, reads, factor) in enumerate(rows)]
    edges = [int(ip_network(net)[at]) for net, _, _ in rows for at in (0, -1)] or [0]
    value = data.draw(st.sampled_from(edges)) + data.draw(st.integers(-1, 1))
    address = ip_address(max(0, min(2**32 - 1, value)))
    inside = [row for row in held if address in ip_network(row.networks[0])]
    found = gather(held).find(str(address), NOW)
    assert bool(found.reads) == any(row.reads for row in inside)
    assert found.factor == max((row.factor for row in inside), default=1)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("10.0.0.0/8\nnonsense", 2, "is no network"),
        ("10.0.0.0/8\n\n 10.0.0.1/24 ", 3, "write 10.0.0.0/24"),
        ("0.0.0.0/0", 1, "too wide"),
        ("::/0", 1, "too wide"),
        ("10.0.0.0/33", 1, "is no network"),
        ("010.0.0.1", 1, "is no network"),
    ],
)
def test_a_line_that_is_no_network_is_named(text: str, line: int, said: str) -> None:
    with pytest.raises(LineError, match=said) as caught:
        read_networks(text)
    assert caught.value.number == line
    assert str(caught.value).startswith(f"Line {line}: ")


@pytest.mark.parametrize(
    "text", ["uni", "a b.example", "-x.example", "uni..example", "ann@uni.example", "*.uni.example"]
)
def test_a_line_that_is_no_mail_domain_is_named(text: str) -> None:
    with pytest.raises(LineError, match="Line 2"):
        read_domains(f"fine.example\n{text}")


def test_domains_are_kept_as_they_travel() -> None:
    assert read_domains("@Uni.Example.\n\nbücher.example") == ("uni.example", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("mail", "name"),
    [
        ("ann@lib.uni.example", "Library"),
        ("ann@cs.lib.uni.example", "Library"),
        ("Ann@LIB.Uni.Example.", "Library"),
        ("ann@uni.example", None),  # the campus does not read, it only shares a network
        ("ann@evillib.uni.example", None),
        ("ann@lib.uni.example.evil.example", None),
        ("ann@evil.example@lib.uni.example", None),
        ("@lib.uni.example", None),
        ("lib.uni.example", None),
        ("ann@", None),
        ("", None),
        ("ann@over.example", None),
        ("ann@soon.example", "Soon"),
    ],
)
def test_a_mail_address_is_an_institutions_by_whole_labels(mail: str, name: str | None) -> None:
    found = institution_of(mail, ALL.rows, NOW)
    assert (found.name if found else None) == name


def test_a_shared_network_widens_its_bounds_and_no_readers_allowance() -> None:
    terms = widened(Terms(allowance=3, network_new=8), 5)
    assert (terms.allowance, terms.window) == (3, 30)
    assert (terms.network_new, terms.network_new_most, terms.network_established, terms.network_mints) == (
        40, 150, 200, 1000,
    )  # fmt: skip
