"""Lists and promos made by a program: the demo, an import. The desk makes them by its forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import time

from django.db import transaction

from broadsheet.newsletters.models import Newsletter, Promo


@dataclass(frozen=True, slots=True)
class NewList:
    """A list's own words and times."""

    slug: str
    language: str
    name: str
    line: str
    rhythm: str
    day: int | None
    at: time
    zone: str = "UTC"
    position: int = 0
    audience: str = Newsletter.Audience.FREE
    full_for_members: bool = False
    composing: str = Newsletter.Composing.LATEST
    most_stories: int = 7
    reviewed: bool = True
    colour: str = "#1f3a4d"
    in_readers_zone: bool = False


@transaction.atomic
def ensure_list(*, new: NewList, topics: Iterable[int] = (), sections: Iterable[int] = ()) -> int:
    """The number of the list of this language and address, made where there is none; one that is there stays."""
    found = Newsletter.objects.filter(language=new.language, slug=new.slug).first()
    if found is not None:
        return int(found.pk)
    row = Newsletter(**asdict(new))
    row.full_clean(exclude=["topics", "sections", "places"])
    row.save()
    row.topics.set(topics)
    row.sections.set(sections)
    row.save()
    return int(row.pk)


@transaction.atomic
def ensure_promo(*, newsletter: int, place: str, most_a_week: int = 3, weight: int = 1, anywhere: bool = False) -> int:
    """The number of a list's promo, made where it has none."""
    defaults = {"place": place, "most_a_week": most_a_week, "weight": weight, "anywhere": anywhere}
    row = Promo.objects.filter(newsletter_id=newsletter).first()
    return int((row or Promo.objects.create(newsletter_id=newsletter, **defaults)).pk)
