"""The cookie that says which lists this browser's reader gets, so that stories do not offer them again.

It holds the lists' numbers and nothing else: no name, no key, nothing that tells two readers of the same lists apart.
It proves nothing and opens nothing; whoever alters it sees other promos.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.edge.promos import list_cookie, lists_in

AGE = 400 * 86_400  # seconds: as long as browsers keep one
MOST = 40


def gets(request: HttpRequest) -> frozenset[int]:
    """The lists that the browser says its reader gets."""
    return lists_in(request.COOKIES.get(_name(), "").encode("ascii", "replace"))


def say(request: HttpRequest, response: HttpResponse, lists: Iterable[int]) -> None:
    """Have the browser know these lists from now on; nothing is set where it knows them."""
    wanted = sorted(set(lists))[:MOST]
    if frozenset(wanted) == gets(request):
        return
    if not wanted:
        response.delete_cookie(_name(), samesite="Lax")
        return
    value = ".".join(str(number) for number in wanted)
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(_name(), value, max_age=AGE, secure=secure, httponly=True, samesite="Lax")


def _name() -> str:
    return list_cookie(settings.SESSION_COOKIE_SECURE).decode()
