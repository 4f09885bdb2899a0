"""Writing: the policy from outside the admin (the demo, a new paper), and gifts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from wagtail.models import Site

from broadsheet.paywall import gifts, queries
from broadsheet.paywall.crawlers import Listing
from broadsheet.paywall.gifts import Fault, Link
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.minting import reader_key
from broadsheet.paywall.models import CrawlerList, Gift, LostPass, MeterSettings, TakenBack, WallText
from broadsheet.paywall.queries import ring

KEPT = timedelta(days=366)  # as long as the longest window in which a giver's gifts are counted
LONGEST = timedelta(days=62)  # no receipt proves anything for longer
_GIVING = 0x67696674  # "gift": the lock under which one giver's gifts are counted


class QuotaError(Exception):
    """Somebody has given as many gifts as they may for now."""


class Given(NamedTuple):
    """A gift that was just made. Its token is known here and now, and never again."""

    pk: int
    token: str
    ends_at: datetime
    left: int  # how many more the giver may give for now


def set_terms(texts: dict[str, dict[str, str]], **values: Any) -> None:
    """Set the meter's and the offer's fields, and the wall's texts by language, where staff have saved none yet.

    Raises ValidationError for bad ones.
    """
    site = Site.objects.get(is_default_site=True)
    if MeterSettings.objects.filter(site=site).exists():
        return
    row = MeterSettings(site=site, **values)
    row.full_clean()
    row.texts = [WallText(language=language, **words) for language, words in texts.items()]
    row.save()


def keep_crawler_list(*, engine: str, listing: Listing, taken: datetime, confirms: bool) -> None:
    """Keep a search engine's addresses in place of those before.

    The date moves on only where there is something new, or where the engine itself `confirms` what is kept: the same
    old file, handed in every day, stays as old as it is.
    """
    row = CrawlerList.objects.filter(engine=engine).first() or CrawlerList(engine=engine)
    if row.pk and row.prefixes == listing.texts and not confirms:
        return
    row.taken, row.published = taken, listing.published
    row.entries, row.prefixes = len(listing.prefixes), listing.texts
    row.save()


@transaction.atomic
def give(*, giver: int, story: UUID, language: str, now: datetime) -> Given:
    """Make a gift of one story (its translation key), in the language in which it is to open.

    Whether this giver may read the story, and give it, is for the caller to know. Raises QuotaError.
    """
    _one_at_a_time(giver)
    terms = queries.gift_terms()
    left = queries.gifts_left(giver, now)
    if not left:
        raise QuotaError
    token = gifts.new_token(secrets.token_bytes(gifts.TOKEN_SIZE))
    ends_at = now + timedelta(days=terms.days)
    row = Gift.objects.create(
        token_hash=gifts.token_hash(token), story=story, language=language, giver=giver,
        made_at=now, ends_at=ends_at, most=terms.readers,
    )  # fmt: skip
    return Given(row.pk, token, ends_at, left - 1)


def revoke(*, pk: int, now: datetime, giver: int | None = None) -> bool:
    """Take a gift back, of `giver` alone where one is named. False where there is none to take back."""
    rows = Gift.objects.filter(pk=pk, revoked_at__isnull=True)
    row = (rows if giver is None else rows.filter(giver=giver)).first()
    if row is None:
        return False
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    return True


def forget_gifts(*, now: datetime) -> int:
    """Delete gifts that ended so long ago that no giver's count needs them. Gives how many."""
    return Gift.objects.filter(ends_at__lt=now - KEPT).delete()[0]


def take_back_receipt(*, value: str, now: datetime) -> bool:
    """Let a receipt, given as its cookie's value, prove nothing from now on. False where it is no receipt of ours."""
    receipt = ring().read(value.strip().removeprefix("__Host-").removeprefix("bs-r=").encode())
    if receipt is None:
        return False
    TakenBack.objects.get_or_create(reader=reader_key(receipt.reader).hex(), defaults={"at": now})
    return True


def forget_receipts(*, now: datetime) -> int:
    """Delete what was taken back so long ago that its window is over. Gives how many."""
    return TakenBack.objects.filter(at__lt=now - LONGEST).delete()[0]


def lose_passes(*, user_id: int, reason: str, now: datetime) -> None:
    """From now on the passes of this reader hold no more; whoever has a session of theirs gets a new one with it."""
    LostPass.objects.create(user=user_id, at=now, reason=reason)


def forget_lost_passes(*, now: datetime) -> int:
    """Delete what no pass that is about can be older than. Gives how many rows."""
    return LostPass.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]


def redeem_once(*, link: Link) -> Fault | None:
    """Count a reader whose browser keeps no cookies. Says why not where none is left. Raises LedgerError."""
    ledger = open_ledger(settings.LEDGER_URL)
    try:
        counted = ledger.redeem(link.gift, secrets.token_bytes(16), link.most, link.until // gifts.DAY)
    finally:
        ledger.close()
    return None if counted else Fault.USED


def _one_at_a_time(giver: int) -> None:
    """Hold off others who give for the same giver until this transaction ends. On SQLite every transaction does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_GIVING, giver & 0x7FFFFFFF])
