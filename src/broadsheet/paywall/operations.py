"""Setting the policy from outside the admin: the demo, a new paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wagtail.models import Site

from broadsheet.paywall.crawlers import Listing
from broadsheet.paywall.models import CrawlerList, MeterSettings, WallText


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
