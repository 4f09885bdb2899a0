"""`broadsheet mailcheck`, against a name server of its own and mails signed here."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from broadsheet.newsletters import mailcheck
from broadsheet.newsletters.mailcheck import Sending
from broadsheet.newsletters.resolving import Dns
from broadsheet.newsletters.rules.authentication import Mark, Spf, aligned, covered, tags
from tests.apps.newsletters.naming import Zone, name_server

KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


def quoted(text: str) -> str:
    """A text as a zone writes it: in pieces of at most 255 letters."""
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))


def good_zone() -> Zone:
    return {
        ("paper.example", "TXT"): [quoted("v=spf1 include:_spf.esp.example -all")],
        ("bounces.paper.example", "TXT"): [quoted("v=spf1 include:_spf.esp.example -all")],
        ("_spf.esp.example", "TXT"): [quoted("v=spf1 ip4:192.0.2.0/24 ~all")],
        ("_dmarc.paper.example", "TXT"): [quoted("v=DMARC1; p=quarantine; rua=mailto:dmarc@paper.example")],
        ("s1._domainkey.paper.example", "TXT"): [quoted(f"v=DKIM1; k=rsa; p={PUBLIC}")],
        ("paper.example", "MX"): ["10 mx.paper.example."],
        ("bounces.paper.example", "MX"): ["10 mx.paper.example."],
        ("relay.esp.example", "A"): ["192.0.2.25"],
        ("25.2.0.192.in-addr.arpa", "PTR"): ["relay.esp.example."],
    }


SENDING = Sending("paper.example", "bounces.paper.example", "relay.esp.example", 587, ("s1",))


def marks(zone: Zone, sending: Sending = SENDING, tls: str = "") -> dict[str, Mark]:
    with name_server(zone) as server:
        return {each.what: each.mark for each in mailcheck.check(sending, Dns((server,)), lambda host, port: tls)}


def test_a_domain_in_order_is_green_throughout() -> None:
    found = marks(good_zone())
    assert set(found.values()) == {Mark.GOOD}
    assert len(found) == 8


@pytest.mark.parametrize(
    ("broken", "what", "mark"),
    [
        ({("bounces.paper.example", "TXT"): []}, "SPF of bounces.paper.example", Mark.BAD),
        ({("_spf.esp.example", "TXT"): [quoted("v=spf1 ip4:198.51.100.1 ~all")]}, "SPF of bounces.paper.example", Mark.BAD),
        ({("bounces.paper.example", "TXT"): [quoted("v=spf1 -all"), quoted("v=spf1 ~all")]},
         "SPF of bounces.paper.example", Mark.BAD),
        ({("_dmarc.paper.example", "TXT"): []}, "DMARC of paper.example", Mark.BAD),
        ({("_dmarc.paper.example", "TXT"): [quoted("v=DMARC1; p=reject")]}, "DMARC of paper.example", Mark.WEAK),
        ({("s1._domainkey.paper.example", "TXT"): []}, "DKIM key s1._domainkey.paper.example", Mark.BAD),
        ({("s1._domainkey.paper.example", "TXT"): [quoted("v=DKIM1; p=")]}, "DKIM key s1._domainkey.paper.example", Mark.BAD),
        ({("paper.example", "MX"): ["0 ."]}, "MX of paper.example", Mark.BAD),
        ({("25.2.0.192.in-addr.arpa", "PTR"): []}, "PTR of relay.esp.example", Mark.WEAK),
        ({("_dmarc.paper.example", "TXT"): [quoted("v=DMARC1; p=none; aspf=s; rua=mailto:x@paper.example")]},
         "Alignment of SPF", Mark.WEAK),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(broken: Zone, what: str, mark: Mark) -> None:
    assert marks(good_zone() | broken)[what] is mark


def test_a_relay_without_encryption_is_red() -> None:
    assert marks(good_zone(), tls="it offers no STARTTLS")["Encryption of relay.esp.example"] is Mark.BAD


def test_spf_counts_its_lookups_and_ends_its_loops() -> None:
    zone = {(f"d{n}.example", "TXT"): [quoted(f"v=spf1 include:d{n + 1}.example -all")] for n in range(20)}
    zone[("loop.example", "TXT")] = [quoted("v=spf1 include:loop.example -all")]
    with name_server(zone) as server:
        spf = Spf(Dns((server,)))
        assert spf.check("d0.example", "192.0.2.1") == "permerror"
        assert "10 lookups" in " ".join(spf.faults)
        assert Spf(Dns((server,))).check("loop.example", "192.0.2.1") == "permerror"


@pytest.mark.parametrize(
    ("record", "address", "result"),
    [
        ("v=spf1 a -all", "192.0.2.7", "pass"), ("v=spf1 a/24 -all", "192.0.2.99", "pass"),
        ("v=spf1 mx -all", "192.0.2.8", "pass"), ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::5", "pass"),
        ("v=spf1 -all", "192.0.2.7", "fail"), ("v=spf1 ~all", "192.0.2.7", "softfail"), ("v=spf1", "192.0.2.7", "neutral"),
        ("v=spf1 redirect=other.example", "203.0.113.1", "pass"), ("v=spf1 nonsense -all", "192.0.2.7", "permerror"),
        ("v=spf1 -ip4:192.0.2.7 +all", "192.0.2.7", "fail"), ("v=spf10 all", "192.0.2.7", "none"),
        ("v=spf1 exp=why.example ip4:192.0.2.7 -all", "192.0.2.7", "pass"),
    ],
)  # fmt: skip
def test_spf_says_what_the_rfc_says(record: str, address: str, result: str) -> None:
    zone = {
        ("d.example", "TXT"): [quoted(record)], ("d.example", "A"): ["192.0.2.7"], ("d.example", "MX"): ["5 m.d.example."],
        ("m.d.example", "A"): ["192.0.2.8"], ("other.example", "TXT"): [quoted("v=spf1 ip4:203.0.113.1 -all")],
    }  # fmt: skip
    with name_server(zone) as server:
        assert Spf(Dns((server,))).check("d.example", address) == result


def seed(headers: list[bytes], *, link: str = "https://paper.example/newsletters/leave/x/") -> bytes:
    raw = (
        f"From: The Paper <news@paper.example>\r\nTo: you@mail.example\r\nSubject: News\r\nDate: Thu, 26 Nov 2026 07:00:00 +0000\r\n"
        f"List-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nNews.\r\n"
    ).encode()
    return dkim.sign(raw, b"s1", b"paper.example", PRIVATE, include_headers=headers) + raw


ALL = [b"from", b"to", b"subject", b"date", b"list-unsubscribe", b"list-unsubscribe-post"]


def seed_marks(raw: bytes) -> dict[str, Mark]:
    with name_server(good_zone()) as server:
        return {each.what: each.mark for each in mailcheck.seed(raw, Dns((server,)))}


def test_a_mail_whose_signature_covers_leaving_is_green() -> None:
    assert seed_marks(seed(ALL)) == {
        "DKIM signature of paper.example": Mark.GOOD, "DKIM key s1._domainkey.paper.example": Mark.GOOD,
        "Leaving with one click": Mark.GOOD,
    }  # fmt: skip


def test_a_signature_that_does_not_cover_leaving_is_red() -> None:
    assert seed_marks(seed(ALL[:5]))["Leaving with one click"] is Mark.BAD


def test_a_mail_that_was_changed_is_red() -> None:
    found = seed_marks(seed(ALL).replace(b"News.\r\n", b"Olds.\r\n"))
    assert found["DKIM signature of paper.example"] is Mark.BAD
    assert found["Leaving with one click"] is Mark.BAD


def test_leaving_over_http_or_an_unsigned_mail_is_red() -> None:
    assert seed_marks(seed(ALL, link="http://paper.example/x"))["Leaving with one click"] is Mark.BAD
    assert seed_marks(b"From: news@paper.example\r\n\r\nx")["DKIM of the mail"] is Mark.BAD
    assert seed_marks(b"")["DKIM of the mail"] is Mark.BAD


def test_domains_stand_for_each_other_within_an_organisation() -> None:
    def organisation(domain: str) -> str:
        return "paper.example" if domain.endswith("paper.example") else ""

    assert aligned("news.paper.example", "post.paper.example", strict=False, organisation=organisation)
    assert not aligned("news.paper.example", "paper.example", strict=True, organisation=organisation)
    assert not aligned("esp.example", "paper.example", strict=False, organisation=organisation)
    assert covered("From:List-Unsubscribe") == ["list-unsubscribe-post"]
    assert tags("v=DMARC1; p=none;") == {"v": "DMARC1", "p": "none"}


@pytest.mark.django_db
def test_the_command_prints_keeps_and_fails_on_red(settings, monkeypatch) -> None:
    from click.testing import CliRunner

    from broadsheet.cli import main
    from broadsheet.newsletters.models import MailCheck

    settings.NEWSLETTER_FROM, settings.EMAIL_HOST = "News <news@paper.example>", ""
    settings.NEWSLETTER_BOUNCE_DOMAIN = "bounces.paper.example"
    with name_server(good_zone()) as server:
        good = CliRunner().invoke(main, ["mailcheck", "--dns", server, "--selector", "s1"])
        bad = CliRunner().invoke(main, ["mailcheck", "--dns", server, "--selector", "s2"])
    assert good.exit_code == 0, good.output
    assert "DMARC of paper.example" in good.output
    assert bad.exit_code == 1
    assert "✗ DKIM key s2._domainkey.paper.example" in bad.output
    kept = MailCheck.objects.get()
    assert kept.domain == "paper.example"
    assert {row["mark"] for row in kept.findings} == {"good", "bad"}
