"""Counting promos by the day, and nobody by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from broadsheet.newsletters.models import Promo, PromoCount


@transaction.atomic
def count_shown(*, shown: Mapping[int, int], day: date) -> None:
    """Add how often promos were shown. Those that are gone are counted no more."""
    there = set(Promo.objects.filter(pk__in=shown).values_list("pk", flat=True))
    for number in sorted(there):  # in one order, so that two workers never wait for each other
        _add(number, day, shown=shown[number])


@transaction.atomic
def count_joined(*, promo_id: int, now: datetime) -> None:
    """Somebody joined by this promo."""
    if Promo.objects.filter(pk=promo_id).exists():
        _add(promo_id, now.date(), joined=1)


def _add(promo_id: int, day: date, *, shown: int = 0, joined: int = 0) -> None:
    row, _ = PromoCount.objects.get_or_create(promo_id=promo_id, day=day)
    PromoCount.objects.filter(pk=row.pk).update(shown=F("shown") + shown, joined=F("joined") + joined)
