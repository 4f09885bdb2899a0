"""The page of all lists, and each list's own with its archive: the same for every reader, kept at the edge."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.newsletters.queries import archive, lists
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.newsroom.queries import Located
from broadsheet.web.newsletters import joining

PAGE = 30  # issues
NEW_WITHIN = 300  # seconds until a new issue stands here


@dataclass(frozen=True, slots=True)
class Turning:
    """Which page of the archive, of how many."""

    page: int
    pages: int

    @classmethod
    def to(cls, wanted: str, pages: int) -> Turning:
        """The page that is asked for, or the nearest that there is."""
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 1
        return cls(min(max(number, 1), max(pages, 1)), max(pages, 1))

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.page + 1 if self.page < self.pages else None


@csrf_exempt  # kept for all, so it bears no secret; what it asks for is confirmed by mail, or sent from a page of ours
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """All lists of this language, and one field for the address."""
    if request.method == "POST":
        return joining.take(request)
    response = render(request, "broadsheet/newsletters/lists.html", {"lists": lists.lists(language()), "ticked": ()})
    response.shelf_keys = set()  # type: ignore[attr-defined]
    return response


@require_http_methods(["GET", "HEAD"])
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """One list, and what it sent so far."""
    card = found(slug)
    turning = Turning.to(request.GET.get("page", ""), -(-archive.how_many(card.id) // PAGE))
    context = {
        "list": card, "turning": turning, "issues": archive.issues(card.id, PAGE, (turning.page - 1) * PAGE),
    }  # fmt: skip
    response = render(request, "broadsheet/newsletters/list.html", context)
    response.shelf_keys = {f"newsletter:{card.id}"}  # type: ignore[attr-defined]
    response.shelf_until = clock.now().timestamp() + NEW_WITHIN  # type: ignore[attr-defined]
    return response


def found(slug: str) -> ListCard:
    """The list at this address, or 404."""
    card = lists.list_of(slug, language())
    if card is None:
        raise Http404
    return card


def language() -> str:
    """The language of the page."""
    return get_language() or "en"


def lists_in_sitemap(request: HttpRequest) -> list[Located]:
    """The page of all lists, and each list's own, language by language."""
    cards = lists.all_lists()
    languages = dict.fromkeys(card.language for card in cards)
    pages: list[tuple[str, str, list[str]]] = [(code, "newsletters", []) for code in languages]
    pages += [(card.language, "newsletter", [card.slug]) for card in cards]
    return [Located(request.build_absolute_uri(_path(*page)), None, ()) for page in pages]


def _path(code: str, name: str, arguments: list[str]) -> str:
    with translation.override(code):
        return reverse(name, args=arguments)
