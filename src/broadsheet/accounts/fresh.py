"""Whether somebody showed just now who they are: what changes how they log in, or takes the account away, asks it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from broadsheet.accounts import queries

View = Callable[..., HttpResponse]


def is_fresh(request: HttpRequest) -> bool:
    """Whether whoever is logged in showed within the last minutes who they are, by logging in or once more."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    latest = max((record["at"] for record in records), default=0.0)
    return time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT


def proved_second_factor(request: HttpRequest) -> bool:
    """Whether whoever is logged in showed a second factor in this session; a passkey alone is two in one."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(record.get("method") == "mfa" for record in records)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether somebody is logged in who still has to show a second factor before they work, or read, as staff."""
    if not request.user.is_authenticated or proved_second_factor(request):
        return False
    return settings.STAFF_SECOND_FACTOR or queries.has_second_factor(request.user.pk)


def ask_again(request: HttpRequest, back: str) -> HttpResponse:
    """Lead them to where they show once more who they are, and then back."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': back})}")


def fresh_required(view: View) -> View:
    """A view for those who are logged in and showed just now who they are."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_fresh(request):
            return ask_again(request, request.path)
        return view(request, *args, **kwargs)

    return login_required(guarded)
