"""The desk's page on how mail arrives: rates by domain, who refuses us, what the last check found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet import clock
from broadsheet.newsletters.operations import alerting, pausing
from broadsheet.newsletters.queries import deliverability as queries

VIEW, CHANGE = "broadsheet_newsletters.view_domainpause", "broadsheet_newsletters.change_domainpause"
WHY = {
    "hard_bounce": gettext_lazy("there is no such mailbox"), "soft_bounces": gettext_lazy("mails kept coming back"),
    "disabled": gettext_lazy("the mailbox is switched off"), "complaint": gettext_lazy("the reader called it spam"),
    "desk": gettext_lazy("by the desk"), "esp": gettext_lazy("told by the mail service"),
}  # fmt: skip
SCOPE = {"bulk": gettext_lazy("no newsletters"), "all": gettext_lazy("no mail at all")}
PAUSED = {
    "policy": gettext_lazy("refuses us"), "slow_down": gettext_lazy("asks for fewer"),
    "desk": gettext_lazy("by the desk"),
}  # fmt: skip


def may_see(user: Any) -> bool:
    """Whether somebody may see the page."""
    return user.has_perm(VIEW) or user.has_perm(CHANGE)


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    if not may_see(request.user):
        raise PermissionDenied
    now = clock.now()
    label = _("Deliverability")
    context = {
        "domains": queries.domains(now), "alerts": queries.alerts(), "checks": queries.checks(),
        "paused": [{"row": row, "why": PAUSED.get(row.why, row.why)} for row in queries.paused(now)],
        "suppressed": [
            {"why": WHY.get(row["why"], row["why"]), "scope": SCOPE[row["scope"]], "many": row["many"]}
            for row in queries.suppressed()
        ],
        "may_change": request.user.has_perm(CHANGE), "page_title": label, "header_title": label, "header_icon": "mail",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")}, {"url": "", "label": label},
        ],
    }  # fmt: skip
    return render(request, "broadsheet/desk/deliverability.html", context)


@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """Let a domain be written to again, and take its alarm down."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    domain = request.POST.get("domain", "")[:255]
    pausing.go_on(domain=domain)
    alerting.close(domain=domain)
    messages.success(request, _("Mail goes to %(domain)s again.") % {"domain": domain})
    return redirect("deliverability")
