"""Who may do what at the newsletter desk. Whoever may not, gets 403, not a page that leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LABEL = "broadsheet_newsletters"
__all__ = ["BEGIN", "LABEL", "LISTS", "SEND", "VIEW", "WRITE", "PermissionDenied", "guarded", "needs"]
VIEW, WRITE, SEND = f"{LABEL}.view_issue", f"{LABEL}.change_issue", f"{LABEL}.send_issue"
BEGIN, LISTS = f"{LABEL}.add_issue", f"{LABEL}.change_newsletter"

View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """Answer 403 where a view denies: Wagtail alone would lead to the admin's home with a message."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied:
            return render(request, "broadsheet/desk/newsletters/denied.html", status=403)

    return answer


def needs(permission: str) -> Callable[[View], View]:
    """A view for those who have a permission."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded(answer)

    return wrap
