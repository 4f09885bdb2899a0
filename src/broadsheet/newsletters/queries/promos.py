"""Promos as they are chosen and shown, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from broadsheet.newsletters.models import Promo
from broadsheet.newsletters.queries.lists import ListCard, card
from broadsheet.newsletters.rules.promos import Offer


@dataclass(frozen=True, slots=True)
class Shown:
    """A promo in its words."""

    offer: Offer
    list: ListCard
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a promo."""

    id: int
    title: str
    list: str
    shown: int
    joined: int

    @property
    def share(self) -> float:
        """How many of those who saw it joined by it."""
        return self.joined / self.shown if self.shown else 0.0


def promos(language: str) -> tuple[Shown, ...]:
    """What stories of a language may offer."""
    found = Promo.objects.filter(active=True, newsletter__open=True, newsletter__language=language)
    rows = found.select_related("newsletter").prefetch_related(
        "newsletter__topics", "newsletter__places", "newsletter__sections"
    )
    return tuple(_shown(row) for row in rows)


def _shown(row: Promo) -> Shown:
    newsletter = row.newsletter
    subjects = {each.get_absolute_url() for each in (*newsletter.topics.all(), *newsletter.places.all())}
    subjects |= {each.get_url() or "" for each in newsletter.sections.all()}
    offer = Offer(
        row.pk, newsletter.pk, row.place, max(1, row.most_a_week), row.weight, row.anywhere, frozenset(subjects)
    )
    return Shown(offer, card(newsletter), row.title or newsletter.name, row.text or newsletter.line)


def figures() -> tuple[Figures, ...]:
    """Every promo with how often it was shown, and how many joined by it."""
    rows = Promo.objects.select_related("newsletter").annotate(
        shown=Sum("counts__shown", default=0), joined=Sum("counts__joined", default=0)
    )
    return tuple(Figures(row.pk, str(row), row.newsletter.name, row.shown, row.joined) for row in rows)
