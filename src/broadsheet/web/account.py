"""A reader's own page: who they are, how they log in, what the paper holds of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from broadsheet import clock
from broadsheet.accounts import operations, queries
from broadsheet.accounts.forms import PersonForm
from broadsheet.accounts.fresh import fresh_required
from broadsheet.accounts.middleware import DEVICE
from broadsheet.paywall.ports import LedgerError
from broadsheet.readers import Standing
from broadsheet.web import holdings
from broadsheet.web.membership import account as membership
from broadsheet.web.membership.account import Panel
from broadsheet.web.newsletters import account as newsletters
from broadsheet.web.passes import standing

log = logging.getLogger("broadsheet.web")


def institution(request: HttpRequest) -> Panel | None:
    """That every story is open by the reader's mail address, where that is why."""
    who, _until = standing(request.user, clock.now())
    domain = queries.verified_mail(int(request.user.pk or 0)).rpartition("@")[2]
    return Panel("broadsheet/institution.html", domain) if who is Standing.INSTITUTION else None


# Rooms' parts, in their order on the page: each gives a panel for a reader, or None where it has nothing to say.
PANELS: list[Callable[[HttpRequest], Panel | None]] = [membership.panel, institution, newsletters.panel]


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The account; keeps what somebody says of themselves."""
    person = queries.person(int(request.user.pk or 0))
    if person is None:
        return HttpResponseRedirect(reverse("account_login"))
    said = {name: getattr(person, name) for name in ("first_name", "last_name", "language", "zone")}
    form = PersonForm(request.POST or None, initial=said)
    if form.is_valid():
        operations.describe(user_id=person.pk, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("account_home"))
    context = {
        "person": person,
        "form": form,
        "ways": queries.ways_in(person.pk),
        "devices": queries.devices(person.pk, request.session.get(DEVICE)),
        "panels": [panel for make in PANELS if (panel := make(request))],
        "providers_url": _address("socialaccount_connections"),
    }
    return render(request, "account/home.html", context)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@never_cache
@fresh_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """All that the paper holds of whoever asks, as a file."""
    now = clock.now()
    held = holdings.export_all(int(request.user.pk or 0), now)
    text = json.dumps(held, ensure_ascii=False, indent=2, default=str)
    name = f"account-{now.date().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text + "\n", content_type="application/json; charset=utf-8", headers=headers)


@never_cache
@fresh_required
def erase(request: HttpRequest) -> HttpResponse:
    """Take the account away, once its owner ticked that they mean it. Staff's goes at the desk."""
    person = queries.person(int(request.user.pk or 0))
    staff = person is None or person.staff
    if request.method != "POST" or staff or "sure" not in request.POST:
        unsure = request.method == "POST" and not staff
        return render(request, "account/erase.html", {"staff": staff, "unsure": unsure})
    assert person is not None
    try:
        holdings.erase_all(user_id=person.pk)
    except LedgerError as error:
        log.warning("The ledger cannot be written (%s): an account was not erased, and its reader told so.", error)
        return render(request, "account/erase.html", {"staff": False, "later": True}, status=503)
    logout(request)
    get_adapter(request).send_mail("account/email/erased", person.email, {})
    return render(request, "account/erased.html")
