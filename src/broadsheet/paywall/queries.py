"""The policy as values: the meter's terms, the wall's words, the offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from broadsheet.money import Money
from broadsheet.paywall.crawlers import Prefix
from broadsheet.paywall.institutions import Held, read_domains, read_networks
from broadsheet.paywall.models import CrawlerList, Institution, MeterSettings, WallText
from broadsheet.paywall.rules import Offer, Terms, offer_of


@dataclass(frozen=True, slots=True)
class WallWords:
    """A headline and a sentence; empty means the default in the language of the page."""

    headline: str
    line: str


def terms(site: Any) -> Terms:
    """The meter's terms for `site`."""
    row = _settings(site)
    return Terms(allowance=row.allowance, window=row.window, network_new=row.network_new)


def open_until(site: Any) -> float:
    """Till when, in seconds since 1970, every metered story is open; 0 where it is not."""
    until = _settings(site).open_until
    return until.timestamp() if until else 0.0


def crawlers_read_all(site: Any) -> bool:
    """Whether verified search crawlers read whole stories."""
    return _settings(site).crawlers == "full"


@dataclass(frozen=True, slots=True)
class KeptList:
    """A search engine's addresses as the paper keeps them."""

    engine: str
    taken: datetime
    published: datetime | None
    entries: int
    prefixes: tuple[Prefix, ...]


def crawler_lists() -> dict[str, KeptList]:
    """Every search engine's addresses, by its name."""
    rows = CrawlerList.objects.all()
    return {row.engine: KeptList(row.engine, row.taken, row.published, row.entries, _prefixes(row)) for row in rows}


def _prefixes(row: CrawlerList) -> tuple[Prefix, ...]:
    return tuple(ip_network(text) for text in row.prefixes)


def institutions() -> list[Held]:
    """Every institution that staff know, those whose time is over included: the edge looks at the time itself."""
    return [
        Held(
            row.name,
            tuple(str(network) for network in read_networks(row.networks)),
            read_domains(row.mail_domains),
            row.reads,
            row.factor,
            _end_of(row.valid_until),
        )
        for row in Institution.objects.all()
    ]


def _end_of(day: date | None) -> float:
    return datetime.combine(day + timedelta(days=1), time(), UTC).timestamp() if day else 0.0


def offer(site: Any, language: str = "") -> Offer | None:
    """The plans to show on the wall in a language, or None where staff have set no price."""
    row, text = _settings(site), _text(site, language)
    monthly = Money(row.monthly_minor, row.currency) if row.monthly_minor else None
    yearly = Money(row.yearly_minor, row.currency) if row.yearly_minor else None
    lines = text.benefits.splitlines() if text else []
    benefits = tuple(line.strip() for line in lines if line.strip())[:7]
    return offer_of(monthly, yearly, row.trial_days, benefits, row.join_url)


def wall_words(site: Any, language: str = "") -> dict[str, WallWords]:
    """The staff's own words by reason: own-limit, network-limit, members-only. Empty where they gave none."""
    row = _text(site, language)
    if row is None:
        return {}
    return {
        "own-limit": WallWords(row.own_headline, row.own_line),
        "network-limit": WallWords(row.network_headline, row.network_line),
        "members-only": WallWords(row.members_headline, row.members_line),
    }


def _text(site: Any, language: str) -> WallText | None:
    wanted = language or get_language() or settings.LANGUAGE_CODE
    return next((text for text in _settings(site).texts.all() if text.language == wanted), None)


def _settings(site: Any) -> MeterSettings:
    """The site's policy. Reading it makes no row, so that a paper where staff saved none can still be set up."""
    return MeterSettings.objects.filter(site=site).first() or MeterSettings(site=site)
