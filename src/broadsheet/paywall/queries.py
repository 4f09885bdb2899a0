"""The policy as values: the meter's terms, the wall's words, the offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language
from wagtail.models import Site

from broadsheet.paywall import gifts
from broadsheet.paywall.crawlers import Prefix
from broadsheet.paywall.gifts import Fault, GiftTerms, Link
from broadsheet.paywall.institutions import Held, institution_of, read_domains, read_networks
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.models import CrawlerList, Gift, Institution, LostPass, MeterSettings, TakenBack, WallText
from broadsheet.paywall.ports import LedgerError
from broadsheet.paywall.receipts import KeyRing
from broadsheet.paywall.rules import Terms


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


def institution_by_mail(mail: str, now: datetime) -> tuple[str, datetime | None] | None:
    """The institution by which a verified mail address reads everything at `now`, and when that ends, if it does."""
    if not mail:
        return None
    rows = Institution.objects.filter(reads=True).exclude(mail_domains="")
    held = [Held(row.name, (), read_domains(row.mail_domains), True, 1, _end_of(row.valid_until)) for row in rows]
    found = institution_of(mail, held, now.timestamp())
    return (found.name, datetime.fromtimestamp(found.until, UTC) if found.until else None) if found else None


def _end_of(day: date | None) -> float:
    return datetime.combine(day + timedelta(days=1), time(), UTC).timestamp() if day else 0.0


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What staff say of the offer: its benefits, line by line, and where one joins if not here."""

    benefits: tuple[str, ...]
    join_url: str


def offer_words(site: Any, language: str = "") -> OfferWords:
    """The staff's own words beside the plans, in a language."""
    row, text = _settings(site), _text(site, language)
    lines = text.benefits.splitlines() if text else []
    return OfferWords(tuple(line.strip() for line in lines if line.strip())[:7], row.join_url)


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


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A gift as those who gave it, and staff, see it. `used` is None while the ledger cannot be read."""

    pk: int
    story: UUID
    language: str
    giver: int
    made_at: datetime
    ends_at: datetime
    most: int
    used: int | None
    fault: Fault | None


def gift_terms(site: Any = None) -> GiftTerms:
    """What staff allow for gifts and newsletters' links, on `site` or the default one."""
    row = _settings(site or Site.objects.filter(is_default_site=True).first())
    return GiftTerms(
        row.gift_days, row.gift_readers, row.gift_number, row.gift_window, row.letter_days, row.letter_readers
    )


def gifts_left(giver: int, now: datetime) -> int:
    """How many gifts somebody may still make for now. Those they took back count."""
    allowed = gift_terms()
    made = Gift.objects.filter(giver=giver, made_at__gt=now - timedelta(days=allowed.window)).count()
    return gifts.gifts_left(made, allowed)


def gifts_given(now: datetime, giver: int | None = None, most: int = 200) -> list[GiftRow]:
    """The latest gifts, of one giver or of all."""
    rows = Gift.objects.order_by("-made_at", "-pk")
    found = list((rows if giver is None else rows.filter(giver=giver))[:most])
    counts = redeemed([gifts.gift_id(row.token_hash) for row in found if row.ends_at > now])
    return [_gift_row(row, counts, now) for row in found]


def _gift_row(row: Gift, counts: dict[bytes, int] | None, now: datetime) -> GiftRow:
    used = counts.get(gifts.gift_id(row.token_hash)) if counts is not None else None
    fault = gifts.fault_of(_seconds(row.ends_at), row.most, used or 0, row.revoked_at is not None, now.timestamp())
    return GiftRow(
        row.pk, row.story, row.language, row.giver, row.made_at, row.ends_at, row.most, used, fault
    )  # fmt: skip


def link_of(token: str, now: datetime) -> tuple[Link | None, Fault | None]:
    """What a gift's or a newsletter's token opens, and why it opens that no longer."""
    row, link = None, None
    if len(token) == gifts.TOKEN_LENGTH:
        row = Gift.objects.filter(token_hash=gifts.token_hash(token) or "-").first()
        link = _link(row) if row else None
    else:
        link = gifts.read_letter(ring(), token, gift_terms())
    if link is None:
        return None, Fault.UNKNOWN
    counts = redeemed([link.gift])
    used = counts[link.gift] if counts else 0
    revoked = row is not None and row.revoked_at is not None
    return link, gifts.fault_of(link.until, link.most, used, revoked, now.timestamp())


def _link(row: Gift) -> Link:
    return Link(gifts.gift_id(row.token_hash), row.story.bytes, row.language, _seconds(row.ends_at), row.most)


def letter_token(*, issue: bytes, recipient: bytes, story: UUID, language: str, sent: datetime) -> str:
    """The token of a newsletter's link to a story, for one recipient of one issue. It needs no row."""
    until = _seconds(sent + timedelta(days=gift_terms().letter_days))
    return gifts.letter_token(ring(), issue, recipient, story.bytes, language, until)


def revoked_gifts(now: datetime) -> list[str]:
    """The gifts, as the edge knows them, that were taken back before their end."""
    rows = Gift.objects.filter(revoked_at__isnull=False, ends_at__gt=now).order_by("pk")
    return [gifts.gift_id(row).hex() for row in rows.values_list("token_hash", flat=True)]


def lost_passes(since: datetime) -> dict[int, datetime]:
    """Readers whose passes were lost after `since`, and when last: the edge follows these."""
    return dict(LostPass.objects.filter(at__gt=since).order_by("at").values_list("user", "at"))


def receipts_taken_back() -> list[str]:
    """The readers, as the ledger names them in hexadecimal digits, whose receipts prove nothing any more."""
    return list(TakenBack.objects.values_list("reader", flat=True))


def redeemed(ids: list[bytes]) -> dict[bytes, int] | None:
    """How many readers came by these links; None while the ledger cannot be read."""
    if not ids:
        return {}
    try:
        ledger = open_ledger(settings.LEDGER_URL)
        try:
            return {gift: ledger.redeemed(gift) for gift in ids}
        finally:
            ledger.close()
    except LedgerError:
        return None


@lru_cache(maxsize=1)
def ring() -> KeyRing:
    """The meter's keys."""
    return KeyRing(settings.METER_KEY, settings.METER_KEY_PREVIOUS)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
