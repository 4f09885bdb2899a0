"""The offer as pages show it: plans with their buttons, what each tier opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse

from broadsheet.accounts.rules import safe_path
from broadsheet.membership import queries
from broadsheet.membership.queries import PlanCard
from broadsheet.money import Money
from broadsheet.paywall import queries as policy
from broadsheet.web import sandbox
from broadsheet.web.membership.words import benefit_lines

# Where nobody wants to be after a log-in, or whose address is nothing to repeat: a gift's holds its token.
NOT_COME_BACK_TO = ("/admin/", "/documents/", "/g/", "/_util/")


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan with the address behind its button; without one where nothing can be bought."""

    interval: str
    price: Money
    trial_days: int
    saving: Money | None
    best: bool
    url: str


@dataclass(frozen=True, slots=True)
class TierShown:
    """A kind of membership, its plans, and what it opens, line by line."""

    name: str
    plans: tuple[PlanShown, ...]
    benefits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferShown:
    """What the wall and the page of the plans offer."""

    tiers: tuple[TierShown, ...]
    open: bool  # whether anything can be bought here

    @property
    def plans(self) -> tuple[PlanShown, ...]:
        """Those of every tier."""
        return tuple(plan for tier in self.tiers for plan in tier.plans)


def offer(site: Any, back: str) -> OfferShown | None:
    """The plans on offer, their buttons leading back to `back` in the end. None where there is no plan."""
    cards = queries.plans()
    if not cards:
        return None
    own = policy.offer_words(site)
    sells = bool(own.join_url) or not sandbox.refused()
    parted = [(name, list(of_tier)) for name, of_tier in groupby(cards, key=lambda card: card.tier)]
    tiers = tuple(_tier(name, of_tier, own, back, sells, alone=len(parted) == 1) for name, of_tier in parted)
    return OfferShown(tiers, sells)


def _tier(
    name: str, cards: Sequence[PlanCard], own: policy.OfferWords, back: str, sells: bool, *, alone: bool
) -> TierShown:
    """`alone`: where there is one kind of membership only, staff may have put its benefits into words of their own."""
    lines = own.benefits if alone and own.benefits else benefit_lines(cards[0].benefits)
    return TierShown(name, tuple(_plan(card, own.join_url, back, sells) for card in cards), tuple(lines))


def _plan(card: PlanCard, join_url: str, back: str, sells: bool) -> PlanShown:
    url = (join_url or join_address(card.plan, back)) if sells else ""
    return PlanShown(card.interval, card.price, card.trial_days, card.saving, card.best, url)


def join_address(plan: str, back: str = "") -> str:
    """Where a plan is joined, to come back to a page in the end."""
    return reverse("membership_join", args=[plan]) + (f"?next={quote(back)}" if back else "")


def coming_back(request: HttpRequest) -> str:
    """The page to come back to after logging in or joining; empty where that is nowhere in particular."""
    asked = request.GET.get("next", "")
    if asked:
        return asked if safe_path(asked) else ""
    path = request.path
    about = "/account/" in path or "/membership/" in path or "/subscribe/" in path
    return "" if path == "/" or about or path.startswith(NOT_COME_BACK_TO) else path
