"""Asking the domain name system, and a mail server how it speaks."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field

import dns.exception
import dns.resolver
import dns.reversename

SECONDS = 5.0


@dataclass(slots=True)
class Dns:
    """The domain name system, by the machine's resolvers or the ones named (`127.0.0.1` or `127.0.0.1:5353`)."""

    servers: tuple[str, ...] = ()
    _resolver: dns.resolver.Resolver = field(init=False)

    def __post_init__(self) -> None:
        """Have a resolver ready."""
        self._resolver = dns.resolver.Resolver(configure=not self.servers)
        self._resolver.lifetime = SECONDS
        if self.servers:
            host, _, port = self.servers[0].partition(":")
            self._resolver.nameservers, self._resolver.port = [host], int(port or 53)

    def txt(self, name: str) -> list[str]:
        """The texts of a name."""
        return [b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        """Its network addresses, of both kinds."""
        return [each.address for kind in ("A", "AAAA") for each in self._ask(name, kind)]

    def mx(self, name: str) -> list[str]:
        """Its mail exchangers, the first one first. A null MX (RFC 7505) is none."""
        rows = sorted(self._ask(name, "MX"), key=lambda each: each.preference)
        return [host for each in rows if (host := each.exchange.to_text(omit_final_dot=True)) not in {"", "."}]

    def ptr(self, address: str) -> list[str]:
        """The names of a network address."""
        try:
            name = dns.reversename.from_address(address)
        except dns.exception.SyntaxError:
            return []
        return [each.target.to_text(omit_final_dot=True) for each in self._ask(name.to_text(), "PTR")]

    def _ask(self, name: str, kind: str) -> list:
        try:
            return list(self._resolver.resolve(name, kind))
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return []


def speaks_tls(host: str, port: int) -> str:
    """What is wrong with a mail server's encryption, in words; empty where nothing is."""
    context = ssl.create_default_context()
    try:
        if port == 465:
            with smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context) as server:
                server.ehlo()
            return ""
        with smtplib.SMTP(host, port, timeout=SECONDS) as server:
            server.ehlo()
            if not server.has_extn("starttls"):
                return "it offers no STARTTLS"
            server.starttls(context=context)
    except ssl.SSLError as error:
        return f"its certificate is not accepted ({error.reason or error})"
    except (OSError, smtplib.SMTPException) as error:
        return f"it does not answer ({error})"
    return ""
