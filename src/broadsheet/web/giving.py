"""Giving stories from the desk: staff make a link, see it once, and see what became of those they gave."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.models import Page

from broadsheet import clock
from broadsheet.newsroom import queries as newsroom
from broadsheet.newsroom.cards import StoryCard
from broadsheet.paywall import operations, queries
from broadsheet.paywall.queries import GiftRow
from broadsheet.paywall.rules import Access

SEE_ALL, REVOKE_ALL = "broadsheet_paywall.view_gift", "broadsheet_paywall.change_gift"


@dataclass(frozen=True, slots=True)
class Row:
    """A gift in the desk's list."""

    gift: GiftRow
    headline: str
    url: str
    giver: str
    mine: bool


@never_cache
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to give the story; by POST, make the link and show it, this once."""
    story = newsroom.story_by_id(pk)
    if story is None or story.access == Access.OPEN.value:
        raise Http404
    if not may_give(request, Page.objects.get(pk=pk)):
        raise PermissionDenied
    now, terms, giver = clock.now(), queries.gift_terms(), _me(request)
    context = {"story": story, "terms": terms, "left": queries.gifts_left(giver, now)}
    if request.method == "POST":
        try:
            given = operations.give(
                giver=giver, story=UUID(story.key), language=story.language, now=now
            )  # fmt: skip
        except operations.QuotaError:
            return render(request, "broadsheet/desk/give.html", {**context, "left": 0}, status=403)
        context |= {"left": given.left, "given": given, "address": address(given.token)}
    return render(request, "broadsheet/desk/give.html", context)


@never_cache
def given(request: HttpRequest) -> HttpResponse:
    """The gifts that were made: one's own, and everybody's for those who may see them."""
    everybody = request.user.has_perm(SEE_ALL)
    found = queries.gifts_given(clock.now(), None if everybody else request.user.pk)
    names = {user.pk: str(user) for user in get_user_model().objects.filter(pk__in={row.giver for row in found})}
    stories = {key: newsroom.story_by_key(*key) for key in {(row.story, row.language) for row in found}}
    rows = [_row(gift, stories[gift.story, gift.language], names, _me(request)) for gift in found]
    return render(
        request, "broadsheet/desk/gifts.html", {"rows": rows, "may_revoke": request.user.has_perm(REVOKE_ALL)}
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a gift back: one's own, or anybody's for those who may."""
    giver = None if request.user.has_perm(REVOKE_ALL) else request.user.pk
    if not operations.revoke(pk=pk, now=clock.now(), giver=giver):
        raise Http404
    return HttpResponseRedirect(reverse("broadsheet_gifts"))


def may_give(request: HttpRequest, page: Page) -> bool:
    """Whoever may edit a story may give it."""
    return bool(page.permissions_for_user(request.user).can_edit())


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def address(token: str) -> str:
    """The whole address of a link."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("gift", args=[token])


def _row(gift: GiftRow, story: StoryCard | None, names: dict[int, str], me: int) -> Row:
    return Row(
        gift, story.headline if story else "", story.url if story else "", names.get(gift.giver, ""), gift.giver == me
    )  # fmt: skip
