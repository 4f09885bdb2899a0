"""What is asked of whoever is logged in, on the pages where that matters: their account's, and the admin's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from broadsheet import clock
from broadsheet.accounts import operations, queries
from broadsheet.accounts.fresh import lacks_second_factor

Answering = Callable[[HttpRequest], HttpResponse]
DEVICE = "broadsheet_device"  # the session's own number in the list of devices
FREE = frozenset({"account_devices", "account_logout", "pass"})  # open to a device that has yet to choose
ENTRANCES = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/admin/sprite/")


class KnowDevices:
    """Keeps the list of a reader's devices, and asks the one that is too many to end another.

    Only where Django answers for the account or the admin: what readers read comes from the edge, which sends them by
    here every few minutes for their pass.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Note the device; lead it to the list where it has to choose."""
        if not _concerns(request.path) or not request.user.is_authenticated:
            return None
        now = clock.now()
        device = see(request, request.user.pk, now)
        match = request.resolver_match
        name = match.url_name if match else None
        if name in FREE or request.path.startswith("/admin/"):
            return None
        if queries.must_choose(request.user.pk, device, now):
            return HttpResponseRedirect(reverse("account_devices"))
        return None


def see(request: HttpRequest, user_id: int, now: datetime) -> int:
    """The number of the device that asks, noted as in use now."""
    session = request.session
    if not session.session_key:
        session.create()
    had = session.get(DEVICE)
    device = operations.see_device(
        user_id=user_id,
        device=had,
        session_key=session.session_key or "",
        agent=request.headers.get("User-Agent", ""),
        now=now,
    )
    if device != had:
        session[DEVICE] = device
    return device


def _concerns(path: str) -> bool:
    return path.startswith("/admin/") or "/account/" in path[:16]


class AskStaffTwice:
    """Nobody works in the admin without a second factor, where the paper asks for one (STAFF_SECOND_FACTOR).

    Who has one is asked for it even where the paper asks nobody; and over HTTPS there is one place to log in, which
    counts tries: the admin's own form does not.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let in, or lead to where a second factor is shown or set up."""
        path = request.path
        if path == "/admin/login/" and (settings.STAFF_SECOND_FACTOR or settings.SESSION_COOKIE_SECURE):
            return _led("account_login", request.GET.get("next") or "/admin/")
        if not path.startswith("/admin/") or path.startswith(ENTRANCES) or not lacks_second_factor(request):
            return self.get_response(request)
        if queries.has_second_factor(int(request.user.pk or 0)):
            return _led("mfa_reauthenticate", request.get_full_path())
        messages.info(request, _("Whoever works at the paper needs a second way to show who they are. Set one up."))
        return HttpResponseRedirect(reverse("mfa_index"))


def _led(name: str, back: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back})}")
