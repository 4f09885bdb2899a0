"""The desk's front, and the same figures as a panel on the admin's home."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin.ui.components import Component

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.desk.actions import crumbs
from broadsheet.membership.desk.drawing import chart
from broadsheet.membership.queries import desk as queries
from broadsheet.membership.queries.figures import events, refused


class GlancePanel(Component):
    """Members at a glance. Shown to those who may see readers."""

    name = "members"
    template_name = "broadsheet/desk/members/panel.html"
    order = 120

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """The figures."""
        return glance()


def glance() -> dict[str, Any]:
    """What the panel's template needs."""
    found = queries.glance(clock.now())
    label = _("The last 30 days: %(joined)s joined, %(cancelled)s cancelled") % {
        "joined": found.joined, "cancelled": found.cancelled
    }  # fmt: skip
    return {
        "glance": found, "revenue": [words.money(amount) for amount in found.figures.revenue],
        "drawing": chart(found.days, label), "label": label,
        "days": [day for day in found.days if day.joined or day.cancelled],
    }  # fmt: skip


@never_cache
@permissions.needs(permissions.VIEW)
def show(request: HttpRequest) -> HttpResponse:
    """Figures, and what waits for somebody."""
    waiting = [
        {"row": row, "title": words.OPERATIONS.get(row.op, row.op)}
        for row in refused()
    ]  # fmt: skip
    context = {
        **glance(), "events": events(), "operations": waiting, "page_title": _("Members"), "header_title": _("Members"),
        "header_icon": "group", "breadcrumbs_items": [*crumbs(None)[:-1], {"url": "", "label": _("Members")}],
        "may_act": request.user.has_perm(permissions.CHANGE),
        "may_exchange": request.user.has_perm(permissions.EXCHANGE),
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/front.html", context)
