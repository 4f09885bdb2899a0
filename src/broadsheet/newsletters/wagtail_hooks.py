"""The newsletters' part of the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from broadsheet.newsletters.desk import deliverability


class DeliverabilityItem(MenuItem):
    """Shown to those who may see how mail arrives."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it stands in the menu."""
        return deliverability.may_see(request.user)


@hooks.register("register_admin_urls")
def deliverability_urls() -> list[URLPattern]:
    """The page on how mail arrives, and what can be done there."""
    return [
        path("deliverability/", deliverability.show, name="deliverability"),
        path("deliverability/go-on/", deliverability.go_on, name="deliverability_go_on"),
    ]


@hooks.register("register_reports_menu_item")
def deliverability_item() -> MenuItem:
    """Among the reports."""
    return DeliverabilityItem(_("Deliverability"), reverse("deliverability"), icon_name="mail", order=900)
