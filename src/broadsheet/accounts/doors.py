"""The doors of a desk: whoever may not come in gets 403, not a page that leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one desk. `denied`: the template that says whose it is."""

    denied: str

    def guarded(self, view: View) -> View:
        """Answer 403 where a view denies: Wagtail alone would lead to the admin's home with a message."""

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except PermissionDenied:
                return render(request, self.denied, status=403)

        return answer

    def needs(self, permission: str) -> Callable[[View], View]:
        """A view for those who have a permission."""

        def wrap(view: View) -> View:
            @wraps(view)
            def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not request.user.has_perm(permission):
                    raise PermissionDenied
                return view(request, *args, **kwargs)

            return self.guarded(answer)

        return wrap
