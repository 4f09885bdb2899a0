"""Where the link of a gift, or of a newsletter, lands: the reader is led on to the story with a cookie that opens it.

The token leaves the address bar with the first answer; no parameter of the address is ever a target. A browser that
sent none of our cookies is led here once more, to see whether it keeps any: one that does not gets a button instead,
whose POST gives the story once. Robots that follow links press no buttons and bring no cookies back.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.newsroom import queries as newsroom
from broadsheet.newsroom.cards import StoryCard
from broadsheet.paywall import gifts, operations, queries
from broadsheet.paywall.gifts import Fault, Jar, Link
from broadsheet.paywall.ports import LedgerError
from broadsheet.paywall.rules import GIFT
from broadsheet.prerender import operations as prerender

log = logging.getLogger("broadsheet.web")
AGAIN = "again"  # led here once more; a mark, whose value nobody looks at
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, noarchive"}
STATUS = {Fault.UNKNOWN: 404, Fault.REVOKED: 410, Fault.EXPIRED: 410, Fault.USED: 410}


class SeeOther(HttpResponseRedirect):
    """Led on by GET, whatever was asked; kept by nobody."""

    status_code = 303


@csrf_exempt  # a reader without cookies has no token to prove; whoever has the link may press its button
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Open a link, or say why it does not open."""
    jar = _jar(request)
    link, fault = queries.link_of(token, clock.now())
    if fault is Fault.USED and link is not None and jar.holds(link.gift):
        fault = None  # full, but this reader is one of those who came in time
    story = newsroom.story_by_key(UUID(bytes=link.story), link.language) if link else None
    response = _answer(request, jar, link, fault, story)
    for name, value in PRIVATE.items():
        response.headers[name] = value
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the path into its log
    return response


def _answer(
    request: HttpRequest, jar: Jar, link: Link | None, fault: Fault | None, story: StoryCard | None
) -> HttpResponse:
    if link is None or story is None:
        return _closed(request, Fault.UNKNOWN, None)
    if fault is not None:
        return _closed(request, fault, story)
    if request.method == "POST":
        return _once(request, link, story)
    if not request.COOKIES:
        if AGAIN in request.GET:
            return _page(request, "broadsheet/gift.html", {"story": story}, story.language)
        return _with_jar(SeeOther(f"{request.path}?{AGAIN}"), jar, link)
    return _with_jar(SeeOther(story.url), jar, link)


def _once(request: HttpRequest, link: Link, story: StoryCard) -> HttpResponse:
    """The whole story as the answer to the button, counted."""
    try:
        fault = operations.redeem_once(link=link)
    except LedgerError as error:
        log.warning("The ledger cannot be written (%s): a gift was not given.", error)
        return _page(request, "broadsheet/gift.html", {"story": story, "later": True}, story.language, 503)
    if fault is not None:
        return _closed(request, fault, story)
    page = prerender.whole(story.url, GIFT)
    if page is None:
        return _closed(request, Fault.UNKNOWN, None)
    return HttpResponse(page[0], headers=dict(page[1]))


def _closed(request: HttpRequest, fault: Fault, story: StoryCard | None) -> HttpResponse:
    language = story.language if story else translation.get_language() or settings.LANGUAGE_CODE
    context = {"fault": fault.value, "story": story}
    return _page(request, "broadsheet/gift_closed.html", context, language, STATUS[fault])


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], language: str, status: int = 200
) -> HttpResponse:
    with translation.override(language):
        return render(request, template, context, status=status)


def _jar(request: HttpRequest) -> Jar:
    value = request.COOKIES.get(gifts.cookie_name(_secure()), "")
    return gifts.read(queries.ring(), value.encode("ascii", "replace")) or Jar(secrets.token_bytes(16))


def _with_jar(response: HttpResponse, jar: Jar, link: Link) -> HttpResponse:
    now = clock.now().timestamp()
    jar = jar.with_link(link, now)
    response.set_cookie(
        gifts.cookie_name(_secure()), gifts.seal(queries.ring(), jar).decode(), max_age=gifts.cookie_age(jar, now),
        secure=_secure(), httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _secure() -> bool:
    return settings.WAGTAILADMIN_BASE_URL.startswith("https://")
