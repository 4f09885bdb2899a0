"""A feed of a list's issues: Atom 1.0 and JSON Feed 1.1. It names issues and their pages; it carries no story."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from broadsheet import clock
from broadsheet.newsletters.queries import archive
from broadsheet.newsletters.queries.archive import IssueCard
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.web.feeds import clean
from broadsheet.web.newsletters.issues import address
from broadsheet.web.newsletters.lists import NEW_WITHIN, found

SIZE = 30


def atom(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest issues as Atom."""
    card = found(slug)
    here = request.build_absolute_uri(request.path)
    feed = Atom1Feed(
        title=clean(card.name), link=_home(request, card), description=clean(card.line), language=card.language,
        feed_url=here, subtitle=clean(card.line), feed_guid=here,
    )  # fmt: skip
    for sent in archive.issues(card.id, SIZE):
        feed.add_item(
            title=clean(sent.subject), link=request.build_absolute_uri(address(card, sent)),
            unique_id=f"urn:uuid:{sent.key}", description=clean(sent.preheader), pubdate=sent.sent,
            updateddate=sent.sent,
        )  # fmt: skip
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    return _kept(response, card)


def json(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest issues as JSON Feed."""
    card = found(slug)
    content = {
        "version": "https://jsonfeed.org/version/1.1", "title": card.name, "home_page_url": _home(request, card),
        "feed_url": request.build_absolute_uri(request.path), "description": card.line, "language": card.language,
        "items": [_item(request, card, sent) for sent in archive.issues(card.id, SIZE)],
    }  # fmt: skip
    return _kept(JsonResponse(content, content_type="application/feed+json; charset=utf-8"), card)


def _item(request: HttpRequest, card: ListCard, sent: IssueCard) -> dict[str, str]:
    url = request.build_absolute_uri(address(card, sent))
    words = {"content_text": sent.preheader or sent.subject}
    return {
        "id": f"urn:uuid:{sent.key}",
        "url": url,
        "title": sent.subject,
        "date_published": sent.sent.isoformat(),
    } | words


def _home(request: HttpRequest, card: ListCard) -> str:
    return request.build_absolute_uri(reverse("newsletter", args=[card.slug]))


def _kept(response: HttpResponse, card: ListCard) -> HttpResponse:
    response.shelf_keys = {f"newsletter:{card.id}"}  # type: ignore[attr-defined]
    response.shelf_until = clock.now().timestamp() + NEW_WITHIN  # type: ignore[attr-defined]
    return response
