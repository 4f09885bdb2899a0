"""The newsletter desk in the admin: its menu, what waits for somebody, and its permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from broadsheet.newsletters.desk import deliverability, permissions
from broadsheet.newsletters.desk.front import WaitingPanel
from broadsheet.newsletters.desk.issues import IssueViewSet
from broadsheet.newsletters.desk.lists import NewsletterViewSet
from broadsheet.newsletters.desk.promos import PromoViewSet


class NewslettersGroup(ViewSetGroup):
    """Newsletters, in the admin's menu."""

    menu_label = _("Newsletters")
    menu_icon = "mail"
    menu_order = 150
    items = (IssueViewSet, NewsletterViewSet, PromoViewSet)


@hooks.register("register_admin_viewset")
def newsletters() -> NewslettersGroup:
    """The desk."""
    return NewslettersGroup()


@hooks.register("construct_homepage_panels")
def waiting(request: HttpRequest, panels: list[Any]) -> None:
    """Issues that wait for somebody, on the home page of those who may approve them."""
    if request.user.has_perm(permissions.SEND):
        panels.append(WaitingPanel(request))


@hooks.register("register_permissions")
def ours() -> QuerySet[Permission]:
    """What a group's page may tick beside the rights on lists and issues."""
    wanted = ["send_issue", "view_issue", "view_newsletter"]
    return Permission.objects.filter(codename__in=wanted, content_type__app_label=permissions.LABEL)


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The desk's own few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("broadsheet/newsletters.css"))


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
