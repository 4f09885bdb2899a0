"""CR-03: reverse DNS counts only where the engine's own domain leads back to the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from broadsheet.paywall.confirming import DAY, HOUR, MOST_NAMES, Findings, confirmed, find_out
from broadsheet.paywall.robots import ENGINES, Engine

GOOGLE = next(engine for engine in ENGINES if engine.name == "google")
ADDRESS = "66.249.66.1"
SIX = "2001:4860:4801:10::1"


@dataclass
class Fake:
    """A domain name system of a few rows. What is missing has no answer."""

    reverse: dict[str, list[str]]
    forward: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def names(self, address: str) -> Sequence[str]:
        self.asked.append(address)
        if address not in self.reverse:
            raise OSError("no such name")
        return self.reverse[address]

    def addresses(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        if name not in self.forward:
            raise OSError("no such name")
        return self.forward[name]


def google(name: str, *forward: str, at: str = ADDRESS) -> Fake:
    return Fake({at: [name]}, {name.lower().removesuffix("."): list(forward)})


@pytest.mark.parametrize(
    ("resolver", "address", "good"),
    [
        (google("crawl-66-249-66-1.googlebot.com", ADDRESS), ADDRESS, True),
        (google("crawl-66-249-66-1.googlebot.com.", ADDRESS), ADDRESS, True),  # the final dot
        (google("Crawl-66-249-66-1.GoogleBot.com", "198.51.100.1", ADDRESS), ADDRESS, True),
        (google("geo-crawl-1.geo.googlebot.com", "2001:4860:4801:10:0:0:0:1", at=SIX), SIX, True),
        (google("crawl-1.googlebot.com", f"::ffff:{ADDRESS}"), ADDRESS, True),
        (google("crawl-66-249-66-1.googlebot.com.evil.net", ADDRESS), ADDRESS, False),
        (google("evilgooglebot.com", ADDRESS), ADDRESS, False),
        (google("googlebot.com", ADDRESS), ADDRESS, False),  # the domain itself crawls nothing
        (google("crawl-66-249-66-1.googlebot.com", "198.51.100.9"), ADDRESS, False),  # leads elsewhere
        (google("crawl-66-249-66-1.googlebot.com"), ADDRESS, False),
        (google("rate-limited-proxy-66-249-90-77.google.com", ADDRESS), ADDRESS, False),  # a special crawler
        (google("crawl.googlebot.com..", ADDRESS), ADDRESS, False),
        (google("a..googlebot.com", ADDRESS), ADDRESS, False),
        (google("cra wl\x00.googlebot.com", ADDRESS), ADDRESS, False),
        (google("x" * 64 + ".googlebot.com", ADDRESS), ADDRESS, False),
        (Fake({ADDRESS: ["evil.net", "crawl-1.googlebot.com"]}, {"crawl-1.googlebot.com": [ADDRESS]}), ADDRESS, True),
        (Fake({ADDRESS: ["crawl-1.googlebot.com"]}), ADDRESS, False),  # the name has no answer
        (Fake({ADDRESS: []}), ADDRESS, False),
    ],
)  # fmt: skip
def test_CR_03_an_address_is_confirmed_forwards(resolver: Fake, address: str, good: bool) -> None:
    assert confirmed(GOOGLE, ip_address(address), resolver) is good


def test_CR_03_an_address_with_a_thousand_names_costs_a_handful_of_questions() -> None:
    fake = Fake({ADDRESS: [f"c{n}.googlebot.com" for n in range(1_000)]})
    assert not confirmed(GOOGLE, ip_address(ADDRESS), fake)
    assert len(fake.asked) == 1 + MOST_NAMES


def test_CR_03_an_engine_without_names_is_never_asked_about() -> None:
    fake = Fake({ADDRESS: ["x.duckduckgo.com"]}, {"x.duckduckgo.com": [ADDRESS]})
    assert not confirmed(Engine("duckduckgo", ("DuckDuckBot",)), ip_address(ADDRESS), fake)
    assert fake.asked == []


@pytest.mark.parametrize(
    ("resolver", "seconds", "good"),
    [
        (google("crawl-1.googlebot.com", ADDRESS), DAY, True),
        (google("evil.net", ADDRESS), DAY, False),
        (Fake({}), HOUR, False),  # nobody could tell: asked again sooner
    ],
)
def test_CR_03_what_was_found_out_is_remembered_for_its_time(resolver: Fake, seconds: float, good: bool) -> None:
    findings, at = Findings(), ip_address(ADDRESS)
    find_out(GOOGLE, at, resolver, findings, 1_000.0)
    assert findings.known("google", at, 1_000.0 + seconds - 1)
    assert findings.good("google", at, 1_000.0 + seconds - 1) is good
    assert not findings.known("google", at, 1_000.0 + seconds)
    assert not findings.good("google", at, 1_000.0 + seconds)
    assert not findings.good("bing", at, 1_000.0)


def test_CR_03_a_flood_of_fakes_pushes_out_fakes_only() -> None:
    findings = Findings(most=50)
    findings.keep("google", ip_address(ADDRESS), True, 2_000.0)
    for number in range(500):
        findings.keep("google", ip_address(f"198.51.{number % 256}.{number // 256}"), False, 2_000.0)
    assert len(findings) == 51
    assert findings.good("google", ip_address(ADDRESS), 1_000.0)


def test_CR_03_what_was_confirmed_and_no_longer_holds_is_taken_back() -> None:
    findings, at = Findings(), ip_address(ADDRESS)
    find_out(GOOGLE, at, google("crawl-1.googlebot.com", ADDRESS), findings, 0.0)
    find_out(GOOGLE, at, google("evil.net", ADDRESS), findings, 100.0)
    assert not findings.good("google", at, 101.0)
