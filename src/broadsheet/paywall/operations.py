"""Setting the policy from outside the admin: the demo, a new paper."""

from __future__ import annotations

from typing import Any

from wagtail.models import Site

from broadsheet.paywall.models import MeterSettings


def set_terms(**values: Any) -> None:
    """Set the meter's and the offer's fields where staff have saved none yet. Raises ValidationError for bad ones."""
    site = Site.objects.get(is_default_site=True)
    if MeterSettings.objects.filter(site=site).exists():
        return
    row = MeterSettings(site=site, **values)
    row.full_clean()
    row.save()
