"""Where a reader who is logged in gets a pass: asked for by the edge, in the reader's name, every few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from broadsheet import clock
from broadsheet.accounts import queries as accounts
from broadsheet.accounts.fresh import lacks_second_factor
from broadsheet.accounts.middleware import DEVICE
from broadsheet.edge.cookies import names
from broadsheet.membership import queries as membership
from broadsheet.newsletters.queries import lists
from broadsheet.paywall import passes
from broadsheet.paywall import queries as paywall
from broadsheet.paywall.passes import Pass
from broadsheet.readers import Standing
from broadsheet.web import known_lists

LIFE = timedelta(seconds=passes.MOST_SECONDS)


def standing(user: Any, now: datetime, *, proved: bool = True) -> tuple[Standing, datetime]:
    """What somebody who is logged in is to the paper, and until when that surely holds.

    `proved`: whether staff showed a second factor, where the paper asks for one; without it they read as others do.
    """
    if proved and accounts.enters_admin(user):
        return Standing.STAFF, now + LIFE
    held = membership.standing_of(int(user.pk or 0), now)
    if held.standing is not Standing.MEMBER:  # a membership gives all that an institution does, and more
        found = paywall.institution_by_mail(accounts.verified_mail(int(user.pk or 0)), now)
        if found is not None:
            return Standing.INSTITUTION, found[1] or now + LIFE
    return held.standing, held.until or now + LIFE


@require_GET
def renew(request: HttpRequest) -> HttpResponse:
    """204 with a pass as a cookie. Takes away what is no session any more, so that nobody asks for it again."""
    response, now = HttpResponse(status=204), clock.now()
    response.headers["Cache-Control"] = "no-store"
    _, cookie = names(settings.SESSION_COOKIE_SECURE)
    if not request.user.is_authenticated:
        _forget(request, response, cookie.decode())
    elif accounts.must_choose(request.user.pk, request.session.get(DEVICE), now):
        response.delete_cookie(cookie.decode(), samesite="Lax")
    else:
        set_pass(request, response, now)
        reader = lists.reader_of(request.user.pk)
        if reader is not None:
            known_lists.say(request, response, reader.on)
    return response


def set_pass(request: HttpRequest, response: HttpResponse, now: datetime) -> None:
    """Give whoever is logged in a pass that says what they are from this moment on."""
    _, cookie = names(settings.SESSION_COOKIE_SECURE)
    value, seconds = _signed(request, now)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(cookie.decode(), value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def _signed(request: HttpRequest, now: datetime) -> tuple[str, int]:
    held, until = standing(request.user, now, proved=not lacks_second_factor(request))
    seconds = max(1, min(passes.MOST_SECONDS, int((until - now).total_seconds())))
    user = int(request.user.pk or 0)
    made = int(now.timestamp() * 1_000)
    bearer = Pass(held, user, int(now.timestamp()) + seconds, accounts.account_of(user), made)
    return passes.sign(paywall.ring(), bearer).decode(), seconds


def _forget(request: HttpRequest, response: HttpResponse, cookie: str) -> None:
    """Whoever is half-way through logging in keeps the session; one that is over, or empty, goes."""
    if cookie in request.COOKIES:
        response.delete_cookie(cookie, samesite="Lax")
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty():
        response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
