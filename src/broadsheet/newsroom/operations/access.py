"""Setting who may read what from outside the admin."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.models import Site

from broadsheet.newsroom.models import AccessRule, AccessSettings, SectionPage, Topic


@transaction.atomic
def set_access(*, rules: list[tuple[str, str, str]], archive_days: int = 0) -> None:
    """Replace the rules by these, in this order: section or topic, its slug, the access. Raises ValidationError.

    Raises LookupError for a slug that no section, or no topic, has.
    """
    site = Site.objects.get(is_default_site=True)
    row = AccessSettings.objects.filter(site=site).first() or AccessSettings(site=site)
    row.archive_days = archive_days
    row.full_clean()
    made = [AccessRule(subject=_subject(kind, slug), access=access) for kind, slug, access in rules]
    for rule in made:
        rule.full_clean(exclude=["settings"])
    row.rules = made
    row.save()


def _subject(kind: str, slug: str) -> str:
    model: Any = {"section": SectionPage, "topic": Topic}[kind]
    found = model.objects.filter(slug=slug).order_by("locale_id").first()
    if found is None:
        raise LookupError(f"There is no {kind} {slug!r}.")
    return f"{kind}:{found.translation_key}"
