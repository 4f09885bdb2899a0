"""Setting the policy from outside the admin: the demo, a new paper."""

from __future__ import annotations

from typing import Any

from wagtail.models import Site

from broadsheet.paywall.models import MeterSettings, WallText


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
